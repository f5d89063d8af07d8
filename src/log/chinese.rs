//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::{CheckpointError, MirrorError, ProofError, TilesError, TreeError};
use crate::model::{Chinese, foreign};

impl Chinese for CheckpointError {
    fn chinese(&self) -> String {
        match self {
            Self::Form => "不是已签名的检查点".to_owned(),
            Self::Origin(origin) => format!("检查点属于另一日志：其来源为 `{origin}`"),
            Self::Signature => "检查点不是由该日志的密钥签名".to_owned(),
            Self::Changed => "检查点在日志密钥签名之后被改动".to_owned(),
            Self::Key => "不是日志公钥：应为 `name+id+key` 的形式".to_owned(),
        }
    }
}

impl Chinese for ProofError {
    fn chinese(&self) -> String {
        match self {
            Self::Form => "不是 `tlog-proof` 文本".to_owned(),
            Self::Checkpoint(error) => error.chinese(),
            Self::Inclusion => "该条目不在证明所指的日志位置".to_owned(),
        }
    }
}

impl Chinese for TreeError {
    fn chinese(&self) -> String {
        match self {
            Self::Missing(hash) => format!("日志缺少留存哈希 {hash}"),
            Self::Math(error) => format!("日志无法计算：{}", foreign(error)),
        }
    }
}

impl Chinese for TilesError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Missing(what) => format!("日志无法发布：{}", foreign(what)),
        }
    }
}

impl Chinese for MirrorError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Foreign { path, error } => format!("检查点镜像中的 `{path}` 不属于本日志：{}", error.chinese()),
            Self::Nothing(path) => {
                format!("检查点镜像 `{path}` 中没有本日志的检查点：请放回镜像的检查点，否则无法确认本暗室是最新的")
            }
        }
    }
}
