//! Restore: a backup becomes a home. Everything is copied and checked beside the place where the home will be, and
//! moved there in one step; nothing else is touched, the mirror least of all: only an engine writes it. So a home that
//! is older than its mirror is put in place, and does not start.

use std::path::{Path, PathBuf};

use super::error::{UpkeepError, both};
use super::manifest::{BackedUpFile, BackupManifest};
use crate::config::Config;
use crate::document::Document;
use crate::env::{
    Durable, copy_durable, create_dir, create_private_dir, list_dir, move_into_place, read, read_text, remove_tree,
    sync_tree, write_atomic,
};
use crate::job::HomePaths;
use crate::keys::{Hasher, sha256};
use crate::ledger::LedgerReader;
use crate::log::{LogVerifier, Mirror, MirrorError};
use crate::model::{Bilingual, Chinese, Digest};
use crate::policy::{ACCOUNTS_FILE, Accounts};

const KEY_BYTES_MAX: u64 = 1 << 16;
/// So many damaged files are named; the others are counted.
const DAMAGES_MAX: usize = 20;

/// What to restore, and where to.
#[derive(Clone, Debug)]
pub struct RestoreOptions {
    /// The backup.
    pub from: PathBuf,
    /// The home: absent or empty.
    pub home: PathBuf,
    /// The folder with the private keys. `None`: somebody brings them later.
    pub keys: Option<PathBuf>,
    /// The digest that the backup must have, where the caller kept it.
    pub digest: Option<Digest>,
}

/// How the restored ledger stands to the mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MirrorState {
    /// It has what the mirror has seen, and so many entries more.
    Current {
        /// Entries that the mirror has not seen.
        beyond: u64,
    },
    /// The mirror has seen entries that the backup lacks: the home does not start.
    Ahead {
        /// How many entries the mirror has seen.
        seen: u64,
    },
    /// There is no mirror: the home does not start, since nobody knows what it lacks.
    Missing,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// What the backup was made of.
    pub manifest: BackupManifest,
    /// The manifest's digest.
    pub digest: Digest,
    /// Whether the private keys are in place.
    pub keys: bool,
    /// Where the home's mirror is.
    pub mirror: PathBuf,
    /// How the home stands to it.
    pub state: MirrorState,
    /// The longest window of any account, in days; none where the accounts are not in the backup.
    pub window_days: Option<u32>,
}

/// Restores a backup. `progress` hears how many bytes are copied, and of how many.
pub fn restore(options: &RestoreOptions, progress: &mut dyn FnMut(u64, u64)) -> Result<RestoreReport, UpkeepError> {
    let (manifest, digest) = BackupManifest::read(&options.from, options.digest)?;
    let home = &options.home;
    if home.is_file() || !list_dir(home)?.is_empty() {
        return Err(UpkeepError::Used(home.display().to_string()));
    }
    let mut name = home.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".restoring");
    // Beside the home: on the same file system, and with the same neighbours, the mirror among them.
    let staging = home.with_file_name(name);
    if staging.exists() {
        return Err(UpkeepError::LeftOver(staging.display().to_string()));
    }
    let staged = stage(options, &manifest, &staging, progress).and_then(|staged| {
        move_into_place(&staging, home)?;
        Ok(staged)
    });
    match staged {
        Ok((mirror, state, window_days)) => {
            let mirror = mirror.strip_prefix(&staging).map(|below| home.join(below)).unwrap_or(mirror);
            Ok(RestoreReport { manifest, digest, keys: options.keys.is_some(), mirror, state, window_days })
        }
        Err(error) => {
            remove_tree(&staging)?;
            Err(error)
        }
    }
}

/// Makes the whole home in `staging`. Gives its mirror, how it stands to it, and the longest window.
fn stage(
    options: &RestoreOptions,
    manifest: &BackupManifest,
    staging: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(PathBuf, MirrorState, Option<u32>), UpkeepError> {
    create_dir(staging)?;
    create_private_dir(staging)?;
    let mut damages = copy_files(&options.from, manifest, staging, progress)?;
    create_private_dir(&staging.join("keys"))?;
    if let Some(keys) = &options.keys {
        copy_keys(keys, &manifest.keys, staging, &mut damages)?;
    }
    if !damages.is_empty() {
        let more = damages.len().saturating_sub(DAMAGES_MAX);
        damages.truncate(DAMAGES_MAX);
        damages.extend((more > 0).then(|| both(format!("and {more} more"), format!("另有 {more} 个"))));
        return Err(UpkeepError::Torn(damages));
    }
    let paths = HomePaths::new(staging);
    let config = Config::load(staging)?;
    let verifier = LogVerifier::new(&read_text(&paths.log_key())?)?;
    let state = {
        let reader = LedgerReader::open_for_audit(&paths.store())?;
        let frontier = reader.frontier(&verifier)?;
        if (frontier.size, frontier.root.to_string()) != (manifest.log.size, manifest.log.root.clone()) {
            return Err(UpkeepError::Torn(vec![both(
                "`ledger.sqlite` is not where the manifest says",
                "`ledger.sqlite` 与清单所载不符",
            )]));
        }
        reader.publish_log(&paths.log(), frontier.size)?;
        compare(&config.checkpoint_mirror, &verifier, &reader, frontier.size)?
    };
    let window_days = longest_window(&config.policies.join(ACCOUNTS_FILE));
    sync_tree(staging)?;
    Ok((config.checkpoint_mirror, state, window_days))
}

/// Copies every file and compares it with the manifest; gives what is missing or changed.
fn copy_files(
    from: &Path,
    manifest: &BackupManifest,
    staging: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Bilingual>, UpkeepError> {
    let (mut damages, mut done, total) = (Vec::new(), 0, manifest.bytes());
    for file in &manifest.files {
        let (source, target) = (from.join(&file.path), staging.join(&file.path));
        if !source.is_file() {
            damages.push(both(format!("`{}` is missing", file.path), format!("缺少 `{}`", file.path)));
            continue;
        }
        if let Some(folder) = target.parent() {
            create_dir(folder)?;
        }
        let mut hasher = Hasher::new();
        let bytes = copy_durable(&source, &target, durable(&file.path), &mut |bytes| {
            hasher.update(bytes);
            done += bytes.len() as u64;
            progress(done, total);
        })?;
        damages.extend(damage(file, bytes, hasher.finish()));
    }
    Ok(damages)
}

/// What nobody changes again is 0444, as where it was first written.
fn durable(path: &str) -> Durable {
    let fixed = ["data/files/", "data/snapshots/", "guests/"].iter().any(|folder| path.starts_with(folder));
    if fixed { Durable::ReadOnly } else { Durable::Shared }
}

fn damage(file: &BackedUpFile, bytes: u64, found: Digest) -> Option<Bilingual> {
    let BackedUpFile { path, bytes: wanted_bytes, sha256 } = file;
    match (bytes == *wanted_bytes, found.to_string() == *sha256) {
        (true, true) => None,
        (false, _) => Some(both(
            format!("`{path}` should have {wanted_bytes} bytes and has {bytes}"),
            format!("`{path}` 应有 {wanted_bytes} 字节，实有 {bytes}"),
        )),
        (true, false) => Some(both(
            format!("`{path}` was changed: it should have the digest {sha256} and has {found}"),
            format!("`{path}` 被改动：摘要应为 {sha256}，实为 {found}"),
        )),
    }
}

fn copy_keys(
    from: &Path,
    keys: &[BackedUpFile],
    staging: &Path,
    damages: &mut Vec<Bilingual>,
) -> Result<(), UpkeepError> {
    for key in keys {
        let source = from.join(key.path.trim_start_matches("keys/"));
        if !source.is_file() {
            let path = source.display();
            damages.push(both(format!("the key `{path}` is missing"), format!("缺少密钥 `{path}`")));
            continue;
        }
        let bytes = read(&source, KEY_BYTES_MAX)?;
        match damage(key, bytes.len() as u64, sha256(&bytes)) {
            // Not what it should be and is: a digest of a wrong key is of no use to anybody.
            Some(_) => {
                let path = source.display();
                let words = format!("the key `{path}` is not the one of this backup");
                damages.push(both(words, format!("密钥 `{path}` 不是此备份的密钥")));
            }
            None => write_atomic(&staging.join(&key.path), &bytes, Durable::Private)?,
        }
    }
    Ok(())
}

/// How the restored ledger, of `size` entries, stands to the mirror.
fn compare(
    mirror: &Path,
    verifier: &LogVerifier,
    reader: &LedgerReader,
    size: u64,
) -> Result<MirrorState, UpkeepError> {
    let foreign = |reason: Bilingual| UpkeepError::Foreign { mirror: mirror.display().to_string(), reason };
    let seen = match Mirror::latest(mirror, verifier) {
        Ok(seen) => seen,
        Err(MirrorError::Nothing(_)) => return Ok(MirrorState::Missing),
        Err(error) => return Err(foreign(error.bilingual())),
    };
    match size.checked_sub(seen.size) {
        None => Ok(MirrorState::Ahead { seen: seen.size }),
        Some(beyond) if reader.root(seen.size)? == seen.root => Ok(MirrorState::Current { beyond }),
        Some(_) => {
            let shared = seen.size;
            Err(foreign(both(format!("their first {shared} entries differ"), format!("前 {shared} 条不同"))))
        }
    }
}

fn longest_window(accounts: &Path) -> Option<u32> {
    let document = Document::new(accounts.display().to_string(), read_text(accounts).ok()?);
    Accounts::check(&document).ok()?.window_days_max()
}
