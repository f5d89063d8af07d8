//! `anshi audit replay`: a label computed again from the archive. Prints whether it is the receipt's, and nothing else.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::audit_words::{AuditMessage, ReplayProblem};
use super::error::CliError;
use super::files::text;
use super::message::WorkMessage;
use super::terminal::Terminal;
use crate::env::program;
use crate::job::{Replay, ReplayError, ReplayInputs, SignatureCheck, Verdict, replay};

/// Arguments of `anshi audit replay`.
#[derive(Args)]
pub struct ReplayArgs {
    /// The bundle, as its client has it
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The home that answered; an engine may run
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
}

impl From<ReplayError> for CliError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Config(error) => error.into(),
            ReplayError::File(error) => error.into(),
            ReplayError::Key(error) => (*error).into(),
            ReplayError::Bundle(error) => Self::unverified(error),
            other => Self::failed(other),
        }
    }
}

/// Computes a label again.
pub fn replay_command(args: &ReplayArgs, terminal: &Terminal) -> Result<(), CliError> {
    let bundle = text(&args.bundle)?;
    let compiler = program().map_err(CliError::failed)?;
    let waiting = terminal.waiting(WorkMessage::Auditing);
    let replayed = replay(&ReplayInputs { home: &args.home, bundle: &bundle, compiler });
    drop(waiting);
    let Replay { verdict, job, index, same_build, signature } = replayed?;
    terminal.result(&json!({
        "verdict": verdict.word(), "about": verdict.about(), "job": job, "index": index, "same_build": same_build,
        "signature": signature.map(|signature| match signature {
            SignatureCheck::Verified => "verified",
            SignatureCheck::KeyGone => "key-unknown",
        }),
    }));
    let problem = ReplayProblem { verdict, same_build };
    match verdict {
        Verdict::Same => {
            terminal.say(AuditMessage::Same { job, same_build, signature });
            Ok(())
        }
        Verdict::Different(_) | Verdict::Damaged(_) => Err(CliError::unverified(problem)),
        Verdict::Impossible(_) => Err(CliError::failed(problem)),
    }
}
