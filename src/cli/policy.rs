//! `anshi policy`: check and list policies.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::files::text;
use super::guest::{describe, read_guest};
use super::message::{Answers, Cost, PolicyState, WorkMessage};
use super::problem::{AskProblem, FileProblem};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::document::{Document, did_you_mean};
use crate::env::{Clock, list_dir};
use crate::job::unpack_catalog;
use crate::model::Pace;
use crate::policy::{Accounts, ApprovalTrust, Policy, check_policy_file, fit};

pub(super) const POLICY_FILE: &str = "policy.toml";
const ACCOUNTS_FILE: &str = "accounts.toml";
const APPROVALS_FOLDER: &str = "approvals";

/// Subcommands of `anshi policy`.
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Check a policy against the catalog and, with --guest, against a guest
    #[command(
        after_help = "Example: anshi policy check policies/sme-credit-check/policy.toml \\\n  --guest /tmp/anshi-demo/demo/sme-credit-check.wasm"
    )]
    Check(CheckArgs),
    /// List a home's policies: which are in force
    #[command(after_help = "Example: anshi policy list --home /tmp/anshi-demo")]
    List(ListArgs),
}

/// Arguments of `anshi policy check`.
#[derive(Args)]
pub struct CheckArgs {
    /// The policy's file or folder; or the file `accounts.toml`, which is checked as what it is
    pub file: PathBuf,
    /// The home whose catalog and calibration count (default: the catalog built in, a cautious calibration)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// A guest that should fit the policy
    #[arg(long, value_name = "FILE")]
    pub guest: Option<PathBuf>,
}

/// Arguments of `anshi policy list`.
#[derive(Args)]
pub struct ListArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
}

/// Runs a subcommand.
pub fn policy(command: &PolicyCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        PolicyCommand::Check(args) if args.file.file_name().is_some_and(|name| name == ACCOUNTS_FILE) => {
            check_accounts(&args.file, terminal)
        }
        PolicyCommand::Check(args) => check(args, terminal),
        PolicyCommand::List(args) => list(args, terminal),
    }
}

fn check(args: &CheckArgs, terminal: &Terminal) -> Result<(), CliError> {
    let (catalog, pace) = match &args.home {
        Some(home) => {
            let config = Config::load(home)?;
            (Catalog::load(&config.catalog).map_err(CliError::failed)?, config.pace)
        }
        None => (unpack_catalog().map_err(CliError::failed)?, Pace::ASSUMED),
    };
    let policy = read_policy(&policy_file(&args.file)?, &catalog, pace)?;
    if let Some(guest) = &args.guest {
        let manifest = describe(&read_guest(guest)?, terminal)?;
        if let Err(misfits) = fit(&policy, &manifest, &catalog) {
            return Err(CliError::failure(AskProblem::Misfits(misfits)));
        }
    }
    let (answers, cost, cost_json) = match policy.table() {
        None => {
            let cost = policy.cost();
            (Answers::Labels(policy.labels().join(", ")), Cost::Bits(cost), json!({ "bits": cost }))
        }
        Some(table) => {
            let epsilon = table.epsilon.to_string();
            (Answers::Table(table.cells()), Cost::Epsilon(epsilon.clone()), json!({ "epsilon": epsilon }))
        }
    };
    let (id, version) = (policy.id.clone(), policy.version_text());
    terminal.say(WorkMessage::PolicyGood { id, version, answers, cost });
    terminal.result(&json!({
        "policy": policy.id, "version": policy.version_text(), "sha256": policy.sha256.to_string(), "cost": cost_json,
    }));
    Ok(())
}

/// The file of a policy that was named by its file or its folder.
fn policy_file(path: &Path) -> Result<PathBuf, CliError> {
    let inside = path.join(POLICY_FILE);
    match (path.is_dir(), inside.is_file()) {
        (false, _) => Ok(path.to_owned()),
        (true, true) => Ok(inside),
        (true, false) => Err(CliError::misuse(FileProblem::PolicyFolder(path.to_owned()))),
    }
}

fn read_policy(path: &Path, catalog: &Catalog, pace: Pace) -> Result<Policy, CliError> {
    // Read before it is checked: a file that is not there is said in the reader's language.
    text(path)?;
    check_policy_file(path, catalog, pace).map_err(CliError::failed)
}

fn accounts(path: &Path) -> Result<Accounts, CliError> {
    Accounts::check(&Document::new(path.display().to_string(), text(path)?)).map_err(CliError::failed)
}

fn check_accounts(path: &Path, terminal: &Terminal) -> Result<(), CliError> {
    let digest = accounts(path)?.sha256().to_string();
    terminal.result(&json!({ "accounts": path.display().to_string(), "sha256": digest }));
    terminal.say(WorkMessage::AccountsGood { path: path.display().to_string(), digest });
    Ok(())
}

/// The folders of a home's policies.
fn folders(config: &Config) -> Result<Vec<PathBuf>, CliError> {
    Ok(list_dir(&config.policies)?.into_iter().filter(|folder| folder.join(POLICY_FILE).is_file()).collect())
}

/// The policy `id` of a home, in force or not.
pub fn home_policy(home: &Path, config: &Config, catalog: &Catalog, id: &str) -> Result<Policy, CliError> {
    let folders = folders(config)?;
    let ids: Vec<&str> = folders.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    if !ids.contains(&id) {
        let close = did_you_mean(id, ids).map(str::to_owned);
        return Err(CliError::misuse(AskProblem::NoPolicy { home: home.to_owned(), id: id.to_owned(), close }));
    }
    read_policy(&config.policies.join(id).join(POLICY_FILE), catalog, config.pace)
}

fn list(args: &ListArgs, terminal: &Terminal) -> Result<(), CliError> {
    let config = Config::load(&args.home)?;
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let trust = ApprovalTrust { needed: config.approvals_needed, auditors: config.auditors() };
    let approved = |folder: &Path, sha256| Ok::<_, CliError>(trust.approvals(folder, sha256)?.is_some());
    let today = Clock::System.now().day();
    let mut listed = Vec::new();
    for folder in folders(&config)? {
        let policy = read_policy(&folder.join(POLICY_FILE), &catalog, config.pace)?;
        if folder.file_name().is_none_or(|name| name != policy.id.as_str()) {
            return Err(CliError::failure(FileProblem::PolicyName { folder, id: policy.id }));
        }
        let state = if !approved(&folder.join(APPROVALS_FOLDER), policy.sha256)? {
            PolicyState::Unapproved
        } else if (policy.valid_from..=policy.valid_until).contains(&today) {
            PolicyState::InForce(policy.valid_until)
        } else {
            PolicyState::OutsideValidity(policy.valid_from, policy.valid_until)
        };
        listed.push(json!({
            "id": policy.id, "version": policy.version_text(), "state": state.word(), "sha256": policy.sha256.to_string(),
            "title": { "zh": policy.title.zh, "en": policy.title.en },
            "valid": { "from": policy.valid_from.to_string(), "until": policy.valid_until.to_string() },
        }));
        terminal.say(WorkMessage::PolicyListed {
            version: policy.version_text(),
            digest: policy.sha256.to_string(),
            id: policy.id,
            title: policy.title,
            state,
        });
    }
    if listed.is_empty() {
        terminal.say(WorkMessage::PoliciesNone);
    }
    let accounts = accounts(&config.policies.join(ACCOUNTS_FILE))?;
    let accounts_approved = approved(&config.policies.join(APPROVALS_FOLDER), accounts.sha256())?;
    if !accounts_approved {
        terminal.say(WorkMessage::AccountsUnapproved { needed: trust.needed });
    }
    terminal.result(&json!({ "policies": listed, "accounts_approved": accounts_approved }));
    Ok(())
}
