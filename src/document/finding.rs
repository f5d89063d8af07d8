//! What is wrong in a file, where, and what to do.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::{Bilingual, Chinese, Lang};

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The bytes of the file that it is about; `None` for the file as a whole.
    pub span: Option<Range<usize>>,
    /// What is wrong: lower case, input in backticks.
    pub message: Bilingual,
    /// What to do.
    pub help: Option<Bilingual>,
}

impl Finding {
    /// A finding about `span`.
    pub fn at(span: Range<usize>, mistake: impl Chinese) -> Self {
        Self { span: Some(span), message: mistake.bilingual(), help: None }
    }

    /// A finding about the whole file.
    pub fn whole(mistake: impl Chinese) -> Self {
        Self { span: None, message: mistake.bilingual(), help: None }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, cure: impl Chinese) -> Self {
        self.help = Some(cure.bilingual());
        self
    }

    /// The same, with a suggestion where one of `candidates` is close to `name`.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(name, candidates) {
            Some(close) => {
                let (zh, en) = (format!("是否指 `{close}`？"), format!("did you mean `{close}`?"));
                self.help(Bilingual { zh, en })
            }
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

impl DocumentError {
    /// Every finding with its line, in `lang`.
    fn shown(&self, lang: Lang) -> String {
        let findings = self.findings.iter().map(|finding| self.show(finding, lang));
        findings.collect::<Vec<_>>().join("\n\n")
    }

    fn show(&self, finding: &Finding, lang: Lang) -> String {
        let (error, help) = match lang {
            Lang::En => (Level::ERROR, Level::HELP),
            Lang::Zh => (Level::ERROR.with_name("错误"), Level::HELP.with_name("提示")),
        };
        let message = finding.message.in_lang(lang);
        let whole = format!("`{}`: {message}", self.path);
        let title = error.clone().primary_title(message);
        let mut group = match &finding.span {
            Some(span) => {
                let end = span.end.min(self.text.len());
                let span = span.start.min(end)..end;
                let snippet = Snippet::source(self.text.as_str()).path(self.path.as_str());
                title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
            }
            None => Group::with_title(error.primary_title(whole.as_str())),
        };
        if let Some(cure) = &finding.help {
            group = group.element(help.message(cure.in_lang(lang)));
        }
        Renderer::plain().render(&[group])
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(Lang::En))
    }
}

impl Chinese for DocumentError {
    fn chinese(&self) -> String {
        self.shown(Lang::Zh)
    }
}

impl std::error::Error for DocumentError {}
