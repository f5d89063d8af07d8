//! What the TOML reader says, in both languages. Owns how its words are told; the words in English are the reader's.

use std::fmt;

use super::date::DAY_EXPECTED;
use crate::model::{Chinese, foreign};

/// A file is not the TOML that its kind of file is.
///
/// The reader gives a text and no code: what begins as one of its common messages is told in Chinese, the rest is
/// quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxMistake(pub String);

impl SyntaxMistake {
    /// The unknown key and the known ones, where it is about an unknown key: serde lists them in backticks.
    pub fn unknown_key(&self) -> Option<(&str, Vec<&str>)> {
        let mut quoted = self.quoted();
        let unknown = quoted.next().filter(|_| self.0.starts_with("unknown field"))?;
        Some((unknown, quoted.collect()))
    }

    /// What to do about the commonest ones.
    pub fn cure(&self) -> Option<SyntaxCure> {
        let text = self.0.as_str();
        let of = |begins: &str, cure| text.starts_with(begins).then_some(cure);
        of("string values must be quoted", SyntaxCure::Quote)
            .or_else(|| of("invalid basic string", SyntaxCure::CloseQuote))
            .or_else(|| of("missing comma between array elements", SyntaxCure::CloseList))
            .or_else(|| of("unclosed array", SyntaxCure::CloseList))
            .or_else(|| of("key with no value", SyntaxCure::Equals))
            .or_else(|| of("duplicate", SyntaxCure::Once))
    }

    /// Whether a list seems not to be closed.
    pub fn is_open_list(&self) -> bool {
        self.cure() == Some(SyntaxCure::CloseList)
    }

    fn quoted(&self) -> impl Iterator<Item = &str> {
        self.0.split('`').skip(1).step_by(2)
    }
}

/// What to do about a text that is no TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SyntaxCure {
    #[error("write the text in quotes: `\"…\"`")]
    Quote,
    #[error("close the text with `\"` on its line")]
    CloseQuote,
    #[error("put a comma between two values, or close the list with `]` on a line before this one")]
    CloseList,
    #[error("write `key = value`, one on each line")]
    Equals,
    #[error("leave one of them")]
    Once,
}

impl Chinese for SyntaxCure {
    fn chinese(&self) -> String {
        match self {
            Self::Quote => "请给文本加上引号：`\"…\"`",
            Self::CloseQuote => "请在本行用 `\"` 结束文本",
            Self::CloseList => "请在两项之间加上逗号，或在本行之前用 `]` 结束列表",
            Self::Equals => "请写成 `键 = 值`，每行一个",
            Self::Once => "请只保留一个",
        }
        .to_owned()
    }
}

impl fmt::Display for SyntaxMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Chinese for SyntaxMistake {
    fn chinese(&self) -> String {
        let first = self.quoted().next().unwrap_or_default();
        if let Some((unknown, known)) = self.unknown_key() {
            let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join("、");
            return format!("未知的键 `{unknown}`：此处可用 {known}");
        }
        match self.0.as_str() {
            text if text.starts_with("missing field") => format!("缺少键 `{first}`"),
            text if text.starts_with("duplicate") => "键重复：同一个键只能出现一次".to_owned(),
            text if text == DAY_EXPECTED => "应为日期，例如 `2026-01-31`，不加引号".to_owned(),
            text if text.starts_with("invalid type") => format!("类型不符：{}", foreign(text)),
            text if text.starts_with("invalid date") => format!("没有这一天：{}", foreign(text)),
            text if text.starts_with("string values must be quoted") => "文本须加引号".to_owned(),
            text if text.starts_with("invalid basic string") => "文本未写完整：引号没有成对".to_owned(),
            text if text.starts_with("missing comma between array elements") => "列表的各项之间缺少逗号".to_owned(),
            text if text.starts_with("unclosed array") => "列表没有写完：缺少 `]`".to_owned(),
            text if text.starts_with("key with no value") => "键之后没有值".to_owned(),
            text => format!("不符合格式：{}", foreign(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_mistakes_are_told_in_chinese() {
        let told = |text: &str| SyntaxMistake(text.to_owned()).chinese();
        assert_eq!(told("unknown field `a`, expected `b` or `c`"), "未知的键 `a`：此处可用 `b`、`c`");
        assert_eq!(told("missing field `id`"), "缺少键 `id`");
        assert_eq!(told("duplicate key"), "键重复：同一个键只能出现一次");
        assert_eq!(told("string values must be quoted, expected literal string"), "文本须加引号");
        assert_eq!(told("extra comma in array"), "不符合格式：`extra comma in array`");
    }
}
