//! Where every source's rows go: each is converted, or listed as refused with its place and reason; what is
//! converted is collected in runs of bounded size. Sources hand over rows of text and where they stood;
//! never knows how they were delivered.

use std::path::Path;

use csv::ByteRecord;

use super::convert::Converter;
use super::reject::{Reason, Rejected, RejectsFile};
use super::run::Run;
use super::spill::Spill;
use crate::catalog::Dataset;
use crate::env::FileError;

/// The most rows of one dataset.
pub(super) const ROWS_MAX: usize = u32::MAX as usize;

/// How much memory one run of rows may take; an ingest holds two of them, and a few batches.
pub(super) const RUN_BYTES: usize = 4 << 20;

/// Where a row stood in its delivery.
pub(super) struct RowPlace<'a> {
    /// The file, the sheet or the table.
    pub origin: &'a str,
    /// The line, or the row, counted from 1.
    pub row: u64,
    /// How many lines it takes.
    pub lines: u64,
}

/// What came of a dataset's delivery.
pub(super) struct Collected {
    /// The rows taken, sorted.
    pub runs: Vec<Run>,
    /// Those refused.
    pub rejected: Rejected,
    /// The files whose last row has no line end.
    pub unended: Vec<String>,
}

/// Collects the rows of one dataset.
pub(super) struct Intake<'a> {
    dataset: &'a Dataset,
    converter: Converter<'a>,
    rejects: RejectsFile,
    spill: Spill,
    run_bytes: usize,
    /// Rows of the runs before.
    rows_spilled: usize,
    /// Files whose last row has no line end.
    unended: Vec<String>,
}

impl<'a> Intake<'a> {
    /// No rows yet. Whenever they take more than `run_bytes` they go to a temporary file in `folder`. `real`: rows of units
    /// that `anshi synth` invents are refused.
    pub fn new(dataset: &'a Dataset, rejects: RejectsFile, folder: &Path, run_bytes: usize, real: bool) -> Self {
        let (converter, spill) = (Converter::new(dataset, real), Spill::new(folder));
        Self { dataset, converter, rejects, spill, run_bytes, rows_spilled: 0, unended: Vec::new() }
    }

    /// The dataset that the rows are for.
    pub const fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Takes one row. `places` says, for each of the dataset's columns, where it stands in the row.
    pub fn take(&mut self, record: &ByteRecord, places: &[usize], place: &RowPlace<'_>) -> Result<(), FileError> {
        if let Err((column, reason)) = self.converter.push(record, places) {
            return self.list(column, reason, place);
        }
        if self.converter.memory_bytes() > self.run_bytes {
            self.rows_spilled += self.converter.rows();
            self.spill.push(self.converter.take_run())?;
        }
        Ok(())
    }

    /// Lists a row that the source itself cannot give, for what is wrong with one of the dataset's columns.
    pub fn refuse(&mut self, column: usize, reason: Reason, place: &RowPlace<'_>) -> Result<(), FileError> {
        self.list(Some(column), reason, place)
    }

    fn list(&mut self, column: Option<usize>, reason: Reason, place: &RowPlace<'_>) -> Result<(), FileError> {
        let column = column.and_then(|column| self.dataset.columns.get(column));
        let column = column.map_or("", |column| column.name.as_str());
        self.rejects.push(place.origin, place.row, place.lines, column, reason)
    }

    /// How many rows were taken.
    pub const fn rows(&self) -> usize {
        self.rows_spilled + self.converter.rows()
    }

    /// Notes a file whose last row has no line end.
    pub fn note_unended(&mut self, origin: &str) {
        self.unended.push(origin.to_owned());
    }

    /// Ends the list of refused rows, and gives the rows taken, sorted, with what there is to say of the others.
    pub fn finish(mut self) -> Result<Collected, FileError> {
        let rejected = self.rejects.finish()?;
        Ok(Collected { runs: self.spill.finish(self.converter.take_run())?, rejected, unended: self.unended })
    }
}
