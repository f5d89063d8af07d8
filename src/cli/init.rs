//! `anshi init`: make a home.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::error::CliError;
use super::message::WorkMessage;
use super::terminal::Terminal;
use crate::config::HomeKind;
use crate::env::Entropy;
use crate::job::{InitOptions, initialise};

/// Arguments of `anshi init`.
#[derive(Args)]
#[command(after_help = "Example: anshi init --home /tmp/anshi --kind synthetic")]
pub struct InitArgs {
    /// The home's folder: absent or empty
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// What the home is, for good
    #[arg(long, value_enum)]
    pub kind: Kind,
}

/// A home's kind on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    /// Invented data alone; debug output; keys marked as test
    Synthetic,
    /// Real data; no debug path; approvals needed
    Production,
}

impl From<Kind> for HomeKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Synthetic => Self::Synthetic,
            Kind::Production => Self::Production,
        }
    }
}

/// Makes a home.
pub fn init(args: &InitArgs, terminal: &Terminal) -> Result<(), CliError> {
    let kind = HomeKind::from(args.kind);
    let waiting = terminal.waiting(WorkMessage::Calibrating);
    initialise(&InitOptions { home: args.home.clone(), kind }, &Entropy)?;
    drop(waiting);
    terminal.say(WorkMessage::HomeMade { home: args.home.display().to_string(), kind });
    terminal.result(&serde_json::json!({ "home": args.home.display().to_string(), "kind": kind.word() }));
    Ok(())
}
