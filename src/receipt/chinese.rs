//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::verify::{Part, VerifyError};
use crate::log::EntryKind;
use crate::model::{Chinese, foreign};

impl Chinese for VerifyError {
    fn chinese(&self) -> String {
        match self {
            Self::Form { what, reason } => format!("{}格式不正确：{}", what.chinese(), foreign(reason)),
            Self::Key(error) => format!("公钥集中有不可用的密钥：{}", error.chinese()),
            Self::Receipt(error) => format!("回执：{}", error.chinese()),
            Self::LogKey(error) => format!("日志公钥：{}", error.chinese()),
            Self::Proof { which, error } => format!("{}的证明：{}", entry(*which), error.chinese()),
            Self::Mismatch(what) => format!("各部分不相符：{}", what.chinese()),
            Self::Party { role, id } => format!("该回执并非关于角色 `{role}` 的 `{id}`"),
        }
    }
}

impl Chinese for Part {
    fn chinese(&self) -> String {
        match self {
            Self::Bundle => "回执包",
            Self::Keys => "公钥集",
            Self::Payload => "回执内容",
            Self::Record => "记录",
        }
        .to_owned()
    }
}

const fn entry(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Intent => "意向",
        EntryKind::Outcome => "结果",
        EntryKind::Registration => "登记",
        EntryKind::Revocation => "撤销",
    }
}
