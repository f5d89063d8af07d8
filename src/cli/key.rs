//! `anshi key`: make and show keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::files::write;
use super::message::WorkMessage;
use super::problem::FileProblem;
use super::terminal::Terminal;
use crate::env::{Durable, Entropy};
use crate::job::load_key;
use crate::keys::SigningKey;

/// Subcommands of `anshi key`.
#[derive(Subcommand)]
pub enum KeyCommand {
    /// Make an Ed25519 key, as a private JWK that only its owner can read
    #[command(after_help = "Example: anshi key new --out client.jwk")]
    New(NewArgs),
    /// Show the public half of a private key, as a JWK
    #[command(after_help = "Example: anshi key show /tmp/anshi-demo/keys/development-client.jwk")]
    Show(ShowArgs),
}

/// Arguments of `anshi key new`.
#[derive(Args)]
pub struct NewArgs {
    /// Where to write it; an existing file is kept
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `anshi key show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The private key
    pub file: PathBuf,
}

/// Runs a subcommand.
pub fn key(command: &KeyCommand, terminal: &Terminal) -> Result<(), CliError> {
    let key = match command {
        KeyCommand::New(args) => {
            if args.out.exists() {
                return Err(CliError::failure(FileProblem::KeyThere(args.out.clone())));
            }
            let key = SigningKey::generate(&Entropy).map_err(CliError::failed)?;
            write(&args.out, key.to_private_jwk().as_bytes(), Durable::Private)?;
            terminal.say(WorkMessage::KeyMade { out: args.out.display().to_string() });
            key
        }
        KeyCommand::Show(args) => load_key(&args.file)?,
    };
    let jwk = key.public().to_jwk();
    terminal.say(WorkMessage::Verbatim(serde_json::to_string(&jwk).map_err(CliError::failed)?));
    terminal.result(&json!(jwk));
    Ok(())
}
