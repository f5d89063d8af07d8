//! The rows' stream, read: one unit after the other, and the end of every bucket. Whatever does not follow is an error:
//! a unit whose rows came apart would be run twice, and a bucket without its closing row may have lost some.

use std::io::Read;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch};
use arrow_ipc::reader::StreamReader;

use super::buffer::{TableBuffer, text};
use super::form::{Places, RowFault, StreamError, StreamTable};
use crate::data::UnitRows;

/// What a stream of rows says next.
#[derive(Debug)]
pub enum Step<'a> {
    /// A unit, whole.
    Unit {
        /// The bucket that it is in.
        bucket: u32,
        /// Who it is.
        unit: &'a str,
        /// Its rows: for each of the job's tables those within its window.
        tables: Vec<UnitRows<'a>>,
    },
    /// All units of a bucket have been shown.
    Closed {
        /// The bucket.
        bucket: u32,
    },
}

/// Reads a stream to its end. Memory holds a batch and the rows of one unit.
pub fn read_rows<E: From<StreamError>>(
    input: impl Read,
    tables: &[StreamTable],
    visit: &mut dyn FnMut(Step<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = StreamReader::try_new(input, None).map_err(|_| StreamError::Arrow)?;
    let places = Places::find(&reader.schema(), tables)?;
    let buffers = tables.iter().map(TableBuffer::new).collect();
    let mut state = State { tables, buffers, open: None, closed: None, unit: None, table: 0, row: 0 };
    for batch in reader.by_ref() {
        let batch = batch.map_err(|_| StreamError::Arrow)?;
        state.take(&batch, &places, visit)?;
        state.row += batch.num_rows() as u64;
    }
    if let Some(bucket) = state.open {
        return Err(StreamError::Open(bucket).into());
    }
    check_end(reader.get_mut())?;
    Ok(())
}

/// That nothing follows: what an Arrow reader would leave lying.
pub(super) fn check_end(input: &mut impl Read) -> Result<(), StreamError> {
    let mut beyond = [0];
    match input.read(&mut beyond) {
        Ok(0) => Ok(()),
        Ok(_) => Err(StreamError::Tail),
        Err(_) => Err(StreamError::Arrow),
    }
}

/// Rows of a batch that say the same of bucket, unit and table.
struct Run<'b> {
    bucket: u32,
    unit: Option<&'b str>,
    table: Option<usize>,
    rows: Range<usize>,
}

struct State<'t> {
    tables: &'t [StreamTable],
    buffers: Vec<TableBuffer>,
    /// The bucket that is not closed yet, and the one that was closed last.
    open: Option<u32>,
    closed: Option<u32>,
    /// The unit whose rows are in the buffers.
    unit: Option<String>,
    table: usize,
    /// Rows of the batches before.
    row: u64,
}

impl State<'_> {
    fn take<E: From<StreamError>>(
        &mut self,
        batch: &RecordBatch,
        places: &Places,
        visit: &mut dyn FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let array = |place: usize| batch.columns().get(place).ok_or(StreamError::Arrow);
        let number = |place| array(place)?.as_primitive_opt::<Int32Type>().ok_or(StreamError::Arrow);
        let (buckets, units, tables) = (number(places.bucket)?, array(places.unit)?, number(places.table)?);
        let mut start = 0;
        while start < batch.num_rows() {
            let row = self.row + start as u64 + 1;
            let failed = |fault| StreamError::Row { row, fault };
            let run = run(buckets, units, tables, start).map_err(failed)?;
            start = run.rows.end;
            self.enter(&run).map_err(failed)?;
            let Some(unit) = run.unit else {
                self.close_unit(row, visit)?;
                (self.open, self.closed) = (None, Some(run.bucket));
                visit(Step::Closed { bucket: run.bucket })?;
                continue;
            };
            if self.unit.as_deref() != Some(unit) {
                self.close_unit(row, visit)?;
                self.unit = Some(unit.to_owned());
            }
            if let Some(table) = run.table {
                let (buffer, columns) =
                    self.buffers.get_mut(table).zip(places.columns.get(table)).ok_or(StreamError::Arrow)?;
                self.table = table;
                buffer
                    .extend(columns.iter().filter_map(|place| batch.columns().get(*place)), &run.rows)
                    .map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Whether these rows may follow those before.
    fn enter(&mut self, run: &Run<'_>) -> Result<(), RowFault> {
        match self.open {
            None if self.closed.is_some_and(|closed| run.bucket <= closed) => return Err(RowFault::Bucket),
            None => self.open = Some(run.bucket),
            Some(open) if open != run.bucket => return Err(RowFault::Unclosed),
            Some(_) => {}
        }
        let Some(unit) = run.unit else {
            return if run.rows.len() == 1 { Ok(()) } else { Err(RowFault::Bucket) };
        };
        if self.unit.as_deref().is_some_and(|before| unit < before) {
            return Err(RowFault::Unit);
        }
        let is_same = self.unit.as_deref() == Some(unit);
        match run.table {
            Some(table) if table >= self.tables.len() || (is_same && table < self.table) => Err(RowFault::Table),
            _ => Ok(()),
        }
    }

    /// Shows the unit whose rows have all come.
    fn close_unit<E: From<StreamError>>(
        &mut self,
        row: u64,
        visit: &mut dyn FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (Some(unit), Some(bucket)) = (self.unit.take(), self.open) else { return Ok(()) };
        let rows = self.tables.iter().zip(&self.buffers).map(|(table, buffer)| buffer.rows(table));
        let tables =
            rows.collect::<Result<_, _>>().map_err(|fault| StreamError::Row { row: row.saturating_sub(1), fault })?;
        visit(Step::Unit { bucket, unit: &unit, tables })?;
        self.buffers.iter_mut().for_each(TableBuffer::clear);
        self.table = 0;
        Ok(())
    }
}

/// The rows from `start` on that say the same.
fn run<'b>(buckets: &Int32Array, units: &'b ArrayRef, tables: &Int32Array, start: usize) -> Result<Run<'b>, RowFault> {
    let number = |array: &Int32Array, row: usize| array.is_valid(row).then(|| array.value(row));
    let unit = |row: usize| if units.is_valid(row) { text(units, row) } else { None };
    let (first_bucket, first_unit, first_table) = (number(buckets, start), unit(start), number(tables, start));
    let same = |row: &usize| {
        number(buckets, *row) == first_bucket && number(tables, *row) == first_table && unit(*row) == first_unit
    };
    let end = start + (start..units.len()).take_while(same).count();
    let bucket = first_bucket.and_then(|bucket| u32::try_from(bucket).ok()).ok_or(RowFault::Bucket)?;
    let table = first_table.map(usize::try_from).transpose().map_err(|_| RowFault::Table)?;
    Ok(Run { bucket, unit: first_unit, table, rows: start..end.max(start + 1) })
}
