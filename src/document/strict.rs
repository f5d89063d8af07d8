//! Reading strict TOML: unknown and duplicate keys are errors, with the place.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, Deserializer, Error};

use super::finding::{DocumentError, Finding};
use super::form::{Form, Walk};
use super::shape::Shape;
use super::syntax::SyntaxMistake;

/// A reader that lost its way says much: so many of its complaints are told.
const SYNTAX_FINDINGS_MAX: usize = 20;
/// So many errors are looked at: each costs a walk through the text, and a hostile one can have one in every line.
const SYNTAX_ERRORS_MAX: usize = 1_000;

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
        toml::from_str(&self.text).map_err(|error| self.error(vec![told(&error)]))
    }

    /// What the text says and nothing else: its values written anew, keys in order, without comments, without the keys
    /// `without` at its top.
    pub fn plain(&self, without: &[&str]) -> Result<String, DocumentError> {
        let mut table: toml::Table = self.parse()?;
        table.retain(|key, _| !without.contains(&key));
        let failed = |error: toml::ser::Error| self.error(vec![Finding::whole(SyntaxMistake(error.to_string()))]);
        toml::to_string(&table).map_err(failed)
    }

    /// Parses the text as `T`, whose form is `shape`, and finds all that is wrong with the form, not the first alone. A text
    /// with such mistakes is mended for the checks that follow, and there is no value where a path that `bearing` says others
    /// depend on had to be mended. Whatever they find, a mended text is refused: [`Formed::settle`].
    pub fn read<T: DeserializeOwned>(&self, shape: &Shape, bearing: impl Fn(&str) -> bool) -> Formed<T> {
        let (mut root, errors) = DeTable::parse_recoverable(&self.text);
        if !errors.is_empty() {
            let findings = self.syntax(&errors);
            return Formed { value: None, form: Form { findings, ..Form::default() } };
        }
        let mut form = Walk::through(&self.text, shape, &mut root);
        if form.paths.iter().any(|path| bearing(path)) {
            return Formed { value: None, form };
        }
        match T::deserialize(Deserializer::from(root)) {
            Ok(value) => Formed { value: Some(value), form },
            // The form knows less than the parser does.
            Err(error) => {
                if form.findings.is_empty() {
                    form.findings.push(told(&error));
                }
                Formed { value: None, form }
            }
        }
    }

    /// What is told of a text that is no TOML: one thing of each line, each thing once, and nothing behind an open list, whose reader
    /// takes all that follows for its elements.
    fn syntax(&self, errors: &[Error]) -> Vec<Finding> {
        let (mut lines, mut said, mut findings) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for error in errors.iter().take(SYNTAX_ERRORS_MAX) {
            let before = error.span().and_then(|span| self.text.get(..span.start)).unwrap_or_default();
            if lines.insert(before.matches('\n').count()) & said.insert(error.message()) {
                findings.push(told(error));
            }
            if SyntaxMistake(error.message().to_owned()).is_open_list() || findings.len() == SYNTAX_FINDINGS_MAX {
                break;
            }
        }
        findings
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

/// What the TOML reader says.
fn told(error: &Error) -> Finding {
    let mistake = SyntaxMistake(error.message().to_owned());
    let finding = match error.span() {
        Some(span) => Finding::at(span, mistake.clone()),
        None => Finding::whole(mistake.clone()),
    };
    match (mistake.unknown_key(), mistake.cure()) {
        (Some((unknown, known)), _) => finding.suggest(unknown, known),
        (None, Some(cure)) => finding.help(cure),
        (None, None) => finding,
    }
}

/// What was read of a file, and what is wrong with its form.
#[derive(Debug)]
pub struct Formed<T> {
    value: Option<T>,
    form: Form,
}

impl<T> Formed<T> {
    /// Checks the value; the file is good where neither its form nor `check` has a finding.
    pub fn settle<U>(
        self,
        document: &Document,
        check: impl FnOnce(T, &mut Vec<Finding>) -> U,
    ) -> Result<U, DocumentError> {
        let Form { findings: mut all, mended, clamped, .. } = self.form;
        let mut found = Vec::new();
        let value = self.value.map(|value| check(value, &mut found));
        let better = |span: &Option<Range<usize>>| found.iter().any(|finding| finding.span == *span);
        all.retain(|Finding { span, .. }| !(span.as_ref().is_some_and(|span| clamped.contains(span)) && better(span)));
        // Of what was put in there is nothing to say.
        all.extend(
            found.into_iter().filter(|finding| !finding.span.as_ref().is_some_and(|span| mended.contains(span))),
        );
        all.sort_by_key(|finding| finding.span.as_ref().map(|span| span.start));
        document.check(value, all)
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
