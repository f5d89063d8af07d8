//! `anshi policy`: check and list policies; its other commands are in files of their own.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::approve::{ApproveArgs, RevokeArgs, approve, revoke, shown};
use super::diff::{DiffArgs, diff};
use super::dossier::{DossierArgs, dossier};
use super::error::CliError;
use super::explain::{ExplainArgs, explain_command};
use super::message::{PolicyState, WorkMessage};
use super::policy_check::{CheckArgs, check};
use super::policy_place::Place;
use super::policy_schema::{CanonicalArgs, SchemaArgs, canonical, schema};
use super::policy_test::{TestArgs, test};
use super::policy_words::{PolicyMessage, last_day};
use super::terminal::Terminal;
use crate::env::Clock;
use crate::policy::{APPROVALS_FOLDER, Approval, ApprovalTrust, Approvals};

/// Subcommands of `anshi policy`.
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Check policies and accounts: all mistakes at once, each with its place and its cure, then what is unwise
    #[command(
        after_help = "Example: anshi policy check policies/sme-credit-check/policy.toml \\\n  --guest /tmp/anshi-demo/demo/sme-credit-check.wasm"
    )]
    Check(CheckArgs),
    /// Print the JSON Schema of a policy, for editors
    #[command(after_help = "Example: anshi policy schema")]
    Schema(SchemaArgs),
    /// Print what of a file its digest, and so an approval, is of: without comments and layout, in one order
    #[command(after_help = "Example: anshi policy canonical policies/sme-credit-check")]
    Canonical(CanonicalArgs),
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
        PolicyCommand::Check(args) => check(args, terminal),
        PolicyCommand::Schema(args) => schema(args, terminal),
        PolicyCommand::Canonical(args) => canonical(args, terminal),
        PolicyCommand::List(args) => list(args, terminal),
        PolicyCommand::Explain(args) => explain_command(args, terminal),
        PolicyCommand::Diff(args) => diff(args, terminal),
        PolicyCommand::Test(args) => test(args, terminal),
        PolicyCommand::Dossier(args) => dossier(args, terminal),
        PolicyCommand::Approve(args) => approve(args, terminal),
        PolicyCommand::Revoke(args) => revoke(args, terminal),
    }
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
