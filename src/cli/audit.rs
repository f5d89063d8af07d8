//! `anshi audit`: derive a home again, with its public keys alone; tell what was asked of it; compute a label again.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::audit_month::{ExportArgs, ShowArgs, export, show};
use super::audit_replay::{ReplayArgs, replay_command};
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
    /// Show who asked what, about how many, for what, under which policy; never which label was answered
    #[command(after_help = "Example: anshi audit show --home /tmp/anshi-demo --client smart-finance")]
    Show(ShowArgs),
    /// Write a month as CSV, and as a page to print
    #[command(after_help = "Example: anshi audit export --home /tmp/anshi-demo --month 2026-11 --out /tmp/november")]
    Export(ExportArgs),
    /// Compute a label again from the archive, and say whether it is the receipt's
    #[command(
        after_help = "Example: anshi audit replay /tmp/anshi-demo/demo/healthy.bundle.json --home /tmp/anshi-demo"
    )]
    Replay(ReplayArgs),
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
    match command {
        AuditCommand::Verify(args) => verify(args, terminal),
        AuditCommand::Show(args) => show(args, terminal),
        AuditCommand::Export(args) => export(args, terminal),
        AuditCommand::Replay(args) => replay_command(args, terminal),
    }
}

fn verify(args: &AuditArgs, terminal: &Terminal) -> Result<(), CliError> {
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
