//! `anshi backup`: one consistent copy of a home, while its engine runs.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::terminal::Terminal;
use super::upkeep_message::UpkeepMessage;
use crate::env::Clock;
use crate::upkeep::{BackupOptions, backup};

/// Arguments of `anshi backup`.
#[derive(Args)]
#[command(
    after_help = "Example: anshi backup --home /tmp/anshi-demo --to /mnt/backups/2026-09-30 \\\n  --keys-to /mnt/safe/2026-09-30"
)]
pub struct BackupArgs {
    /// The home; its engine may run
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Where the backup goes: a folder that is absent or empty, outside of the home
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// Where the private keys go, for their owner alone: outside of home and backup. Left out: they are not copied
    #[arg(long, value_name = "FOLDER")]
    pub keys_to: Option<PathBuf>,
}

/// Backs up.
pub fn backup_command(args: &BackupArgs, terminal: &Terminal) -> Result<(), CliError> {
    let options = BackupOptions { home: args.home.clone(), to: args.to.clone(), keys_to: args.keys_to.clone() };
    let bar = terminal.progress(UpkeepMessage::BackingUp, 0);
    let report = backup(&options, &Clock::System, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let report = report?;
    let manifest = &report.manifest;
    terminal.say(UpkeepMessage::BackedUp {
        to: args.to.display().to_string(),
        files: manifest.files.len() as u64,
        bytes: manifest.bytes(),
        entries: manifest.log.size,
        digest: report.digest.to_string(),
    });
    terminal.say(match &args.keys_to {
        Some(folder) => UpkeepMessage::KeysApart { folder: folder.display().to_string() },
        None => UpkeepMessage::KeysLeftOut { home: args.home.display().to_string() },
    });
    for place in &manifest.outside {
        terminal.say(UpkeepMessage::Outside { place: place.clone() });
    }
    terminal.result(&json!({
        "backup": args.to.display().to_string(), "sha256": report.digest.to_string(), "files": manifest.files.len(),
        "bytes": manifest.bytes(), "ledger": manifest.ledger, "log_size": manifest.log.size,
        "keys": args.keys_to.as_ref().map(|folder| folder.display().to_string()), "outside": manifest.outside,
    }));
    Ok(())
}
