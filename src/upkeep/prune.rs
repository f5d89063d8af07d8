//! Pruning: which snapshots go, and which archived jobs can then not be computed again; their requests go with them, because
//! they name people and serve for nothing else. Never touches a snapshot that somebody has open, nor the current one.

use std::path::{Path, PathBuf};

use super::error::UpkeepError;
use crate::config::Config;
use crate::data::{Keep, PruneReport, Snapshot, prune};
use crate::env::DirLock;
use crate::job::HomePaths;
use crate::ledger::{LedgerReader, forget_requests};
use crate::model::Digest;

/// What to prune.
#[derive(Clone, Debug)]
pub struct PruneOptions {
    /// The home.
    pub home: PathBuf,
    /// How many of the newest snapshots stay, the current one included.
    pub keep: usize,
    /// Whether nothing is removed.
    pub dry_run: bool,
}

/// A snapshot that went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrunedSnapshot {
    /// Its name.
    pub name: Digest,
    /// How many jobs ran on it: their labels cannot be computed again. Receipts, log and budgets stay as they are.
    pub jobs: u64,
}

/// What was pruned, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// The snapshots.
    pub gone: Vec<PrunedSnapshot>,
    /// Those that stay because somebody has them open.
    pub in_use: Vec<Digest>,
    /// How many files no snapshot needs any more.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Archived requests of jobs on snapshots that are gone, which go.
    pub requests: u64,
    /// Such requests that stay, because an engine works on the ledger.
    pub waiting: u64,
}

/// Prunes a home's snapshots.
pub fn prune_snapshots(options: &PruneOptions) -> Result<Pruning, UpkeepError> {
    Config::load(&options.home)?;
    let paths = HomePaths::new(&options.home);
    let keep = Keep { newest: options.keep, ..Keep::default() };
    let PruneReport { snapshots, in_use, files, bytes } = prune(&paths.data(), &keep, options.dry_run)?;
    let mut kept = Snapshot::list(&paths.data())?;
    kept.retain(|name| !snapshots.contains(name));
    let gone = count_jobs(&paths.store(), snapshots)?;
    let useless = LedgerReader::open_for_audit(&paths.store())?.useless_requests(&kept)?.len() as u64;
    // One that runs is the only one that writes to the ledger.
    let Some(_alone) = DirLock::try_take(&options.home)? else {
        return Ok(Pruning { gone, in_use, files, bytes, requests: 0, waiting: useless });
    };
    if !options.dry_run {
        forget_requests(&paths.store(), &kept)?;
    }
    Ok(Pruning { gone, in_use, files, bytes, requests: useless, waiting: 0 })
}

fn count_jobs(store: &Path, snapshots: Vec<Digest>) -> Result<Vec<PrunedSnapshot>, UpkeepError> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let jobs = LedgerReader::open_for_audit(store)?.jobs_by_snapshot()?;
    let count = |name: Digest| PrunedSnapshot { name, jobs: jobs.get(&name.to_string()).copied().unwrap_or(0) };
    Ok(snapshots.into_iter().map(count).collect())
}
