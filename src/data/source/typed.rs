//! Rows of typed values → rows of text, exactly: what the converter reads is what the source holds. Nothing is rounded;
//! a value that text cannot hold is left to be refused. Knows no file and no server.

use std::fmt::Write;

use csv::ByteRecord;

use crate::catalog::{ColumnType, Dataset};
use crate::data::intake::{Intake, RowPlace};
use crate::data::reject::Reason;
use crate::env::FileError;

/// One row on its way to the intake: its cells are those of the dataset's columns, in the catalog's order.
pub(super) struct RowBuilder {
    record: ByteRecord,
    /// Which columns hold dates.
    dates: Vec<bool>,
    places: Vec<usize>,
    cell: String,
    refused: Option<(usize, Reason)>,
}

impl RowBuilder {
    /// No cells yet.
    pub fn new(dataset: &Dataset) -> Self {
        let dates = dataset.columns.iter().map(|column| column.kind == ColumnType::Date).collect();
        let places = (0..dataset.columns.len()).collect();
        Self { record: ByteRecord::new(), dates, places, cell: String::new(), refused: None }
    }

    /// A time without a zone; a day, where the column holds days and it is midnight.
    pub fn instant_on_the_wall(&mut self, time: jiff::civil::DateTime) {
        let is_day = self.dates.get(self.record.len()) == Some(&true);
        if is_day && time.time() == jiff::civil::Time::midnight() {
            return self.shown(time.date());
        }
        self.shown(format_args!("{} {}", time.date(), time.time()));
    }

    /// A value that is missing.
    pub fn missing(&mut self) {
        self.record.push_field(b"");
    }

    /// Text, as it is.
    pub fn text(&mut self, text: &[u8]) {
        self.record.push_field(text);
    }

    /// Anything that has one way to be written.
    pub fn shown(&mut self, value: impl std::fmt::Display) {
        self.cell.clear();
        // Writing to a string does not fail.
        let _ = write!(self.cell, "{value}");
        self.record.push_field(self.cell.as_bytes());
    }

    /// A decimal: `unscaled` × 10^-`scale`.
    pub fn decimal(&mut self, unscaled: impl std::fmt::Display, scale: i8) {
        self.cell.clear();
        let _ = write!(self.cell, "{unscaled}");
        let sign = usize::from(self.cell.starts_with('-'));
        match usize::try_from(scale) {
            Ok(0) => {}
            Ok(scale) => {
                while self.cell.len() <= sign + scale {
                    self.cell.insert(sign, '0');
                }
                self.cell.insert(self.cell.len() - scale, '.');
            }
            Err(_) => self.cell.extend(std::iter::repeat_n('0', usize::from(scale.unsigned_abs()))),
        }
        self.record.push_field(self.cell.as_bytes());
    }

    /// A value that the source itself spoilt: the row is refused for it.
    pub fn spoilt(&mut self, reason: Reason) {
        self.refused.get_or_insert((self.record.len(), reason));
        self.record.push_field(b"");
    }

    /// Whether every cell of the row is empty.
    pub fn is_blank(&self) -> bool {
        self.refused.is_none() && self.record.as_slice().trim_ascii().is_empty()
    }

    /// Hands the row over, and begins the next.
    pub fn end(&mut self, intake: &mut Intake<'_>, origin: &str, row: u64) -> Result<(), FileError> {
        let place = RowPlace { origin, row, lines: 1 };
        let taken = match self.refused.take() {
            Some((column, reason)) => intake.refuse(column, reason, &place),
            None => intake.take(&self.record, &self.places, &place),
        };
        self.record.clear();
        taken
    }

    /// The cell of a row that has one so far, unless it was spoilt.
    #[cfg(all(test, feature = "odbc"))]
    pub fn only_cell(&self) -> Option<&str> {
        let cell = self.record.get(0).filter(|_| self.refused.is_none() && self.record.len() == 1);
        cell.and_then(|cell| std::str::from_utf8(cell).ok())
    }

    /// Forgets the row.
    pub fn clear(&mut self) {
        self.record.clear();
        self.refused = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_out() {
        let home = crate::data::tests::support::Home::persons();
        let mut row = RowBuilder::new(home.catalog.dataset("persons").unwrap());
        for (value, scale, text) in [
            (1250_i128, 2, "12.50"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (0, 3, "0.000"),
            (7, 0, "7"),
            (-7, -2, "-700"),
            (i128::MAX, 38, "1.70141183460469231731687303715884105727"),
        ] {
            row.decimal(value, scale);
            assert_eq!(row.record.get(0), Some(text.as_bytes()));
            row.clear();
        }
    }
}
