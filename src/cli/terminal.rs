//! What a person or a program sees: lines, JSON, progress, errors.

use std::cell::Cell;
use std::io::{IsTerminal, Stderr, Write};
use std::time::Duration;

use clap::builder::StyledStr;
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

use super::error::CliError;
use super::log_line::LogLine;
use super::log_lines::LogLines;
use super::message::Message;
use crate::env::variable;
use crate::model::{Lang, seen};
use crate::server::REQUESTS;

/// How often a sign of life moves.
const SPIN: Duration = Duration::from_millis(100);

/// A sign of life.
pub struct Waiting(ProgressBar);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Where a command speaks.
pub struct Terminal {
    json: bool,
    lang: Lang,
    /// Whether a program got its one result already.
    told: Cell<bool>,
}

impl Terminal {
    /// A terminal with these options.
    pub fn new(json: bool, lang: Option<Lang>) -> Self {
        Self { json, lang: lang.unwrap_or_else(locale), told: Cell::new(false) }
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// Says a message to a person; a program gets [`Self::result`] alone.
    pub fn say(&self, message: impl Into<Message>) {
        if !self.json {
            self.line(&tame(&message.into().text(self.lang)));
        }
    }

    /// Prints a command's result for a program.
    pub fn result(&self, value: &serde_json::Value) {
        if self.json {
            self.line(&serde_json::to_string_pretty(value).unwrap_or_default());
            self.told.set(true);
        }
    }

    /// Shows a page of help, in colour on a terminal.
    pub fn page(&self, page: &StyledStr, say: impl Fn(&str) -> String) {
        let colour = std::io::stdout().is_terminal() && variable("NO_COLOR").is_none();
        let text = if colour { page.ansi().to_string() } else { page.to_string() };
        self.line(say(&text).trim_end());
    }

    /// An empty screen, where there is one.
    pub fn clear(&self) {
        if !self.json && std::io::stdout().is_terminal() {
            let mut out = std::io::stdout().lock();
            let _ = write!(out, "\x1b[2J\x1b[H");
            // What comes next may be an error, which does not wait for this stream's end of line.
            let _ = out.flush();
        }
    }

    /// A closed pipe is the reader's choice, not an error.
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    /// Reports an error on standard error; as JSON on standard output for a program that has no result yet:
    /// what it reads is one value.
    pub fn report(&self, error: &CliError) {
        if !self.told.get() {
            self.result(&serde_json::json!({ "error": error.word(), "message": error.text(self.lang) }));
        }
        let _ = writeln!(std::io::stderr().lock(), "{}", tame(&error.text(self.lang)));
    }

    /// A bar on a terminal, nothing in a pipe.
    pub fn progress(&self, what: impl Into<Message>, total: u64) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = "{msg} {bar:30} {human_pos}/{human_len} {eta}";
        let bar = ProgressBar::new(total).with_message(what.into().text(self.lang));
        match ProgressStyle::with_template(style) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    /// A count on a terminal, nothing in a pipe: for work whose end nobody knows before.
    pub fn counting(&self, what: impl Into<Message>) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::no_length().with_message(what.into().text(self.lang));
        let bar = match ProgressStyle::with_template("{spinner} {msg} {human_pos}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        bar.enable_steady_tick(SPIN);
        bar
    }

    /// A sign of life on a terminal, nothing in a pipe: for work that cannot say how far it is. Gone when dropped.
    pub fn waiting(&self, what: impl Into<Message>) -> Waiting {
        let bar = if self.json || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new_spinner().with_message(what.into().text(self.lang))
        };
        bar.enable_steady_tick(SPIN);
        Waiting(bar)
    }

    /// Warnings and errors of the engine go to standard error; `ANSHI_LOG` says otherwise.
    pub fn start_tracing(&self) {
        let filter = variable("ANSHI_LOG").unwrap_or_else(|| "error".to_owned());
        let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("error"));
        let _ =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().try_init();
    }

    /// A service's log: one JSON object a line on standard error, requests included. What is still to be written when the
    /// lines are dropped is written then.
    pub fn start_service_tracing(&self) -> LogLines<Stderr> {
        let filter = variable("ANSHI_LOG").unwrap_or_else(|| "info".to_owned());
        let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = tracing_subscriber::fmt().event_format(LogLine).with_env_filter(filter);
        let written = LogLines::new(std::io::stderr(), REQUESTS);
        let _ = lines.with_writer(written.writer()).try_init();
        written
    }
}

/// Lines as they are; whatever else a terminal would obey is written out. A bundle, a policy or a table can be anybody's.
fn tame(text: &str) -> String {
    text.split('\n')
        .map(|line| line.split('\t').map(seen).collect::<Vec<_>>().join("\t"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn locale() -> Lang {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    if set.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
}
