//! `anshi budget`: what was spent, by account, client and party's pseudonym.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::message::{BudgetUnit, WorkMessage};
use super::problem::AskProblem;
use super::terminal::Terminal;
use crate::config::Config;
use crate::document::Document;
use crate::env::{Clock, read_text};
use crate::job::HomePaths;
use crate::keys::SaltKey;
use crate::ledger::LedgerReader;
use crate::model::{AccountKind, UnitId};
use crate::policy::{ACCOUNTS_FILE, Accounts};

/// Subcommands of `anshi budget`.
#[derive(Subcommand)]
pub enum BudgetCommand {
    /// Show the accounts that were charged
    #[command(after_help = "Example: anshi budget show --home /tmp/anshi-demo --party 91371402MA769M6L9G")]
    Show(ShowArgs),
}

/// Arguments of `anshi budget show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Only the accounts of this firm or person
    #[arg(long, value_name = "ID")]
    pub party: Option<String>,
}

/// Runs a subcommand.
pub fn budget(command: &BudgetCommand, terminal: &Terminal) -> Result<(), CliError> {
    let BudgetCommand::Show(args) = command;
    let config = Config::load(&args.home)?;
    let paths = HomePaths::new(&args.home);
    let path = config.policies.join(ACCOUNTS_FILE);
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let accounts = Accounts::check(&document).map_err(CliError::failed)?;
    let wanted = match &args.party {
        None => None,
        Some(id) => {
            let unit = UnitId::parse_any(id).map_err(|_| CliError::misuse(AskProblem::NotAnId(id.clone())))?;
            let salt = SaltKey::from_file_text(&read_text(&paths.salt()).map_err(CliError::failed)?);
            salt.map(|salt| salt.pseudonym(&unit))
        }
    };
    let reader = LedgerReader::open(&paths.store()).map_err(CliError::failed)?;
    let today = Clock::System.now().day();
    let mut rows = Vec::new();
    for (account, party, client) in reader.charged().map_err(CliError::failed)? {
        let kind = AccountKind::from_word(&account);
        let quota = kind.and_then(|kind| accounts.quota(kind, &client));
        let (Some(kind), Some(quota)) = (kind, quota) else { continue };
        if wanted.is_some_and(|wanted| wanted != party) {
            continue;
        }
        let spent = reader.spent(kind, party, &client, &quota, today).map_err(CliError::failed)?;
        terminal.say(WorkMessage::BudgetRow {
            account: account.clone(),
            client: client.clone(),
            party: party.hex().chars().take(12).collect(),
            unit: unit(kind),
            window: (kind.shown(spent.window), kind.shown(quota.window), quota.window_days),
            lifetime: (kind.shown(spent.lifetime), kind.shown(quota.lifetime)),
        });
        rows.push(json!({
            "account": account, "client": client, "party": party.to_string(),
            "window": with_days(amounts(kind, spent.window, quota.window), quota.window_days),
            "lifetime": amounts(kind, spent.lifetime, quota.lifetime),
        }));
    }
    if rows.is_empty() {
        terminal.say(WorkMessage::BudgetEmpty);
    }
    terminal.result(&json!({ "accounts": rows }));
    Ok(())
}

/// What an account counts in, for people.
const fn unit(kind: AccountKind) -> BudgetUnit {
    match kind {
        AccountKind::Label(_) => BudgetUnit::Bits,
        AccountKind::Table(_) => BudgetUnit::Epsilon,
    }
}

/// Bits are numbers; ε is an exact decimal, and so a text.
fn amounts(kind: AccountKind, spent: u64, quota: u64) -> serde_json::Value {
    match kind {
        AccountKind::Label(_) => json!({ "spent_bits": spent, "quota_bits": quota }),
        AccountKind::Table(_) => json!({ "spent_epsilon": kind.shown(spent), "quota_epsilon": kind.shown(quota) }),
    }
}

fn with_days(mut amounts: serde_json::Value, days: u32) -> serde_json::Value {
    if let Some(members) = amounts.as_object_mut() {
        members.insert("days".to_owned(), days.into());
    }
    amounts
}
