//! `anshi audit`: derive a home again, with its public keys alone.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::error::CliError;
use super::files::text;
use super::message::WorkMessage;
use super::problem::AskProblem;
use super::terminal::Terminal;
use crate::config::Config;
use crate::job::HomePaths;
use crate::review::{AUDIT_STAGES, AuditInputs, AuditReport, Check, audit_home};

/// Subcommands of `anshi audit`.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Derive log, leaves, ledger sums and snapshots again, and compare
    #[command(after_help = "Example: anshi audit verify --home /tmp/anshi-demo")]
    Verify(AuditArgs),
}

/// Arguments of `anshi audit verify`.
#[derive(Args)]
pub struct AuditArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
}

/// Runs a subcommand.
pub fn audit(command: &AuditCommand, terminal: &Terminal) -> Result<(), CliError> {
    let AuditCommand::Verify(args) = command;
    let config = Config::load(&args.home)?;
    let paths = HomePaths::new(&args.home);
    let inputs = AuditInputs {
        store: paths.store(),
        log: paths.log(),
        mirror: config.checkpoint_mirror.clone(),
        data: paths.data(),
        guests: paths.guests(),
        catalog: config.catalog.clone(),
        log_key: text(&paths.log_key())?,
    };
    let bar = terminal.progress(WorkMessage::Auditing, AUDIT_STAGES);
    let report = audit_home(&inputs, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    tell(&report.map_err(CliError::failed)?, terminal)
}

fn tell(report: &AuditReport, terminal: &Terminal) -> Result<(), CliError> {
    for check in &report.checks {
        terminal.say(WorkMessage::AuditCheck {
            name: check.name,
            counts: check.counts.clone(),
            findings: check.findings.clone(),
            notes: check.notes.clone(),
        });
    }
    let checks = report.checks.iter().map(check_json).collect::<Vec<_>>();
    terminal.result(&json!({ "clean": report.is_clean(), "checks": checks }));
    if report.is_clean() {
        terminal.say(WorkMessage::AuditClean);
        return Ok(());
    }
    let findings = report.checks.iter().map(|check| check.findings.len()).sum();
    Err(CliError::Unverified(AskProblem::AuditFindings(findings).into()))
}

fn check_json(check: &Check) -> Value {
    let counts: Map<String, Value> =
        check.counts.iter().map(|(number, of)| (of.word().replace(' ', "_"), json!(number))).collect();
    json!({ "check": check.name, "counted": counts, "findings": check.findings, "notes": check.notes })
}
