//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::store::{Behind, Inconsistency, LedgerError, Stopped};
use crate::model::{Chinese, foreign};

impl Chinese for LedgerError {
    fn chinese(&self) -> String {
        match self {
            Self::Store(error) => format!("账本无法读写：{}", foreign(error)),
            Self::Tree(error) => error.chinese(),
            Self::Checkpoint(error) => error.chinese(),
            Self::Mirror(error) => error.chinese(),
            Self::Tiles(error) => error.chinese(),
            Self::Entropy(error) => error.chinese(),
            Self::Canonical(error) => error.chinese(),
            Self::Behind(how) => format!("本暗室不是最新的：{}", how.chinese()),
            Self::Inconsistent(how) => format!("账本自相矛盾：{}", how.chinese()),
            Self::Abandoned => "该次询问因引擎崩溃而中止：扣减不退；请重新签署请求".to_owned(),
            Self::Stopped(why) => format!("账本已停止：{}", why.chinese()),
        }
    }
}

impl Chinese for Behind {
    fn chinese(&self) -> String {
        match self {
            Self::Shorter { size, seen } => {
                format!("其日志有 {size} 条，镜像已见过 {seen} 条；旧副本不得恢复已用的额度")
            }
            Self::Other => "其日志不是镜像见过的日志".to_owned(),
        }
    }
}

impl Chinese for Inconsistency {
    fn chinese(&self) -> String {
        match self {
            Self::Schema { found, wanted } => format!("其表结构版本为 {found}，本程序为 {wanted}"),
            Self::Frontier => "最新检查点与条目不符；请运行 `anshi audit verify`".to_owned(),
            Self::Record(index) => format!("无法读取日志第 {index} 条的记录"),
            Self::Checkpoint(size) => format!("缺少规模为 {size} 的检查点"),
            Self::Rotation(error) => format!("密钥轮换的记录无法读取：{}", foreign(error)),
        }
    }
}

impl Chinese for Stopped {
    fn chinese(&self) -> String {
        match self {
            Self::Writer => "写入线程已结束".to_owned(),
            Self::Closing => "引擎正在关闭".to_owned(),
            Self::NoSnapshot => "本暗室没有快照".to_owned(),
            Self::Failed(words) => words.chinese(),
        }
    }
}
