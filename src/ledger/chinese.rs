//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::limits::{Excess, Share};
use super::store::{Behind, Inconsistency, LedgerError, Stopped};
use crate::model::{AccountKind, Chinese, foreign};

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
            Self::Limit(excess) => excess.chinese(),
            Self::File(error) => error.chinese(),
            Self::Abandoned => "该次询问因引擎崩溃而中止：扣减不退；请重新签署请求".to_owned(),
            Self::Stopped(why) => format!("账本已停止：{}", why.chinese()),
        }
    }
}

impl Chinese for Excess {
    fn chinese(&self) -> String {
        let shown = |amount: u64| match self.account {
            AccountKind::Label(_) => format!("{} 比特", self.account.shown(amount)),
            AccountKind::Table(_) => format!("ε = {}", self.account.shown(amount)),
        };
        let (account, limit, needed) = (self.account.word(), shown(self.limit), shown(self.needed));
        let when = self.window_days.map_or_else(|| "终身".to_owned(), |days| format!("{days} 天内"));
        let others = match self.parties {
            1 => String::new(),
            more => format!("（{more} 个当事方中最多者）"),
        };
        let share =
            |share: &Share| format!("`{}` 已用 {}，可用 {}", share.client, shown(share.spent), shown(share.quota));
        let shares: Vec<String> = self.shares.iter().map(share).collect();
        format!(
            "`accounts.toml` 的额度与已用的额度不符：账户 `{account}` 的 `limit` 为{when} {limit}，而对 {}{others} 可能用到 {needed}：{}。\
             额度调低或转给其他客户时，已用的不会消失：请把 `limit` 提高到 {needed}，或调低尚未用完者的额度",
            self.party,
            shares.join("；")
        )
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
            Self::Upgrade { found } => {
                format!("其版本 {found} 的各表无法在不丢失行的情况下更新；请运行 `anshi audit verify`")
            }
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
