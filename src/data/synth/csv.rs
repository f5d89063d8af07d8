//! Writing a source file as a department would: cells to bytes without a detour through strings, and the
//! digest of the file while it is written. Never knows what a row means.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::manifest::SeedFile;
use crate::env::{FileError, create_new};
use crate::keys::Hasher;
use crate::model::{Date, DateFormat, Millis, UnitId};

/// How much is gathered before it goes to the file.
const BUFFER_BYTES: usize = 1 << 18;
/// Room for the row that fills the buffer.
const ROW_BYTES: usize = 1 << 12;
const MILLIS_PER_MINUTE: i64 = 60_000;

/// One value of one row.
#[derive(Clone, Copy)]
pub(super) enum Cell {
    Missing,
    Flag(bool),
    Integer(i64),
    Date(Date),
    Instant(Millis),
    /// A word that a hand-made model knows.
    Word(&'static str),
    /// A place in the column's closed set of values.
    Value(usize),
    /// Free text, by number.
    Note(u64),
    /// The number of a certificate or the like.
    Serial(u64),
    /// The number of a case before a court, of a year.
    Case {
        year: i16,
        number: u64,
    },
    /// Words around a number.
    Numbered(&'static Numbering, u64),
    Id(UnitId),
}

/// How a plate, a school or an address is written.
pub(super) struct Numbering {
    pub head: &'static str,
    pub digits: usize,
    pub tail: &'static str,
}

/// Dates in one form, ready to be copied.
pub(super) struct DateTable {
    format: DateFormat,
    first: Date,
    width: usize,
    bytes: Vec<u8>,
}

impl DateTable {
    /// All days from `first` to `last` in the form `format`.
    pub(super) fn new(format: DateFormat, first: Date, last: Date) -> Self {
        let mut bytes = Vec::new();
        for day in first.days()..=last.days() {
            bytes.extend_from_slice(format.write(Date::from_days(day)).as_bytes());
        }
        // Every form has one width for all dates.
        Self { width: format.write(first).len(), format, first, bytes }
    }

    fn push(&self, out: &mut Vec<u8>, date: Date) {
        let place = usize::try_from(date.days() - self.first.days()).ok();
        let text = place.and_then(|place| self.bytes.get(place * self.width..(place + 1) * self.width));
        match text {
            Some(text) => out.extend_from_slice(text),
            None => out.extend_from_slice(self.format.write(date).as_bytes()),
        }
    }
}

/// What one file does its own way.
pub(super) struct Form {
    /// `None` where the source has no dates.
    pub dates: Option<Rc<DateTable>>,
    /// What stands for a missing value.
    pub missing: String,
}

/// How one column's cells are written.
pub(super) struct Encoding {
    /// The decimals that the source writes of an integer.
    pub decimals: u8,
    /// The least value that the catalog allows.
    pub min: i64,
    /// The greatest.
    pub max: i64,
    /// The closed set of values, each as it stands in the file.
    pub values: Vec<Vec<u8>>,
}

impl Encoding {
    pub(super) fn push(&self, out: &mut Vec<u8>, cell: &Cell, form: &Form) {
        match cell {
            Cell::Missing => push_text(out, &form.missing),
            Cell::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Cell::Integer(value) => push_decimal(out, (*value).max(self.min).min(self.max), self.decimals),
            Cell::Date(date) => match &form.dates {
                Some(dates) => dates.push(out, *date),
                None => push_text(out, &form.missing),
            },
            Cell::Instant(instant) => push_instant(out, *instant),
            Cell::Word(word) => out.extend_from_slice(word.as_bytes()),
            Cell::Value(place) => out.extend_from_slice(self.values.get(*place).map_or(b"", Vec::as_slice)),
            Cell::Note(number) => {
                out.extend_from_slice("样本".as_bytes());
                push_digits(out, *number, 4);
            }
            Cell::Serial(number) => {
                out.extend_from_slice(b"DZ");
                push_digits(out, *number, 12);
            }
            Cell::Case { year, number } => {
                // 14 is Shandong; no court has the code 99.
                out.push(b'(');
                push_digits(out, u64::from(year.unsigned_abs()), 4);
                out.extend_from_slice(")鲁1499执".as_bytes());
                push_digits(out, *number, 5);
                out.extend_from_slice("号".as_bytes());
            }
            Cell::Numbered(numbering, number) => {
                push_text(out, numbering.head);
                push_digits(out, *number, numbering.digits);
                push_text(out, numbering.tail);
            }
            Cell::Id(id) => out.extend_from_slice(id.as_bytes()),
        }
    }
}

/// Writes `text`, quoted where RFC 4180 wants it.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    if !text.contains([',', '"', '\n', '\r']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Writes `value` × 10^-`decimals`, with all its decimals.
fn push_decimal(out: &mut Vec<u8>, value: i64, decimals: u8) {
    if value < 0 {
        out.push(b'-');
    }
    let start = out.len();
    let mut rest = value.unsigned_abs();
    let mut written = 0;
    while rest > 0 || written <= decimals {
        if written == decimals && decimals > 0 {
            out.push(b'.');
        }
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        written += 1;
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// Writes `value` with at least `width` digits.
fn push_digits(out: &mut Vec<u8>, value: u64, width: usize) {
    let start = out.len();
    let mut rest = value;
    while rest > 0 || out.len() - start < width {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// Writes an instant to the minute, as `2026-01-31T08:15:00Z`.
fn push_instant(out: &mut Vec<u8>, instant: Millis) {
    let (year, month, day) = instant.day().ymd();
    let minute = instant.0.div_euclid(MILLIS_PER_MINUTE).rem_euclid(24 * 60).unsigned_abs();
    push_digits(out, u64::from(year.unsigned_abs()), 4);
    for (mark, part) in [(b'-', month), (b'-', day)] {
        out.push(mark);
        push_digits(out, u64::from(part.unsigned_abs()), 2);
    }
    for (mark, part) in [(b'T', minute / 60), (b':', minute % 60), (b':', 0)] {
        out.push(mark);
        push_digits(out, part, 2);
    }
    out.push(b'Z');
}

/// A source file on its way to the disk.
pub(super) struct SourceFile {
    relative: String,
    path: PathBuf,
    file: File,
    hasher: Hasher,
    bytes: u64,
    /// The bytes not yet written: rows are appended here.
    pub buffer: Vec<u8>,
}

impl SourceFile {
    pub(super) fn create(delivery: &Path, relative: String) -> Result<Self, FileError> {
        let path = delivery.join(&relative);
        let file = create_new(&path)?;
        let buffer = Vec::with_capacity(BUFFER_BYTES + ROW_BYTES);
        Ok(Self { relative, path, file, hasher: Hasher::new(), bytes: 0, buffer })
    }

    /// Ends a row.
    pub(super) fn end_row(&mut self) -> Result<(), FileError> {
        self.buffer.extend_from_slice(b"\r\n");
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), FileError> {
        self.hasher.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        let written = self.file.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|source| FileError { action: "write", path: self.path.clone(), source })
    }

    /// Writes what is left, and tells what the file holds.
    pub(super) fn finish(mut self) -> Result<SeedFile, FileError> {
        self.flush()?;
        Ok(SeedFile { path: self.relative, bytes: self.bytes, sha256: self.hasher.finish() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = b"x".to_vec();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_carry_all_their_decimals() {
        for (value, decimals, text) in [
            (0, 0, "x0"),
            (0, 2, "x0.00"),
            (7, 2, "x0.07"),
            (-1250, 2, "x-12.50"),
            (1250, 0, "x1250"),
            (i64::MIN, 2, "x-92233720368547758.08"),
        ] {
            assert_eq!(written(|out| push_decimal(out, value, decimals)), text);
        }
        assert_eq!(written(|out| push_digits(out, 42, 4)), "x0042");
    }

    #[test]
    fn text_is_quoted_only_where_it_must_be() {
        assert_eq!(written(|out| push_text(out, "实缴金额(元)")), "x实缴金额(元)");
        assert_eq!(written(|out| push_text(out, "a,\"b\"")), "x\"a,\"\"b\"\"\"");
    }

    #[test]
    fn an_instant_is_written_in_utc() {
        let day: Date = "2026-01-31".parse().unwrap();
        let instant = Millis((i64::from(day.days()) * 24 * 60 + 8 * 60 + 15) * MILLIS_PER_MINUTE);
        assert_eq!(written(|out| push_instant(out, instant)), "x2026-01-31T08:15:00Z");
    }

    #[test]
    fn a_date_table_agrees_with_the_form_inside_and_outside() {
        let format = DateFormat::parse("%Y/%m/%d").unwrap();
        let first: Date = "2024-02-27".parse().unwrap();
        let table = DateTable::new(format.clone(), first, first.plus_days(10));
        for days in -3..14 {
            let date = first.plus_days(days);
            assert_eq!(written(|out| table.push(out, date)), format!("x{}", format.write(date)));
        }
    }
}
