//! Rows of units and what they contribute, as Arrow IPC streams between a coordinator and its workers: one form for rows
//! on the way in, one for contributions on the way out. Owns both forms and what makes them whole; never decides what a
//! unit contributes. `docs/worker.md` is the form for people.

mod buffer;
mod contributions;
mod form;
mod rows_in;
mod rows_out;

pub use contributions::{Contribution, ContributionsWriter, MARKER_CELL, read_contributions};
pub use form::{ColumnForm, RowFault, StreamColumn, StreamError, StreamTable, stream_column};
pub use rows_in::{Step, read_rows};
pub use rows_out::{RowsWriter, rows_writer};

#[cfg(test)]
mod tests;
