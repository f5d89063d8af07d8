//! The files that a command line names. What is wrong with one is said in the reader's language.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::problem::FileProblem;
use crate::env::{Durable, read_text, write_atomic};

/// Reads a text that a person named.
pub fn text(path: &Path) -> Result<String, CliError> {
    Ok(read_text(path)?)
}

/// Fails where a file could not be written to `path`: said before the work, not after it.
pub fn check_writable(path: &Path) -> Result<(), CliError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(CliError::misuse(FileProblem::OutFolder { path: path.to_owned(), folder: folder.to_owned() }));
    }
    if path.is_dir() { Err(CliError::misuse(FileProblem::OutIsFolder(path.to_owned()))) } else { Ok(()) }
}

/// Fails where files could not be written to `paths`, or would replace one that nobody said may be replaced: said before
/// the work, not after it.
pub fn check_new<'a>(paths: impl IntoIterator<Item = &'a PathBuf>, force: bool) -> Result<(), CliError> {
    let mut seen: Vec<&PathBuf> = Vec::new();
    for path in paths {
        check_writable(path)?;
        if seen.contains(&path) {
            return Err(CliError::misuse(FileProblem::OutTwice(path.clone())));
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(CliError::misuse(FileProblem::OutThere(path.clone())));
        }
        seen.push(path);
    }
    Ok(())
}

/// Writes a file that a person named.
pub fn write(path: &Path, bytes: &[u8], durable: Durable) -> Result<(), CliError> {
    check_writable(path)?;
    Ok(write_atomic(path, bytes, durable)?)
}
