//! `anshi policy`: check policies.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::guest::{describe, read_guest};
use super::message::WorkMessage;
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::guest::NANOS_PER_KILOFUEL_DEFAULT;
use crate::job::unpack_catalog;
use crate::policy::{check_policy_file, fit};

/// Subcommands of `anshi policy`.
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Check a policy file against the catalog and, with --guest, against a guest
    #[command(
        after_help = "Example: anshi policy check policies/sme-credit-check/policy.toml --guest sme-credit-check.wasm"
    )]
    Check(CheckArgs),
}

/// Arguments of `anshi policy check`.
#[derive(Args)]
pub struct CheckArgs {
    /// The policy's file
    pub file: PathBuf,
    /// The home whose catalog and calibration count (default: the catalog built in, a cautious calibration)
    #[arg(long)]
    pub home: Option<PathBuf>,
    /// A guest that should fit the policy
    #[arg(long)]
    pub guest: Option<PathBuf>,
}

/// Runs a subcommand.
pub fn policy(command: &PolicyCommand, terminal: &Terminal) -> Result<(), CliError> {
    let PolicyCommand::Check(args) = command;
    let (catalog, nanos) = match &args.home {
        Some(home) => {
            let config = Config::load(home).map_err(CliError::failed)?;
            (Catalog::load(&config.catalog).map_err(CliError::failed)?, config.nanos_per_kilofuel)
        }
        None => (unpack_catalog().map_err(CliError::failed)?, NANOS_PER_KILOFUEL_DEFAULT),
    };
    let policy = check_policy_file(&args.file, &catalog, nanos).map_err(CliError::failed)?;
    if let Some(guest) = &args.guest {
        let manifest = describe(&read_guest(guest)?)?;
        if let Err(misfits) = fit(&policy, &manifest, &catalog) {
            return Err(CliError::Failed(format!("the guest does not fit the policy:\n  {}", misfits.join("\n  "))));
        }
    }
    let (labels, bits) = (policy.labels.join(", "), policy.cost_bits());
    terminal.say(WorkMessage::PolicyGood { id: policy.id.clone(), version: policy.version_text(), labels, bits });
    terminal.result(&json!({
        "policy": policy.id, "version": policy.version_text(), "sha256": policy.sha256.to_string(), "cost": { "bits": bits },
    }));
    Ok(())
}
