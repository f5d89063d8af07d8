//! The mirror: the latest checkpoint, kept outside the home, so that an old copy of the home is known
//! to be old. Two files written in turn; one of them is whole at any moment.

use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, CheckpointError, LogVerifier};
use crate::env::{FileError, create_dir, overwrite_synced, publish_dir, read_text};

/// The mirror cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file holds somebody else's checkpoint: evidence, which must not be overwritten.
    #[error("the checkpoint mirror's `{path}` is not this log's: {error}")]
    Foreign {
        /// The file.
        path: String,
        /// Why.
        error: CheckpointError,
    },
    /// Neither file holds a checkpoint of this log.
    #[error(
        "the checkpoint mirror `{0}` holds no checkpoint of this log: put the mirrored checkpoint back, or the engine cannot know that its home is the latest"
    )]
    Nothing(String),
}

/// The folder of the mirror.
#[derive(Debug)]
pub struct Mirror {
    files: [PathBuf; 2],
    next: usize,
}

impl Mirror {
    /// Creates the mirror of a new log with its first checkpoint.
    pub fn create(folder: &Path, note: &str) -> Result<(), MirrorError> {
        create_dir(folder)?;
        overwrite_synced(&folder.join("checkpoint.0"), note.as_bytes())?;
        overwrite_synced(&folder.join("checkpoint.1"), note.as_bytes())?;
        Ok(publish_dir(folder)?)
    }

    /// Opens the mirror; gives the latest checkpoint in it.
    pub fn open(folder: &Path, log: &LogVerifier) -> Result<(Self, Checkpoint), MirrorError> {
        let files = [folder.join("checkpoint.0"), folder.join("checkpoint.1")];
        let [first, second] = &files;
        let (first, second) = (latest_in(first, log)?, latest_in(second, log)?);
        let size = |checkpoint: &Option<Checkpoint>| checkpoint.map(|checkpoint| checkpoint.size);
        let (latest, next) = if size(&first) >= size(&second) { (first, 1) } else { (second, 0) };
        let latest = latest.ok_or_else(|| MirrorError::Nothing(folder.display().to_string()))?;
        Ok((Self { files, next }, latest))
    }

    /// Keeps a later checkpoint, durably, over the older of the two.
    pub fn keep(&mut self, note: &str) -> Result<(), MirrorError> {
        if let Some(path) = self.files.get(self.next) {
            overwrite_synced(path, note.as_bytes())?;
        }
        self.next = 1 - self.next;
        Ok(())
    }
}

/// The checkpoint in one file; `None` where the file is absent or torn by a power cut.
fn latest_in(path: &Path, log: &LogVerifier) -> Result<Option<Checkpoint>, MirrorError> {
    let Ok(note) = read_text(path) else { return Ok(None) };
    match log.verify(&note) {
        Ok(checkpoint) => Ok(Some(checkpoint)),
        Err(CheckpointError::Form) => Ok(None),
        Err(error) => Err(MirrorError::Foreign { path: path.display().to_string(), error }),
    }
}
