//! Rows of text → typed columns, by the catalog. A row is taken whole or refused whole; nothing is
//! rounded, guessed or cut.

use csv::ByteRecord;

use super::cells::{Dates, Identifier, Units, boolean, identifier, integer, text, timestamp, trimmed};
use super::packed::{packing_order, push_boolean, push_code, push_date, push_integer, push_missing, push_text};
use super::reject::{CELL_BYTES_MAX, Reason};
use super::run::UnsortedRun;
use crate::catalog::{ColumnType, Dataset, IntegerBounds};
use crate::model::UnitKind;

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
    Identifier(Option<UnitKind>),
}

/// Collects the rows of one dataset, run by run.
pub(super) struct Converter<'a> {
    dataset: &'a Dataset,
    real: bool,
    units: Units,
    /// With the columns' places in the catalog, in the order in which rows are packed: the key first.
    readers: Vec<(usize, Reader<'a>)>,
    run: UnsortedRun,
}

impl<'a> Converter<'a> {
    /// No rows yet. `real`: those of units that `anshi synth` invents are refused.
    pub fn new(dataset: &'a Dataset, real: bool) -> Self {
        let reader = |place: usize| {
            let (column, decimals) = (dataset.columns.get(place)?, dataset.source.decimals.get(place)?);
            let reader = match &column.kind {
                _ if place == dataset.key => Reader::Key,
                ColumnType::Boolean => Reader::Boolean,
                ColumnType::Integer(bounds) => Reader::Integer { decimals: *decimals, bounds },
                ColumnType::Date => Reader::Date(Dates::new(&dataset.source.dates)),
                ColumnType::Timestamp => Reader::Timestamp,
                ColumnType::Identifier => Reader::Identifier(column.names),
                ColumnType::Text { values: None } => Reader::Text,
                ColumnType::Text { values: Some(values) } => Reader::Closed(sorted_values(values)),
            };
            Some((place, reader))
        };
        let readers = packing_order(dataset).into_iter().filter_map(reader).collect();
        Self { dataset, real, units: Units::new(dataset.unit, real), readers, run: UnsortedRun::default() }
    }

    /// Takes one row. `places` says, for each of the dataset's columns, where it stands in the file.
    pub fn push(&mut self, record: &ByteRecord, places: &[usize]) -> Result<(), Refused> {
        let pushed = self.push_cells(record, places);
        match pushed {
            Ok(unit) => self.run.end_row(unit),
            Err(_) => self.run.forget_row(),
        }
        pushed.map(|_| ())
    }

    /// The number of the row's unit.
    fn push_cells(&mut self, record: &ByteRecord, places: &[usize]) -> Result<u32, Refused> {
        if record.len() != places.len() {
            return Err((None, Reason::Ragged { cells: record.len(), header: places.len() }));
        }
        let missing = &self.dataset.source.missing;
        let mut unit = Err((Some(self.dataset.key), Reason::KeyMissing));
        for (column, reader) in &mut self.readers {
            let place = places.get(*column).copied();
            let cell = trimmed(place.and_then(|place| record.get(place)).unwrap_or_default());
            let pushed = if cell.len() > CELL_BYTES_MAX {
                Err(Reason::Long)
            } else if missing.iter().any(|marker| marker.as_bytes() == cell) {
                push_no_cell(reader, self.run.row())
            } else if let Reader::Key = reader {
                self.units.number(cell).map(|number| unit = Ok(number))
            } else {
                push_cell(cell, reader, self.run.row())
            };
            pushed.map_err(|reason| (Some(*column), told(reason, cell)))?;
        }
        unit
    }

    /// How many rows were taken since the last run.
    pub const fn rows(&self) -> usize {
        self.run.rows()
    }

    /// About how much memory they take.
    pub const fn memory_bytes(&self) -> usize {
        self.run.memory_bytes(self.units.len())
    }

    /// The rows taken since the last run.
    pub fn take_run(&mut self) -> UnsortedRun {
        let mut run = std::mem::take(&mut self.run);
        run.ids = std::mem::replace(&mut self.units, Units::new(self.dataset.unit, self.real)).into_ids();
        run
    }
}

/// Sorted, so that the codes compare as the texts do.
pub(super) fn sorted_values(values: &[String]) -> Vec<&str> {
    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.sort_unstable();
    values
}

/// What is not in the source's encoding has no other meaning that could be wrong.
fn told(reason: Reason, cell: &[u8]) -> Reason {
    if reason != Reason::Long && std::str::from_utf8(cell).is_err() { Reason::Encoding } else { reason }
}

fn push_no_cell(reader: &Reader<'_>, row: &mut Vec<u8>) -> Result<(), Reason> {
    if matches!(reader, Reader::Key) {
        return Err(Reason::KeyMissing);
    }
    push_missing(row);
    Ok(())
}

fn push_cell(cell: &[u8], reader: &mut Reader<'_>, row: &mut Vec<u8>) -> Result<(), Reason> {
    match reader {
        // It stands apart from the row.
        Reader::Key => {}
        Reader::Boolean => push_boolean(row, boolean(cell)?),
        Reader::Integer { decimals, bounds } => push_integer(row, integer(cell, *decimals, bounds)?),
        Reader::Date(dates) => push_date(row, dates.read(cell)?),
        Reader::Timestamp => push_integer(row, timestamp(cell)?),
        Reader::Closed(known) => {
            let code = known.binary_search_by(|value| value.as_bytes().cmp(cell)).map_err(|_| Reason::Value)?;
            push_code(row, u32::try_from(code).unwrap_or(u32::MAX));
        }
        Reader::Identifier(names) => match identifier(cell, *names)? {
            Identifier::Unit(unit) => push_text(row, unit.as_bytes()),
            Identifier::Text(text) => push_text(row, text.as_bytes()),
        },
        Reader::Text => push_text(row, text(cell)?.as_bytes()),
    }
    Ok(())
}
