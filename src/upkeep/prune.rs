//! Pruning: which snapshots go, and which archived jobs can then not be computed again. Never touches a snapshot that
//! somebody has open, nor the current one.

use std::path::{Path, PathBuf};

use super::error::UpkeepError;
use crate::config::Config;
use crate::data::{Keep, PruneReport, prune};
use crate::job::HomePaths;
use crate::ledger::LedgerReader;
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
}

/// Prunes a home's snapshots.
pub fn prune_snapshots(options: &PruneOptions) -> Result<Pruning, UpkeepError> {
    Config::load(&options.home)?;
    let paths = HomePaths::new(&options.home);
    let keep = Keep { newest: options.keep, ..Keep::default() };
    let PruneReport { snapshots, in_use, files, bytes } = prune(&paths.data(), &keep, options.dry_run)?;
    let gone = count_jobs(&paths.store(), snapshots)?;
    Ok(Pruning { gone, in_use, files, bytes })
}

fn count_jobs(store: &Path, snapshots: Vec<Digest>) -> Result<Vec<PrunedSnapshot>, UpkeepError> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let jobs = LedgerReader::open_for_audit(store)?.jobs_by_snapshot()?;
    let count = |name: Digest| PrunedSnapshot { name, jobs: jobs.get(&name.to_string()).copied().unwrap_or(0) };
    Ok(snapshots.into_iter().map(count).collect())
}
