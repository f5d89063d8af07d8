//! `anshi snapshot`: list, show, verify and prune.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::message::DataMessage;
use super::problem::AskProblem;
use super::terminal::Terminal;
use super::upkeep_message::UpkeepMessage;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::Snapshot;
use crate::job::HomePaths;
use crate::model::Digest;
use crate::upkeep::{PruneOptions, prune_snapshots};

/// Subcommands of `anshi snapshot`.
#[derive(Subcommand)]
pub enum SnapshotCommand {
    /// List the home's snapshots
    #[command(after_help = "Example: anshi snapshot list --home /tmp/anshi-demo")]
    List(HomeArgs),
    /// Show one: its datasets, rows, units and age
    #[command(after_help = "Example: anshi snapshot show --home /tmp/anshi-demo")]
    Show(NamedArgs),
    /// Read every file again and derive what can be derived
    #[command(after_help = "Example: anshi snapshot verify --home /tmp/anshi-demo")]
    Verify(NamedArgs),
    /// Remove old snapshots, and the files that only they needed
    #[command(after_help = "Example: anshi snapshot prune --home /tmp/anshi-demo --keep 7 --dry-run")]
    Prune(PruneArgs),
}

/// Arguments of `anshi snapshot prune`.
#[derive(Args)]
pub struct PruneArgs {
    /// The home; its engine may run, and keeps what it uses
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// How many of the newest stay; the current one always does
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    pub keep: NonZeroUsize,
    /// Say what would go, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A home.
#[derive(Args)]
pub struct HomeArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
}

/// A home and a snapshot.
#[derive(Args)]
pub struct NamedArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The snapshot, `sha256:…` (default: the current one)
    #[arg(value_name = "SNAPSHOT")]
    pub name: Option<Digest>,
}

/// Runs a subcommand.
pub fn snapshot(command: &SnapshotCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        SnapshotCommand::List(args) => list(args, terminal),
        SnapshotCommand::Show(args) => show(args, terminal),
        SnapshotCommand::Verify(args) => verify(args, terminal),
        SnapshotCommand::Prune(args) => prune(args, terminal),
    }
}

fn list(args: &HomeArgs, terminal: &Terminal) -> Result<(), CliError> {
    Config::load(&args.home)?;
    let data = HomePaths::new(&args.home).data();
    let current = Snapshot::current(&data).map_err(CliError::failed)?;
    let names = Snapshot::list(&data).map_err(CliError::failed)?;
    // One whose manifest was damaged is there all the same.
    let day = |name: &Digest| Snapshot::read_manifest(&data, *name).ok().map(|manifest| manifest.as_of.to_string());
    let mut dated: Vec<(Option<String>, Digest)> = names.iter().map(|name| (day(name), *name)).collect();
    dated.sort();
    for (as_of, name) in dated.iter().cloned() {
        let (name, current) = (name.to_string(), Some(name) == current);
        terminal.say(DataMessage::SnapshotListed { name, as_of, current });
    }
    if names.is_empty() {
        terminal.say(DataMessage::SnapshotsNone);
    }
    let names: Vec<String> = dated.iter().map(|(_, name)| name.to_string()).collect();
    let days: Vec<Option<String>> = dated.into_iter().map(|(as_of, _)| as_of).collect();
    terminal.result(&json!({ "current": current.map(|name| name.to_string()), "snapshots": names, "as_of": days }));
    Ok(())
}

fn open(args: &NamedArgs) -> Result<Snapshot, CliError> {
    let config = Config::load(&args.home)?;
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let data = HomePaths::new(&args.home).data();
    if let Some(name) = args.name {
        let names = Snapshot::list(&data).map_err(CliError::failed)?;
        if !names.contains(&name) {
            return Err(CliError::misuse(AskProblem::NoSnapshot(name.to_string())));
        }
    }
    Snapshot::open(&data, &catalog, args.name).map_err(CliError::failed)
}

fn show(args: &NamedArgs, terminal: &Terminal) -> Result<(), CliError> {
    let snapshot = open(args)?;
    terminal.say(DataMessage::SnapshotShown { name: snapshot.name().to_string(), as_of: snapshot.as_of().to_string() });
    for entry in &snapshot.manifest().datasets {
        terminal.say(DataMessage::DatasetShown {
            name: entry.name.clone(),
            rows: entry.rows,
            units: entry.units,
            rejected: entry.rejected,
            unended: entry.unended,
            as_of: entry.as_of.to_string(),
        });
    }
    let one = |entry: &crate::data::DatasetEntry| json!({ "name": entry.name, "rows": entry.rows, "units": entry.units, "rejected": entry.rejected, "without_line_end": entry.unended, "as_of": entry.as_of.to_string() });
    let datasets: Vec<_> = snapshot.manifest().datasets.iter().map(one).collect();
    terminal.result(&json!({ "snapshot": snapshot.name().to_string(), "as_of": snapshot.as_of().to_string(), "datasets": datasets }));
    Ok(())
}

fn verify(args: &NamedArgs, terminal: &Terminal) -> Result<(), CliError> {
    let snapshot = open(args)?;
    let bar = terminal.progress(DataMessage::Verifying, snapshot.manifest().datasets.len() as u64);
    let verified = snapshot.verify_files(&mut |_| bar.inc(1));
    bar.finish_and_clear();
    verified.map_err(CliError::unverified)?;
    terminal.say(DataMessage::SnapshotVerified { name: snapshot.name().to_string() });
    terminal.result(&json!({ "snapshot": snapshot.name().to_string(), "verified": true }));
    Ok(())
}

fn prune(args: &PruneArgs, terminal: &Terminal) -> Result<(), CliError> {
    let PruneArgs { home, keep, dry_run } = args;
    let dry_run = *dry_run;
    let pruning = prune_snapshots(&PruneOptions { home: home.clone(), keep: keep.get(), dry_run })?;
    for gone in &pruning.gone {
        terminal.say(UpkeepMessage::Pruned { name: gone.name.to_string(), jobs: gone.jobs, dry_run });
    }
    for name in &pruning.in_use {
        terminal.say(UpkeepMessage::PruneInUse { name: name.to_string() });
    }
    terminal.say(match pruning.files {
        0 if pruning.gone.is_empty() && pruning.requests == 0 => UpkeepMessage::PruneNothing,
        files => UpkeepMessage::PruneFreed { files, bytes: pruning.bytes, dry_run },
    });
    if pruning.requests > 0 {
        terminal.say(UpkeepMessage::PruneRequests { requests: pruning.requests, dry_run });
    }
    if pruning.waiting > 0 {
        terminal.say(UpkeepMessage::PruneWaiting { requests: pruning.waiting });
    }
    let gone: Vec<_> =
        pruning.gone.iter().map(|gone| json!({ "snapshot": gone.name.to_string(), "jobs": gone.jobs })).collect();
    let in_use: Vec<String> = pruning.in_use.iter().map(Digest::to_string).collect();
    terminal.result(&json!({
        "removed": gone, "in_use": in_use, "files": pruning.files, "bytes": pruning.bytes,
        "requests": pruning.requests, "requests_waiting": pruning.waiting, "dry_run": dry_run,
    }));
    Ok(())
}
