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

    fn quoted(&self) -> impl Iterator<Item = &str> {
        self.0.split('`').skip(1).step_by(2)
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
        assert_eq!(told("string values must be quoted"), "不符合格式：`string values must be quoted`");
    }
}
