//! Reads the CSV files of a delivery (RFC 4180 with the marks that the catalog states), streaming, in bounded memory.
//! What the header must be is `header`'s business, what the cells mean `convert`'s.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use csv::{ByteRecord, Position, Reader, ReaderBuilder, Terminator};

use super::decode::{Head, Rationed};
use super::error::{ROW_BYTES_MAX, SourceError};
use super::header::{HeaderProblem, catalog_file, check_header};
use crate::catalog::{CsvForm, Dataset, Encoding};
use crate::data::intake::{Intake, ROWS_MAX, RowPlace};
use crate::data::reject::Reason;
use crate::env::{FileError, WatchedFile};

/// How many rows go from the reading to the converting thread at once, and how many such lots exist.
const LOT_ROWS: usize = 2_048;
const LOTS: usize = 4;
/// A lot ends early when it has so many bytes, and is not used again: rows can be long.
const LOT_BYTES: usize = 4 << 20;
const READ_BUFFER_BYTES: usize = 1 << 20;

/// Reads one file into `intake`. `progress` hears of every lot.
pub(super) fn read_csv(
    path: &Path,
    form: &CsvForm,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let mut file = WatchedFile::open(path)?;
    let last = read_rows(&mut file, path, form, intake, progress)?;
    if !file.read_whole()? {
        return Err(SourceError::Changed(path.to_owned()));
    }
    match last {
        Some(Last { line, short: true }) if !file.ends_line() => Err(SourceError::Cut { path: path.to_owned(), line }),
        Some(_) if !file.ends_line() => {
            intake.note_unended(origin(path));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A file's name.
fn origin(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The row that a file ends with.
struct Last {
    line: u64,
    /// Whether it has fewer cells than the header.
    short: bool,
}

/// Reads the rows, and gives the one that the file ends with: none where a blank line or an open quote does.
fn read_rows(
    mut file: impl Read + Send,
    path: &Path,
    form: &CsvForm,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Last>, SourceError> {
    let failed = |failure| match failure {
        Failure::Long(line) => SourceError::Long { path: path.to_owned(), line },
        Failure::Csv(source) => SourceError::Csv { path: path.to_owned(), source },
    };
    let head = Head::read(&mut file);
    let head = head.map_err(|source| FileError { action: "read", path: path.to_owned(), source })?;
    let refused = |problems| SourceError::Header { origin: path.display().to_string(), problems };
    if let Some(is) = head.foreign() {
        return Err(refused(vec![HeaderProblem::Foreign { is, file: catalog_file(intake.dataset()) }]));
    }
    let is_utf8 = head.is_utf8();
    let mut builder = ReaderBuilder::new();
    // Records end at a line feed alone, and the last one surely, so that lines can be counted; a
    // carriage return before it falls to the white space around the last cell.
    builder.has_headers(false).flexible(true).buffer_capacity(READ_BUFFER_BYTES).terminator(Terminator::Any(b'\n'));
    builder.delimiter(form.delimiter).quoting(form.quote.is_some()).quote(form.quote.unwrap_or(b'"'));
    let text = head.decoded(file, form.encoding).chain(END);
    let mut reader = builder.from_reader(Rationed::new(text));
    let mut header = ByteRecord::new();
    next(&mut reader, &mut header).map_err(failed)?;
    let places = check_names(&header, form, is_utf8, intake.dataset()).map_err(refused)?;
    std::thread::scope(|scope| {
        let (full_out, full) = sync_channel(LOTS);
        let (empty_out, empty) = sync_channel(LOTS);
        scope.spawn(move || read_lots(reader, &empty, &full_out));
        let mut last = None;
        while let Ok(lot) = full.recv() {
            let lot: Vec<ByteRecord> = lot.map_err(failed)?;
            for record in &lot {
                if is_blank(record) {
                    last = last.filter(|_| is_end(record));
                    continue;
                }
                let row = record.position().map_or(0, Position::line);
                let place = RowPlace { origin: origin(path), row, lines: lines(record) };
                if is_open(record) {
                    last = None;
                    intake.refuse(record.len().saturating_sub(1), Reason::Open, &place)?;
                } else {
                    last = Some(Last { line: row, short: record.len() < places.len() });
                    intake.take(record, &places, &place)?;
                }
            }
            progress(intake.rows() as u64);
            if intake.rows() > ROWS_MAX - LOT_ROWS {
                return Err(SourceError::Rows);
            }
            // The reader may have ended; then nobody needs the lot.
            empty_out.try_send(lot).ok();
        }
        Ok(last)
    })
}

/// For each of the dataset's columns, where it stands in the file.
fn check_names(
    header: &ByteRecord,
    form: &CsvForm,
    is_utf8: bool,
    dataset: &Dataset,
) -> Result<Vec<usize>, Vec<HeaderProblem>> {
    if header.is_empty() || is_blank(header) {
        return Err(vec![HeaderProblem::Empty]);
    }
    let encoding = || vec![HeaderProblem::Encoding { stated: form.encoding, file: catalog_file(dataset) }];
    let names: Option<Vec<&str>> =
        header.iter().map(|cell| std::str::from_utf8(cell).ok().map(str::trim)).collect::<Option<_>>();
    let names = names.ok_or_else(encoding)?;
    check_header(&names, dataset).map_err(|problems| match problems.as_slice() {
        // UTF-8 read as something else gives other characters, not broken ones.
        [HeaderProblem::Nothing(_)] if form.encoding != Encoding::Utf8 && is_utf8 => encoding(),
        _ => problems,
    })
}

/// Why no row could be read.
enum Failure {
    /// The row that begins on this line does not end.
    Long(u64),
    Csv(csv::Error),
}

fn next<R: Read>(reader: &mut Reader<Rationed<R>>, record: &mut ByteRecord) -> Result<bool, Failure> {
    reader.get_mut().allow(ROW_BYTES_MAX);
    reader.read_byte_record(record).map_err(|error| {
        let line = record.position().map_or(0, Position::line);
        if reader.get_ref().is_spent() { Failure::Long(line) } else { Failure::Csv(error) }
    })
}

type Lot = Result<Vec<ByteRecord>, Failure>;

fn read_lots<R: Read>(mut reader: Reader<Rationed<R>>, empty: &Receiver<Vec<ByteRecord>>, full: &SyncSender<Lot>) {
    loop {
        let mut lot = empty.try_recv().unwrap_or_default();
        if lot.iter().map(|record| record.as_slice().len()).sum::<usize>() > LOT_BYTES {
            lot = Vec::new();
        }
        lot.resize_with(LOT_ROWS, ByteRecord::new);
        let (mut filled, mut bytes) = (0, 0);
        for record in &mut lot {
            match next(&mut reader, record) {
                Ok(true) => {
                    number(record, reader.position());
                    filled += 1;
                    bytes += record.as_slice().len();
                }
                Ok(false) => break,
                Err(failure) => {
                    full.send(Err(failure)).ok();
                    return;
                }
            }
            if bytes > LOT_BYTES {
                break;
            }
        }
        lot.truncate(filled);
        if filled == 0 || full.send(Ok(lot)).is_err() {
            return;
        }
    }
}

/// Gives the record the line on which it begins: the reader gives it the end of the record before,
/// and blank lines may lie between.
fn number(record: &mut ByteRecord, end: &Position) {
    let mut start = record.position().unwrap_or(end).clone();
    let line = end.line().saturating_sub(1 + line_feeds(record.as_slice()));
    start.set_line(line.max(start.line()));
    record.set_position(Some(start));
}

/// Stands behind every file: a line of its own, unless a quote is left open.
const END: &[u8] = b"\n\x1f\n";

/// Whether the file's end is within a quote of the record: what follows the quote is no cell but rows.
fn is_open(record: &ByteRecord) -> bool {
    record.iter().next_back().is_some_and(|cell| cell.ends_with(END))
}

/// Whether this is the line behind the file.
fn is_end(record: &ByteRecord) -> bool {
    record.len() == 1 && record.as_slice().trim_ascii() == END.trim_ascii()
}

/// A line without anything on it, in a file whose lines end in carriage return and line feed; or the line behind the file.
fn is_blank(record: &ByteRecord) -> bool {
    is_end(record) || record.len() == 1 && record.as_slice().trim_ascii().is_empty()
}

/// How many lines of the file the record takes.
fn lines(record: &ByteRecord) -> u64 {
    let text = record.as_slice();
    1 + line_feeds(text.strip_suffix(END).unwrap_or(text).trim_ascii_end())
}

fn line_feeds(text: &[u8]) -> u64 {
    // To look for one is quicker than to count, and hardly any record has one.
    if text.contains(&b'\n') { text.iter().filter(|byte| **byte == b'\n').count() as u64 } else { 0 }
}
