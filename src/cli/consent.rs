//! `anshi consent`: issue and revoke, with the development authority or another key.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::message::WorkMessage;
use super::run::{next_major, open_engine};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::env::{Clock, Durable, Entropy, write_atomic};
use crate::job::{ConsentOrder, HomePaths, KeyFile, compose_consent, load_key};
use crate::model::{Millis, UnitId};
use crate::policy::check_policy_file;

/// Subcommands of `anshi consent`.
#[derive(Subcommand)]
pub enum ConsentCommand {
    /// Sign a consent
    #[command(
        after_help = "Example: anshi consent issue --home /tmp/anshi-demo --policy sme-credit-check \\\n  --party enterprise=91350100M000100Y43 --uses 1 --days 30 --out consent.jws"
    )]
    Issue(IssueArgs),
    /// Revoke a consent: it serves no further job
    #[command(
        after_help = "Example: anshi consent revoke --home /tmp/anshi-demo --issuer development-authority --jti 5xPq…"
    )]
    Revoke(RevokeArgs),
}

/// Arguments of `anshi consent issue`.
#[derive(Args)]
pub struct IssueArgs {
    /// The home
    #[arg(long)]
    pub home: PathBuf,
    /// The policy consented to
    #[arg(long)]
    pub policy: String,
    /// The party, ROLE=ID
    #[arg(long, value_parser = super::run::read_pair)]
    pub party: (String, String),
    /// The client that may ask
    #[arg(long, default_value = "smart-finance")]
    pub client: String,
    /// For how many jobs
    #[arg(long, default_value_t = 1)]
    pub uses: u32,
    /// For how many days
    #[arg(long, default_value_t = 30)]
    pub days: u32,
    /// The authority
    #[arg(long, default_value = "development-authority")]
    pub issuer: String,
    /// The authority's private key (default: the synthetic home's development authority)
    #[arg(long)]
    pub key: Option<PathBuf>,
    /// Where to write the consent
    #[arg(long)]
    pub out: PathBuf,
}

/// Arguments of `anshi consent revoke`.
#[derive(Args)]
pub struct RevokeArgs {
    /// The home
    #[arg(long)]
    pub home: PathBuf,
    /// The authority
    #[arg(long)]
    pub issuer: String,
    /// The consent's number
    #[arg(long)]
    pub jti: String,
}

/// Runs a subcommand.
pub fn consent(command: &ConsentCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        ConsentCommand::Issue(args) => issue(args, terminal),
        ConsentCommand::Revoke(args) => {
            let (engine, runtime) = open_engine(&args.home)?;
            let revoked = runtime.block_on(engine.ledger().revoke_consent(args.issuer.clone(), args.jti.clone()));
            revoked.map_err(CliError::failed)?;
            terminal.say(WorkMessage::ConsentRevoked { jti: args.jti.clone() });
            terminal.result(&json!({ "revoked": args.jti }));
            Ok(())
        }
    }
}

fn issue(args: &IssueArgs, terminal: &Terminal) -> Result<(), CliError> {
    let config = Config::load(&args.home).map_err(CliError::failed)?;
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let path = config.policies.join(&args.policy).join("policy.toml");
    let policy = check_policy_file(&path, &catalog, config.nanos_per_kilofuel).map_err(CliError::failed)?;
    let (role, id) = &args.party;
    let rule = policy.roles.get(role).ok_or_else(|| CliError::Use(format!("the policy has no role `{role}`")))?;
    let subject = UnitId::parse(rule.unit, id).map_err(|error| CliError::Use(format!("`{id}`: {error}")))?;
    let key = args.key.clone().unwrap_or_else(|| HomePaths::new(&args.home).key(KeyFile::Authority));
    let key = load_key(&key).map_err(CliError::failed)?;
    let now = Clock::System.now();
    let order = ConsentOrder {
        issuer: args.issuer.clone(),
        audience: config.ledger.clone(),
        subject,
        client: args.client.clone(),
        purpose: policy.purpose.clone(),
        policy: policy.id.clone(),
        versions: (policy.version_text(), next_major(&policy)),
        role: role.clone(),
        max_uses: args.uses,
        valid: (Millis(now.seconds().saturating_mul(1_000)), now.plus(i64::from(args.days).saturating_mul(86_400_000))),
    };
    let token = compose_consent(&order, &key, &Entropy).map_err(CliError::failed)?;
    write_atomic(&args.out, format!("{token}\n").as_bytes(), Durable::Shared).map_err(CliError::failed)?;
    terminal.say(WorkMessage::ConsentIssued { out: args.out.display().to_string(), days: args.days, uses: args.uses });
    terminal.result(&json!({ "out": args.out.display().to_string() }));
    Ok(())
}
