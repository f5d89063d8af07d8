//! `anshi receipt` and `anshi audit`: show and verify what the engine signed, with its public keys alone.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::message::{Message, WorkMessage};
use super::terminal::Terminal;
use crate::config::Config;
use crate::env::read_text;
use crate::job::HomePaths;
use crate::receipt::{Bundle, Claims, VerifiedBundle, verify_bundle};
use crate::review::{AuditInputs, audit_home};

/// Subcommands of `anshi receipt`.
#[derive(Subcommand)]
pub enum ReceiptCommand {
    /// Show what a bundle says, unverified
    #[command(after_help = "Example: anshi receipt show bundle.json")]
    Show(ShowArgs),
    /// Verify a bundle offline: signature, log inclusion, and that its parts belong together
    #[command(after_help = "Example: anshi receipt verify bundle.json --jwks jwks.json --log-key log.vkey")]
    Verify(VerifyArgs),
}

/// Arguments of `anshi receipt show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The bundle
    pub bundle: PathBuf,
}

/// Arguments of `anshi receipt verify`.
#[derive(Args)]
pub struct VerifyArgs {
    /// The bundle
    pub bundle: PathBuf,
    /// The engine's public keys
    #[arg(long)]
    pub jwks: PathBuf,
    /// The log's verifier key
    #[arg(long)]
    pub log_key: PathBuf,
}

/// Subcommands of `anshi audit`.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Derive log, leaves, ledger sums and snapshots again, and compare
    #[command(after_help = "Example: anshi audit verify --home /srv/anshi")]
    Verify(AuditArgs),
}

/// Arguments of `anshi audit verify`.
#[derive(Args)]
pub struct AuditArgs {
    /// The home
    #[arg(long)]
    pub home: PathBuf,
}

/// Runs a subcommand of `anshi receipt`.
pub fn receipt(command: &ReceiptCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        ReceiptCommand::Show(args) => {
            let bundle: Bundle = serde_json::from_str(&text(&args.bundle)?).map_err(CliError::failed)?;
            let claims = bundle.claims().ok_or_else(|| CliError::Failed("the receipt cannot be read".to_owned()))?;
            terminal.say(WorkMessage::ReceiptUnverified);
            show(&claims, terminal);
            terminal.result(&json!({ "verified": false, "claims": claims }));
            Ok(())
        }
        ReceiptCommand::Verify(args) => {
            let verified = verify_files(&args.bundle, &args.jwks, &args.log_key)?;
            terminal.say(WorkMessage::ReceiptVerified { size: verified.checkpoint.size });
            show(&verified.claims, terminal);
            terminal
                .result(&json!({ "verified": true, "claims": verified.claims, "log_size": verified.checkpoint.size }));
            Ok(())
        }
    }
}

fn text(path: &Path) -> Result<String, CliError> {
    read_text(path).map_err(CliError::failed)
}

/// Verifies a bundle's file.
pub fn verify_files(bundle: &Path, jwks: &Path, log_key: &Path) -> Result<VerifiedBundle, CliError> {
    let (bundle, jwks, log_key) = (text(bundle)?, text(jwks)?, text(log_key)?);
    verify_bundle(&bundle, &jwks, &log_key).map_err(|error| CliError::Unverified(error.to_string()))
}

fn show(claims: &Claims, terminal: &Terminal) {
    terminal.say(WorkMessage::ReceiptShown {
        label: claims.result.label.clone(),
        client: claims.aud.clone(),
        policy: format!("{} {}", claims.policy.id, claims.policy.version),
        as_of: claims.snapshot.as_of.clone(),
        guest: claims.guest.clone(),
        bits: u64::from(claims.cost.bits),
        index: claims.log.as_ref().map_or(0, |log| log.index),
    });
}

/// Runs a subcommand of `anshi audit`.
pub fn audit(command: &AuditCommand, terminal: &Terminal) -> Result<(), CliError> {
    let AuditCommand::Verify(args) = command;
    let config = Config::load(&args.home).map_err(CliError::failed)?;
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
    let report = audit_home(&inputs, &mut |_| {}).map_err(CliError::failed)?;
    for check in &report.checks {
        terminal.say(WorkMessage::AuditCheck {
            name: check.name.to_owned(),
            counted: check.counted.clone(),
            findings: check.findings.clone(),
        });
    }
    let checks = report
        .checks
        .iter()
        .map(|check| json!({ "check": check.name, "counted": check.counted, "findings": check.findings }));
    terminal.result(&json!({ "clean": report.is_clean(), "checks": checks.collect::<Vec<_>>() }));
    let findings: usize = report.checks.iter().map(|check| check.findings.len()).sum();
    if report.is_clean() {
        terminal.say(WorkMessage::AuditClean);
        Ok(())
    } else {
        Err(CliError::Unverified(Message::from(WorkMessage::AuditFindings { findings }).text(terminal.lang())))
    }
}
