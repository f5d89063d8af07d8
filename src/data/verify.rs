//! Checks a whole snapshot: every file's hash, and everything that follows from the rows derived from
//! them again. Slow and thorough; never repairs.

use std::cmp::Ordering;

use super::manifest::FileEntry;
use super::rows::{Cells, Values};
use super::snapshot::{DatasetFiles, Snapshot};
use crate::catalog::ColumnType;
use crate::env::MappedFile;
use crate::keys::sha256;
use crate::model::{Bilingual, Chinese, Digest, UnitId};

/// Something in a snapshot is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{dataset}`: {what}")]
pub struct Damage {
    /// The dataset.
    pub dataset: String,
    /// What is wrong, and where.
    pub what: Fault,
}

/// What is wrong in a snapshot's files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A file cannot be read.
    #[error("{0}")]
    File(Bilingual),
    /// A file is not the one that was published.
    #[error("the {part} should have the digest {wanted} and have {found}")]
    Digest {
        /// Which file.
        part: &'static str,
        /// As published.
        wanted: Digest,
        /// As it is.
        found: Digest,
    },
    /// The dictionary is not sorted.
    #[error("the units are not in ascending order")]
    Units,
    /// The offsets are not those of consecutive, non-empty slices.
    #[error("the offsets of unit {0} do not follow the one before")]
    Offsets(u64),
    /// The offsets and the rows end at different places.
    #[error("the offsets end at row {offsets}, the rows at {rows}")]
    End {
        /// Where the offsets end.
        offsets: u64,
        /// How many rows there are.
        rows: u64,
    },
    /// An identifier of the dictionary is none.
    #[error("unit {0} has no right identifier")]
    Identifier(u64),
    /// The rows of one unit, by its ordinal.
    #[error("rows of unit {0}: {1}")]
    Rows(u64, UnitFault),
}

/// What is wrong in the rows of one unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitFault {
    /// They do not lie in one batch.
    #[error("they cross two batches")]
    Batch,
    /// The file lacks a column of the dataset.
    #[error("a column is missing")]
    Column,
    /// A row of somebody else.
    #[error("another unit's row stands among them")]
    Stranger,
    /// Not sorted by time and columns.
    #[error("they are not in order")]
    Order,
    /// A text is not UTF-8.
    #[error("`{0}`: a text is not UTF-8")]
    Utf8(String),
    /// A text is outside the column's closed set.
    #[error("`{0}`: a text is not one of the catalog's values")]
    Value(String),
    /// Something lies under a missing value.
    #[error("`{0}`: a missing value is not empty")]
    Missing(String),
}

/// A snapshot is damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot is damaged; restore it from a backup:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
pub struct VerifyError(pub Vec<Damage>);

impl Snapshot {
    /// Reads every file: hashes, dictionary, offsets, order of the rows. `progress` hears the name of
    /// each dataset before it is read.
    pub fn verify_files(&self, progress: &mut dyn FnMut(&str)) -> Result<(), VerifyError> {
        let mut damages = Vec::new();
        for entry in &self.manifest().datasets {
            progress(&entry.name);
            let found = match self.dataset(&entry.name) {
                Some(dataset) => verify_dataset(dataset),
                // The catalog no longer says what it means; its bytes can still be checked.
                None => entry.files().iter().try_for_each(|file| self.verify_file(*file)),
            };
            damages.extend(found.err().map(|what| Damage { dataset: entry.name.clone(), what }));
        }
        if damages.is_empty() { Ok(()) } else { Err(VerifyError(damages)) }
    }

    /// Reads the files of these datasets alone, and holds each against the digest in the manifest.
    pub fn verify_hashes(&self, datasets: &[&str]) -> Result<(), VerifyError> {
        let files = datasets.iter().filter_map(|name| self.dataset(name));
        let damage = |dataset: &DatasetFiles| {
            let looked = dataset.parts().into_iter().try_for_each(|(part, bytes, file)| verify_hash(part, bytes, file));
            looked.err().map(|what| Damage { dataset: dataset.entry().name.clone(), what })
        };
        let damages: Vec<Damage> = files.filter_map(damage).collect();
        if damages.is_empty() { Ok(()) } else { Err(VerifyError(damages)) }
    }

    fn verify_file(&self, file: FileEntry) -> Result<(), Fault> {
        let path = self.store().file(file.sha256);
        let bytes = MappedFile::open(&path).map_err(|error| Fault::File(error.bilingual()))?;
        verify_hash("file", &bytes, file)
    }
}

fn verify_hash(part: &'static str, bytes: &[u8], file: FileEntry) -> Result<(), Fault> {
    let found = sha256(bytes);
    let wanted = file.sha256;
    if found == wanted { Ok(()) } else { Err(Fault::Digest { part, wanted, found }) }
}

fn verify_dataset(dataset: &DatasetFiles) -> Result<(), Fault> {
    for (part, bytes, file) in dataset.parts() {
        verify_hash(part, bytes, file)?;
    }
    let ids = dataset.unit_ids();
    if !ids.is_sorted_by(|a, b| a < b) {
        return Err(Fault::Units);
    }
    let mut end = 0;
    for (ordinal, id) in (0u64..).zip(ids) {
        let range = dataset.range(ordinal).filter(|range| range.start == end && range.end > end);
        let range = range.ok_or(Fault::Offsets(ordinal))?;
        end = range.end;
        let text = std::str::from_utf8(id).unwrap_or_default();
        if UnitId::parse(dataset.schema().unit, text).is_err() {
            return Err(Fault::Identifier(ordinal));
        }
        verify_unit(dataset, range, text).map_err(|what| Fault::Rows(ordinal, what))?;
    }
    let rows = dataset.rows_file().rows();
    if end == rows { Ok(()) } else { Err(Fault::End { offsets: end, rows }) }
}

fn verify_unit(dataset: &DatasetFiles, range: std::ops::Range<u64>, id: &str) -> Result<(), UnitFault> {
    let schema = dataset.schema();
    let (batch, rows) = dataset.rows_file().locate(range).ok_or(UnitFault::Batch)?;
    let cells = |place| dataset.rows_file().cells(batch, place, rows.clone());
    let columns: Option<Vec<Cells<'_>>> = (0..schema.columns.len()).map(cells).collect();
    let columns = columns.ok_or(UnitFault::Column)?;
    for (column, cells) in schema.columns.iter().zip(&columns) {
        (0..rows.len())
            .try_for_each(|row| verify_cell(cells, row, &column.kind))
            .map_err(|what| what(column.name.clone()))?;
    }
    let key = columns.get(schema.key).ok_or(UnitFault::Column)?;
    if (0..rows.len()).any(|row| key.text(row) != Some(id)) {
        return Err(UnitFault::Stranger);
    }
    let time = schema.time.and_then(|place| columns.get(place));
    let order: Vec<&Cells<'_>> = time.into_iter().chain(&columns).collect();
    let ordered = |row: usize| {
        let unequal = order.iter().map(|cells| compare(cells, row, row + 1)).find(|order| order.is_ne());
        unequal != Some(Ordering::Greater)
    };
    if (1..rows.len()).all(|row| ordered(row - 1)) { Ok(()) } else { Err(UnitFault::Order) }
}

/// What is wrong with a cell, still without its column's name.
fn verify_cell(cells: &Cells<'_>, row: usize, kind: &ColumnType) -> Result<(), fn(String) -> UnitFault> {
    let present = cells.present.get(row);
    let empty = match &cells.values {
        Values::Booleans(bits) => !bits.get(row),
        Values::Integers(values) | Values::Timestamps(values) => values.get(row) == Some(&0),
        Values::Dates(values) => values.get(row) == Some(&0),
        Values::Texts(texts) => {
            let text = std::str::from_utf8(texts.bytes(row)).map_err(|_| UnitFault::Utf8 as fn(String) -> UnitFault)?;
            if let ColumnType::Text { values: Some(known) } = kind
                && present
                && !known.iter().any(|value| value == text)
            {
                return Err(UnitFault::Value);
            }
            text.is_empty()
        }
    };
    if present || empty { Ok(()) } else { Err(UnitFault::Missing) }
}

fn compare(cells: &Cells<'_>, a: usize, b: usize) -> Ordering {
    let presence = cells.present.get(a).cmp(&cells.present.get(b));
    presence.then_with(|| match &cells.values {
        Values::Booleans(bits) => bits.get(a).cmp(&bits.get(b)),
        Values::Integers(values) | Values::Timestamps(values) => values.get(a).cmp(&values.get(b)),
        Values::Dates(values) => values.get(a).cmp(&values.get(b)),
        Values::Texts(texts) => texts.bytes(a).cmp(texts.bytes(b)),
    })
}
