//! Why nothing can be drafted of a file. Names columns by their headers where there is a header; never repeats a cell.

use std::path::PathBuf;

use crate::env::FileError;

/// Nothing can be drafted.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The CSV reader gave up.
    #[error("cannot read `{}`: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: csv::Error,
    },
    /// A row that does not end.
    #[error(
        "`{}`: the row that begins on line {line} is longer than {max} bytes: is a quote left open, or is it no CSV file?",
        path.display()
    )]
    Long {
        /// The file.
        path: PathBuf,
        /// Where the row begins.
        line: u64,
        /// How long it may be.
        max: u64,
    },
    /// Another kind of file.
    #[error("`{}` is {what}, and a draft needs text: export it as CSV", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        what: &'static str,
    },
    /// Neither encoding.
    #[error(
        "`{}` is neither UTF-8 (from line {utf8}) nor GB18030 (from line {gb18030}): ask for a delivery in one of the two",
        path.display()
    )]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The line of the first bytes that are no UTF-8.
        utf8: u64,
        /// The line of the first bytes that are no GB18030.
        gb18030: u64,
    },
    /// Nothing in it.
    #[error("`{}` is empty: the first line must name the columns", .0.display())]
    Empty(PathBuf),
    /// A header and nothing else.
    #[error("`{}` has a header and no rows: what the columns hold cannot be seen", .0.display())]
    NoRows(PathBuf),
    /// The first line is somebody's data. Its cells are not repeated.
    #[error(
        "the first line of `{}` seems to be data and no header: cell {cell} holds an identifier, a number or a date; \
         the first line must name the columns", path.display()
    )]
    HeaderIsData {
        /// The file.
        path: PathBuf,
        /// The cell, counted from 1.
        cell: usize,
    },
    /// Two columns of one name.
    #[error("`{}` has two columns `{header}` ({first} and {second}): a catalog cannot tell them apart, have one renamed", path.display())]
    HeaderTwice {
        /// The file.
        path: PathBuf,
        /// Their name.
        header: String,
        /// The first, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// More columns than a dataset may have.
    #[error("`{}` has {columns} columns, more than {max}: is the separator right?", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// How many.
        columns: usize,
        /// How many there may be.
        max: usize,
    },
    /// No column names the units.
    #[error("{}", no_key(path, best.as_ref()))]
    NoKey {
        /// The file.
        path: PathBuf,
        /// The column that comes closest: its header, its valid identifiers, its cells.
        best: Option<(String, u64, u64)>,
    },
    /// The key that was named is not there.
    #[error("`{}` has no column `{key}`{}", path.display(), close.as_ref().map(|c| format!(": did you mean `{c}`?")).unwrap_or_default())]
    NoSuchKey {
        /// The file.
        path: PathBuf,
        /// The header that was named.
        key: String,
        /// One that was perhaps meant.
        close: Option<String>,
    },
}

fn no_key(path: &std::path::Path, best: Option<&(String, u64, u64)>) -> String {
    let closest = best.map_or("no cell is one".to_owned(), |(header, valid, cells)| {
        format!("`{header}` comes closest, with {valid} of {cells} cells")
    });
    format!(
        "no column of `{}` names a unit by valid unified social credit codes or citizen ids: {closest}; if it is \
         known which one does, name it with --key",
        path.display()
    )
}
