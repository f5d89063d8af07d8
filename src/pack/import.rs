//! Import: an archive becomes a folder, all of it or nothing. Verified before a byte is written: what it holds, that it is what
//! its manifest says, and that this program can use it.

use std::path::{Path, PathBuf};

use super::archive::{PACK_BYTES_MAX, read_archive};
use super::error::PackError;
use super::manifest::{Files, PackManifest};
use super::place::{CATALOG, POLICIES, is_known};
use super::seeds::read_seeds;
use crate::catalog::Catalog;
use crate::data::synth::SynthOptions;
use crate::env::{
    Durable, TemporaryDir, create_dir, exchange, list_dir, list_tree, move_into_place, read, remove_tree, sync_tree,
    write_atomic, write_unsynced,
};
use crate::keys::sha256;
use crate::model::{Digest, Pace};
use crate::policy::{PolicyError, check_folder};

/// What to import, and where to.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The archive.
    pub file: PathBuf,
    /// The pack's folder: absent or empty, unless an earlier pack is replaced.
    pub folder: PathBuf,
    /// The archive's digest, where the caller knows it.
    pub digest: Option<Digest>,
    /// Whether an earlier pack is replaced.
    pub force: bool,
}

/// What was imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it is made of.
    pub manifest: PackManifest,
    /// The archive's digest.
    pub digest: Digest,
    /// The policies in it.
    pub policies: Vec<String>,
    /// How many datasets its catalog has.
    pub datasets: usize,
    /// The seeds of its city.
    pub seeds: SynthOptions,
}

/// What a pack can be used for.
pub(super) struct Usable {
    pub policies: Vec<String>,
    pub datasets: usize,
    pub seeds: SynthOptions,
}

/// Imports a pack.
pub fn import(options: &ImportOptions) -> Result<Imported, PackError> {
    let bytes = read(&options.file, PACK_BYTES_MAX)?;
    let digest = sha256(&bytes);
    if let Some(wanted) = options.digest.filter(|wanted| *wanted != digest) {
        return Err(PackError::Digest { wanted: wanted.to_string(), found: digest.to_string() });
    }
    let mut files = read_archive(&bytes)?;
    let manifest = PackManifest::take(&mut files)?;
    let replaces = check_folder_free(options)?;
    let Usable { policies, datasets, seeds } = check_usable(&files)?;
    files.insert(super::PACK_MANIFEST.to_owned(), manifest.bytes()?);
    let staging = beside(&options.folder);
    if staging.symlink_metadata().is_ok() {
        return Err(PackError::LeftOver(staging.display().to_string()));
    }
    let placed = stage(&files, &staging).and_then(|()| place(&staging, &options.folder, replaces));
    if placed.is_err() {
        remove_tree(&staging)?;
    }
    placed.map(|()| Imported { manifest, digest, policies, datasets, seeds })
}

/// A place beside the folder, on the same file system.
fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".importing");
    folder.with_file_name(name)
}

/// Whether the folder holds an earlier pack that may be replaced; an error where it holds anything else.
fn check_folder_free(options: &ImportOptions) -> Result<bool, PackError> {
    let folder = &options.folder;
    let used = || PackError::Used(folder.display().to_string());
    // Of a link nobody knows what it leads to, and an exchange would replace the link.
    if folder.is_symlink() || folder.file_name().is_none() || (folder.exists() && !folder.is_dir()) {
        return Err(used());
    }
    let inside = list_dir(folder)?;
    if inside.is_empty() {
        return Ok(false);
    }
    if !options.force {
        return Err(used());
    }
    match stranger(folder)? {
        Some(name) => Err(PackError::NotAPack { folder: folder.display().to_string(), name }),
        None => Ok(true),
    }
}

/// What of a folder is no pack's, or no longer as it was imported; `None` where all of it is. Whoever has changed an imported
/// policy has work in it.
fn stranger(folder: &Path) -> Result<Option<String>, PackError> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let mut files = Files::new();
    for path in list_tree(folder)? {
        if !is_known(&name(&path)) && name(&path) != super::PACK_MANIFEST {
            return Ok(Some(name(&path)));
        }
        files.insert(name(&path), read(&path, PACK_BYTES_MAX)?);
    }
    Ok(match PackManifest::take(&mut files) {
        Ok(_) => None,
        Err(PackError::Missing(path) | PackError::Changed(path) | PackError::Unlisted(path)) => Some(path),
        Err(_) => Some(super::PACK_MANIFEST.to_owned()),
    })
}

/// Whether this program can use the files: their catalog, policies and seeds. Tried in a folder that is thrown away.
pub(super) fn check_usable(files: &Files) -> Result<Usable, PackError> {
    let folder = TemporaryDir::new()?;
    for (path, bytes) in files {
        let path = folder.path().join(path);
        create_dir(path.parent().unwrap_or(folder.path()))?;
        write_unsynced(&path, bytes)?;
    }
    let catalog = Catalog::load(&folder.path().join(CATALOG))?;
    // Nobody waits for a slot on a developer's machine.
    let found = check_folder(&folder.path().join(POLICIES), &catalog, Pace::NONE)?;
    if !found.errors.is_empty() {
        return Err(PackError::Policy(PolicyError::Documents(found.errors)));
    }
    let policies = found.policies.into_iter().map(|(_, policy, _)| policy.id).collect();
    Ok(Usable { policies, datasets: catalog.datasets().count(), seeds: read_seeds(folder.path())? })
}

fn stage(files: &Files, staging: &Path) -> Result<(), PackError> {
    for (path, bytes) in files {
        let path = staging.join(path);
        create_dir(path.parent().unwrap_or(staging))?;
        write_atomic(&path, bytes, Durable::Shared)?;
    }
    Ok(sync_tree(staging)?)
}

fn place(staging: &Path, folder: &Path, replaces: bool) -> Result<(), PackError> {
    if !replaces {
        return Ok(move_into_place(staging, folder)?);
    }
    exchange(staging, folder)?;
    Ok(remove_tree(staging)?)
}
