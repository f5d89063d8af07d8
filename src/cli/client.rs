//! `anshi client`: who may speak to the engine. A running engine takes changes at its next reload.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::files::text;
use super::help::ArgumentError;
use super::service_problem::ServiceProblem;
use super::service_words::ServiceMessage;
use super::terminal::Terminal;
use crate::config::{CallerKind, Callers, Config, caller_text};
use crate::env::{Durable, remove_file, write_atomic};
use crate::job::HomePaths;
use crate::keys::{PublicJwk, PublicKey};
use crate::model::check_name;

/// Subcommands of `anshi client`.
#[derive(Subcommand)]
pub enum ClientCommand {
    /// Add somebody, or a further key of somebody: two keys are a rotation under way
    #[command(
        after_help = "Example: anshi client add --home /tmp/anshi-demo --id bank --kind platform --key bank.public.jwk"
    )]
    Add(AddArgs),
    /// List who may speak to the engine, and with which keys
    #[command(after_help = "Example: anshi client list --home /tmp/anshi-demo")]
    List(HomeArgs),
    /// Take a key away; with the last one its owner goes, too
    #[command(after_help = "Example: anshi client retire --home /tmp/anshi-demo --id bank --kid THUMBPRINT")]
    Retire(RetireArgs),
}

/// Arguments of `anshi client add`.
#[derive(Args)]
pub struct AddArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Its id: a-z, 0-9, `-`, `_`
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// What it may do: platform, developer, auditor, operator or authority
    #[arg(long, value_name = "KIND", value_parser = read_kind)]
    pub kind: CallerKind,
    /// Its public key, a JWK of Ed25519 or P-256
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// Arguments of `anshi client list`.
#[derive(Args)]
pub struct HomeArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
}

/// Arguments of `anshi client retire`.
#[derive(Args)]
pub struct RetireArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Whose key
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// The key's RFC 7638 thumbprint, as `anshi client list` shows it
    #[arg(long, value_name = "THUMBPRINT")]
    pub kid: String,
}

fn read_kind(text: &str) -> Result<CallerKind, ArgumentError> {
    CallerKind::from_word(text).ok_or(ArgumentError::CallerKind)
}

/// Runs a subcommand.
pub fn client(command: &ClientCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        ClientCommand::Add(args) => add(args, terminal),
        ClientCommand::List(args) => list(args, terminal),
        ClientCommand::Retire(args) => retire(args, terminal),
    }
}

fn add(args: &AddArgs, terminal: &Terminal) -> Result<(), CliError> {
    let callers = Config::load(&args.home)?.callers;
    check_name(&args.id).map_err(CliError::failed)?;
    let jwk: PublicJwk = serde_json::from_str(&text(&args.key)?).map_err(|error| {
        CliError::failure(ServiceProblem::NotAKey { path: args.key.clone(), error: error.to_string() })
    })?;
    let key = PublicKey::from_jwk(&jwk).map_err(CliError::failed)?;
    if let Some(owner) = callers.keys().find(|trusted| trusted.key.thumbprint() == key.thumbprint()) {
        return Err(CliError::misuse(ServiceProblem::KeyKnown { id: owner.owner.clone() }));
    }
    let mut keys = keys_of(&callers, &args.id);
    if let Some(kind) = callers.get(&args.id).map(|caller| caller.kind).filter(|kind| *kind != args.kind) {
        return Err(CliError::misuse(ServiceProblem::OtherKind { id: args.id.clone(), kind: kind.word() }));
    }
    keys.push(key.clone());
    let path = HomePaths::new(&args.home).caller(&args.id);
    write_atomic(&path, caller_text(&args.id, args.kind, &keys).as_bytes(), Durable::Shared)?;
    let (id, kid) = (args.id.clone(), key.thumbprint().to_owned());
    terminal.result(&json!({ "id": id, "kind": args.kind.word(), "kid": kid, "keys": keys.len() }));
    terminal.say(ServiceMessage::ClientAdded { id, kind: args.kind.word(), kid, keys: keys.len() });
    Ok(())
}

fn list(args: &HomeArgs, terminal: &Terminal) -> Result<(), CliError> {
    let callers = Config::load(&args.home)?.callers;
    let mut rows = Vec::new();
    for (id, caller) in callers.iter() {
        let kids: Vec<&str> = caller.keys.iter().map(|trusted| trusted.key.thumbprint()).collect();
        terminal.say(ServiceMessage::Client {
            id: id.to_owned(),
            kind: caller.kind.word(),
            kids: kids.iter().map(|kid| (*kid).to_owned()).collect(),
        });
        rows.push(json!({ "id": id, "kind": caller.kind.word(), "kids": kids }));
    }
    if rows.is_empty() {
        terminal.say(ServiceMessage::ClientsNone);
    }
    terminal.result(&json!({ "clients": rows }));
    Ok(())
}

fn retire(args: &RetireArgs, terminal: &Terminal) -> Result<(), CliError> {
    let callers = Config::load(&args.home)?.callers;
    let unknown = || CliError::misuse(ServiceProblem::NoSuchKey { id: args.id.clone(), kid: args.kid.clone() });
    let caller = callers.get(&args.id).ok_or_else(unknown)?;
    let keys: Vec<PublicKey> =
        keys_of(&callers, &args.id).into_iter().filter(|key| key.thumbprint() != args.kid).collect();
    if keys.len() == caller.keys.len() {
        return Err(unknown());
    }
    let path = HomePaths::new(&args.home).caller(&args.id);
    match keys.is_empty() {
        true => remove_file(&path)?,
        false => write_atomic(&path, caller_text(&args.id, caller.kind, &keys).as_bytes(), Durable::Shared)?,
    }
    terminal.result(&json!({ "id": args.id, "retired": args.kid, "keys": keys.len() }));
    terminal.say(ServiceMessage::ClientRetired { id: args.id.clone(), kid: args.kid.clone(), keys: keys.len() });
    Ok(())
}

fn keys_of(callers: &Callers, id: &str) -> Vec<PublicKey> {
    let keys = callers.get(id).map(|caller| caller.keys.as_slice()).unwrap_or_default();
    keys.iter().map(|trusted| trusted.key.clone()).collect()
}
