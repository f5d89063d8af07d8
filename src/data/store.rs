//! Where snapshots lie: `files/<sha256>`, `snapshots/<name>.json`, `current`. Files come first, then
//! the manifest, `current` last, each durable before the next, so that a crash anywhere leaves the
//! old snapshot whole. Never looks into a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::manifest::{FileEntry, ManifestFault, SnapshotManifest};
use crate::env::{
    DirLock, Durable, FileError, FileLock, create_dir, create_new, link_or_exists, list_dir, modified, open,
    publish_dir, read, remove_file, write_atomic,
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
    /// The snapshot is being removed.
    #[error("snapshot {0} is being pruned: name another one")]
    Pruned(Digest),
    /// A snapshot's manifest cannot be used.
    #[error(
        "the manifest `{}` cannot be used: {fault}; restore it from a backup, or remove it, and `current` where that \
         names it, and ingest everything anew", path.display()
    )]
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

    /// Holds a snapshot against pruning, as long as the lock lives.
    pub fn hold(&self, name: Digest) -> Result<FileLock, StoreError> {
        FileLock::try_share(&self.snapshot(name))?.ok_or(StoreError::Pruned(name))
    }

    /// The current snapshot, the named ones, and the newest: by the day of their data, then by their publication.
    fn kept(&self, keep: &Keep) -> Result<BTreeSet<Digest>, StoreError> {
        let current = self.current()?;
        let mut others = Vec::new();
        for name in self.list()?.into_iter().filter(|name| Some(*name) != current) {
            others.push((self.manifest(name)?.as_of, modified(&self.snapshot(name))?, name));
        }
        others.sort_unstable_by(|a, b| b.cmp(a));
        let newest = others.into_iter().map(|(.., name)| name).take(keep.newest.saturating_sub(1));
        Ok(newest.chain(current).chain(keep.named.iter().copied()).collect())
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

    /// Removes the snapshots that `keep` lets go and nobody uses, and the files that no other snapshot needs.
    fn prune(&self, keep: &Keep, dry_run: bool) -> Result<PruneReport, StoreError> {
        let kept = self.store.kept(keep)?;
        let (mut report, mut locks, mut needed) = (PruneReport::default(), Vec::new(), BTreeSet::new());
        for name in self.store.list()? {
            let lock = match kept.contains(&name) {
                true => None,
                false => FileLock::try_take(&self.store.snapshot(name))?,
            };
            match lock {
                // Held until the manifest is gone, so that nobody begins to use it meanwhile.
                Some(lock) => {
                    locks.push(lock);
                    report.snapshots.push(name);
                }
                None => {
                    let manifest = self.store.manifest(name)?;
                    needed.extend(manifest.datasets.iter().flat_map(|entry| entry.files()).map(|file| file.sha256));
                    if !kept.contains(&name) {
                        report.in_use.push(name);
                    }
                }
            }
        }
        let files = self.store.root.join("files");
        let mut superfluous = Vec::new();
        for path in list_dir(&files)? {
            let sha256 = path.file_name().and_then(|name| name.to_str()).and_then(|hex| Digest::from_hex(hex).ok());
            if sha256.is_some_and(|sha256| !needed.contains(&sha256)) {
                report.files += 1;
                report.bytes += open(&path)?.metadata().map_or(0, |found| found.len());
                superfluous.push(path);
            }
        }
        if !dry_run {
            // Manifests first: a snapshot without its files must never be listed.
            report.snapshots.iter().try_for_each(|name| remove_file(&self.store.snapshot(*name)))?;
            publish_dir(&self.store.snapshots())?;
            superfluous.iter().try_for_each(|path| remove_file(path))?;
            publish_dir(&files)?;
        }
        Ok(report)
    }
}

/// Which snapshots pruning must leave, beside the current one and those that somebody has open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest, the current one included.
    pub newest: usize,
    /// These.
    pub named: BTreeSet<Digest>,
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// The snapshots.
    pub snapshots: Vec<Digest>,
    /// Snapshots that stay because an engine, an audit or a backup has them open.
    pub in_use: Vec<Digest>,
    /// How many files.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

/// Removes all snapshots but those of `keep`, the current one and those in use, and the files that none of them needs.
///
/// The caller says what must stay: an archived job can be computed again only while its snapshot is there.
pub fn prune(home_data: &Path, keep: &Keep, dry_run: bool) -> Result<PruneReport, StoreError> {
    Store::new(home_data).lock()?.prune(keep, dry_run)
}

/// Everything of a home's snapshots, held against pruning as long as this lives.
#[derive(Debug)]
pub struct HeldSnapshots {
    /// The current snapshot. It is among the held ones.
    pub current: Option<Digest>,
    /// The manifests, below the folder of snapshots.
    pub manifests: Vec<PathBuf>,
    /// The files that the manifests name, each once, below the folder of snapshots.
    pub files: Vec<(PathBuf, FileEntry)>,
    _locks: Vec<FileLock>,
}

/// Holds all snapshots against pruning. One that is published meanwhile is not among them.
pub fn hold_snapshots(home_data: &Path) -> Result<HeldSnapshots, StoreError> {
    let store = Store::new(home_data);
    // Before the list: what it names is then there.
    let current = store.current()?;
    let (mut manifests, mut locks, mut files) = (Vec::new(), Vec::new(), BTreeMap::new());
    for name in store.list()? {
        match store.hold(name) {
            Err(StoreError::Pruned(_)) if Some(name) != current => continue,
            lock => locks.push(lock?),
        }
        let manifest = store.manifest(name)?;
        files.extend(manifest.datasets.iter().flat_map(|entry| entry.files()).map(|file| (file.sha256, file)));
        manifests.push(store.snapshot(name));
    }
    let below = |path: PathBuf| path.strip_prefix(home_data).map(Path::to_owned).unwrap_or(path);
    let files = files.into_values().map(|file| (below(store.file(file.sha256)), file)).collect();
    let manifests = manifests.into_iter().map(below).collect();
    Ok(HeldSnapshots { current, manifests, files, _locks: locks })
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
