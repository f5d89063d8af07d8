//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::WorkerError;
use crate::model::Chinese;

impl Chinese for WorkerError {
    fn chinese(&self) -> String {
        match self {
            Self::Job => "本版本不能读取该任务说明".to_owned(),
            Self::Guest => "程序与任务不符：其 SHA-256 不同，或其回答不是统计表".to_owned(),
            Self::Stream(error) => error.chinese(),
        }
    }
}
