//! `anshi budget`: what was spent, by account, client and party's pseudonym.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::message::WorkMessage;
use super::problem::AskProblem;
use super::terminal::Terminal;
use crate::config::Config;
use crate::document::Document;
use crate::env::{Clock, read_text};
use crate::job::HomePaths;
use crate::keys::SaltKey;
use crate::ledger::LedgerReader;
use crate::model::{AccountKind, UnitId, UnitKind};
use crate::policy::Accounts;

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
    let path = config.policies.join("accounts.toml");
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let accounts = Accounts::check(&document).map_err(CliError::failed)?;
    let wanted = match &args.party {
        None => None,
        Some(id) => {
            let unit =
                [UnitKind::Enterprise, UnitKind::Person].into_iter().find_map(|kind| UnitId::parse(kind, id).ok());
            let unit = unit.ok_or_else(|| CliError::misuse(AskProblem::NotAnId(id.clone())))?;
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
            window: (spent.window_bits, quota.bits, quota.window_days),
            lifetime: (spent.lifetime_bits, quota.lifetime_bits),
        });
        rows.push(json!({
            "account": account, "client": client, "party": party.to_string(),
            "window": { "days": quota.window_days, "spent_bits": spent.window_bits, "quota_bits": quota.bits },
            "lifetime": { "spent_bits": spent.lifetime_bits, "quota_bits": quota.lifetime_bits },
        }));
    }
    if rows.is_empty() {
        terminal.say(WorkMessage::BudgetEmpty);
    }
    terminal.result(&json!({ "accounts": rows }));
    Ok(())
}
