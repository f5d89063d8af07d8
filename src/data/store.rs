//! Where snapshots lie: `files/<sha256>`, `snapshots/<name>.json`, `current`. Files come first, then
//! the manifest, `current` last, each durable before the next, so that a crash anywhere leaves the
//! old snapshot whole. Never looks into a file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::manifest::{FileEntry, ManifestFault, SnapshotManifest};
use crate::env::{
    DirLock, Durable, FileError, create_dir, create_new, link_or_exists, list_dir, open, publish_dir, read,
    remove_file, write_atomic,
};
use crate::keys::{CanonicalError, Hasher};
use crate::model::Digest;

const MANIFEST_BYTES_MAX: u64 = 16 << 20;
const CURRENT_BYTES_MAX: u64 = 256;
const WRITE_BUFFER_BYTES: usize = 1 << 20;

/// The folder of snapshots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another ingest runs.
    #[error("another ingest works in `{}`: wait for its end", .0.display())]
    Busy(PathBuf),
    /// `current` does not hold a name.
    #[error("`{}` does not name a snapshot: restore it from a backup, or remove it and ingest everything anew", .0.display())]
    Current(PathBuf),
    /// A snapshot's manifest cannot be used.
    #[error("the manifest `{}` cannot be used: {fault}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: ManifestFault,
    },
    /// No canonical JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The paths of a store.
#[derive(Clone, Debug)]
pub(super) struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in this folder.
    pub fn new(home_data: &Path) -> Self {
        Self { root: home_data.to_owned() }
    }

    /// Where the file with this content lies.
    pub fn file(&self, sha256: Digest) -> PathBuf {
        self.root.join("files").join(sha256.hex())
    }

    fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// Where a snapshot's manifest lies.
    pub fn snapshot(&self, name: Digest) -> PathBuf {
        self.snapshots().join(format!("{}.json", name.hex()))
    }

    /// The current snapshot's name.
    pub fn current(&self) -> Result<Option<Digest>, StoreError> {
        let path = self.root.join("current");
        let bytes = match read(&path, CURRENT_BYTES_MAX) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        let name = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim_end().parse().ok());
        name.map(Some).ok_or(StoreError::Current(path))
    }

    /// The manifest of a snapshot.
    pub fn manifest(&self, name: Digest) -> Result<SnapshotManifest, StoreError> {
        let path = self.snapshot(name);
        let bytes = read(&path, MANIFEST_BYTES_MAX)?;
        SnapshotManifest::decode(name, &bytes).map_err(|fault| StoreError::Manifest { path, fault })
    }

    /// Whether the file is there, in its size.
    pub fn check_size(&self, file: FileEntry) -> Result<(), FileError> {
        let path = self.file(file.sha256);
        let failed = |source| FileError { action: "use", path: path.clone(), source };
        let found = open(&path)?.metadata().map_err(failed)?.len();
        let message = || format!("it should have {} bytes and has {found}", file.bytes);
        if found == file.bytes { Ok(()) } else { Err(failed(io::Error::new(io::ErrorKind::InvalidData, message()))) }
    }

    /// The names of all snapshots.
    pub fn list(&self) -> Result<Vec<Digest>, StoreError> {
        let names = list_dir(&self.snapshots())?.into_iter().filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            Digest::from_hex(name.strip_suffix(".json")?).ok()
        });
        Ok(names.collect())
    }

    /// Takes the store for writing and removes what a crash left behind.
    pub fn lock(&self) -> Result<Writable, StoreError> {
        for folder in ["files", "snapshots", "tmp"] {
            create_dir(&self.root.join(folder))?;
        }
        publish_dir(&self.root)?;
        let lock = DirLock::try_take(&self.root)?.ok_or_else(|| StoreError::Busy(self.root.clone()))?;
        let mut left: Vec<PathBuf> = list_dir(&self.root.join("tmp"))?;
        for folder in [self.root.clone(), self.snapshots()] {
            let temporary = |path: &PathBuf| {
                path.extension().and_then(|extension| extension.to_str()).is_some_and(|e| e.starts_with("tmp"))
            };
            left.extend(list_dir(&folder)?.into_iter().filter(temporary));
        }
        left.iter().try_for_each(|path| remove_file(path))?;
        Ok(Writable { store: self.clone(), _lock: lock })
    }
}

/// A store that is held for writing.
pub(super) struct Writable {
    store: Store,
    _lock: DirLock,
}

impl Writable {
    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The folder of files that are not yet, or never, visible.
    pub fn temporary(&self) -> PathBuf {
        self.store.root.join("tmp")
    }

    /// A new file, not yet visible.
    pub fn create(&self, name: &str) -> Result<NewFile, FileError> {
        let path = self.temporary().join(name);
        let file = BufWriter::with_capacity(WRITE_BUFFER_BYTES, create_new(&path)?);
        Ok(NewFile { path, file, hasher: Hasher::new(), bytes: 0 })
    }

    /// Makes a finished file durable under the name of its content.
    pub fn keep(&self, file: NewFile) -> Result<FileEntry, FileError> {
        let NewFile { path, mut file, hasher, bytes } = file;
        file.flush().map_err(|source| FileError { action: "write", path: path.clone(), source })?;
        let sha256 = hasher.finish();
        link_or_exists(&path, &self.store.file(sha256))?;
        Ok(FileEntry { sha256, bytes })
    }

    /// Makes the manifest's snapshot the current one.
    pub fn publish(&self, manifest: &SnapshotManifest) -> Result<Digest, StoreError> {
        let (name, bytes) = manifest.encode()?;
        let path = self.store.snapshot(name);
        // The same data of the same day is the same snapshot, which nobody writes twice.
        if self.store.manifest(name).is_err() {
            write_atomic(&path, &bytes, Durable::ReadOnly)?;
        }
        write_atomic(&self.store.root.join("current"), format!("{name}\n").as_bytes(), Durable::Shared)?;
        Ok(name)
    }

    /// Removes all snapshots but `keep`, and the files that no snapshot needs any more.
    pub fn prune(&self, keep: &BTreeSet<Digest>) -> Result<PruneReport, StoreError> {
        let mut needed = BTreeSet::new();
        let mut gone = Vec::new();
        for name in self.store.list()? {
            if keep.contains(&name) {
                let manifest = self.store.manifest(name)?;
                needed.extend(manifest.datasets.iter().flat_map(|entry| entry.files()).map(|file| file.sha256));
            } else {
                gone.push(name);
            }
        }
        // Manifests first: a snapshot without its files must never be listed.
        gone.iter().try_for_each(|name| remove_file(&self.store.snapshot(*name)))?;
        publish_dir(&self.store.snapshots())?;
        let files = self.store.root.join("files");
        let mut removed = 0;
        for path in list_dir(&files)? {
            let sha256 = path.file_name().and_then(|name| name.to_str()).and_then(|hex| Digest::from_hex(hex).ok());
            if sha256.is_some_and(|sha256| !needed.contains(&sha256)) {
                remove_file(&path)?;
                removed += 1;
            }
        }
        publish_dir(&files)?;
        Ok(PruneReport { snapshots: gone, files: removed })
    }
}

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PruneReport {
    /// The snapshots.
    pub snapshots: Vec<Digest>,
    /// How many files.
    pub files: u64,
}

/// Removes all snapshots but `keep` and the current one, and the files that none of them needs.
///
/// The caller says what must stay: an archived job can be computed again only while its snapshot is there.
pub fn prune(home_data: &Path, keep: &BTreeSet<Digest>) -> Result<PruneReport, StoreError> {
    let store = Store::new(home_data).lock()?;
    let mut keep = keep.clone();
    keep.extend(store.store().current()?);
    store.prune(&keep)
}

/// A file that is being written and hashed.
pub(super) struct NewFile {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: Hasher,
    bytes: u64,
}

impl NewFile {
    /// The error for a failed write.
    pub fn failed(&self, source: io::Error) -> FileError {
        FileError { action: "write", path: self.path.clone(), source }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
