//! `anshi receipt`: show and verify what the engine signed, with its public keys alone.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::files::text;
use super::message::{ShownAnswer, WorkMessage};
use super::problem::{AskProblem, FileProblem, Problem};
use super::run::{cost, read_party};
use super::table_answer::show_table;
use super::terminal::Terminal;
use crate::log::CheckpointError;
use crate::model::{Bilingual, Chinese, check_label, seen};
use crate::receipt::{Bundle, Claims, VerifiedBundle, VerifyError, verify_bundle};

/// An example that works where `anshi demo --home /tmp/anshi-demo` was run.
pub const VERIFY_EXAMPLE: &str = "Example: anshi receipt verify /tmp/anshi-demo/demo/healthy.bundle.json \\\n  --jwks /tmp/anshi-demo/jwks.json --log-key /tmp/anshi-demo/log.vkey \\\n  --party enterprise=91371402MA769M6L9G";

/// Subcommands of `anshi receipt`.
#[derive(Subcommand)]
pub enum ReceiptCommand {
    /// Show what a bundle says, unverified
    #[command(after_help = "Example: anshi receipt show /tmp/anshi-demo/demo/healthy.bundle.json")]
    Show(ShowArgs),
    /// Verify a bundle offline: signature, log inclusion, and that its parts belong together
    #[command(after_help = VERIFY_EXAMPLE)]
    Verify(VerifyArgs),
}

/// Arguments of `anshi receipt show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The bundle, as `anshi run` wrote it
    #[arg(value_name = "FILE")]
    pub bundle: PathBuf,
}

/// Arguments of `anshi receipt verify`.
#[derive(Args)]
pub struct VerifyArgs {
    /// The bundle, as `anshi run` wrote it
    #[arg(value_name = "FILE")]
    pub bundle: PathBuf,
    /// The engine's public keys: the home's `jwks.json`
    #[arg(long, value_name = "FILE")]
    pub jwks: PathBuf,
    /// The log's public key: the home's `log.vkey`
    #[arg(long, value_name = "FILE")]
    pub log_key: PathBuf,
    /// Whom the receipt must be about: role and identifier; once for each
    #[arg(long = "party", value_name = "ROLE=ID", value_parser = read_party)]
    pub parties: Vec<(String, String)>,
}

/// Runs a subcommand of `anshi receipt`.
pub fn receipt(command: &ReceiptCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        ReceiptCommand::Show(args) => {
            let bundle: Bundle = serde_json::from_str(&text(&args.bundle)?).map_err(|error| {
                // It repeats names that stand in the file.
                let error = Bilingual { en: seen(&error.to_string()), zh: seen(&error.chinese()) };
                CliError::failure(FileProblem::NotABundle { path: args.bundle.clone(), error })
            })?;
            let claims = bundle.claims().ok_or_else(|| CliError::failure(AskProblem::ReceiptUnreadable))?;
            terminal.say(WorkMessage::ReceiptUnverified);
            show(&claims, terminal);
            // Nothing of it is verified yet: what could not be printed safely is not.
            if let Some(table) = claims.result.table.as_ref().filter(|table| json_prints(&json!(table))) {
                show_table(table, terminal);
            }
            terminal.result(&json!({ "verified": false, "claims": claims }));
            Ok(())
        }
        ReceiptCommand::Verify(args) => {
            let verified = verify_files(&args.bundle, &args.jwks, &args.log_key)?;
            for (role, id) in &args.parties {
                let about = verified.check_party(role, id);
                about.map_err(CliError::unverified)?;
            }
            terminal.say(WorkMessage::ReceiptVerified { size: verified.checkpoint.size });
            show(&verified.claims, terminal);
            for (role, id) in &args.parties {
                terminal.say(WorkMessage::ReceiptParty { role: role.clone(), id: id.clone() });
            }
            terminal
                .result(&json!({ "verified": true, "claims": verified.claims, "log_size": verified.checkpoint.size }));
            Ok(())
        }
    }
}

/// Whether every text in it is one that a policy's labels and figures could be.
fn json_prints(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => check_label(text).is_ok(),
        serde_json::Value::Array(values) => values.iter().all(json_prints),
        serde_json::Value::Object(members) => members.values().all(json_prints),
        _ => true,
    }
}

/// Verifies a bundle's file.
pub fn verify_files(bundle: &Path, jwks: &Path, log_key: &Path) -> Result<VerifiedBundle, CliError> {
    let (bundle, jwks, log_key) = (text(bundle)?, text(jwks)?, text(log_key)?);
    verify_bundle(&bundle, &jwks, &log_key).map_err(|error| match error {
        // Keys that are none say nothing of the bundle: another file was meant.
        VerifyError::Keys(_) | VerifyError::LogKey(CheckpointError::Key) => {
            CliError::Use(Problem::Library(error.bilingual()))
        }
        error => CliError::unverified(error),
    })
}

fn show(claims: &Claims, terminal: &Terminal) {
    terminal.say(WorkMessage::ReceiptShown {
        answer: match (&claims.result.label, &claims.result.table) {
            (Some(label), _) => ShownAnswer::Label(seen(label)),
            (None, Some(table)) => ShownAnswer::Table(table.cells.len(), table.cells.iter().flatten().count()),
            (None, None) => ShownAnswer::NoTable,
        },
        client: seen(&claims.aud),
        policy: seen(&format!("{} {}", claims.policy.id, claims.policy.version)),
        as_of: seen(&claims.snapshot.as_of),
        guest: seen(&claims.guest),
        cost: cost(&claims.cost),
        index: claims.log.as_ref().map_or(0, |log| log.index),
    });
}
