//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::CatalogError;
use crate::model::Chinese;

impl Chinese for CatalogError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Documents(errors) => errors.iter().map(Chinese::chinese).collect::<Vec<_>>().join("\n\n"),
            Self::Canonical(error) => error.chinese(),
            Self::Empty(folder) => format!("`{folder}` 中没有目录：应为每个数据集各有一个 TOML 文件的文件夹"),
        }
    }
}
