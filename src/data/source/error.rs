//! Why a dataset's delivery cannot be read at all. Knows places and cures; never a value.

use std::path::PathBuf;

use super::header::HeaderProblem;
use crate::data::intake::ROWS_MAX;
use crate::env::FileError;

/// The longest row of a text file, in bytes. A longer one is mostly a quote that was never closed.
pub const ROW_BYTES_MAX: usize = 4 << 20;

/// A delivery cannot be read.
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
    #[error("the header of `{origin}` does not fit the catalog:\n  {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Header {
        /// The file, the sheet or the table.
        origin: String,
        /// All that is wrong with it, each with its cure.
        problems: Vec<HeaderProblem>,
    },
    /// More rows than one dataset can have.
    #[error("more than {ROWS_MAX} rows: split the dataset")]
    Rows,
    /// The same content under two names.
    #[error(
        "`{}` and `{}` are the same file: its rows would count twice; take one of the two out of the delivery",
        one.display(), other.display()
    )]
    Duplicate {
        /// The first, by name.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// Written to while it was read.
    #[error(
        "`{}` was changed, cut or removed while it was read: ingest again once it is complete, and have files \
         written under another name and renamed when they are whole", .0.display()
    )]
    Changed(PathBuf),
    /// The last row is not whole, and nothing ends its line.
    #[error(
        "`{}` ends within its last row, on line {line}: it has fewer cells than the header, and no line end. The file was cut: \
         have it delivered again", path.display()
    )]
    Cut {
        /// The file.
        path: PathBuf,
        /// Where the row begins.
        line: u64,
    },
    /// A row that does not end.
    #[error(
        "`{}`: the row that begins on line {line} is longer than {ROW_BYTES_MAX} bytes: is a quote left open, or is it \
         no CSV file?", path.display()
    )]
    Long {
        /// The file.
        path: PathBuf,
        /// Where the row begins.
        line: u64,
    },
    /// A Parquet file that cannot be read.
    #[error("cannot read `{}` as Parquet: {said}; have it delivered again", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        said: String,
    },
    /// A workbook that cannot be read.
    #[error("cannot read `{}` as an Excel workbook: {said}; have it saved again as .xlsx, without a password", path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        said: String,
    },
    /// A database that cannot be read.
    #[error("the connection `{connection}`: {fault}")]
    Database {
        /// The connection's name.
        connection: String,
        /// What is wrong with it.
        fault: DatabaseFault,
    },
    /// A kind of source that this build does not read.
    #[error("this build of `anshi` reads no source of kind `{0}`: use one that was built with the cargo feature `{0}`")]
    Unread(&'static str),
}

/// Why a database gives no rows.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFault {
    /// The home is synthetic.
    #[error("a synthetic home reads no database: only files that `anshi synth` wrote enter it")]
    Synthetic,
    /// The configuration does not name it.
    #[error("`anshi.toml` has no such `[connection.…]`: add one, or change `connection` in the catalog")]
    Unknown,
    /// It is for another kind of source.
    #[error("it is of kind `{is}` in `anshi.toml`, and the source of kind `{wanted}`")]
    Kind {
        /// The source's kind.
        wanted: &'static str,
        /// The connection's.
        is: &'static str,
    },
    /// The file with the password, or with the authorities, cannot be read.
    #[error(transparent)]
    File(FileError),
    /// Others can read the password.
    #[error("others can read the password in `{}`: `chmod 600` it", .0.display())]
    Exposed(PathBuf),
    /// Not the certificates of authorities.
    #[error("`{}` holds no certificates (PEM) to verify the server by: {said}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        said: String,
    },
    /// The server refuses, or gave up.
    #[error("the server says: {said} (SQLSTATE {code})")]
    Server {
        /// PostgreSQL's code of the error.
        code: String,
        /// Its words.
        said: String,
    },
    /// The driver manager of ODBC does not know it.
    #[error(
        "ODBC knows no data source `{0}`: describe it in `odbc.ini` (`odbcinst -j` says where that is), or change `dsn` \
         in `anshi.toml`"
    )]
    NoDataSource(String),
    /// An ODBC driver refuses, or gave up.
    #[error("the ODBC driver says: {said} (SQLSTATE {code})")]
    Driver {
        /// ODBC's code of the error.
        code: String,
        /// Its words.
        said: String,
    },
    /// A query that is none.
    #[error("the query gives no rows at all, not even columns: write one `select`")]
    NoRows,
    /// It cannot be reached, or went away.
    #[error("the server cannot be reached, or went away: {0}; none of its rows were taken")]
    Lost(String),
    /// A row that does not end.
    #[error("row {0} is longer than {ROW_BYTES_MAX} bytes: leave its long columns out")]
    Long(u64),
}
