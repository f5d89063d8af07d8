//! Rows of text → typed columns, by the catalog. A row is taken whole or refused whole; nothing is
//! rounded, guessed or cut.

use csv::ByteRecord;

use super::cells::{Dates, Identifier, Units, boolean, identifier, integer, text, timestamp, trimmed};
use super::reject::{CELL_BYTES_MAX, Reason};
use super::table::{Cells, Table, Texts, Values};
use crate::catalog::{ColumnType, Dataset, IntegerBounds};

/// A row is refused: for which column (none where the row's form is wrong), and why.
pub(super) type Refused = (Option<usize>, Reason);

/// How one column's cells are read.
enum Reader<'a> {
    Key,
    Boolean,
    Integer { decimals: u8, bounds: &'a IntegerBounds },
    Date(Dates<'a>),
    Timestamp,
    Closed(Vec<&'a str>),
    Text,
    Identifier,
}

/// Collects the rows of one dataset.
pub(super) struct Converter<'a> {
    dataset: &'a Dataset,
    units: Units,
    readers: Vec<Reader<'a>>,
    columns: Vec<Cells>,
    rows: usize,
}

impl<'a> Converter<'a> {
    /// No rows yet.
    pub fn new(dataset: &'a Dataset) -> Self {
        let places = dataset.columns.iter().zip(&dataset.source.decimals).enumerate();
        let (readers, columns) = places
            .map(|(place, (column, decimals))| match &column.kind {
                _ if place == dataset.key => (Reader::Key, Values::Key(Vec::new())),
                ColumnType::Boolean => (Reader::Boolean, Values::Booleans(Vec::new())),
                ColumnType::Integer(bounds) => {
                    (Reader::Integer { decimals: *decimals, bounds }, Values::Integers(Vec::new()))
                }
                ColumnType::Date => (Reader::Date(Dates::new(&dataset.source.dates)), Values::Dates(Vec::new())),
                ColumnType::Timestamp => (Reader::Timestamp, Values::Timestamps(Vec::new())),
                ColumnType::Identifier => (Reader::Identifier, Values::Texts(Texts::default())),
                ColumnType::Text { values: None } => (Reader::Text, Values::Texts(Texts::default())),
                ColumnType::Text { values: Some(values) } => {
                    // Sorted, so that the codes compare as the texts do.
                    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
                    values.sort_unstable();
                    let names = values.iter().map(|value| (*value).to_owned()).collect();
                    (Reader::Closed(values), Values::Codes { names, codes: Vec::new() })
                }
            })
            .map(|(reader, values)| (reader, Cells { present: Vec::new(), values }))
            .unzip();
        Self { dataset, units: Units::new(dataset.unit), readers, columns, rows: 0 }
    }

    /// Takes one row. `places` says, for each of the dataset's columns, where it stands in the file.
    pub fn push(&mut self, record: &ByteRecord, places: &[usize]) -> Result<(), Refused> {
        let pushed = self.push_cells(record, places);
        match pushed {
            Ok(()) => self.rows += 1,
            Err(_) => self.columns.iter_mut().for_each(|column| column.truncate(self.rows)),
        }
        pushed
    }

    fn push_cells(&mut self, record: &ByteRecord, places: &[usize]) -> Result<(), Refused> {
        if record.len() != places.len() {
            return Err((None, Reason::Ragged { cells: record.len(), header: places.len() }));
        }
        let missing = &self.dataset.source.missing;
        let targets = self.readers.iter_mut().zip(&mut self.columns).zip(places).enumerate();
        for (column, ((reader, cells), place)) in targets {
            let cell = trimmed(record.get(*place).unwrap_or_default());
            let pushed = if cell.len() > CELL_BYTES_MAX {
                Err(Reason::Long)
            } else if missing.iter().any(|marker| marker.as_bytes() == cell) {
                push_missing(reader, cells)
            } else {
                push_cell(cell, reader, cells, &mut self.units)
            };
            pushed.map_err(|reason| (Some(column), told(reason, cell)))?;
        }
        Ok(())
    }

    /// How many rows were taken.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// What was collected.
    pub fn finish(self) -> Table {
        Table { units: self.units.into_ids(), key: self.dataset.key, columns: self.columns, rows: self.rows }
    }
}

/// What is not in the source's encoding has no other meaning that could be wrong.
fn told(reason: Reason, cell: &[u8]) -> Reason {
    if reason != Reason::Long && std::str::from_utf8(cell).is_err() { Reason::Encoding } else { reason }
}

fn push_missing(reader: &Reader<'_>, cells: &mut Cells) -> Result<(), Reason> {
    if matches!(reader, Reader::Key) {
        return Err(Reason::KeyMissing);
    }
    cells.push_missing();
    Ok(())
}

fn push_cell(cell: &[u8], reader: &mut Reader<'_>, cells: &mut Cells, units: &mut Units) -> Result<(), Reason> {
    match (reader, &mut cells.values) {
        (Reader::Key, Values::Key(numbers)) => numbers.push(units.number(cell)?),
        (Reader::Boolean, Values::Booleans(values)) => values.push(boolean(cell)?),
        (Reader::Integer { decimals, bounds }, Values::Integers(values)) => {
            values.push(integer(cell, *decimals, bounds)?);
        }
        (Reader::Date(dates), Values::Dates(values)) => values.push(dates.read(cell)?),
        (Reader::Timestamp, Values::Timestamps(values)) => values.push(timestamp(cell)?),
        (Reader::Closed(known), Values::Codes { codes, .. }) => {
            let code = known.binary_search_by(|value| value.as_bytes().cmp(cell)).map_err(|_| Reason::Value)?;
            codes.push(u32::try_from(code).unwrap_or(u32::MAX));
        }
        (Reader::Identifier, Values::Texts(texts)) => match identifier(cell)? {
            Identifier::Unit(unit) => texts.push(unit.as_bytes()),
            Identifier::Text(text) => texts.push(text.as_bytes()),
        },
        (Reader::Text, Values::Texts(texts)) => texts.push(text(cell)?.as_bytes()),
        // `new` makes the two lists together.
        _ => return Err(Reason::Value),
    }
    cells.present.push(true);
    Ok(())
}
