//! The examination of keys, clock and disk.

use std::path::Path;

use super::doctor::{Findings, Level, Setup, State, Thresholds, find, settle};
use super::error::{both, load_key_set};
use crate::config::Config;
use crate::env::{Stopwatch, mode, overwrite_synced, publish_dir, read_text, remove_file, space};
use crate::job::{HomePaths, KeyFile, load_key};
use crate::keys::{SaltKey, SigningKey};
use crate::ledger::LedgerReader;
use crate::log::LogSigner;
use crate::model::{Chinese, Date, Millis};

/// Nobody runs this program in an earlier year.
const YEAR_EARLIEST: i16 = 2025;
/// Nor, as it stands, in a later one.
const YEAR_LATEST: i16 = 2100;
/// A clock that goes so far back is mended by the network; more is an error.
const BACK_MS_MAX: i64 = 60_000;
/// A clock so far ahead of the last job lets windows pass.
const AHEAD_DAYS_MAX: i32 = 400;

const PROBE: &str = "doctor.probe";

/// What the group and all others may do.
const OTHERS: u32 = 0o077;

/// Nobody but its owner enters the home: whoever does can read data and ledger.
pub(super) fn check_folder(config: &Config, findings: Findings<'_>) {
    let (path, level) =
        (config.home.display().to_string(), if config.is_synthetic() { Level::Warning } else { Level::Error });
    match mode(&config.home) {
        Ok(mode) if mode & OTHERS == 0 => find(findings, "folder", Level::Ok, Setup::FolderPrivate),
        Ok(mode) => find(findings, "folder", level, Setup::FolderOpen { path, mode }),
        Err(error) => find(findings, "folder", Level::Error, Setup::FolderBad(error.bilingual())),
    }
}

/// Every key is there, private, and the private half of what is published.
pub(super) fn check_keys(config: &Config, paths: &HomePaths, findings: Findings<'_>) {
    let mut count = 0;
    if let Some(key) = check_key(&paths.key(KeyFile::Receipt), findings) {
        count += 1;
        let published = load_key_set(&paths.jwks());
        if !published.is_ok_and(|set| set.is_active(key.public())) {
            mixed(&paths.key(KeyFile::Receipt), &paths.jwks(), findings);
        }
    }
    if let Some(key) = check_key(&paths.key(KeyFile::Log), findings) {
        count += 1;
        let signer = LogSigner::new(format!("{}/log", config.ledger), key);
        let verifier_key = signer.and_then(|signer| signer.verifier_key()).ok();
        let published = read_text(&paths.log_key()).ok();
        if verifier_key.as_deref() != published.as_deref().map(str::trim_end) {
            mixed(&paths.key(KeyFile::Log), &paths.log_key(), findings);
        }
    }
    if let Some(text) = check_private(&paths.salt(), findings) {
        count += 1;
        if SaltKey::from_file_text(&text).is_none() {
            let error = both("64 hexadecimal digits are needed", "应为 64 个十六进制数字");
            let path = paths.salt().display().to_string();
            find(findings, "keys", Level::Error, Setup::KeyBad { path, error });
        }
    }
    if paths.next_receipt_key().exists() {
        find(findings, "keys", Level::Warning, Setup::RotationOpen);
    }
    settle(findings, "keys", Setup::Keys { count });
}

fn mixed(path: &Path, public: &Path, findings: Findings<'_>) {
    let (path, public) = (path.display().to_string(), public.display().to_string());
    find(findings, "keys", Level::Error, Setup::KeyMixed { path, public });
}

fn check_key(path: &Path, findings: Findings<'_>) -> Option<SigningKey> {
    check_private(path, findings)?;
    match load_key(path) {
        Ok(key) => Some(key),
        Err(error) => {
            let (path, error) = (path.display().to_string(), error.bilingual());
            find(findings, "keys", Level::Error, Setup::KeyBad { path, error });
            None
        }
    }
}

/// The text of a key file that its owner alone can read.
fn check_private(path: &Path, findings: Findings<'_>) -> Option<String> {
    let (text, found) = match (read_text(path), mode(path)) {
        (Ok(text), Ok(found)) => (text, found),
        _ => {
            let path = path.display().to_string();
            find(findings, "keys", Level::Error, Setup::KeyMissing { path });
            return None;
        }
    };
    if found & 0o077 != 0 {
        let path = path.display().to_string();
        find(findings, "keys", Level::Error, Setup::KeyExposed { path, mode: found });
    }
    Some(text)
}

/// The clock is of a year that can be, not behind the ledger, and not far ahead of it.
pub(super) fn check_clock(reader: Option<&LedgerReader>, now: Millis, findings: Findings<'_>) {
    let (year, ..) = now.day().ymd();
    if !(YEAR_EARLIEST..YEAR_LATEST).contains(&year) {
        return find(findings, "clock", Level::Error, State::ClockWrong { now });
    }
    let charged = reader.and_then(|reader| reader.latest_day().ok().flatten());
    let admitted = reader.and_then(|reader| reader.last_admission().ok().flatten());
    let back = admitted.is_some_and(|last| last.0 > now.0.saturating_add(BACK_MS_MAX));
    let latest: Option<Date> = charged.max(admitted.map(Millis::day));
    match latest {
        Some(seen) if back || seen > now.day() => {
            find(findings, "clock", Level::Error, State::ClockBack { now, seen });
        }
        Some(last) if now.day().days().saturating_sub(last.days()) > AHEAD_DAYS_MAX => {
            find(findings, "clock", Level::Warning, State::ClockAhead { now, last });
        }
        _ => find(findings, "clock", Level::Ok, State::Clock { now }),
    }
}

/// There is room for the ledger to grow.
pub(super) fn check_room(home: &Path, thresholds: &Thresholds, findings: Findings<'_>) {
    let free = match space(home) {
        Ok(space) => space.free,
        Err(error) => return find(findings, "disk", Level::Error, State::RoomBad(error.bilingual())),
    };
    let level = match free {
        least if least < thresholds.free_least_bytes => Level::Error,
        low if low < thresholds.free_low_bytes => Level::Warning,
        _ => return find(findings, "disk", Level::Ok, State::Room { free }),
    };
    find(findings, "disk", level, State::RoomLow { free, place: home.display().to_string() });
}

/// A file can be written and synced in the home, and how long that takes.
pub(super) fn check_writing(home: &Path, thresholds: &Thresholds, findings: Findings<'_>) {
    let probe = home.join(PROBE);
    let started = Stopwatch::new();
    let written = overwrite_synced(&probe, b"anshi doctor\n").and_then(|()| publish_dir(home));
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let removed = remove_file(&probe);
    match written.and(removed) {
        Err(error) => find(findings, "writing", Level::Error, State::WritingBad(error.bilingual())),
        Ok(()) if millis > thresholds.sync_slow_ms => {
            find(findings, "writing", Level::Warning, State::WritingSlow { millis });
        }
        Ok(()) => find(findings, "writing", Level::Ok, State::Writing { millis }),
    }
}
