//! A command line that cannot be read: what clap found, in Chinese; and the errors of our own values.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::{Chinese, DateError, DecimalError, DigestError, foreign};

/// A value on the command line is none of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// `--lang`.
    #[error("a language is `zh` or `en`")]
    Lang,
    /// `--lang` of a guest's project.
    #[error("a guest is written in one of `rust`, `js`, `python` and `c`")]
    Program,
    /// `--world` of a guest's project.
    #[error("a world is `verifier` or `contributor`")]
    World,
    /// `--party`.
    #[error("write it as ROLE=ID")]
    Party,
    /// `--param`.
    #[error("write it as NAME=VALUE")]
    Parameter,
    /// `--kind` of a client.
    #[error("a kind is `platform`, `developer`, `auditor`, `operator` or `authority`")]
    CallerKind,
    /// `--rows`.
    #[error("write it as NAME=FILE")]
    Rows,
    /// `--month`.
    #[error("write a month as 2026-01")]
    Month,
    /// `--scale`.
    #[error("a scale is from 0.000001 to 100")]
    Scale,
    /// A number.
    #[error(transparent)]
    Decimal(#[from] DecimalError),
}

impl Chinese for ArgumentError {
    fn chinese(&self) -> String {
        match self {
            Self::Lang => "语言应为 `zh` 或 `en`".to_owned(),
            Self::Program => "程序的语言应为 `rust`、`js`、`python`、`c` 之一".to_owned(),
            Self::World => "种类应为 `verifier` 或 `contributor`".to_owned(),
            Self::Party => "请写成 角色=标识".to_owned(),
            Self::Parameter => "请写成 名称=值".to_owned(),
            Self::CallerKind => "种类应为 `platform`、`developer`、`auditor`、`operator` 或 `authority`".to_owned(),
            Self::Rows => "请写成 名称=文件".to_owned(),
            Self::Month => "月份请写成 2026-01 的形式".to_owned(),
            Self::Scale => "规模应在 0.000001 至 100 之间".to_owned(),
            Self::Decimal(error) => error.chinese(),
        }
    }
}

/// What is wrong with the command line, and what to do, in Chinese.
pub fn wrong_use(error: &Error) -> String {
    let given = |kind| said(error, kind);
    let argument = given(ContextKind::InvalidArg);
    let value = given(ContextKind::InvalidValue);
    let mut text = match error.kind() {
        ErrorKind::UnknownArgument => format!("未知的参数 {argument}"),
        ErrorKind::InvalidSubcommand => format!("未知的命令 {}", given(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value == "``" => format!("{argument} 须有值"),
        ErrorKind::InvalidValue => format!("{argument} 的值 {value} 不可用"),
        ErrorKind::ValueValidation => format!("{argument} 的值 {value} 不正确：{}", reason(error)),
        ErrorKind::ArgumentConflict => {
            format!("{argument} 不能与 {} 同用", given(ContextKind::PriorArg))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数 {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "缺少命令".to_owned(),
        ErrorKind::NoEquals => format!("{argument} 与其值之间须有等号"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8".to_owned(),
        _ => format!("命令行无法理解：{}", foreign(error.to_string())),
    };
    for (kind, before) in [
        (ContextKind::ValidValue, "可用的值"),
        (ContextKind::SuggestedArg, "是否指"),
        (ContextKind::SuggestedSubcommand, "是否指"),
        (ContextKind::SuggestedValue, "是否指"),
    ] {
        let suggested = given(kind);
        if !suggested.is_empty() {
            text += &format!("\n提示：{before} {suggested}");
        }
    }
    text + "\n提示：可用 `--help` 查看用法"
}

/// Why a value is none: our own errors have their Chinese.
fn reason(error: &Error) -> String {
    let Some(source) = error.source() else { return "请查看用法".to_owned() };
    let ours = source.downcast_ref::<ArgumentError>().map(Chinese::chinese);
    let ours = ours.or_else(|| source.downcast_ref::<DateError>().map(Chinese::chinese));
    let ours = ours.or_else(|| source.downcast_ref::<DigestError>().map(Chinese::chinese));
    ours.unwrap_or_else(|| foreign(source))
}

/// A part of the error, in backticks; several with commas between.
fn said(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => foreign(text),
        Some(ContextValue::Strings(texts)) => texts.iter().map(foreign).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::localise;
    use super::*;
    use crate::cli::app::command;

    #[test]
    fn wrong_use_is_told_in_chinese_with_what_was_typed() {
        let told = |words: &str| {
            let words = words.split_whitespace();
            wrong_use(&localise(command()).try_get_matches_from(words).expect_err("wrong use"))
        };
        let cases = [
            ("anshi nonsense", "未知的命令 `nonsense`"),
            ("anshi init --homme x", "未知的参数 `--homme`"),
            ("anshi init --home x", "缺少必需的参数 `--kind"),
            ("anshi init --home x --kind odd", "`odd` 不可用"),
            ("anshi synth --out x --as-of 2026-02-30", "不是日期：请写成 2026-01-31 的形式"),
            ("anshi synth --out x --scale 0", "规模应在 0.000001 至 100 之间"),
            ("anshi snapshot show --home x sha256:1", "`sha256:1` 不是摘要"),
            ("anshi --lang fr demo --home x", "语言应为 `zh` 或 `en`"),
            ("anshi budget", "缺少命令"),
        ];
        for (words, wanted) in cases {
            let told = told(words);
            assert!(told.contains(wanted) && told.contains("--help"), "{words}: {told}");
        }
    }
}
