//! The examination of ledger, published log and mirror.

use std::path::Path;

use super::doctor::{Findings, Level, State, find, settle};
use crate::config::Config;
use crate::env::{read_text, share_file_system};
use crate::ledger::{LedgerError, LedgerReader};
use crate::log::{Checkpoint, LogVerifier, MirrorError};

/// The schema is this program's, and the newest checkpoint fits signature, entries and hashes. Gives that checkpoint.
pub(super) fn check_ledger(
    reader: &Result<LedgerReader, LedgerError>,
    verifier: Option<&LogVerifier>,
    deep: bool,
    findings: Findings<'_>,
) -> Option<Checkpoint> {
    let looked = reader.as_ref().map_err(ToString::to_string).and_then(|reader| {
        let (found, needed) = reader.schema_versions().map_err(|error| error.to_string())?;
        if found != needed {
            return Ok(Err(State::SchemaOther { found, needed }));
        }
        let verifier = verifier.ok_or("`log.vkey` is missing, or no verifier key")?;
        let frontier = reader.frontier(verifier).map_err(|error| error.to_string())?;
        let damages = if deep { reader.check_integrity().map_err(|error| error.to_string())? } else { Vec::new() };
        if !damages.is_empty() {
            return Err(damages.join("; "));
        }
        let open = reader.open_jobs().map_err(|error| error.to_string())?;
        Ok(Ok((frontier, open)))
    });
    match looked {
        Err(error) => find(findings, "ledger", Level::Error, State::LedgerBad(error)),
        Ok(Err(diagnosis)) => find(findings, "ledger", Level::Error, diagnosis),
        Ok(Ok((frontier, open))) => {
            find(findings, "ledger", Level::Ok, State::Ledger { entries: frontier.size, open });
            return Some(frontier);
        }
    }
    None
}

/// How a checkpoint that was written somewhere stands to the ledger's tree.
enum Standing {
    Same,
    Behind,
    Ahead,
    Other,
}

fn compare(reader: &LedgerReader, ledger: Checkpoint, seen: Checkpoint) -> Standing {
    match seen.size.cmp(&ledger.size) {
        std::cmp::Ordering::Greater => Standing::Ahead,
        _ if reader.root(seen.size).ok() != Some(seen.root) => Standing::Other,
        std::cmp::Ordering::Less => Standing::Behind,
        std::cmp::Ordering::Equal => Standing::Same,
    }
}

/// The checkpoint that the published log shows.
pub(super) fn read_published(folder: &Path, verifier: &LogVerifier) -> Result<Checkpoint, String> {
    let note = read_text(&folder.join("checkpoint")).map_err(|error| error.to_string())?;
    verifier.verify(&note).map_err(|error| error.to_string())
}

/// The published log is this ledger's.
pub(super) fn check_published(
    reader: &LedgerReader,
    shown: Result<Checkpoint, String>,
    ledger: Checkpoint,
    findings: Findings<'_>,
) {
    let (level, diagnosis) = match shown {
        Err(error) => (Level::Error, State::PublishedBad(error)),
        Ok(seen) => match compare(reader, ledger, seen) {
            Standing::Same => (Level::Ok, State::Published { entries: seen.size }),
            Standing::Behind => (Level::Warning, State::PublishedBehind { entries: ledger.size, published: seen.size }),
            Standing::Ahead => {
                let error = format!("it has {} entries, the ledger {}", seen.size, ledger.size);
                (Level::Error, State::PublishedBad(error))
            }
            Standing::Other => {
                (Level::Error, State::PublishedBad(format!("its first {} entries are others", seen.size)))
            }
        },
    };
    find(findings, "published log", level, diagnosis);
}

/// The mirror is there, of this log, not ahead of it, and on another disk.
pub(super) fn check_mirror(
    reader: &LedgerReader,
    config: &Config,
    mirrored: Result<Checkpoint, MirrorError>,
    ledger: Checkpoint,
    findings: Findings<'_>,
) {
    let mirror = &config.checkpoint_mirror;
    let seen = match mirrored {
        Ok(seen) => seen,
        Err(error) => return find(findings, "mirror", Level::Error, State::MirrorBad(error.to_string())),
    };
    let (entries, size) = (ledger.size, seen.size);
    match compare(reader, ledger, seen) {
        Standing::Same => {}
        Standing::Behind => {
            find(findings, "mirror", Level::Warning, State::MirrorBehind { entries, seen: size });
        }
        Standing::Ahead => find(findings, "mirror", Level::Error, State::MirrorAhead { entries, seen: size }),
        Standing::Other => {
            let error = format!("the first {size} entries that it has seen are others than the ledger's");
            find(findings, "mirror", Level::Error, State::MirrorBad(error));
        }
    }
    if share_file_system(&config.home, mirror).unwrap_or(false) {
        let mirror = mirror.display().to_string();
        find(findings, "mirror", Level::Warning, State::MirrorBeside { mirror });
    }
    settle(findings, "mirror", State::Mirror { entries });
}
