//! Why a row of a delivery is refused, and the file where refused rows are listed. Knows places and
//! reasons; never writes a value, which may be a person's id.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::env::{FileError, create_new};
use crate::model::{Bilingual, Chinese, DecimalError, IdError};

/// The longest cell, in bytes. A longer one is mostly a quote that was never closed.
pub(super) const CELL_BYTES_MAX: usize = 16_384;

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The row has another number of cells than the header.
    Ragged { cells: usize, header: usize },
    /// The key is missing.
    KeyMissing,
    /// The key is no identifier.
    Key(IdError),
    /// The key is one that the synthesiser invents.
    Invented,
    /// Not in the source's encoding.
    Encoding,
    /// Longer than [`CELL_BYTES_MAX`].
    Long,
    /// A quote that no quote ends.
    Open,
    /// Not an integer of the stated decimals.
    Integer(DecimalError),
    /// Below the catalog's `min`.
    Min(i64),
    /// Above the catalog's `max`.
    Max(i64),
    /// Not a date in one of the source's forms.
    Date,
    /// Not a point in time.
    Timestamp,
    /// Not a truth value.
    Boolean,
    /// Not one of the catalog's `values`.
    Value,
    /// A number of more digits than a workbook keeps.
    Rounded,
    /// A formula that gave an error.
    Formula,
    /// A serial number that is no day.
    Serial,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ragged { cells, header } => write!(f, "the row has {cells} cells, the header {header}"),
            Self::KeyMissing => f.write_str("the identifier is missing"),
            Self::Key(error) => error.fmt(f),
            Self::Invented => f.write_str(
                "the identifier is one that `anshi synth` invents and nobody real can have: no invented row enters a production home",
            ),
            Self::Encoding => f.write_str("the text is not in the encoding that the catalog states"),
            Self::Long => write!(f, "the cell is longer than {CELL_BYTES_MAX} bytes: is a quote left open?"),
            Self::Open => f.write_str("a quote is left open: what follows it in the file is taken for one cell"),
            Self::Integer(DecimalError::Syntax) => DecimalError::Syntax.fmt(f),
            Self::Integer(error) => write!(f, "the number {error}"),
            Self::Min(min) => write!(f, "the number is less than {min}, counted as the catalog counts"),
            Self::Max(max) => write!(f, "the number is greater than {max}, counted as the catalog counts"),
            Self::Date => f.write_str("not a date in one of the forms that the catalog states or no such day"),
            Self::Timestamp => f.write_str("not a time such as `2026-01-31T08:00:00Z` or `2026-01-31 08:00:00`"),
            Self::Boolean => f.write_str("not a truth value: true, false, 1, 0, 是, 否"),
            Self::Value => f.write_str("not one of the values that the catalog lists"),
            Self::Rounded => f.write_str(
                "the workbook keeps 15 digits of a number and lost the others: have the column written as text",
            ),
            Self::Formula => f.write_str("the cell's formula gave an error"),
            Self::Serial => {
                f.write_str("the cell is formatted as a date or a duration, and is no day after 1900-02-28")
            }
        }
    }
}

/// A refused row, as its list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The file, the sheet or the table.
    pub file: String,
    /// The line, or the row, counted from 1.
    pub row: u64,
    /// The dataset's column; empty where the row's form is wrong.
    pub column: String,
    /// Why.
    pub reason: Bilingual,
}

/// So many refused rows are kept to be shown.
const FIRST_MAX: usize = 10;

/// The list of a dataset's refused rows: `file,row,column,reason`, and the reason in Chinese. It is handed from the bureau
/// to departments, so it is in both languages whoever runs the ingest.
pub(super) struct RejectsFile {
    file: Option<(PathBuf, csv::Writer<BufWriter<File>>)>,
    count: u64,
    first: Vec<RejectedRow>,
}

/// What was refused.
pub(super) struct Rejected {
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first: Vec<RejectedRow>,
}

impl RejectsFile {
    /// Starts the list anew; without a path it is only counted, and its beginning kept.
    pub fn create(path: Option<&Path>) -> Result<Self, FileError> {
        let Some(path) = path else { return Ok(Self { file: None, count: 0, first: Vec::new() }) };
        let mut writer = csv::Writer::from_writer(BufWriter::new(create_new(path)?));
        let header = writer.write_record(["file", "row", "column", "reason", "原因"]);
        header.map_err(|source| write_failed(path, source.into()))?;
        Ok(Self { file: Some((path.to_owned(), writer)), count: 0, first: Vec::new() })
    }

    /// Lists one refused row. `lines` is how many lines of the file it takes: a quote that is left
    /// open swallows the rows after it, and they count too.
    pub fn push(&mut self, file: &str, row: u64, lines: u64, column: &str, reason: Reason) -> Result<(), FileError> {
        self.count += lines.max(1);
        if self.first.len() < FIRST_MAX {
            let (file, column, reason) = (file.to_owned(), column.to_owned(), reason.bilingual());
            self.first.push(RejectedRow { file, row, column, reason });
        }
        let Some((path, writer)) = &mut self.file else { return Ok(()) };
        let record = [file, &row.to_string(), column, &reason.to_string(), &reason.chinese()];
        writer.write_record(record).map_err(|source| write_failed(path, source.into()))
    }

    /// Writes out what is still in memory.
    pub fn finish(self) -> Result<Rejected, FileError> {
        if let Some((path, mut writer)) = self.file {
            writer.flush().map_err(|source| write_failed(&path, source))?;
        }
        Ok(Rejected { count: self.count, first: self.first })
    }
}

fn write_failed(path: &Path, source: std::io::Error) -> FileError {
    FileError { action: "write", path: path.to_owned(), source }
}
