//! The catalog: which datasets there are, what their columns mean, how departments deliver them.
//! Owns the schema; never touches the data.

mod check;
mod chinese;
mod load;
mod mistake;
mod raw;
mod schema;

pub use load::{Catalog, CatalogError};
pub use schema::{BadId, Column, ColumnType, Dataset, Encoding, IntegerBounds, RowsPerUnit, Source, SourceKind};
