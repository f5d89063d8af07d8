//! `anshi restore`: a backup becomes a home.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::problem::Problem;
use super::terminal::Terminal;
use super::upkeep_message::{UpkeepMessage, UpkeepProblem};
use crate::env::Clock;
use crate::model::Digest;
use crate::upkeep::{MirrorState, RestoreOptions, RestoreReport, restore};

/// Arguments of `anshi restore`.
#[derive(Args)]
#[command(
    after_help = "Example: anshi restore --from /mnt/backups/2026-09-30 --keys /mnt/safe/2026-09-30 --home /srv/anshi"
)]
pub struct RestoreArgs {
    /// The backup, as `anshi backup` made it
    #[arg(long, value_name = "FOLDER")]
    pub from: PathBuf,
    /// The home's folder: absent or empty. Its mirror must be where its configuration says
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The private keys, as `anshi backup --keys-to` wrote them. Left out: bring them before the home starts
    #[arg(long, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
    /// The digest that `anshi backup` printed: a backup that was exchanged since has another
    #[arg(long, value_name = "DIGEST")]
    pub sha256: Option<Digest>,
}

/// Restores. A home that cannot start is in place all the same, and the command fails.
pub fn restore_command(args: &RestoreArgs, terminal: &Terminal) -> Result<(), CliError> {
    let options = RestoreOptions {
        from: args.from.clone(),
        home: args.home.clone(),
        keys: args.keys.clone(),
        digest: args.sha256,
    };
    let bar = terminal.progress(UpkeepMessage::Restoring, 0);
    let report = restore(&options, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    tell(args, &report?, terminal)
}

fn tell(args: &RestoreArgs, report: &RestoreReport, terminal: &Terminal) -> Result<(), CliError> {
    let (manifest, home) = (&report.manifest, args.home.display().to_string());
    terminal.say(UpkeepMessage::Restored {
        home: home.clone(),
        ledger: manifest.ledger.clone(),
        entries: manifest.log.size,
        files: manifest.files.len() as u64,
    });
    if !report.keys {
        terminal.say(UpkeepMessage::KeysMissing { home: home.clone() });
    }
    for place in &manifest.outside {
        terminal.say(UpkeepMessage::OutsideMissing { place: place.clone() });
    }
    let (state, seen) = match report.state {
        MirrorState::Current { beyond } => ("current", Some(manifest.log.size - beyond)),
        MirrorState::Ahead { seen } => ("ahead", Some(seen)),
        MirrorState::Missing => ("missing", None),
    };
    let starts = report.keys && matches!(report.state, MirrorState::Current { .. });
    terminal.result(&json!({
        "home": home, "ledger": manifest.ledger, "sha256": report.digest.to_string(), "log_size": manifest.log.size,
        "keys": report.keys, "mirror": state, "mirror_size": seen, "starts": starts, "outside": manifest.outside,
    }));
    let mirror = report.mirror.display().to_string();
    let problem = match report.state {
        MirrorState::Current { .. } => {
            terminal.say(UpkeepMessage::RestoredCurrent { mirror });
            return Ok(());
        }
        MirrorState::Ahead { seen } => {
            // Days are UTC, the current one included: the window has passed when this day begins.
            let after = report.window_days.map(|days| {
                let today = Clock::System.now().day();
                (days, today.plus_days(i32::try_from(days).unwrap_or(i32::MAX)).to_string())
            });
            UpkeepProblem::MirrorAhead { mirror, entries: manifest.log.size, seen, after }
        }
        MirrorState::Missing => UpkeepProblem::MirrorMissing { mirror, entries: manifest.log.size },
    };
    Err(CliError::Failed(Problem::from(problem)))
}
