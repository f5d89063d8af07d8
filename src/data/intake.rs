//! Where every source's rows go: each is converted, or listed as refused with its place and reason.
//! Sources hand over rows of text and where they stood; never knows how they were delivered.

use csv::ByteRecord;

use super::convert::Converter;
use super::reject::RejectsFile;
use super::table::Table;
use crate::catalog::Dataset;
use crate::env::FileError;

/// The most rows of one dataset: they are numbered in 32 bits while they are sorted.
pub(super) const ROWS_MAX: usize = u32::MAX as usize;

/// Where a row stood in its delivery.
pub(super) struct RowPlace<'a> {
    /// The file, the sheet or the table.
    pub origin: &'a str,
    /// The line, or the row, counted from 1.
    pub row: u64,
    /// How many lines it takes.
    pub lines: u64,
}

/// Collects the rows of one dataset.
pub(super) struct Intake<'a> {
    dataset: &'a Dataset,
    converter: Converter<'a>,
    rejects: RejectsFile,
}

impl<'a> Intake<'a> {
    /// No rows yet.
    pub fn new(dataset: &'a Dataset, rejects: RejectsFile) -> Self {
        Self { dataset, converter: Converter::new(dataset), rejects }
    }

    /// The dataset that the rows are for.
    pub const fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Takes one row. `places` says, for each of the dataset's columns, where it stands in the row.
    pub fn take(&mut self, record: &ByteRecord, places: &[usize], place: &RowPlace<'_>) -> Result<(), FileError> {
        let Err((column, reason)) = self.converter.push(record, places) else { return Ok(()) };
        let column = column.and_then(|column| self.dataset.columns.get(column));
        let column = column.map_or("", |column| column.name.as_str());
        self.rejects.push(place.origin, place.row, place.lines, column, reason)
    }

    /// How many rows were taken.
    pub const fn rows(&self) -> usize {
        self.converter.rows()
    }

    /// Ends the list of refused rows, and gives the rows taken with the number of those refused.
    pub fn finish(self) -> Result<(Table, u64), FileError> {
        let rejected = self.rejects.finish()?;
        Ok((self.converter.finish(), rejected))
    }
}
