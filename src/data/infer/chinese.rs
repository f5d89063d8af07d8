//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::error::InferError;
use crate::model::{Chinese, foreign};

impl Chinese for InferError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Csv { path, source } => format!("无法读取 `{}`：{}", path.display(), foreign(source)),
            Self::Long { path, line, max } => format!(
                "`{}`：始于第 {line} 行的一行超过 {max} 字节：是否有引号未闭合，或并非 CSV 文件？",
                path.display()
            ),
            Self::Kind { path, what } => format!("`{}` 不是文本文件（{what}）：请导出为 CSV", path.display()),
            Self::Encoding { path, utf8, gb18030 } => format!(
                "`{}` 既不是 UTF-8（自第 {utf8} 行起），也不是 GB18030（自第 {gb18030} 行起）：请要求以其中一种编码交付",
                path.display()
            ),
            Self::Empty(path) => format!("`{}` 是空文件：第一行应为列名", path.display()),
            Self::NoRows(path) => format!("`{}` 只有表头，没有数据：无法判断各列的内容", path.display()),
            Self::HeaderIsData { path, cell } => format!(
                "`{}` 的第一行似乎是数据而不是表头（第 {cell} 格是标识、数字或日期）：第一行应为列名",
                path.display()
            ),
            Self::HeaderTwice { path, header, first, second } => format!(
                "`{}` 的第 {first} 列与第 {second} 列同名 `{header}`，无法区分：请将其中一列改名",
                path.display()
            ),
            Self::Columns { path, columns, max } => {
                format!("`{}` 有 {columns} 列，超过 {max} 列：分隔符是否正确？", path.display())
            }
            Self::NoKey { path, best } => {
                let closest =
                    best.as_ref().map_or("没有任何一格是有效标识".to_owned(), |(header, valid, cells)| {
                        format!("最接近的是 `{header}`，{cells} 格中有 {valid} 格有效")
                    });
                format!(
                    "`{}` 中没有以有效的统一社会信用代码或公民身份号码标明主体的列：{closest}；如已知是哪一列，请用 --key 指明",
                    path.display()
                )
            }
            Self::NoSuchKey { path, key, close } => {
                let meant = close.as_ref().map(|close| format!("：是否指 `{close}`？")).unwrap_or_default();
                format!("`{}` 中没有列 `{key}`{meant}", path.display())
            }
        }
    }
}
