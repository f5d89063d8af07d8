//! `anshi policy`: check and list policies; its other commands are in files of their own.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::approve::{ApproveArgs, RevokeArgs, approve, revoke, shown};
use super::diff::{DiffArgs, diff};
use super::dossier::{DossierArgs, dossier};
use super::error::CliError;
use super::explain::{ExplainArgs, explain_command};
use super::guest::{describe, read_guest};
use super::message::{Answers, Cost, PolicyState, WorkMessage};
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, Place, read_accounts, read_policy};
use super::policy_test::{TestArgs, test};
use super::policy_words::{PolicyMessage, last_day};
use super::problem::{AskProblem, FileProblem};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::env::Clock;
use crate::job::unpack_catalog;
use crate::model::{Bilingual, Chinese, Pace};
use crate::policy::{APPROVALS_FOLDER, Accounts, Approval, ApprovalTrust, Approvals, fit};
use crate::review::{Warning, warnings};

/// Subcommands of `anshi policy`.
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Check a policy against the catalog and, with --guest, against a guest
    #[command(
        after_help = "Example: anshi policy check policies/sme-credit-check/policy.toml \\\n  --guest /tmp/anshi-demo/demo/sme-credit-check.wasm"
    )]
    Check(CheckArgs),
    /// List a home's policies: which are in force, who approved them, until when
    #[command(after_help = "Example: anshi policy list --home /tmp/anshi-demo")]
    List(ListArgs),
    /// Say in plain sentences what a policy lets be asked and learnt at the worst
    #[command(after_help = "Example: anshi policy explain sme-credit-check --home /tmp/anshi-demo")]
    Explain(ExplainArgs),
    /// Compare two versions: each change as looser, tighter or neither. Exit code 3 where anything is looser
    #[command(after_help = "Example: anshi policy diff HEAD~1:policies/sme-credit-check policies/sme-credit-check")]
    Diff(DiffArgs),
    /// Ask what the `cases.toml` beside a policy asks, on invented data with the real engine, and compare. Exit code 1 where a case fails
    #[command(after_help = "Example: anshi policy test policies/sme-credit-check --guests target/guests")]
    Test(TestArgs),
    /// Write what an auditor decides by into one HTML file to print: sentences, changes, cases, guests, approvals, warnings
    #[command(
        after_help = "Example: anshi policy dossier sme-credit-check --home /tmp/anshi-demo --out dossier.html \\\n  --guests /tmp/anshi-demo/demo --against HEAD~1:policies/sme-credit-check"
    )]
    Dossier(DossierArgs),
    /// Approve a policy or the accounts, as an auditor: so many different auditors put it in force
    #[command(
        after_help = "Example: anshi policy approve sme-credit-check --home /tmp/anshi-demo \\\n  --key /tmp/anshi-demo/keys/development-auditor.jwk"
    )]
    Approve(ApproveArgs),
    /// Take an approval back, as the auditor who gave it
    #[command(
        after_help = "Example: anshi policy revoke sme-credit-check --home /tmp/anshi-demo \\\n  --key /tmp/anshi-demo/keys/development-auditor.jwk"
    )]
    Revoke(RevokeArgs),
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
        PolicyCommand::Explain(args) => explain_command(args, terminal),
        PolicyCommand::Diff(args) => diff(args, terminal),
        PolicyCommand::Test(args) => test(args, terminal),
        PolicyCommand::Dossier(args) => dossier(args, terminal),
        PolicyCommand::Approve(args) => approve(args, terminal),
        PolicyCommand::Revoke(args) => revoke(args, terminal),
    }
}

fn check(args: &CheckArgs, terminal: &Terminal) -> Result<(), CliError> {
    let config = args.home.as_deref().map(Config::load).transpose()?;
    let (catalog, pace) = match &config {
        Some(config) => (Catalog::load(&config.catalog).map_err(CliError::failed)?, config.pace),
        None => (unpack_catalog().map_err(CliError::failed)?, Pace::ASSUMED),
    };
    let file = policy_file(&args.file)?;
    let policy = read_policy(&file, &catalog, pace)?;
    let accounts = accounts_beside(&file, config.as_ref())?;
    let manifest = match &args.guest {
        Some(guest) => Some(describe(&read_guest(guest)?, terminal)?),
        None => None,
    };
    if let Some(Err(misfits)) = manifest.as_ref().map(|manifest| fit(&policy, manifest, &catalog)) {
        return Err(CliError::failure(AskProblem::Misfits(misfits)));
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
    let (open, accepted) = warnings(&policy, &catalog, accounts.as_ref(), manifest.as_ref());
    let as_json = |warning: &Warning| {
        let Bilingual { zh, en } = warning.bilingual();
        json!({ "code": warning.code(), "zh": zh, "en": en })
    };
    terminal.result(&json!({
        "policy": policy.id, "version": policy.version_text(), "sha256": policy.sha256.to_string(), "cost": cost_json,
        "warnings": open.iter().map(as_json).collect::<Vec<_>>(),
        "accepted": accepted.iter().map(|(warning, _)| as_json(warning)).collect::<Vec<_>>(),
    }));
    open.into_iter().for_each(|warning| terminal.say(PolicyMessage::Warned(warning)));
    accepted.into_iter().for_each(|(warning, reason)| terminal.say(PolicyMessage::Accepted { warning, reason }));
    Ok(())
}

/// The accounts that a policy is charged to: its home's, or those that lie beside its folder.
fn accounts_beside(file: &Path, config: Option<&Config>) -> Result<Option<Accounts>, CliError> {
    let beside = || file.parent()?.parent().map(|folder| folder.join(ACCOUNTS_FILE));
    let path = config.map(|config| config.policies.join(ACCOUNTS_FILE)).or_else(beside);
    path.filter(|path| path.is_file()).map(|path| read_accounts(&path)).transpose()
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

fn check_accounts(path: &Path, terminal: &Terminal) -> Result<(), CliError> {
    let digest = read_accounts(path)?.sha256().to_string();
    terminal.result(&json!({ "accounts": path.display().to_string(), "sha256": digest }));
    terminal.say(WorkMessage::AccountsGood { path: path.display().to_string(), digest });
    Ok(())
}

fn list(args: &ListArgs, terminal: &Terminal) -> Result<(), CliError> {
    let (place, now) = (Place::of_home(&args.home)?, Clock::System.now());
    let (needed, auditors) =
        place.config.as_ref().map(|config| (config.approvals_needed, config.auditors())).unwrap_or_default();
    let trust = ApprovalTrust { needed, auditors, now };
    let (today, mut listed) = (now.day(), Vec::new());
    for (policy, folder) in place.all()? {
        let approvals = trust.approvals(&folder.join(APPROVALS_FOLDER), policy.sha256)?;
        let state = if approvals.at(now).is_none() {
            PolicyState::Unapproved
        } else if (policy.valid_from..=policy.valid_until).contains(&today) {
            let lapse = approvals.until().map(last_day);
            PolicyState::InForce(lapse.map_or(policy.valid_until, |lapse| lapse.min(policy.valid_until)))
        } else {
            PolicyState::OutsideValidity(policy.valid_from, policy.valid_until)
        };
        listed.push(json!({
            "id": policy.id, "version": policy.version_text(), "state": state.word(), "sha256": policy.sha256.to_string(),
            "title": { "zh": policy.title.zh, "en": policy.title.en },
            "valid": { "from": policy.valid_from.to_string(), "until": policy.valid_until.to_string() },
            "approvals": shown(&approvals, now),
        }));
        terminal.say(WorkMessage::PolicyListed {
            version: policy.version_text(),
            digest: policy.sha256.to_string(),
            id: policy.id,
            title: policy.title,
            state,
        });
        say_approvals(&approvals, false, &trust, terminal);
    }
    if listed.is_empty() {
        terminal.say(WorkMessage::PoliciesNone);
    }
    let accounts = trust.approvals(&place.folder.join(APPROVALS_FOLDER), place.accounts()?.sha256())?;
    let accounts_approved = accounts.at(now).is_some();
    say_approvals(&accounts, true, &trust, terminal);
    if !accounts_approved {
        terminal.say(WorkMessage::AccountsUnapproved { needed: trust.needed });
    }
    terminal.result(&json!({
        "policies": listed, "accounts_approved": accounts_approved, "accounts_approvals": shown(&accounts, now),
        "approvals_needed": trust.needed,
    }));
    Ok(())
}

/// Who has approved; nothing where nobody needs to and nobody has.
fn say_approvals(approvals: &Approvals, accounts: bool, trust: &ApprovalTrust, terminal: &Terminal) {
    let given: Vec<Approval> = approvals.held(trust.now).cloned().collect();
    if trust.needed > 0 || !given.is_empty() {
        terminal.say(PolicyMessage::Approvals { accounts, given, needed: trust.needed });
    }
}
