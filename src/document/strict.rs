//! Reading strict TOML: unknown and duplicate keys are errors, with the place.

use serde::de::DeserializeOwned;

use super::finding::{DocumentError, Finding};
use super::syntax::SyntaxMistake;

pub use toml::Spanned;

/// A file's path and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The path, for messages.
    pub path: String,
    /// The text.
    pub text: String,
}

impl Document {
    /// A file that was read.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Parses the text as `T`, whose fields say what may stand in it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, DocumentError> {
        toml::from_str(&self.text).map_err(|error| {
            let mistake = SyntaxMistake(error.message().to_owned());
            let finding = match error.span() {
                Some(span) => Finding::at(span, mistake.clone()),
                None => Finding::whole(mistake.clone()),
            };
            self.error(vec![match mistake.unknown_key() {
                Some((unknown, known)) => finding.suggest(unknown, known),
                None => finding,
            }])
        })
    }

    /// `value` where there are no findings, the error with all of them where there are.
    pub fn check<T>(&self, value: Option<T>, findings: Vec<Finding>) -> Result<T, DocumentError> {
        match value {
            Some(value) if findings.is_empty() => Ok(value),
            _ => Err(self.error(findings)),
        }
    }

    /// The error with `findings`.
    pub fn error(&self, findings: Vec<Finding>) -> DocumentError {
        DocumentError { path: self.path.clone(), text: self.text.clone(), findings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only parsed")]
        history_months: u32,
    }

    #[test]
    fn an_unknown_key_is_shown_with_its_line_and_a_suggestion() {
        let document = Document::new("policy.toml", "# a comment\nhistory_month = 3\n");
        let error = document.parse::<Sample>().unwrap_err().to_string();
        assert!(error.contains("policy.toml:2:1"), "{error}");
        assert!(error.contains("did you mean `history_months`?"), "{error}");
    }

    #[test]
    fn a_duplicate_key_is_an_error() {
        let document = Document::new("policy.toml", "history_months = 3\nhistory_months = 4\n");
        assert!(document.parse::<Sample>().unwrap_err().to_string().contains("duplicate key"));
    }
}
