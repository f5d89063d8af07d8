//! `anshi policy schema` and `canonical`: the form of a policy for editors, and what of a file its digest is of.

use std::path::PathBuf;

use clap::Args;

use super::error::CliError;
use super::message::WorkMessage;
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE};
use super::terminal::Terminal;
use crate::document::Document;
use crate::env::read_text;
use crate::policy::{accounts_schema, canonical_accounts, canonical_policy, policy_schema};

/// Arguments of `anshi policy schema`.
#[derive(Args)]
pub struct SchemaArgs {
    /// Of `accounts.toml` instead of a policy
    #[arg(long)]
    pub accounts: bool,
}

/// Arguments of `anshi policy canonical`.
#[derive(Args)]
pub struct CanonicalArgs {
    /// The policy's file or folder, or `accounts.toml`
    pub file: PathBuf,
}

/// Prints the JSON Schema, for programs and people alike.
pub fn schema(args: &SchemaArgs, terminal: &Terminal) -> Result<(), CliError> {
    let schema = if args.accounts { accounts_schema() } else { policy_schema() };
    terminal.result(&schema);
    terminal.say(WorkMessage::Verbatim(serde_json::to_string_pretty(&schema).map_err(CliError::failed)?));
    Ok(())
}

/// Prints the canonical form.
pub fn canonical(args: &CanonicalArgs, terminal: &Terminal) -> Result<(), CliError> {
    let path = if args.file.is_dir() { args.file.join(POLICY_FILE) } else { args.file.clone() };
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let accounts = path.file_name().is_some_and(|name| name == ACCOUNTS_FILE);
    let form = if accounts { canonical_accounts(&document) } else { canonical_policy(&document) };
    let form = form.map_err(CliError::failed)?;
    terminal.result(&serde_json::json!({ "canonical": form }));
    terminal.say(WorkMessage::Verbatim(form.trim_end().to_owned()));
    Ok(())
}
