//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::inspect::{CONTRIBUTING, VERIFYING};
use super::{CalibrateError, EngineError, InspectError, Measure, RegisterError};
use crate::model::{Chinese, foreign};

impl Chinese for InspectError {
    fn chinese(&self) -> String {
        match self {
            Self::Form(words) => format!("这不是程序：{}", foreign(words)),
            Self::Imports(names) => {
                let names = names.iter().map(foreign).collect::<Vec<_>>().join("、");
                format!("程序不得导入任何外部功能，而它导入 {names}")
            }
            Self::Export => format!("程序应导出 `{VERIFYING}` 或 `{CONTRIBUTING}` 之一，且不得同时导出；而它不是"),
            Self::TooMuch { what, count, max } => {
                format!("程序的{}为 {count}，至多允许 {max}", measure(*what))
            }
            Self::Compile(words) => format!("程序无法编译：{}", foreign(words)),
            Self::DescribeFuel(fuel) => {
                format!("程序的 `describe` 不结束：已用尽 {fuel} 的燃料；它只需返回清单")
            }
            Self::Describe(words) => format!("程序的 `describe` 失败：{}", foreign(words)),
            Self::DescribeSize(max) => format!("程序的 `describe` 给出的内容超过清单允许的 {max} 字节"),
        }
    }
}

const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Bytes => "字节数",
        Measure::Nested => "嵌套模块数",
        Measure::Functions => "函数数",
        Measure::Locals => "单个函数的局部变量数",
        Measure::Memory => "初始内存字节数",
        Measure::Table => "单个表的元素数",
        Measure::Beginnings => "每个实例开始前须写入的字节数（数据、表、全局变量与实例）",
    }
}

impl Chinese for RegisterError {
    fn chinese(&self) -> String {
        match self {
            Self::Refused(error) => format!("拒绝该程序：{}", error.chinese()),
            Self::Manifest(error) => format!("拒绝该程序的清单：{}", error.chinese()),
            Self::Child(error) => format!("程序无法编译：{}", error.chinese()),
            Self::File(error) => error.chinese(),
            Self::Engine(error) => error.chinese(),
            Self::Artefact(guest) => format!("程序 {guest} 的编译产物在磁盘上被改动：请重新登记该程序"),
        }
    }
}

impl Chinese for EngineError {
    fn chinese(&self) -> String {
        let Self(words) = self;
        format!("WebAssembly 引擎无法启动：{}", foreign(words))
    }
}

impl Chinese for CalibrateError {
    fn chinese(&self) -> String {
        format!("无法在本机校准：{}", foreign(self.reason()))
    }
}
