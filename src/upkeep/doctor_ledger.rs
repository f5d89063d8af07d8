//! The examination of ledger, published log and mirror.

use std::path::Path;

use super::doctor::{Findings, Level, Setup, State, find, settle};
use super::error::both;
use crate::config::Config;
use crate::env::{read_text, share_file_system};
use crate::ledger::{LedgerError, LedgerReader};
use crate::log::{Checkpoint, LogVerifier, MirrorError};
use crate::model::{Bilingual, Chinese, Date, foreign};
use crate::policy::Accounts;

/// The schema is this program's, and the newest checkpoint fits signature, entries and hashes. Gives that checkpoint.
pub(super) fn check_ledger(
    reader: &Result<LedgerReader, LedgerError>,
    verifier: Option<&LogVerifier>,
    deep: bool,
    findings: Findings<'_>,
) -> Option<Checkpoint> {
    let looked = reader.as_ref().map_err(Chinese::bilingual).and_then(|reader| {
        let (found, needed) = reader.schema_versions().map_err(|error| error.bilingual())?;
        if found != needed {
            return Ok(Err(State::SchemaOther { found, needed }));
        }
        let verifier = verifier
            .ok_or_else(|| both("`log.vkey` is missing, or no verifier key", "缺少 `log.vkey`，或其不是日志公钥"))?;
        let frontier = reader.frontier(verifier).map_err(|error| error.bilingual())?;
        let damages = if deep { reader.check_integrity().map_err(|error| error.bilingual())? } else { Vec::new() };
        if !damages.is_empty() {
            let damages = damages.join("; ");
            return Err(both(damages.clone(), foreign(&damages)));
        }
        let open = reader.open_jobs().map_err(|error| error.bilingual())?;
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

/// What was spent of every party's account, and what may be spent, fit the account's limit.
pub(super) fn check_accounts(reader: &LedgerReader, accounts: &Accounts, today: Date, findings: Findings<'_>) {
    match reader.check_limits(accounts, today) {
        Ok(()) => find(findings, "accounts", Level::Ok, Setup::Accounts),
        Err(error @ LedgerError::Limit(_)) => {
            find(findings, "accounts", Level::Error, Setup::AccountsExceeded(error.bilingual()));
        }
        Err(error) => find(findings, "accounts", Level::Error, State::LedgerBad(error.bilingual())),
    }
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
pub(super) fn read_published(folder: &Path, verifier: &LogVerifier) -> Result<Checkpoint, Bilingual> {
    let note = read_text(&folder.join("checkpoint")).map_err(|error| error.bilingual())?;
    verifier.verify(&note).map_err(|error| error.bilingual())
}

/// The published log is this ledger's.
pub(super) fn check_published(
    reader: &LedgerReader,
    shown: Result<Checkpoint, Bilingual>,
    ledger: Checkpoint,
    findings: Findings<'_>,
) {
    let (level, diagnosis) = match shown {
        Err(error) => (Level::Error, State::PublishedBad(error)),
        Ok(seen) => match compare(reader, ledger, seen) {
            Standing::Same => (Level::Ok, State::Published { entries: seen.size }),
            Standing::Behind => (Level::Warning, State::PublishedBehind { entries: ledger.size, published: seen.size }),
            Standing::Ahead => {
                let (shown, held) = (seen.size, ledger.size);
                let error = both(
                    format!("it has {shown} entries, the ledger {held}"),
                    format!("其有 {shown} 条，账本有 {held} 条"),
                );
                (Level::Error, State::PublishedBad(error))
            }
            Standing::Other => {
                let shown = seen.size;
                let error = both(format!("its first {shown} entries are others"), format!("其前 {shown} 条与账本不同"));
                (Level::Error, State::PublishedBad(error))
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
        Err(error) => return find(findings, "mirror", Level::Error, State::MirrorBad(error.bilingual())),
    };
    let (entries, size) = (ledger.size, seen.size);
    match compare(reader, ledger, seen) {
        Standing::Same => {}
        Standing::Behind => {
            find(findings, "mirror", Level::Warning, State::MirrorBehind { entries, seen: size });
        }
        Standing::Ahead => find(findings, "mirror", Level::Error, State::MirrorAhead { entries, seen: size }),
        Standing::Other => {
            let error = both(
                format!("the first {size} entries that it has seen are others than the ledger's"),
                format!("其见过的前 {size} 条与账本不同"),
            );
            find(findings, "mirror", Level::Error, State::MirrorBad(error));
        }
    }
    if share_file_system(&config.home, mirror).unwrap_or(false) {
        let mirror = mirror.display().to_string();
        find(findings, "mirror", Level::Warning, State::MirrorBeside { mirror });
    }
    settle(findings, "mirror", State::Mirror { entries });
}
