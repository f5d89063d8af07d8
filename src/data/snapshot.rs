//! A snapshot, open for reading: immutable, memory-mapped, known by its name. Opening checks the
//! manifest and the sizes; the hashes of whole files are `verify`'s business.

use std::path::Path;
use std::sync::Arc;

use arrow_buffer::Buffer;
use bytes::Bytes;

use super::manifest::{DatasetEntry, FileEntry, SnapshotManifest};
use super::rows::{UnitRows, Window};
use super::rows_file::{RowsFault, RowsFile, no_cells};
use super::store::{Store, StoreError};
use crate::catalog::{Catalog, Dataset};
use crate::env::{FileError, FileLock, MappedFile};
use crate::model::{Date, Digest, UNIT_ID_BYTES, UnitId};

const OFFSET_BYTES: usize = 8;

/// A snapshot cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing was ever published.
    #[error("`{0}` has no snapshot yet: run `anshi ingest`")]
    None(String),
    /// A file has another size than the manifest says.
    #[error("the {part} of `{dataset}` should have {wanted} bytes and have {found}: restore `{path}` from a backup")]
    Size {
        /// The dataset.
        dataset: String,
        /// Rows, units or offsets.
        part: &'static str,
        /// The size in the manifest.
        wanted: u64,
        /// The size on disk.
        found: u64,
        /// The file.
        path: String,
    },
    /// A file of rows is none.
    #[error("the rows of `{dataset}` cannot be used: {fault}; restore `{path}` from a backup, or ingest anew")]
    Rows {
        /// The dataset.
        dataset: String,
        /// What is wrong.
        fault: RowsFault,
        /// The file.
        path: String,
    },
}

/// Why the catalog cannot read a dataset of the snapshot, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The catalog has no such dataset.
    #[error("`{0}` is not in the catalog: add `{0}.toml`, or ingest anew to drop its data")]
    Unknown(String),
    /// The catalog's columns are not those of the data.
    #[error("the columns of `{0}` were changed in the catalog since its last ingest: ingest it anew")]
    Changed(String),
}

/// A dataset of the snapshot that this catalog cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDataset {
    /// Its name.
    pub name: String,
    /// Why, and what to do.
    pub reason: Unfit,
}

/// An open snapshot. Share it by `Arc`: a job keeps the one that it was admitted on.
#[derive(Debug)]
pub struct Snapshot {
    store: Store,
    name: Digest,
    manifest: SnapshotManifest,
    datasets: Vec<DatasetFiles>,
    refused: Vec<RefusedDataset>,
    _used: FileLock,
}

impl Snapshot {
    /// Opens the snapshot `name`, or the current one, and holds it against pruning. Datasets whose schema is not the catalog's are
    /// left out and told in [`Snapshot::refused`].
    pub fn open(home_data: &Path, catalog: &Catalog, name: Option<Digest>) -> Result<Self, SnapshotError> {
        let store = Store::new(home_data);
        let name = match name {
            Some(name) => name,
            None => store.current()?.ok_or_else(|| SnapshotError::None(home_data.display().to_string()))?,
        };
        let used = store.hold(name)?;
        let manifest = store.manifest(name)?;
        let (mut datasets, mut refused) = (Vec::new(), Vec::new());
        for entry in &manifest.datasets {
            match fitting(catalog, entry) {
                Ok(schema) => datasets.push(DatasetFiles::open(&store, entry, schema)?),
                Err(reason) => refused.push(RefusedDataset { name: entry.name.clone(), reason }),
            }
        }
        Ok(Self { store, name, manifest, datasets, refused, _used: used })
    }

    /// The name of the current snapshot, if there is one.
    pub fn current(home_data: &Path) -> Result<Option<Digest>, SnapshotError> {
        Ok(Store::new(home_data).current()?)
    }

    /// The names of all snapshots.
    pub fn list(home_data: &Path) -> Result<Vec<Digest>, SnapshotError> {
        Ok(Store::new(home_data).list()?)
    }

    /// The manifest of a snapshot, without opening its files.
    pub fn read_manifest(home_data: &Path, name: Digest) -> Result<SnapshotManifest, SnapshotError> {
        Ok(Store::new(home_data).manifest(name)?)
    }

    /// Its name: the digest of its manifest.
    pub const fn name(&self) -> Digest {
        self.name
    }

    /// The day that its answers are about.
    pub const fn as_of(&self) -> Date {
        self.manifest.as_of
    }

    /// What it is made of.
    pub const fn manifest(&self) -> &SnapshotManifest {
        &self.manifest
    }

    /// A dataset by name.
    pub fn dataset(&self, name: &str) -> Option<&DatasetFiles> {
        let place = self.datasets.binary_search_by(|dataset| dataset.entry.name.as_str().cmp(name)).ok()?;
        self.datasets.get(place)
    }

    /// The datasets, by name.
    pub fn datasets(&self) -> impl Iterator<Item = &DatasetFiles> {
        self.datasets.iter()
    }

    /// Where its files lie.
    pub(super) const fn store(&self) -> &Store {
        &self.store
    }

    /// The datasets that the catalog cannot read any more.
    pub fn refused(&self) -> &[RefusedDataset] {
        &self.refused
    }
}

/// The catalog's dataset that gives the entry its meaning, or why there is none.
pub(super) fn fitting(catalog: &Catalog, entry: &DatasetEntry) -> Result<Arc<Dataset>, Unfit> {
    let name = &entry.name;
    match catalog.dataset(name) {
        None => Err(Unfit::Unknown(name.clone())),
        Some(schema) if schema.schema_sha256 != entry.schema => Err(Unfit::Changed(name.clone())),
        Some(schema) => Ok(Arc::clone(schema)),
    }
}

/// A mapped file whose bytes are Arrow's, too.
struct Shared(Arc<MappedFile>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// One dataset of a snapshot.
#[derive(Debug)]
pub struct DatasetFiles {
    entry: DatasetEntry,
    schema: Arc<Dataset>,
    rows: RowsFile,
    rows_map: Arc<MappedFile>,
    units: MappedFile,
    offsets: MappedFile,
}

impl DatasetFiles {
    fn open(store: &Store, entry: &DatasetEntry, schema: Arc<Dataset>) -> Result<Self, SnapshotError> {
        let map = |file: FileEntry, part| {
            let path = store.file(file.sha256);
            let mapped = MappedFile::open(&path)?;
            let found = mapped.len() as u64;
            if found == file.bytes {
                return Ok(mapped);
            }
            let (dataset, path) = (entry.name.clone(), path.display().to_string());
            Err(SnapshotError::Size { dataset, part, wanted: file.bytes, found, path })
        };
        let rows_map = Arc::new(map(entry.rows_file, "rows")?);
        let units = map(entry.units_file, "units")?;
        let offsets = map(entry.offsets_file, "offsets")?;
        let unusable = |fault| {
            let (dataset, path) = (entry.name.clone(), store.file(entry.rows_file.sha256).display().to_string());
            SnapshotError::Rows { dataset, fault, path }
        };
        let rows_bytes = Buffer::from(Bytes::from_owner(Shared(Arc::clone(&rows_map))));
        let rows = RowsFile::open(&rows_bytes, &schema).map_err(unusable)?;
        let counted = rows.rows() == entry.rows
            && Some(units.len() as u64) == entry.units.checked_mul(UNIT_ID_BYTES as u64)
            && Some(offsets.len() as u64)
                == entry.units.checked_add(1).and_then(|count| count.checked_mul(OFFSET_BYTES as u64));
        if !counted {
            return Err(unusable(RowsFault::Count));
        }
        Ok(Self { entry: entry.clone(), schema, rows, rows_map, units, offsets })
    }

    /// Its entry in the manifest.
    pub const fn entry(&self) -> &DatasetEntry {
        &self.entry
    }

    /// What its columns mean.
    pub const fn schema(&self) -> &Arc<Dataset> {
        &self.schema
    }

    /// How many units have rows.
    pub const fn units(&self) -> u64 {
        self.entry.units
    }

    /// The place of a unit in the dictionary.
    pub fn ordinal(&self, unit: &UnitId) -> Option<u64> {
        if unit.kind() != self.schema.unit {
            return None;
        }
        let ids = self.unit_ids();
        ids.binary_search(unit.as_bytes()).ok().map(|place| place as u64)
    }

    /// The identifiers of the units, ascending.
    pub fn unit_ids(&self) -> &[[u8; UNIT_ID_BYTES]] {
        self.units.as_chunks().0
    }

    /// The rows of the unit at `ordinal` (`None`: a unit that is not there), in these columns by their
    /// place in the catalog. An absent unit has no rows, in the same shape.
    pub fn rows(&self, ordinal: Option<u64>, window: &Window, columns: &[usize]) -> UnitRows<'_> {
        let found = ordinal.and_then(|ordinal| self.rows.locate(self.range(ordinal)?));
        let found = found.and_then(|(batch, all)| {
            let time = match self.schema.time {
                None => None,
                Some(place) => Some(self.rows.cells(batch, place, all.clone())?),
            };
            let cut = window.cut(time.as_ref(), all.len());
            Some((batch, all.start + cut.start..all.start + cut.end))
        });
        let cells = |place: &usize| {
            let there = found.as_ref().and_then(|(batch, rows)| self.rows.cells(*batch, *place, rows.clone()));
            there.or_else(|| self.schema.columns.get(*place).map(|column| no_cells(&column.kind)))
        };
        let columns = columns.iter().filter_map(cells).collect();
        UnitRows { rows: found.as_ref().map_or(0, |(_, rows)| rows.len()), columns }
    }

    /// Where the rows of the unit at `ordinal` lie.
    pub(super) fn range(&self, ordinal: u64) -> Option<std::ops::Range<u64>> {
        let offsets: &[[u8; OFFSET_BYTES]] = self.offsets.as_chunks().0;
        let ordinal = usize::try_from(ordinal).ok()?;
        let offset = |place: usize| offsets.get(place).map(|bytes| u64::from_le_bytes(*bytes));
        Some(offset(ordinal)?..offset(ordinal.checked_add(1)?)?)
    }

    /// Lets go of the memory that these units' rows take, by their places in the dictionary: whoever walks through all
    /// units holds no more at the end than in the middle. They can be read again at any time.
    pub(super) fn let_go(&self, units: std::ops::Range<usize>) {
        let bytes = |width: usize| units.start * width..units.end * width;
        self.units.let_go(bytes(UNIT_ID_BYTES));
        self.offsets.let_go(bytes(OFFSET_BYTES));
        let row = |unit: usize| self.range(unit as u64).map(|rows| rows.start);
        if let (Some(from), Some(until)) = (row(units.start), row(units.end)) {
            self.rows_map.let_go(self.rows.bytes_of(from..until));
        }
    }

    /// The bytes of the three files, each with what the manifest says of it.
    pub(super) fn parts(&self) -> [(&'static str, &[u8], FileEntry); 3] {
        [
            ("rows", &self.rows_map, self.entry.rows_file),
            ("units", &self.units, self.entry.units_file),
            ("offsets", &self.offsets, self.entry.offsets_file),
        ]
    }

    /// The rows as they lie in the file.
    pub(super) const fn rows_file(&self) -> &RowsFile {
        &self.rows
    }
}
