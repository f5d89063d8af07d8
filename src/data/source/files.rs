//! Which files of a delivery belong to a dataset. Never reads a row.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::SourceError;
use crate::catalog::{Dataset, FilePattern};
use crate::env::{FileError, WatchedFile, list_dir};
use crate::keys::Hasher;
use crate::model::Digest;

const HASH_BUFFER_BYTES: usize = 1 << 18;

/// The files of the delivery that `pattern` names, by name. One content under two names is refused: every row of it
/// would count twice.
pub(super) fn files(delivery: &Path, dataset: &Dataset) -> Result<Vec<PathBuf>, SourceError> {
    let Some(pattern) = dataset.source.files() else { return Ok(Vec::new()) };
    let paths = matching(delivery, pattern)?;
    let mut seen: Vec<(u64, &PathBuf, Option<Digest>)> = Vec::with_capacity(paths.len());
    for path in &paths {
        let bytes = WatchedFile::open(path)?.length();
        let mut digest = None;
        // Only files of one length can be the same; empty ones are refused for being empty.
        for (_, other, known) in seen.iter_mut().filter(|(length, ..)| *length == bytes && bytes > 0) {
            let own = *digest.get_or_insert(hash(path)?);
            if *known.get_or_insert(hash(other)?) == own {
                return Err(SourceError::Duplicate { one: other.clone(), other: path.clone() });
            }
        }
        seen.push((bytes, path, digest));
    }
    Ok(paths)
}

fn matching(delivery: &Path, pattern: &FilePattern) -> Result<Vec<PathBuf>, FileError> {
    let mut paths = list_dir(&delivery.join(&pattern.folder))?;
    paths.retain(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| pattern.fits(name)));
    Ok(paths)
}

fn hash(path: &Path) -> Result<Digest, FileError> {
    let mut file = WatchedFile::open(path)?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; HASH_BUFFER_BYTES];
    loop {
        let read = file.read(&mut buffer);
        let count = read.map_err(|source| FileError { action: "read", path: path.to_owned(), source })?;
        match buffer.get(..count).filter(|read| !read.is_empty()) {
            Some(read) => hasher.update(read),
            None => return Ok(hasher.finish()),
        }
    }
}
