//! `anshi consent`: issue and revoke, with the development authority or another key.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

use super::error::CliError;
use super::files::{check_new, text, write};
use super::message::WorkMessage;
use super::policy_place::home_policy;
use super::problem::{AskProblem, FileProblem};
use super::run::{DEVELOPMENT_AUTHORITY, next_major, open_engine};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::{CallerKind, Config};
use crate::env::{Clock, Durable, Entropy};
use crate::job::{ConsentOrder, HomePaths, KeyFile, compose_consent, load_key};
use crate::keys::{TokenKind, TrustedKey, verify};
use crate::model::{Bilingual, Chinese, Detail, Millis, UnitId};

/// An example that works where `anshi demo --home /tmp/anshi-demo` was run.
pub const ISSUE_EXAMPLE: &str = "Example: anshi consent issue --home /tmp/anshi-demo --policy sme-credit-check \\\n  --party enterprise=91371402MA769M6L9G --uses 1 --days 30 --out consent.jws";

/// Subcommands of `anshi consent`.
#[derive(Subcommand)]
pub enum ConsentCommand {
    /// Sign a consent
    #[command(after_help = ISSUE_EXAMPLE)]
    Issue(IssueArgs),
    /// Revoke a consent: it serves no further job
    #[command(after_help = "Example: anshi consent revoke --home /tmp/anshi-demo --consent consent.jws")]
    Revoke(RevokeArgs),
}

/// Arguments of `anshi consent issue`.
#[derive(Args)]
pub struct IssueArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The policy consented to; `anshi policy list` shows which there are
    #[arg(long, value_name = "ID")]
    pub policy: String,
    /// The party that consents: its role in the policy, and its identifier
    #[arg(long, value_name = "ROLE=ID", value_parser = super::run::read_party)]
    pub party: (String, String),
    /// The client that may ask
    #[arg(long, value_name = "ID", default_value = "smart-finance")]
    pub client: String,
    /// For how many jobs
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub uses: u32,
    /// For how many days
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub days: u32,
    /// The authority that signs
    #[arg(long, value_name = "ID", default_value = DEVELOPMENT_AUTHORITY)]
    pub issuer: String,
    /// The authority's private key (default: the synthetic home's development authority's)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where to write the consent
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `anshi consent revoke`.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["consent", "jti"])))]
pub struct RevokeArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The consent
    #[arg(long, value_name = "FILE", conflicts_with = "issuer")]
    pub consent: Option<PathBuf>,
    /// The consent's number, as `anshi consent issue` printed it, where the file is not at hand
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub jti: Option<String>,
    /// With --jti, the authority that signed the consent
    #[arg(long, value_name = "ID", default_value = DEVELOPMENT_AUTHORITY)]
    pub issuer: String,
}

/// Runs a subcommand.
pub fn consent(command: &ConsentCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        ConsentCommand::Issue(args) => issue(args, terminal),
        ConsentCommand::Revoke(args) => revoke(args, terminal),
    }
}

/// What a consent is known by.
#[derive(Deserialize)]
struct ConsentName {
    iss: String,
    jti: String,
}

/// Reads the name out of a consent that one of `trusted` signed.
fn consent_name(token: &str, trusted: &[TrustedKey]) -> Result<ConsentName, Bilingual> {
    let signed = verify(token, TokenKind::Consent, trusted).map_err(|error| error.bilingual())?;
    let name: ConsentName = serde_json::from_slice(signed.value()).map_err(|error| error.bilingual())?;
    if name.iss == signed.owner() { Ok(name) } else { Err(Detail::NotOwner.bilingual()) }
}

fn issue(args: &IssueArgs, terminal: &Terminal) -> Result<(), CliError> {
    let config = Config::load(&args.home)?;
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let policy = home_policy(&args.home, &config, &catalog, &args.policy)?;
    let (role, id) = &args.party;
    let rule = policy.roles.get(role).ok_or_else(|| {
        let roles = policy.roles.keys().cloned().collect();
        CliError::misuse(AskProblem::NoRole { policy: policy.id.clone(), role: role.clone(), roles })
    })?;
    let subject =
        UnitId::parse(rule.unit, id).map_err(|error| CliError::misuse(AskProblem::BadId { id: id.clone(), error }))?;
    check_new([&args.out], args.force)?;
    if args.key.is_none() && !config.is_synthetic() {
        return Err(CliError::misuse(AskProblem::ProductionAuthority));
    }
    let key = args.key.clone().unwrap_or_else(|| HomePaths::new(&args.home).key(KeyFile::Authority));
    let key = load_key(&key)?;
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
    let signer = TrustedKey { owner: args.issuer.clone(), key: key.public().clone(), kinds: vec![TokenKind::Consent] };
    let name = consent_name(&token, &[signer]).map_err(CliError::failed)?;
    write(&args.out, format!("{token}\n").as_bytes(), Durable::Shared)?;
    let out = args.out.display().to_string();
    terminal.result(&json!({ "out": out, "issuer": name.iss, "jti": name.jti, "uses": args.uses, "days": args.days }));
    terminal.say(WorkMessage::ConsentIssued { out, jti: name.jti, days: args.days, uses: args.uses });
    Ok(())
}

/// Which consent is meant, of an authority that the home trusts.
fn revoked_name(args: &RevokeArgs, config: &Config) -> Result<ConsentName, CliError> {
    let authorities: Vec<TrustedKey> = config.callers.keys_of(CallerKind::Authority).cloned().collect();
    let (Some(jti), None) = (&args.jti, &args.consent) else {
        let path: &Path = args.consent.as_deref().unwrap_or(Path::new(""));
        return consent_name(text(path)?.trim_end(), &authorities)
            .map_err(|error| CliError::failure(FileProblem::NotAConsent { path: path.to_owned(), error }));
    };
    let mut known: Vec<String> = authorities.iter().map(|key| key.owner.clone()).collect();
    known.dedup();
    if !known.contains(&args.issuer) {
        return Err(CliError::misuse(AskProblem::NoAuthority { issuer: args.issuer.clone(), known }));
    }
    Ok(ConsentName { iss: args.issuer.clone(), jti: jti.clone() })
}

fn revoke(args: &RevokeArgs, terminal: &Terminal) -> Result<(), CliError> {
    let (engine, runtime) = open_engine(&args.home)?;
    let name = revoked_name(args, &engine.config())?;
    let uses = engine.reader().audit_consents().map_err(CliError::failed)?;
    let used = uses.iter().filter(|(_, issuer, jti)| *issuer == name.iss && *jti == name.jti).count() as u64;
    let revoked = runtime.block_on(engine.ledger().revoke_consent(name.iss.clone(), name.jti.clone()));
    revoked.map_err(CliError::failed)?;
    // A consent that was shown is known; a number alone may be mistyped, and is recorded all the same.
    let known = args.consent.is_some() || used > 0;
    terminal.result(&json!({ "revoked": name.jti, "issuer": name.iss, "used": used, "known": known }));
    terminal.say(WorkMessage::ConsentRevoked { jti: name.jti, issuer: name.iss, used, known });
    Ok(())
}
