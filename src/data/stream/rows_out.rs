//! The rows' stream, written: what a coordinator feeds its workers with, from a snapshot that is sorted already.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, LargeStringArray, RecordBatch};
use arrow_buffer::{BooleanBuffer, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Schema};

use super::form::{ColumnForm, StreamError, StreamTable, schema};
use crate::data::{Cells, DatasetFiles, Snapshot, Values};

/// Rows of one batch, about: a unit may cross two.
const BATCH_ROWS: usize = 1 << 13;

/// Writes the rows of one unit after the other.
pub struct RowsWriter<'s, W: Write> {
    writer: StreamWriter<BufWriter<W>>,
    schema: Arc<Schema>,
    tables: Vec<Source<'s>>,
    buckets: Vec<i32>,
    units: Column,
    numbers: Vec<Option<i32>>,
    /// Of all tables, one behind the other.
    columns: Vec<Column>,
}

/// Where a table's rows come from.
struct Source<'s> {
    table: &'s StreamTable,
    files: &'s DatasetFiles,
    /// Its place among the datasets whose ordinals a unit comes with.
    ordinal: usize,
    /// The columns' places in the catalog.
    places: Vec<usize>,
    /// Where its columns lie among all.
    columns: std::ops::Range<usize>,
}

/// Begins a stream; `None` where the snapshot lacks what a table names. `frame` are the datasets whose ordinals a unit
/// comes with.
pub fn rows_writer<'s, W: Write>(
    output: W,
    tables: &'s [StreamTable],
    snapshot: &'s Snapshot,
    frame: &[String],
) -> Option<Result<RowsWriter<'s, W>, StreamError>> {
    let mut sources = Vec::with_capacity(tables.len());
    let mut columns = vec![];
    for table in tables {
        let files = snapshot.dataset(&table.dataset)?;
        let place = |column: &super::StreamColumn| files.schema().column(&column.column).map(|(place, _)| place);
        let places = table.columns.iter().map(place).collect::<Option<Vec<usize>>>()?;
        let ordinal = frame.iter().position(|dataset| *dataset == table.dataset)?;
        let first = columns.len();
        columns.extend(table.columns.iter().map(|column| Column::new(column.form)));
        sources.push(Source { table, files, ordinal, places, columns: first..columns.len() });
    }
    let schema = Arc::new(schema(tables));
    let writer = StreamWriter::try_new_buffered(output, &schema).map_err(|_| StreamError::Write);
    Some(writer.map(|writer| RowsWriter {
        writer,
        schema,
        tables: sources,
        buckets: Vec::new(),
        units: Column::new(ColumnForm::Text),
        numbers: Vec::new(),
        columns,
    }))
}

impl<W: Write> RowsWriter<'_, W> {
    /// Adds the unit `id`, whose place in each dataset of the frame is one of `ordinals`: its rows within the windows, or
    /// one that says that it is there.
    pub fn unit(&mut self, bucket: u32, id: &str, ordinals: &[Option<u64>]) -> Result<(), StreamError> {
        let before = self.buckets.len();
        for (number, source) in (0..).zip(&self.tables) {
            let ordinal = ordinals.get(source.ordinal).copied().flatten();
            let rows = source.files.rows(ordinal, &source.table.window, &source.places);
            for (place, column) in self.columns.iter_mut().enumerate() {
                let own = place.checked_sub(source.columns.start).filter(|_| source.columns.contains(&place));
                match own.and_then(|place| rows.columns.get(place)) {
                    Some(cells) => column.extend(cells, rows.rows),
                    None => column.extend_missing(rows.rows),
                }
            }
            head((&mut self.buckets, &mut self.units, &mut self.numbers), bucket, (Some(id), Some(number)), rows.rows)?;
        }
        if self.buckets.len() == before {
            self.columns.iter_mut().for_each(|column| column.extend_missing(1));
            head((&mut self.buckets, &mut self.units, &mut self.numbers), bucket, (Some(id), None), 1)?;
        }
        if self.buckets.len() >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Closes a bucket: all its units have been added.
    pub fn close(&mut self, bucket: u32) -> Result<(), StreamError> {
        self.columns.iter_mut().for_each(|column| column.extend_missing(1));
        head((&mut self.buckets, &mut self.units, &mut self.numbers), bucket, (None, None), 1)
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        let batch = self.batch().map_err(|_| StreamError::Write)?;
        self.writer.write(&batch).map_err(|_| StreamError::Write)
    }

    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let buckets: ArrayRef = Arc::new(Int32Array::from(std::mem::take(&mut self.buckets)));
        let numbers: ArrayRef = Arc::new(Int32Array::from(std::mem::take(&mut self.numbers)));
        let mut arrays = vec![buckets, self.units.take()?, numbers];
        for column in &mut self.columns {
            arrays.push(column.take()?);
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }

    /// Ends the stream.
    pub fn finish(mut self) -> Result<(), StreamError> {
        self.flush()?;
        let ended = self.writer.finish().and_then(|()| self.writer.flush());
        ended.map_err(|_| StreamError::Write)
    }
}

/// The first three columns of `rows` rows.
fn head(
    (buckets, units, numbers): (&mut Vec<i32>, &mut Column, &mut Vec<Option<i32>>),
    bucket: u32,
    (unit, number): (Option<&str>, Option<i32>),
    rows: usize,
) -> Result<(), StreamError> {
    let bucket = i32::try_from(bucket).map_err(|_| StreamError::Write)?;
    for _ in 0..rows {
        buckets.push(bucket);
        units.push_text(unit);
        numbers.push(number);
    }
    Ok(())
}

struct Column {
    present: NullBufferBuilder,
    values: Vector,
}

enum Vector {
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Dates(Vec<i32>),
    Texts { offsets: Vec<i64>, bytes: Vec<u8> },
}

impl Column {
    fn new(form: ColumnForm) -> Self {
        let values = match form {
            ColumnForm::Boolean => Vector::Booleans(Vec::new()),
            ColumnForm::Integer => Vector::Integers(Vec::new()),
            ColumnForm::Date => Vector::Dates(Vec::new()),
            ColumnForm::Text => Vector::Texts { offsets: vec![0], bytes: Vec::new() },
        };
        Self { present: NullBufferBuilder::new(0), values }
    }

    fn push_text(&mut self, text: Option<&str>) {
        self.present.append(text.is_some());
        if let Vector::Texts { offsets, bytes } = &mut self.values {
            bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
            offsets.push(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        }
    }

    /// The values of `rows` rows. A snapshot's columns are of the catalog's types, as this one is.
    fn extend(&mut self, cells: &Cells<'_>, rows: usize) {
        if let Values::Texts(texts) = cells.values {
            return (0..rows).for_each(|row| self.push_text(cells.present.get(row).then(|| texts.get(row))));
        }
        if cells.present.all() {
            self.present.append_n_non_nulls(rows);
        } else {
            (0..rows).for_each(|row| self.present.append(cells.present.get(row)));
        }
        match (&mut self.values, cells.values) {
            (Vector::Booleans(into), Values::Booleans(bits)) => into.extend((0..rows).map(|row| bits.get(row))),
            (Vector::Integers(into), Values::Integers(values) | Values::Timestamps(values)) => into.extend(values),
            (Vector::Dates(into), Values::Dates(values)) => into.extend(values),
            _ => {}
        }
    }

    fn extend_missing(&mut self, rows: usize) {
        self.present.append_n_nulls(rows);
        match &mut self.values {
            Vector::Booleans(values) => values.resize(values.len() + rows, false),
            Vector::Integers(values) => values.resize(values.len() + rows, 0),
            Vector::Dates(values) => values.resize(values.len() + rows, 0),
            Vector::Texts { offsets, .. } => {
                let end = offsets.last().copied().unwrap_or_default();
                offsets.resize(offsets.len() + rows, end);
            }
        }
    }

    fn take(&mut self) -> Result<ArrayRef, ArrowError> {
        let present = std::mem::replace(&mut self.present, NullBufferBuilder::new(0)).finish();
        Ok(match &mut self.values {
            Vector::Booleans(values) => {
                Arc::new(BooleanArray::new(BooleanBuffer::from(std::mem::take(values)), present))
            }
            Vector::Integers(values) => Arc::new(Int64Array::try_new(std::mem::take(values).into(), present)?),
            Vector::Dates(values) => Arc::new(Date32Array::try_new(std::mem::take(values).into(), present)?),
            Vector::Texts { offsets, bytes } => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(std::mem::replace(offsets, vec![0])));
                Arc::new(LargeStringArray::try_new(offsets, Buffer::from_vec(std::mem::take(bytes)), present)?)
            }
        })
    }
}
