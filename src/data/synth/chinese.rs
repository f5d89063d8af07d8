//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::ids::FIRMS_MAX;
use super::{SeedError, SynthError};
use crate::model::{Chinese, foreign};

impl Chinese for SynthError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Seed(error) => error.chinese(),
            Self::Id(error) => format!("生成的标识不正确：{}", error.chinese()),
            Self::Occupied(path) => {
                format!("`{}` 已在该处，且没有种子清单说明它是合成数据：请另选文件夹", path.display())
            }
            Self::SharedSource { path, dataset, other } => {
                format!("`{dataset}` 的文件 `{path}` 也符合 `{other}` 的来源：请为二者各设文件夹")
            }
            Self::NoRows => "目录中没有数据集需要合成：`rows_per_unit` 均为 0".to_owned(),
            Self::TooLarge => format!("规模过大：至多可生成 {FIRMS_MAX} 家企业"),
            Self::AsOf(day) => format!("日期 {day} 超出范围：应在 1990-01-01 至 2190-12-31 之间"),
        }
    }
}

impl Chinese for SeedError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Canonical(error) => error.chinese(),
            Self::Malformed { path, reason } => format!("`{}` 不是种子清单：{}", path.display(), foreign(reason)),
            Self::Absent(path) => format!("合成的交付缺少清单所列的 `{}`", path.display()),
            Self::Unlisted(path) => format!("`{}` 不属于合成的交付：清单中没有它", path.display()),
            Self::Changed(path) => format!("`{}` 在合成之后被改动", path.display()),
        }
    }
}
