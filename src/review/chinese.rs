//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::AuditError;
use crate::model::Chinese;

impl Chinese for AuditError {
    fn chinese(&self) -> String {
        match self {
            Self::Ledger(error) => error.chinese(),
            Self::LogKey(error) => format!("日志公钥无法使用：{}", error.chinese()),
        }
    }
}
