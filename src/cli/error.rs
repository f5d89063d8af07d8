//! How a command fails: what is said, and with which exit code.

use super::problem::{FileProblem, Problem};
use crate::config::ConfigError;
use crate::env::FileError;
use crate::job::{Failure, InitError, OpenError};
use crate::model::{Chinese, Lang, Refusal};
use crate::upkeep::UpkeepError;

/// A command's failure.
#[derive(Debug)]
pub enum CliError {
    /// It failed: exit code 1.
    Failed(Problem),
    /// It was used wrongly: exit code 2.
    Use(Problem),
    /// A policy refuses: exit code 3.
    Refused(Refusal),
    /// An engine elsewhere refuses: exit code 3.
    RefusedThere(Problem),
    /// A verification failed: exit code 4.
    Unverified(Problem),
}

impl CliError {
    /// It failed.
    pub fn failure(problem: impl Into<Problem>) -> Self {
        Self::Failed(problem.into())
    }

    /// It was used wrongly.
    pub fn misuse(problem: impl Into<Problem>) -> Self {
        Self::Use(problem.into())
    }

    /// Wrong use, with what an error says of it in both languages.
    #[expect(clippy::needless_pass_by_value, reason = "as in `failed`")]
    pub fn wrong(error: impl Chinese) -> Self {
        Self::Use(Problem::Library(error.bilingual()))
    }

    /// A failure with what an error of the library says, in both languages.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub fn failed(error: impl Chinese) -> Self {
        Self::Failed(Problem::Library(error.bilingual()))
    }

    /// A verification that failed, with what the library says of it.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub fn unverified(error: impl Chinese) -> Self {
        Self::Unverified(Problem::Library(error.bilingual()))
    }

    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Use(_) => 2,
            Self::Refused(_) | Self::RefusedThere(_) => 3,
            Self::Unverified(_) => 4,
        }
    }

    /// The stable word in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Use(_) => "wrong-use",
            Self::Refused(refusal) => refusal.code.word(),
            Self::RefusedThere(_) => "refused",
            Self::Unverified(_) => "verification-failed",
        }
    }

    /// What is said.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Failed(problem) | Self::Use(problem), _) => {
                let text = problem.text(lang);
                // Findings about a file bring the word along: it stands before each of them.
                let text = text.strip_prefix(if lang == Lang::Zh { "错误: " } else { "error: " }).unwrap_or(&text);
                format!("{}{text}", if lang == Lang::Zh { "错误：" } else { "error: " })
            }
            (Self::Refused(refusal), Lang::En) => format!("refused: {}: {}", refusal.code.word(), refusal.text(lang)),
            (Self::Refused(refusal), Lang::Zh) => format!("拒绝：{}：{}", refusal.code.word(), refusal.text(lang)),
            (Self::RefusedThere(problem), Lang::En) => format!("refused: {}", problem.text(lang)),
            (Self::RefusedThere(problem), Lang::Zh) => format!("拒绝：{}", problem.text(lang)),
            (Self::Unverified(problem), Lang::En) => format!("not verified: {}", problem.text(lang)),
            (Self::Unverified(problem), Lang::Zh) => format!("未通过验证：{}", problem.text(lang)),
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

impl From<FileError> for CliError {
    fn from(error: FileError) -> Self {
        let missing = error.source.kind() == std::io::ErrorKind::NotFound && error.action == "open";
        if missing { Self::failure(FileProblem::Missing(error.path)) } else { Self::failed(error) }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::File { home, error } if error.source.kind() == std::io::ErrorKind::NotFound => {
                Self::failure(FileProblem::NoHome(home))
            }
            other => Self::failed(other),
        }
    }
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Config(error) => error.into(),
            OpenError::File(error) => error.into(),
            OpenError::Key(error) => error.into(),
            other => Self::failed(other),
        }
    }
}

impl From<InitError> for CliError {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Used(folder) => Self::failure(FileProblem::used(folder.into())),
            InitError::File(error) => error.into(),
            other => Self::failed(other),
        }
    }
}

/// What is wrong with the backup itself is a verification that failed.
impl From<UpkeepError> for CliError {
    fn from(error: UpkeepError) -> Self {
        match error {
            UpkeepError::File(error) => error.into(),
            UpkeepError::Config(error) => error.into(),
            UpkeepError::Key(error) => error.into(),
            UpkeepError::Used(_) | UpkeepError::Inside { .. } => Self::Use(Problem::Library(error.bilingual())),
            UpkeepError::Manifest { .. }
            | UpkeepError::Torn(_)
            | UpkeepError::Damaged(_)
            | UpkeepError::Foreign { .. } => Self::unverified(error),
            other => Self::failed(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Finding};
    use crate::model::DateError;

    #[test]
    fn the_word_error_stands_once() {
        let document = Document::new("y", "a = ");
        let error = CliError::failed(document.error(vec![Finding::at(0..1, DateError)]));
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| error.text(lang));
        assert!(en.starts_with("error: not a date") && en.matches("error").count() == 1, "{en}");
        assert!(zh.starts_with("错误：不是日期") && zh.matches("错误").count() == 1, "{zh}");
    }
}
