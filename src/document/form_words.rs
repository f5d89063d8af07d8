//! What is said of a file whose form is wrong, in both languages. Owns wording alone.

use crate::model::{Chinese, YEAR_MAX, YEAR_MIN};

use super::shape::Shape;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Integer,
    Number,
    Boolean,
    Day,
    Moment,
    List,
    Table,
}

impl Sort {
    /// What `shape` asks for.
    pub fn wanted(shape: &Shape) -> Vec<Self> {
        match shape {
            Shape::Text => vec![Self::Text],
            Shape::Integer(..) => vec![Self::Integer],
            Shape::Boolean => vec![Self::Boolean],
            Shape::Day => vec![Self::Day],
            Shape::List(_) => vec![Self::List],
            Shape::Table(_) | Shape::Named(_) => vec![Self::Table],
            Shape::Either(choices) => choices.iter().flat_map(Self::wanted).collect(),
            Shape::Anything => Vec::new(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Integer => "a whole number",
            Self::Number => "a number with decimals",
            Self::Boolean => "`true` or `false`",
            Self::Day => "a day such as `2026-01-31`, without quotes",
            Self::Moment => "a time of day",
            Self::List => "a list in brackets",
            Self::Table => "a table",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Text => "带引号的文本",
            Self::Integer => "整数",
            Self::Number => "带小数的数",
            Self::Boolean => " `true` 或 `false` ",
            Self::Day => "日期，例如 `2026-01-31`，不加引号",
            Self::Moment => "时刻",
            Self::List => "方括号中的列表",
            Self::Table => "表",
        }
    }
}

fn joined(sorts: &[Sort], or: &str, word: impl Fn(Sort) -> &'static str) -> String {
    sorts.iter().map(|sort| word(*sort)).collect::<Vec<_>>().join(or)
}

fn quoted(names: &[String], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormMistake {
    #[error("unknown key `{0}`")]
    Unknown(String),
    #[error("unknown key `{key}`: this table has {}", quoted(.known, ", "))]
    UnknownHere { key: String, known: Vec<String> },
    #[error("missing key `{0}`")]
    Missing(String),
    #[error("`{key}` must be {}, and this is {}", joined(.wanted, " or ", Sort::english), .given.english())]
    Type { key: String, wanted: Vec<Sort>, given: Sort },
    #[error("each of `{key}` must be {}, and this is {}", joined(.wanted, " or ", Sort::english), .given.english())]
    Element { key: String, wanted: Vec<Sort>, given: Sort },
    #[error("`{0}` is a table of tables, each under a name")]
    Named(String),
    #[error("`{0}` is no day of the years from {YEAR_MIN} to {YEAR_MAX}")]
    Far(String),
    #[error("`{key}` is from {least} to {greatest}")]
    Range { key: String, least: i128, greatest: i128 },
}

impl Chinese for FormMistake {
    fn chinese(&self) -> String {
        match self {
            Self::Unknown(key) => format!("未知的键 `{key}`"),
            Self::UnknownHere { key, known } => format!("未知的键 `{key}`：此表可用 {}", quoted(known, "、")),
            Self::Missing(key) => format!("缺少键 `{key}`"),
            Self::Type { key, wanted, given } => {
                format!("`{key}` 应为{}，而此处为{}", joined(wanted, "，或", Sort::chinese), given.chinese().trim_end())
            }
            Self::Element { key, wanted, given } => {
                format!(
                    "`{key}` 的每一项应为{}，而此处为{}",
                    joined(wanted, "，或", Sort::chinese),
                    given.chinese().trim_end()
                )
            }
            Self::Named(key) => format!("`{key}` 之下应为各有名称的表"),
            Self::Far(key) => format!("`{key}` 不是 {YEAR_MIN} 至 {YEAR_MAX} 年间的日期"),
            Self::Range { key, least, greatest } => format!("`{key}` 应在 {least} 至 {greatest} 之间"),
        }
    }
}

/// What to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormCure {
    #[error("write {0}")]
    Write(String),
    #[error("`{key}` belongs to {}", homes_english(.homes))]
    Home { key: String, homes: Vec<String> },
    #[error("add `{0}` before the first table")]
    AddFirst(String),
    #[error("add `{0}` to this table")]
    Add(String),
}

fn homes_english(homes: &[String]) -> String {
    homes
        .iter()
        .map(|home| if home.is_empty() { "the top of the file".to_owned() } else { format!("`{home}`") })
        .collect::<Vec<_>>()
        .join(" or ")
}

fn homes_chinese(homes: &[String]) -> String {
    homes
        .iter()
        .map(|home| if home.is_empty() { "文件开头".to_owned() } else { format!(" `{home}` 中") })
        .collect::<Vec<_>>()
        .join("或")
}

impl Chinese for FormCure {
    fn chinese(&self) -> String {
        match self {
            Self::Write(text) => format!("请写成 {text}"),
            Self::Home { key, homes } => format!("`{key}` 应写在{}", homes_chinese(homes)),
            Self::AddFirst(text) => format!("请在第一个表之前加上 `{text}`"),
            Self::Add(text) => format!("请在此表中加上 `{text}`"),
        }
    }
}
