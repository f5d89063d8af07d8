//! How departments deliver: each kind of source gives rows of text to the intake, and says what is wrong
//! with a delivery as a whole. What the cells mean is `convert`'s business.

mod csv;
mod database;
mod decode;
mod error;
mod excel;
mod files;
mod header;
#[cfg(feature = "odbc")]
mod odbc;
mod parquet;
mod postgresql;
mod read;
mod typed;

pub use decode::Foreign;
pub use error::{DatabaseFault, ROW_BYTES_MAX, SourceError};
pub use header::HeaderProblem;
pub(super) use header::other;
pub(super) use read::{parts, read};
