//! How a command fails: what is said, and with which exit code.

use crate::job::Failure;
use crate::model::{Lang, Refusal};

/// A command's failure.
#[derive(Debug)]
pub enum CliError {
    /// It failed: exit code 1.
    Failed(String),
    /// It was used wrongly: exit code 2.
    Use(String),
    /// A policy refuses: exit code 3.
    Refused(Refusal),
    /// A verification failed: exit code 4.
    Unverified(String),
}

impl CliError {
    /// A failure with what an error says.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Use(_) => 2,
            Self::Refused(_) => 3,
            Self::Unverified(_) => 4,
        }
    }

    /// The stable word in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Use(_) => "wrong-use",
            Self::Refused(refusal) => refusal.code.word(),
            Self::Unverified(_) => "verification-failed",
        }
    }

    /// What is said.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Failed(text) | Self::Use(text), Lang::En) => format!("error: {text}"),
            (Self::Failed(text) | Self::Use(text), Lang::Zh) => format!("错误：{text}"),
            (Self::Refused(refusal), Lang::En) => format!("refused: {}: {}", refusal.code.word(), refusal.text(lang)),
            (Self::Refused(refusal), Lang::Zh) => format!("拒绝：{}：{}", refusal.code.word(), refusal.text(lang)),
            (Self::Unverified(text), Lang::En) => format!("not verified: {text}"),
            (Self::Unverified(text), Lang::Zh) => format!("未通过验证：{text}"),
        }
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            other => Self::failed(other),
        }
    }
}
