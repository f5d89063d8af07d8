//! A file that is read from front to end and must stay what it was: a delivery that is still being written, cut or
//! replaced would give rows that nobody delivered. Never knows what is in it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::FileError;

/// A file being read, with what it looked like when it was opened.
#[derive(Debug)]
pub struct WatchedFile {
    file: File,
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
    read: u64,
    last: Option<u8>,
}

impl WatchedFile {
    /// Opens a regular file. Anything else is refused, unopened: a pipe would wait for its writer for ever.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let failed = |action, source| FileError { action, path: path.to_owned(), source };
        let before = fs::metadata(path).map_err(|source| failed("open", source))?;
        if !before.is_file() {
            return Err(failed("open", io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
        }
        let file = File::open(path).map_err(|source| failed("open", source))?;
        let metadata = file.metadata().map_err(|source| failed("inspect", source))?;
        let modified = metadata.modified().ok();
        Ok(Self { file, path: path.to_owned(), bytes: metadata.len(), modified, read: 0, last: None })
    }

    /// How long it was when it was opened.
    pub const fn length(&self) -> u64 {
        self.bytes
    }

    /// The file alone, for readers that keep it.
    pub fn into_file(self) -> File {
        self.file
    }

    /// Whether what was read of it ends with a line feed.
    pub fn ends_line(&self) -> bool {
        self.last == Some(b'\n')
    }

    /// Whether it is still as long, and as old, as it was when it was opened.
    pub fn unchanged(&self) -> Result<bool, FileError> {
        let metadata = self.file.metadata();
        let metadata = metadata.map_err(|source| FileError { action: "inspect", path: self.path.clone(), source })?;
        Ok(metadata.len() == self.bytes && metadata.modified().ok() == self.modified)
    }

    /// Whether all of it was read, and it is unchanged.
    pub fn read_whole(&self) -> Result<bool, FileError> {
        Ok(self.read == self.bytes && self.unchanged()?)
    }
}

impl Read for WatchedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        self.last = count.checked_sub(1).and_then(|last| buffer.get(last)).copied().or(self.last);
        Ok(count)
    }
}
