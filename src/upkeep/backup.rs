//! Backup: one consistent copy of a home, while its engine runs. The ledger is copied first, in one read transaction;
//! everything that it names was there before it, is immutable, and is held against pruning. Never locks the home, and
//! never puts a private key into the backup: keys go to a folder of their own, or nowhere.

use std::path::{Path, PathBuf};

use super::error::{UpkeepError, load_key_set};
use super::manifest::{BACKUP_FORMAT, BackedUpFile, BackupManifest, LogPosition};
use crate::config::{CLIENTS_FOLDER, CONFIG_FILE, Config};
use crate::data::hold_snapshots;
use crate::env::{
    Clock, Durable, copy_durable, create_dir, create_private_dir, finish_file, list_dir, list_tree, publish_dir, read,
    read_text, remove_tree, sync_tree, write_atomic,
};
use crate::job::{HomePaths, KeyFile, load_key};
use crate::keys::{Hasher, sha256};
use crate::ledger::LedgerReader;
use crate::log::{LogSigner, LogVerifier};
use crate::model::Digest;

/// No key file is larger.
const KEY_BYTES_MAX: u64 = 1 << 16;

/// What to back up, and where to.
#[derive(Clone, Debug)]
pub struct BackupOptions {
    /// The home.
    pub home: PathBuf,
    /// The backup's folder: absent or empty, outside of the home.
    pub to: PathBuf,
    /// Where the private keys go: absent or empty, outside of home and backup. `None`: they are not copied.
    pub keys_to: Option<PathBuf>,
}

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// What it is made of.
    pub manifest: BackupManifest,
    /// The manifest's digest.
    pub digest: Digest,
}

/// A file to copy: where it lies, where it goes below the backup, and the digest that its name promises.
struct Part {
    from: PathBuf,
    path: String,
    durable: Durable,
    wanted: Option<Digest>,
}

/// Backs up a home. `progress` hears how many bytes are copied, and of how many.
pub fn backup(
    options: &BackupOptions,
    clock: &Clock,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackupReport, UpkeepError> {
    check_places(options)?;
    let config = Config::load(&options.home)?;
    let made: Vec<PathBuf> = [Some(&options.to), options.keys_to.as_ref()]
        .into_iter()
        .flatten()
        .filter(|to| !to.exists())
        .cloned()
        .collect();
    let result = copy_home(options, &config, clock, progress);
    if result.is_err() {
        // What is not finished is no backup; folders that were there before stay, to be looked at.
        made.iter().try_for_each(|folder| remove_tree(folder))?;
    }
    result
}

/// Refuses places that are used, or that lie in one another: keys must not end up in a backup, nor a backup in a home.
fn check_places(options: &BackupOptions) -> Result<(), UpkeepError> {
    let places: Vec<&PathBuf> = [Some(&options.to), options.keys_to.as_ref()].into_iter().flatten().collect();
    for place in &places {
        if place.is_file() || !list_dir(place)?.is_empty() {
            return Err(UpkeepError::Used(place.display().to_string()));
        }
    }
    let all: Vec<&PathBuf> = std::iter::once(&options.home).chain(places).collect();
    for (number, inner) in all.iter().enumerate() {
        for (other, outer) in all.iter().enumerate() {
            if number != other && absolute(inner).starts_with(absolute(outer)) {
                let (inner, outer) = (inner.display().to_string(), outer.display().to_string());
                return Err(UpkeepError::Inside { inner, outer });
            }
        }
    }
    Ok(())
}

/// The path with links resolved as far as it exists.
fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match existing {
        Some((above, real)) => whole.strip_prefix(above).map_or(real.clone(), |rest| real.join(rest)),
        None => whole,
    }
}

fn copy_home(
    options: &BackupOptions,
    config: &Config,
    clock: &Clock,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackupReport, UpkeepError> {
    let (home, to) = (&options.home, &options.to);
    let paths = HomePaths::new(home);
    let made_ms = clock.now().0;
    create_dir(to)?;
    create_private_dir(to)?;
    let verifier = LogVerifier::new(&read_text(&paths.log_key())?)?;
    let store = to.join("ledger.sqlite");
    LedgerReader::open(&paths.store())?.copy_to(&store)?;
    finish_file(&store, Durable::Shared)?;
    let frontier = LedgerReader::open_for_audit(&store)?.frontier(&verifier)?;
    let held = hold_snapshots(&paths.data())?;
    let mut outside = Vec::new();
    let mut parts = small_parts(home, config, &mut outside)?;
    parts.extend(guest_parts(home)?);
    let data = |path: &Path| (paths.data().join(path), Path::new("data").join(path).display().to_string());
    for path in &held.manifests {
        let (from, path) = data(path);
        parts.push(Part { from, path, durable: Durable::ReadOnly, wanted: None });
    }
    for (path, file) in &held.files {
        let (from, path) = data(path);
        parts.push(Part { from, path, durable: Durable::ReadOnly, wanted: Some(file.sha256) });
    }
    let mut files = vec![listed(&store, "ledger.sqlite")?];
    if let Some(current) = held.current {
        create_dir(&to.join("data"))?;
        let text = format!("{current}\n");
        write_atomic(&to.join("data/current"), text.as_bytes(), Durable::Shared)?;
        files.push(entry("data/current", text.len() as u64, sha256(text.as_bytes())));
    }
    copy_parts(&parts, to, &mut files, progress)?;
    files.sort();
    let keys = keys(home, options.keys_to.as_deref())?;
    check_keys(home, config, to)?;
    sync_tree(to)?;
    let log = LogPosition { size: frontier.size, root: frontier.root.to_string() };
    let manifest = BackupManifest {
        format: BACKUP_FORMAT,
        anshi: env!("CARGO_PKG_VERSION").to_owned(),
        kind: config.kind.word().to_owned(),
        ledger: config.ledger.clone(),
        made_ms,
        log,
        files,
        keys,
        outside,
    };
    let digest = manifest.write(to)?;
    Ok(BackupReport { manifest, digest })
}

/// Configuration, public keys, catalog, policies, rejects, what jobs were admitted under. What the configuration keeps elsewhere is only named.
fn small_parts(home: &Path, config: &Config, outside: &mut Vec<String>) -> Result<Vec<Part>, UpkeepError> {
    let mut files: Vec<PathBuf> = [CONFIG_FILE, "jwks.json", "log.vkey"].iter().map(|name| home.join(name)).collect();
    for folder in [&config.catalog, &config.policies, &home.join(CLIENTS_FOLDER)] {
        let inside = absolute(folder).starts_with(absolute(home)) && below(home, folder).is_some();
        if inside { files.extend(list_tree(folder)?) } else { outside.push(folder.display().to_string()) }
    }
    files.extend(list_tree(&home.join("rejects"))?);
    files.extend(list_tree(&HomePaths::new(home).archive())?);
    let temporary = |path: &PathBuf| path.extension().is_some_and(|e| e.to_string_lossy().starts_with("tmp"));
    files.retain(|path| !temporary(path));
    let part = |from: PathBuf| {
        let path = below(home, &from)?;
        Some(Part { from, path, durable: Durable::Shared, wanted: None })
    };
    Ok(files.into_iter().filter_map(part).collect())
}

/// The path below `home`, when it is a plain one.
fn below(home: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(home).ok()?;
    let plain = rest.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    rest.to_str().filter(|_| plain).map(str::to_owned)
}

/// Guests as submitted and as compiled: both are named by their content.
fn guest_parts(home: &Path) -> Result<Vec<Part>, UpkeepError> {
    let part = |from: PathBuf| {
        let kind = from.extension()?.to_str()?;
        let name = Digest::from_hex(from.file_stem()?.to_str()?).ok()?;
        let path = below(home, &from).filter(|_| kind == "wasm" || kind == "cwasm")?;
        Some(Part { from, path, durable: Durable::ReadOnly, wanted: Some(name) })
    };
    Ok(list_tree(&home.join("guests"))?.into_iter().filter_map(part).collect())
}

fn copy_parts(
    parts: &[Part],
    to: &Path,
    files: &mut Vec<BackedUpFile>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), UpkeepError> {
    let size = |part: &Part| part.from.metadata().map_or(0, |found| found.len());
    let total = parts.iter().map(size).sum();
    let mut done = 0;
    for part in parts {
        let target = to.join(&part.path);
        if let Some(folder) = target.parent() {
            create_dir(folder)?;
        }
        let mut hasher = Hasher::new();
        let bytes = copy_durable(&part.from, &target, part.durable, &mut |bytes| {
            hasher.update(bytes);
            done += bytes.len() as u64;
            progress(done, total);
        })?;
        let found = hasher.finish();
        if part.wanted.is_some_and(|wanted| wanted != found) {
            return Err(UpkeepError::Damaged(part.from.display().to_string()));
        }
        files.push(entry(&part.path, bytes, found));
    }
    Ok(())
}

fn entry(path: &str, bytes: u64, sha256: Digest) -> BackedUpFile {
    BackedUpFile { path: path.to_owned(), bytes, sha256: sha256.to_string() }
}

/// A file that is there already, read once more.
fn listed(file: &Path, path: &str) -> Result<BackedUpFile, UpkeepError> {
    let bytes = crate::env::MappedFile::open(file)?;
    Ok(entry(path, bytes.len() as u64, sha256(&bytes)))
}

/// The private keys: listed always, so that a restore can tell whether it was given the right ones; copied where asked.
fn keys(home: &Path, to: Option<&Path>) -> Result<Vec<BackedUpFile>, UpkeepError> {
    let mut listed = Vec::new();
    if let Some(to) = to {
        if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_dir(folder)?;
        }
        create_private_dir(to)?;
    }
    for from in list_dir(&home.join("keys"))? {
        let Some(name) = from.file_name().and_then(|name| name.to_str()) else { continue };
        if from.extension().is_some_and(|kind| kind.to_string_lossy().starts_with("tmp")) {
            continue;
        }
        let bytes = read(&from, KEY_BYTES_MAX)?;
        if let Some(to) = to {
            write_atomic(&to.join(name), &bytes, Durable::Private)?;
        }
        listed.push(entry(&format!("keys/{name}"), bytes.len() as u64, sha256(&bytes)));
    }
    to.map_or(Ok(()), publish_dir)?;
    Ok(listed)
}

/// That the keys and the public files that were copied belong together: a rotation in between would part them.
fn check_keys(home: &Path, config: &Config, to: &Path) -> Result<(), UpkeepError> {
    let paths = HomePaths::new(home);
    let copied = HomePaths::new(to);
    let receipt = load_key(&paths.key(KeyFile::Receipt))?;
    let jwks = load_key_set(&copied.jwks())?;
    if !jwks.is_active(receipt.public()) {
        return Err(UpkeepError::Mixed(paths.key(KeyFile::Receipt).display().to_string()));
    }
    let signer = LogSigner::new(format!("{}/log", config.ledger), load_key(&paths.key(KeyFile::Log))?)?;
    if signer.verifier_key()? != read_text(&copied.log_key())?.trim_end() {
        return Err(UpkeepError::Mixed(paths.key(KeyFile::Log).display().to_string()));
    }
    Ok(())
}
