//! `anshi key`: make, show and rotate keys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::error::CliError;
use super::files::write;
use super::message::WorkMessage;
use super::problem::FileProblem;
use super::terminal::Terminal;
use super::upkeep_message::{UpkeepMessage, UpkeepProblem};
use crate::env::{Clock, Durable, Entropy};
use crate::job::load_key;
use crate::keys::SigningKey;
use crate::model::Millis;
use crate::upkeep::rotate_receipt_key;

/// Subcommands of `anshi key`.
#[derive(Subcommand)]
pub enum KeyCommand {
    /// Make an Ed25519 key, as a private JWK that only its owner can read
    #[command(after_help = "Example: anshi key new --out client.jwk")]
    New(NewArgs),
    /// Show the public half of a private key, as a JWK
    #[command(after_help = "Example: anshi key show /tmp/anshi-demo/keys/development-client.jwk")]
    Show(ShowArgs),
    /// Give a home another key for its receipts; those of before still verify. No engine may run
    #[command(after_help = "Example: anshi key rotate --home /tmp/anshi-demo --kind receipt")]
    Rotate(RotateArgs),
}

/// Arguments of `anshi key rotate`.
#[derive(Args)]
pub struct RotateArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Which key. The log's stays for good, and the command says why
    #[arg(long, value_enum, default_value = "receipt")]
    pub kind: RotatedKey,
}

/// A key of a home on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum RotatedKey {
    /// Signs receipts
    Receipt,
    /// Signs checkpoints of the log
    Log,
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
        KeyCommand::Rotate(args) => return rotate(args, terminal),
    };
    let jwk = key.public().to_jwk();
    terminal.say(WorkMessage::Verbatim(serde_json::to_string(&jwk).map_err(CliError::failed)?));
    terminal.result(&json!(jwk));
    Ok(())
}

fn rotate(args: &RotateArgs, terminal: &Terminal) -> Result<(), CliError> {
    match args.kind {
        RotatedKey::Log => return Err(CliError::Use(UpkeepProblem::LogKeyStays.into())),
        RotatedKey::Receipt => {}
    }
    let rotation = rotate_receipt_key(&args.home, &Clock::System, &Entropy)?;
    terminal.say(UpkeepMessage::Rotated { kid: rotation.kid.clone(), resumed: rotation.resumed });
    let until = second(rotation.expires);
    for kid in &rotation.retired {
        terminal.say(UpkeepMessage::Retired { kid: kid.clone(), until: until.clone() });
    }
    terminal.result(&json!({
        "kid": rotation.kid, "retired": rotation.retired, "exp": rotation.expires, "resumed": rotation.resumed,
    }));
    Ok(())
}

/// `2026-09-30 08:00:00`.
fn second(seconds: i64) -> String {
    let (day, rest) = (Millis(seconds.saturating_mul(1_000)).day(), seconds.rem_euclid(86_400));
    format!("{day} {:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}
