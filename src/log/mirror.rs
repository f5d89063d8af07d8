//! The mirror: the latest checkpoint, kept outside the home, so that an old copy of the home is known
//! to be old. Two files written in turn; one of them is whole at any moment.

use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, CheckpointError, LogVerifier};
use crate::env::{DirLock, FileError, create_dir, overwrite_synced, publish_dir, read_text};

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
    /// Another home's engine writes to it: a copy of this one, or the home that this one is a copy of.
    #[error(
        "another engine writes to the checkpoint mirror `{0}`: two copies of one home must never run at once, or both would spend the same budgets; stop the other one"
    )]
    InUse(String),
}

/// The folder of the mirror.
#[derive(Debug)]
pub struct Mirror {
    files: [PathBuf; 2],
    next: usize,
    _lock: DirLock,
}

impl Mirror {
    /// Creates the mirror of a new log with its first checkpoint.
    pub fn create(folder: &Path, note: &str) -> Result<(), MirrorError> {
        create_dir(folder)?;
        overwrite_synced(&folder.join("checkpoint.0"), note.as_bytes())?;
        overwrite_synced(&folder.join("checkpoint.1"), note.as_bytes())?;
        Ok(publish_dir(folder)?)
    }

    /// Opens the mirror for writing, alone; gives the latest checkpoint in it.
    pub fn open(folder: &Path, log: &LogVerifier) -> Result<(Self, Checkpoint), MirrorError> {
        // Looked at first: a folder that is no mirror gets no lock file.
        Self::latest(folder, log)?;
        let lock = DirLock::try_take(folder)?.ok_or_else(|| MirrorError::InUse(folder.display().to_string()))?;
        let (files, next, latest) = Self::look(folder, log)?;
        Ok((Self { files, next, _lock: lock }, latest))
    }

    /// The latest checkpoint in the mirror, which stays as it is.
    pub fn latest(folder: &Path, log: &LogVerifier) -> Result<Checkpoint, MirrorError> {
        Ok(Self::look(folder, log)?.2)
    }

    /// The two files, which of them is written next, and the latest checkpoint.
    fn look(folder: &Path, log: &LogVerifier) -> Result<([PathBuf; 2], usize, Checkpoint), MirrorError> {
        let files = [folder.join("checkpoint.0"), folder.join("checkpoint.1")];
        let read = files.each_ref().map(|path| latest_in(path, log));
        let whole = read.each_ref().map(|read| read.as_ref().and_then(|read| read.as_ref().ok()).copied());
        for (path, (own, other)) in files.iter().zip(read.into_iter().zip(whole.iter().rev())) {
            match own {
                // A power cut tears the one file that was being written; the other is then the latest.
                None | Some(Ok(_) | Err(CheckpointError::Form)) => {}
                Some(Err(CheckpointError::Changed)) if other.is_some() => {}
                Some(Err(error)) => return Err(MirrorError::Foreign { path: path.display().to_string(), error }),
            }
        }
        let [first, second] = whole;
        let size = |checkpoint: &Option<Checkpoint>| checkpoint.map(|checkpoint| checkpoint.size);
        let (latest, next) = if size(&first) >= size(&second) { (first, 1) } else { (second, 0) };
        let latest = latest.ok_or_else(|| MirrorError::Nothing(folder.display().to_string()))?;
        Ok((files, next, latest))
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

/// The checkpoint in one file; `None` where the file is absent.
fn latest_in(path: &Path, log: &LogVerifier) -> Option<Result<Checkpoint, CheckpointError>> {
    Some(log.verify(&read_text(path).ok()?))
}
