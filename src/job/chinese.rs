//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::{ComposeError, Failure, InitError, OpenError, RegisterFailure, ReloadError, ReplayError};
use crate::model::{Chinese, foreign};

impl Chinese for OpenError {
    fn chinese(&self) -> String {
        match self {
            Self::Locked(home) => format!("另一个暗室进程正在使用 `{home}`：请等待其结束或将其停止"),
            Self::File(error) => error.chinese(),
            Self::Config(error) => error.chinese(),
            Self::Catalog(error) => error.chinese(),
            Self::Policy(error) => error.chinese(),
            Self::Key(error) => error.chinese(),
            Self::Exposed(path) => format!("`{path}` 应为只有其所有者可读的密钥（chmod 600）"),
            Self::Unpublished { key, set } => {
                format!("`{set}` 不允许 `{key}` 中的密钥签发回执，否则无人能验证：请放回正确的密钥；停用的密钥不再签发")
            }
            Self::Engine(error) => error.chinese(),
            Self::Ledger(error) => error.chinese(),
            Self::Checkpoint(error) => error.chinese(),
            Self::Snapshot(error) => error.chinese(),
            Self::Threads(error) => format!("运行程序的线程无法启动：{}", foreign(error)),
        }
    }
}

impl Chinese for ReloadError {
    fn chinese(&self) -> String {
        match self {
            Self::Open(error) => error.chinese(),
            Self::Config(error) => error.chinese(),
            Self::Fixed(what) => format!("引擎运行时不能更改 `{what}`：请重新启动"),
        }
    }
}

impl Chinese for ReplayError {
    fn chinese(&self) -> String {
        match self {
            Self::Config(error) => error.chinese(),
            Self::File(error) => error.chinese(),
            Self::Bundle(error) => error.chinese(),
            Self::Ledger(error) => error.chinese(),
            Self::Key(error) => error.chinese(),
            Self::Engine(error) => error.chinese(),
            Self::Guest(error) => error.chinese(),
        }
    }
}

impl Chinese for RegisterFailure {
    fn chinese(&self) -> String {
        match self {
            Self::Guest(error) => error.chinese(),
            Self::Ledger(error) => error.chinese(),
        }
    }
}

impl Chinese for Failure {
    fn chinese(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.chinese(),
            Self::NoSnapshot => "本暗室没有快照：请先运行 `anshi ingest`".to_owned(),
            Self::NoDataset(name) => format!("快照中尚无 `{name}` 的数据：没有扣减任何额度"),
            Self::TooManyUnits(max) => format!("快照中的主体多于政策的 `units_max`（{max}）：没有扣减任何额度"),
            Self::Ledger(error) => error.chinese(),
            Self::Guest(error) => error.chinese(),
            Self::Bundle(error) => format!("留存的回执包无法读取：{}", foreign(error)),
            Self::Stopping => "引擎正在停止：恢复之后请再次发送同一请求".to_owned(),
        }
    }
}

impl Chinese for InitError {
    fn chinese(&self) -> String {
        match self {
            Self::Used(folder) => format!("`{folder}` 不是空文件夹：暗室须建在新的或空的文件夹中"),
            Self::File(error) => error.chinese(),
            Self::Entropy(error) => error.chinese(),
            Self::Calibrate(error) => error.chinese(),
            Self::Ledger(error) => error.chinese(),
            Self::Checkpoint(error) => error.chinese(),
            Self::Key { path, error } => format!("`{path}` 不是私钥：{}", error.chinese()),
        }
    }
}

impl Chinese for ComposeError {
    fn chinese(&self) -> String {
        match self {
            Self::Entropy(error) => error.chinese(),
            Self::Empty => "一批至少有一个作业".to_owned(),
            Self::Canonical(error) => error.chinese(),
        }
    }
}
