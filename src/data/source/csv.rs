//! Reads the CSV files of a delivery (RFC 4180, UTF-8, with or without a byte order mark), streaming.
//! Checks the header; what the cells mean is `convert`'s business.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use csv::{ByteRecord, Position, Reader, ReaderBuilder, Terminator};

use crate::catalog::Dataset;
use crate::data::intake::{Intake, ROWS_MAX, RowPlace};
use crate::document::did_you_mean;
use crate::env::{FileError, list_dir, open};

/// What is wrong with a header, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// Nothing there.
    #[error("the file is empty: the first line must name the columns")]
    Empty,
    /// Not in the source's encoding.
    #[error("it is not UTF-8: convert the file, or ask for a delivery in UTF-8")]
    Encoding,
    /// None of the names is known; they are not repeated, because they may be somebody's data.
    #[error("it names none of the columns: the first line must be {}", .0.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Nothing(Vec<String>),
    /// A name stands there twice.
    #[error("the column `{0}` stands there twice: one of the two must go")]
    Twice(String),
    /// A name that the catalog does not know, with the catalog's file.
    #[error("unknown column `{name}`: name it in `[source.columns]` of `{file}`, or leave it out")]
    Unknown {
        /// As it stands there.
        name: String,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// A name that is close to one that is missing.
    #[error(
        "unknown column `{name}`: did you mean `{close}`? If the department renamed it, change `[source.columns]` in `{file}`"
    )]
    Renamed {
        /// As it stands there.
        name: String,
        /// As it was perhaps meant.
        close: String,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// A column is missing: as the source calls it, and as the catalog does.
    #[error("the column `{header}` (`{column}` of the catalog) is missing: the delivery must have it")]
    Missing {
        /// The source's word.
        header: String,
        /// The catalog's.
        column: String,
    },
}

/// How many rows go from the reading to the converting thread at once, and how many such lots exist.
const LOT_ROWS: usize = 2_048;
const LOTS: usize = 4;
const READ_BUFFER_BYTES: usize = 1 << 20;

/// A delivery's files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The CSV reader gave up.
    #[error("cannot read `{}`: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: csv::Error,
    },
    /// Not a header that fits the catalog.
    #[error("the header of `{}` does not fit the catalog:\n  {}", path.display(), problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Header {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it, each with its cure.
        problems: Vec<HeaderProblem>,
    },
    /// More rows than one dataset can have.
    #[error("more than {ROWS_MAX} rows: split the dataset")]
    Rows,
}

/// The files of the delivery that belong to `dataset`, by name.
pub(in crate::data) fn files(delivery: &Path, dataset: &Dataset) -> Result<Vec<PathBuf>, FileError> {
    let (prefix, suffix) = &dataset.source.file_pattern;
    let fits = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.len() >= prefix.len() + suffix.len() && name.starts_with(prefix) && name.ends_with(suffix)
    };
    let mut paths = list_dir(&delivery.join(&dataset.source.folder))?;
    paths.retain(fits);
    // A pattern without a star names one file, whole.
    if suffix.is_empty() && prefix.contains('.') {
        paths.retain(|path| path.file_name().is_some_and(|name| name == prefix.as_str()));
    }
    Ok(paths)
}

/// Reads one file into `intake`. `progress` hears of every lot.
pub(in crate::data) fn read(
    path: &Path,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let csv_failed = |source| SourceError::Csv { path: path.to_owned(), source };
    let mut builder = ReaderBuilder::new();
    // Records end at a line feed alone, and the last one surely, so that lines can be counted; a
    // carriage return before it falls to the white space around the last cell.
    builder.has_headers(false).flexible(true).buffer_capacity(READ_BUFFER_BYTES).terminator(Terminator::Any(b'\n'));
    let mut reader = builder.from_reader(open(path)?.chain(&b"\n"[..]));
    let mut header = ByteRecord::new();
    reader.read_byte_record(&mut header).map_err(csv_failed)?;
    let places = check_header(path, &header, intake.dataset())?;
    let origin = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    std::thread::scope(|scope| {
        let (full_out, full) = sync_channel(LOTS);
        let (empty_out, empty) = sync_channel(LOTS);
        scope.spawn(move || read_lots(reader, &empty, &full_out));
        while let Ok(lot) = full.recv() {
            let lot: Vec<ByteRecord> = lot.map_err(csv_failed)?;
            for record in lot.iter().filter(|record| !is_blank(record)) {
                let row = record.position().map_or(0, Position::line);
                intake.take(record, &places, &RowPlace { origin, row, lines: lines(record) })?;
            }
            progress(intake.rows() as u64);
            if intake.rows() > ROWS_MAX - LOT_ROWS {
                return Err(SourceError::Rows);
            }
            // The reader may have ended; then nobody needs the lot.
            empty_out.try_send(lot).ok();
        }
        Ok(())
    })
}

type Lot = Result<Vec<ByteRecord>, csv::Error>;

fn read_lots<R: Read>(mut reader: Reader<R>, empty: &Receiver<Vec<ByteRecord>>, full: &SyncSender<Lot>) {
    loop {
        let mut lot = empty.try_recv().unwrap_or_default();
        lot.resize_with(LOT_ROWS, ByteRecord::new);
        let mut filled = 0;
        for record in &mut lot {
            match reader.read_byte_record(record) {
                Ok(true) => {
                    number(record, reader.position());
                    filled += 1;
                }
                Ok(false) => break,
                Err(error) => {
                    full.send(Err(error)).ok();
                    return;
                }
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

/// A line without anything on it, in a file whose lines end in carriage return and line feed.
fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record.as_slice().trim_ascii().is_empty()
}

/// How many lines of the file the record takes.
fn lines(record: &ByteRecord) -> u64 {
    1 + line_feeds(record.as_slice().trim_ascii_end())
}

fn line_feeds(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// For each of the dataset's columns, where it stands in the file.
fn check_header(path: &Path, header: &ByteRecord, dataset: &Dataset) -> Result<Vec<usize>, SourceError> {
    let refused = |problems| SourceError::Header { path: path.to_owned(), problems };
    if header.is_empty() {
        return Err(refused(vec![HeaderProblem::Empty]));
    }
    let names: Option<Vec<&str>> =
        header.iter().map(|cell| std::str::from_utf8(cell).ok().map(str::trim)).collect::<Option<_>>();
    let Some(names) = names else {
        return Err(refused(vec![HeaderProblem::Encoding]));
    };
    let expected = &dataset.source.headers;
    // Where nothing fits, the first line may be somebody's data: it is not repeated.
    if !names.iter().any(|name| expected.iter().any(|known| known == name)) {
        return Err(refused(vec![HeaderProblem::Nothing(expected.clone())]));
    }
    let mut problems = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if names.iter().take(place).any(|other| other == name) {
            problems.push(HeaderProblem::Twice(name.escape_debug().to_string()));
        } else if !expected.iter().any(|known| known == name) {
            problems.push(unknown(name, &names, dataset));
        }
    }
    let places = expected.iter().map(|wanted| names.iter().position(|name| name == wanted));
    let missing = expected.iter().zip(&dataset.columns).zip(places.clone());
    for ((wanted, column), _) in missing.filter(|(_, place)| place.is_none()) {
        problems.push(HeaderProblem::Missing { header: wanted.clone(), column: column.name.clone() });
    }
    if problems.is_empty() { Ok(places.flatten().collect()) } else { Err(refused(problems)) }
}

fn unknown(name: &str, names: &[&str], dataset: &Dataset) -> HeaderProblem {
    let absent = dataset.source.headers.iter().map(String::as_str).filter(|wanted| !names.contains(wanted));
    let file = format!("catalog/{}.toml", dataset.name);
    let name = name.escape_debug().to_string();
    match did_you_mean(&name, absent) {
        Some(close) => HeaderProblem::Renamed { close: close.to_owned(), name, file },
        None => HeaderProblem::Unknown { name, file },
    }
}
