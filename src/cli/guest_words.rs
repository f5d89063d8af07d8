//! The words about guests, in English and Chinese. Owns wording alone; both languages match exhaustively.

use super::english::some;
use crate::model::{Chinese, Lang, ParameterKind};
use crate::policy::Misfit;

/// A line about a guest.
#[derive(Clone, Debug)]
pub enum GuestMessage {
    GuestBuilt { path: String, bytes: u64, digest: String },
    GuestInspected { digest: String, bytes: u64 },
    GuestParameter { name: String, kind: ParameterKind },
    GuestReads { role: Option<String>, dataset: String, columns: String },
    GuestAnswers { labels: String },
    GuestDimension { name: String, labels: usize },
    GuestMeasures { measures: String },
    GuestRegistered { digest: String },
    GuestFits { policy: String, misfits: Vec<Misfit> },
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
            Self::GuestBuilt { path, bytes, digest } => format!("`{path}`: {bytes} bytes, {digest}"),
            Self::GuestInspected { digest, bytes } => format!("guest {digest}, {bytes} bytes, imports nothing"),
            Self::GuestParameter { name, kind } => format!("  takes the parameter `{name}` ({})", kind.word()),
            Self::GuestReads { role: Some(role), dataset, columns } => {
                format!("  reads `{dataset}` of `{role}`: {columns}")
            }
            Self::GuestReads { role: None, dataset, columns } => format!("  reads `{dataset}`: {columns}"),
            Self::GuestAnswers { labels } => format!("  answers one of: {labels}"),
            Self::GuestDimension { name, labels } => {
                format!("  adds to a table by `{name}`, {}", some(*labels as u64, "label", "labels"))
            }
            Self::GuestMeasures { measures } if measures.is_empty() => "  adds nothing but to the count".to_owned(),
            Self::GuestMeasures { measures } => format!("  adds to the measures: {measures}"),
            Self::GuestRegistered { digest } => format!("registered: {digest}"),
            Self::GuestFits { policy, misfits } if misfits.is_empty() => format!("  fits policy `{policy}`"),
            Self::GuestFits { policy, misfits } => {
                format!("  does not fit policy `{policy}`: {}", joined_english(misfits, "; "))
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::GuestBuilt { path, bytes, digest } => format!("`{path}`：{bytes} 字节，{digest}"),
            Self::GuestInspected { digest, bytes } => format!("程序 {digest}，{bytes} 字节，不导入任何外部功能"),
            Self::GuestParameter { name, kind } => format!("  参数 `{name}`（{}）", kind_word(*kind)),
            Self::GuestReads { role: Some(role), dataset, columns } => {
                format!("  读取 `{role}` 的 `{dataset}`：{columns}")
            }
            Self::GuestReads { role: None, dataset, columns } => format!("  读取 `{dataset}`：{columns}"),
            Self::GuestAnswers { labels } => format!("  只回答：{labels}"),
            Self::GuestDimension { name, labels } => format!("  按 `{name}` 汇入统计表，共 {labels} 个取值"),
            Self::GuestMeasures { measures } if measures.is_empty() => "  只计入主体数".to_owned(),
            Self::GuestMeasures { measures } => format!("  汇入指标：{measures}"),
            Self::GuestRegistered { digest } => format!("已登记：{digest}"),
            Self::GuestFits { policy, misfits } if misfits.is_empty() => format!("  符合政策 `{policy}`"),
            Self::GuestFits { policy, misfits } => {
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

const fn kind_word(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Integer => "整数",
        ParameterKind::Date => "日期",
        ParameterKind::Text => "文本",
        ParameterKind::Identifier => "标识",
    }
}
