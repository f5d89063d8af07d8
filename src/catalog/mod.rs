//! The catalog: which datasets there are, what their columns mean, how departments deliver them.
//! Owns the schema; never touches the data.

mod check;
mod check_source;
mod chinese;
mod load;
mod mistake;
mod raw;
mod schema;
mod source;
mod twin;
mod words;

pub use check::check_columns;
pub use load::{Catalog, CatalogError, CheckedFile, check_files, check_text, public_text};
pub use raw::RawColumn;
pub use schema::{Column, ColumnType, Dataset, IntegerBounds, RowsPerUnit, Update};
pub use source::{BadId, CsvForm, DatabaseRows, Encoding, FilePattern, Rows, Source, SourceKind};
