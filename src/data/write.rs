//! A sorted table → the three files of a dataset: the rows as Arrow IPC, the dictionary of units,
//! the offsets. Same rows, same bytes, in whatever order they were delivered.

use std::io::Write;

use polars::prelude::{
    BooleanChunked, Column as Series, CompatLevel, DataFrame, Int32Chunked, Int64Chunked, IntoColumn, IpcWriter,
    NewChunkedArray, PlSmallStr, PolarsError, PolarsResult, SerWriter, StringChunked, TimeUnit,
};
use rayon::prelude::*;

use super::manifest::FileEntry;
use super::store::Writable;
use super::table::{Cells, Order, Table, Values};
use crate::catalog::Dataset;
use crate::env::FileError;
use crate::model::UNIT_ID_BYTES;

/// The rows of one record batch; a unit never crosses two, so one unit may make a batch longer.
pub(super) const BATCH_ROWS: usize = 1 << 18;

/// A dataset's files cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// polars gave up.
    #[error("cannot write the rows: {0}")]
    Polars(#[from] PolarsError),
}

/// The files of a dataset: rows, units, offsets.
pub(super) fn write(
    store: &Writable,
    dataset: &Dataset,
    table: &Table,
    order: &Order,
    batch_rows: usize,
) -> Result<[FileEntry; 3], WriteError> {
    let mut rows = store.create("rows")?;
    write_rows(&mut rows, dataset, table, order, batch_rows)?;
    let mut units = store.create("units")?;
    for unit in &order.units {
        units.write_all(unit).map_err(|source| units.failed(source))?;
    }
    let mut offsets = store.create("offsets")?;
    for offset in &order.offsets {
        offsets.write_all(&offset.to_le_bytes()).map_err(|source| offsets.failed(source))?;
    }
    Ok([store.keep(rows)?, store.keep(units)?, store.keep(offsets)?])
}

fn write_rows(
    file: &mut impl Write,
    dataset: &Dataset,
    table: &Table,
    order: &Order,
    batch_rows: usize,
) -> PolarsResult<()> {
    let empty = gather(dataset, table, &[])?;
    let fields = dataset.columns.iter().map(|_| Default::default()).collect();
    let writer = IpcWriter::new(file).with_compat_level(CompatLevel::oldest()).with_compression(None);
    let mut writer = writer.batched(empty.schema(), fields)?;
    for batch in batches(&order.offsets, batch_rows) {
        let rows = order.rows.get(batch).unwrap_or_default();
        writer.write_batch(&gather(dataset, table, rows)?)?;
    }
    writer.finish()
}

/// Cuts the rows at the units' borders.
fn batches(offsets: &[u64], batch_rows: usize) -> Vec<std::ops::Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut end) = (0usize, 0usize);
    for offset in offsets.iter().skip(1) {
        let next = usize::try_from(*offset).unwrap_or(usize::MAX);
        if next - start > batch_rows && end > start {
            batches.push(start..end);
            start = end;
        }
        end = next;
    }
    if end > start {
        batches.push(start..end);
    }
    batches
}

fn gather(dataset: &Dataset, table: &Table, rows: &[u32]) -> PolarsResult<DataFrame> {
    let columns = dataset.columns.par_iter().zip(&table.columns);
    let columns = columns.map(|(column, cells)| gather_column(column.name.as_str().into(), cells, &table.units, rows));
    DataFrame::new(rows.len(), columns.collect())
}

fn gather_column(name: PlSmallStr, cells: &Cells, units: &[[u8; UNIT_ID_BYTES]], rows: &[u32]) -> Series {
    let complete = rows.iter().all(|row| is_present(cells, *row));
    match &cells.values {
        Values::Key(numbers) => {
            let id = |row: &u32| numbers.get(*row as usize).and_then(|number| units.get(*number as usize));
            let ids = rows.iter().map(|row| id(row).and_then(|id| std::str::from_utf8(id).ok()));
            StringChunked::from_iter_options(name, ids).into_column()
        }
        Values::Booleans(values) => BooleanChunked::from_iter_options(name, picked(values, cells, rows)).into_column(),
        Values::Integers(values) => integers(name, values, cells, rows, complete).into_column(),
        Values::Timestamps(values) => {
            integers(name, values, cells, rows, complete).into_datetime(TimeUnit::Milliseconds, None).into_column()
        }
        Values::Dates(values) => {
            let days = if complete {
                Int32Chunked::from_iter_values(name, picked(values, cells, rows).flatten())
            } else {
                Int32Chunked::from_iter_options(name, picked(values, cells, rows))
            };
            days.into_date().into_column()
        }
        Values::Codes { names, codes } => {
            let texts = picked(codes, cells, rows).map(|code| names.get(code? as usize).map(String::as_str));
            StringChunked::from_iter_options(name, texts).into_column()
        }
        Values::Texts(texts) => {
            let text = |row: &u32| std::str::from_utf8(texts.get(*row as usize)).ok();
            let texts = rows.iter().map(|row| text(row).filter(|_| is_present(cells, *row)));
            StringChunked::from_iter_options(name, texts).into_column()
        }
    }
}

fn integers(name: PlSmallStr, values: &[i64], cells: &Cells, rows: &[u32], complete: bool) -> Int64Chunked {
    if complete {
        Int64Chunked::from_iter_values(name, picked(values, cells, rows).flatten())
    } else {
        Int64Chunked::from_iter_options(name, picked(values, cells, rows))
    }
}

fn is_present(cells: &Cells, row: u32) -> bool {
    cells.present.get(row as usize).copied().unwrap_or(false)
}

fn picked<'a, T: Copy>(values: &'a [T], cells: &'a Cells, rows: &'a [u32]) -> impl Iterator<Item = Option<T>> + 'a {
    rows.iter().map(|row| values.get(*row as usize).copied().filter(|_| is_present(cells, *row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_never_crosses_two_batches() {
        assert_eq!(batches(&[0, 2, 4, 5, 12, 13], 4), vec![0..4, 4..5, 5..12, 12..13]);
        assert_eq!(batches(&[0, 4], 4), vec![0..4]);
        assert_eq!(batches(&[0, 9], 4), vec![0..9]);
        assert!(batches(&[0], 4).is_empty());
    }
}
