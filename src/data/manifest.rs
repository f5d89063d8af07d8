//! A snapshot's manifest: which files it is made of, and its name, which is the manifest's digest.
//! The only one that knows the JSON.

use serde::{Deserialize, Serialize};

use crate::keys::{CanonicalError, DigestKind, canonical_json, digest_json};
use crate::model::{Date, Digest};

pub(super) const FORMAT: u32 = 1;

/// What a snapshot is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotManifest {
    /// The day that the data is about, as the last ingest was told.
    pub as_of: Date,
    /// The digest of the catalog that the last ingest used.
    pub catalog: Digest,
    /// The datasets, by name.
    pub datasets: Vec<DatasetEntry>,
}

/// One dataset of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetEntry {
    /// Its name.
    pub name: String,
    /// What gives its files their meaning.
    pub schema: Digest,
    /// How many rows.
    pub rows: u64,
    /// How many distinct units.
    pub units: u64,
    /// How many rows of the delivery were refused.
    pub rejected: u64,
    /// How many of its files end without a line end, and may have been cut within the last cell.
    pub unended: u64,
    /// The day of the delivery: earlier than the snapshot's where a later one failed or did not come.
    pub as_of: Date,
    /// The rows: Arrow IPC.
    pub rows_file: FileEntry,
    /// The units' identifiers, 18 bytes each, ascending.
    pub units_file: FileEntry,
    /// Where each unit's rows begin, little-endian 64 bits each, and where the last one's end.
    pub offsets_file: FileEntry,
}

/// A file, known by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many bytes it has.
    pub bytes: u64,
}

/// A manifest cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestFault {
    /// Not the JSON of a manifest.
    #[error("it is no manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version of the format.
    #[error("its format is {0}, this engine reads {FORMAT}")]
    Format(u32),
    /// A field has no meaning.
    #[error("`{0}` has no right value")]
    Field(&'static str),
    /// The datasets are not sorted by name.
    #[error("its datasets are not in the order of their names")]
    Order,
    /// No canonical bytes.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The bytes are not the ones that the name stands for.
    #[error("its content is not what its name says: it was changed")]
    Name,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireManifest {
    format: u32,
    as_of: String,
    catalog: String,
    datasets: Vec<WireDataset>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireDataset {
    name: String,
    schema: String,
    rows: u64,
    units: u64,
    rejected: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    unended: u64,
    as_of: String,
    rows_file: WireFile,
    units_file: WireFile,
    offsets_file: WireFile,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WireFile {
    sha256: String,
    bytes: u64,
}

impl SnapshotManifest {
    /// A dataset by name.
    pub fn dataset(&self, name: &str) -> Option<&DatasetEntry> {
        self.datasets.iter().find(|entry| entry.name == name)
    }

    /// The snapshot's name, and the manifest's bytes.
    pub(super) fn encode(&self) -> Result<(Digest, Vec<u8>), CanonicalError> {
        let wire = WireManifest {
            format: FORMAT,
            as_of: self.as_of.to_string(),
            catalog: self.catalog.to_string(),
            datasets: self.datasets.iter().map(DatasetEntry::to_wire).collect(),
        };
        Ok((digest_json(DigestKind::Snapshot, &wire)?, canonical_json(&wire)?))
    }

    /// Reads the manifest of the snapshot `name`.
    pub(super) fn decode(name: Digest, bytes: &[u8]) -> Result<Self, ManifestFault> {
        let wire: WireManifest = serde_json::from_slice(bytes)?;
        if wire.format != FORMAT {
            return Err(ManifestFault::Format(wire.format));
        }
        let manifest = Self {
            as_of: parse(&wire.as_of, "as_of")?,
            catalog: parse(&wire.catalog, "catalog")?,
            datasets: wire.datasets.iter().map(DatasetEntry::from_wire).collect::<Result<_, _>>()?,
        };
        if !manifest.datasets.is_sorted_by(|a, b| a.name < b.name) {
            return Err(ManifestFault::Order);
        }
        // One manifest, one form: the bytes as much as the digest.
        if manifest.encode()? != (name, bytes.to_vec()) {
            return Err(ManifestFault::Name);
        }
        Ok(manifest)
    }
}

impl DatasetEntry {
    /// Its three files.
    pub const fn files(&self) -> [FileEntry; 3] {
        [self.rows_file, self.units_file, self.offsets_file]
    }

    fn to_wire(&self) -> WireDataset {
        let file = |file: FileEntry| WireFile { sha256: file.sha256.to_string(), bytes: file.bytes };
        WireDataset {
            name: self.name.clone(),
            schema: self.schema.to_string(),
            rows: self.rows,
            units: self.units,
            rejected: self.rejected,
            unended: self.unended,
            as_of: self.as_of.to_string(),
            rows_file: file(self.rows_file),
            units_file: file(self.units_file),
            offsets_file: file(self.offsets_file),
        }
    }

    fn from_wire(wire: &WireDataset) -> Result<Self, ManifestFault> {
        let file = |file: &WireFile, field| {
            Ok::<_, ManifestFault>(FileEntry { sha256: parse(&file.sha256, field)?, bytes: file.bytes })
        };
        Ok(Self {
            name: wire.name.clone(),
            schema: parse(&wire.schema, "schema")?,
            rows: wire.rows,
            units: wire.units,
            rejected: wire.rejected,
            unended: wire.unended,
            as_of: parse(&wire.as_of, "as_of")?,
            rows_file: file(&wire.rows_file, "rows_file")?,
            units_file: file(&wire.units_file, "units_file")?,
            offsets_file: file(&wire.offsets_file, "offsets_file")?,
        })
    }
}

/// Manifests of whole files are as they were before there was this member.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

fn parse<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, ManifestFault> {
    text.parse().map_err(|_| ManifestFault::Field(field))
}
