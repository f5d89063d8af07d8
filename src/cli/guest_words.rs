//! The words about guests, in English and Chinese. Owns wording alone; both languages match exhaustively.

use super::english::some;
use crate::model::{Bilingual, Chinese, Lang};
use crate::policy::Misfit;

/// A line about a guest.
#[derive(Clone, Debug)]
pub enum GuestMessage {
    Building,
    Made {
        folder: String,
        files: usize,
        policy: String,
    },
    Built {
        path: String,
        bytes: u64,
        digest: String,
    },
    Registered {
        digest: String,
    },
    Fits {
        policy: String,
        misfits: Vec<Misfit>,
    },
    /// The same of an engine elsewhere, which says it in both languages.
    FitsThere {
        policy: String,
        misfits: Vec<Bilingual>,
    },
}

impl GuestMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Building => "building".to_owned(),
            Self::Made { folder, files, policy } => format!(
                "`{folder}`: {}; its guest answers the question of the policy `{policy}`\nnext: `anshi guest build {folder}`",
                some(*files as u64, "file", "files")
            ),
            Self::Built { path, bytes, digest } => format!("`{path}`: {bytes} bytes, {digest}"),
            Self::Registered { digest } => format!("registered: {digest}"),
            Self::FitsThere { policy, misfits } if misfits.is_empty() => format!("  fits policy `{policy}`"),
            Self::FitsThere { policy, misfits } => {
                let misfits: Vec<&str> = misfits.iter().map(|misfit| misfit.in_lang(Lang::En)).collect();
                format!("  does not fit policy `{policy}`: {}", misfits.join("; "))
            }
            Self::Fits { policy, misfits } if misfits.is_empty() => format!("  fits policy `{policy}`"),
            Self::Fits { policy, misfits } => {
                format!("  does not fit policy `{policy}`: {}", joined_english(misfits, "; "))
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Building => "正在编译".to_owned(),
            Self::Made { folder, files, policy } => format!(
                "`{folder}`：{files} 个文件；其中的程序回答政策 `{policy}` 的问题\n下一步：`anshi guest build {folder}`"
            ),
            Self::Built { path, bytes, digest } => format!("`{path}`：{bytes} 字节，{digest}"),
            Self::Registered { digest } => format!("已登记：{digest}"),
            Self::FitsThere { policy, misfits } if misfits.is_empty() => format!("  符合政策 `{policy}`"),
            Self::FitsThere { policy, misfits } => {
                let misfits: Vec<&str> = misfits.iter().map(|misfit| misfit.in_lang(Lang::Zh)).collect();
                format!("  不符合政策 `{policy}`：{}", misfits.join("；"))
            }
            Self::Fits { policy, misfits } if misfits.is_empty() => format!("  符合政策 `{policy}`"),
            Self::Fits { policy, misfits } => {
                format!("  不符合政策 `{policy}`：{}", joined_chinese(misfits, "；"))
            }
        }
    }
}

pub(super) fn joined_english(misfits: &[Misfit], between: &str) -> String {
    misfits.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

pub(super) fn joined_chinese(misfits: &[Misfit], between: &str) -> String {
    misfits.iter().map(Chinese::chinese).collect::<Vec<_>>().join(between)
}
