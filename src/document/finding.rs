//! What is wrong in a file, where, and what to do.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The bytes of the file that it is about; `None` for the file as a whole.
    pub span: Option<Range<usize>>,
    /// What is wrong: lower case, input in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// A finding about `span`.
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), help: None }
    }

    /// A finding about the whole file.
    pub fn whole(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), help: None }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with a suggestion where one of `candidates` is close to `name`.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(name, candidates) {
            Some(close) => self.help(format!("did you mean `{close}`?")),
            None => self,
        }
    }
}

/// The candidate that `name` is probably meant to be.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let allowed = (name.chars().count() / 3).max(1);
    scored.filter(|(distance, _)| *distance <= allowed).min().map(|(_, candidate)| candidate)
}

/// A file that cannot be used, with everything that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The file's path, as given.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Where in a file a finding is, as editors count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl DocumentError {
    /// Where `finding` begins and ends; `None` where it is about the file as a whole.
    pub fn place(&self, finding: &Finding) -> Option<(Place, Place)> {
        let span = finding.span.as_ref()?;
        let place = |offset: usize| {
            let before = self.text.get(..self.text.floor_char_boundary(offset)).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
        };
        Some((place(span.start), place(span.end)))
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = Renderer::plain();
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            let title = Level::ERROR.primary_title(finding.message.as_str());
            let mut group = match &finding.span {
                Some(span) => {
                    let end = span.end.min(self.text.len());
                    let span = span.start.min(end)..end;
                    let snippet = Snippet::source(self.text.as_str()).path(self.path.as_str());
                    title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
                }
                None => Group::with_title(Level::ERROR.primary_title(format!("`{}`: {}", self.path, finding.message))),
            };
            if let Some(help) = &finding.help {
                group = group.element(Level::HELP.message(help.as_str()));
            }
            f.write_str(&renderer.render(&[group]))?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}
