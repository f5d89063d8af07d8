//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::PolicyError;
use crate::model::Chinese;

impl Chinese for PolicyError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Documents(errors) => errors.iter().map(Chinese::chinese).collect::<Vec<_>>().join("\n\n"),
            Self::AccountsUnapproved(needed) => {
                format!("`accounts.toml` 尚未取得配置所要求的批准（需 {needed} 份）")
            }
        }
    }
}
