//! `anshi doctor`: what is wrong with a home, and what to do about it.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::problem::Problem;
use super::terminal::Terminal;
use super::upkeep_message::{UpkeepMessage, UpkeepProblem};
use crate::env::Clock;
use crate::upkeep::{CheckUp, DoctorOptions, EXAMINATIONS, Level, Thresholds, examine};

/// Arguments of `anshi doctor`.
#[derive(Args)]
#[command(after_help = "Example: anshi doctor --home /tmp/anshi-demo")]
pub struct DoctorArgs {
    /// The home; its engine may run
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Read every file of ledger and snapshot, however long it takes
    #[arg(long)]
    pub deep: bool,
}

/// Examines. An error is exit code 1; a warning is none.
pub fn doctor(args: &DoctorArgs, terminal: &Terminal) -> Result<(), CliError> {
    let options =
        DoctorOptions { home: args.home.clone(), deep: args.deep, calibrate: true, thresholds: Thresholds::default() };
    let bar = terminal.progress(UpkeepMessage::Examining, EXAMINATIONS);
    let findings = examine(&options, &Clock::System, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    for CheckUp { check, level, diagnosis } in &findings {
        terminal.say(UpkeepMessage::Examined { check, level: *level, diagnosis: Box::new(diagnosis.clone()) });
    }
    let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count() as u64;
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    terminal.say(UpkeepMessage::ExaminedSum { errors, warnings });
    let one = |finding: &CheckUp| {
        let text = finding.diagnosis.text(terminal.lang());
        json!({ "check": finding.check, "level": UpkeepMessage::level_word(finding.level), "message": text })
    };
    let checks: Vec<_> = findings.iter().map(one).collect();
    terminal.result(&json!({ "errors": errors, "warnings": warnings, "checks": checks }));
    match errors {
        0 => Ok(()),
        errors => Err(CliError::Failed(Problem::from(UpkeepProblem::Ill(errors)))),
    }
}
