//! The contributions' stream: what units add to which cells, and for every bucket of units one marker. Nothing but
//! [`ContributionsWriter::close`] writes a marker: a cell of the domain is never the marker's.

use std::io::{BufWriter, Read, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, PrimitiveArray, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::form::{BUCKET, RowFault, StreamError};
use super::rows_in::check_end;

/// The cell of a marker: as unsigned, the largest number that there is.
pub const MARKER_CELL: i32 = -1;
/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 12;

/// What one unit, or several together, add to one cell; or a bucket's marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The bucket of the units.
    pub bucket: i32,
    /// The cell, or [`MARKER_CELL`].
    pub cell: i32,
    /// 1 in a marker, 0 otherwise.
    pub marker: i64,
    /// How many units; in a marker, the sum of this column over the bucket's cells.
    pub units: i64,
    /// For each measure; 0 in a marker.
    pub sums: Vec<i64>,
}

fn schema(measures: &[String]) -> Schema {
    let mut fields = vec![
        Field::new(BUCKET, DataType::Int32, false),
        Field::new("cell", DataType::Int32, false),
        Field::new("marker", DataType::Int64, false),
        Field::new("units", DataType::Int64, false),
    ];
    let measure = |(number, name): (usize, &String)| Field::new(format!("m{number}_{name}"), DataType::Int64, false);
    fields.extend(measures.iter().enumerate().map(measure));
    Schema::new(fields)
}

/// Writes contributions, each of one unit.
pub struct ContributionsWriter<W: Write> {
    writer: StreamWriter<BufWriter<W>>,
    schema: Arc<Schema>,
    buckets: Vec<i32>,
    cells: Vec<i32>,
    markers: Vec<i64>,
    units: Vec<i64>,
    sums: Vec<Vec<i64>>,
    /// Of the bucket that is not closed yet.
    written: i64,
}

impl<W: Write> ContributionsWriter<W> {
    /// Begins a stream.
    pub fn new(output: W, measures: &[String]) -> Result<Self, StreamError> {
        let schema = Arc::new(schema(measures));
        let writer = StreamWriter::try_new_buffered(output, &schema).map_err(|_| StreamError::Write)?;
        let sums = measures.iter().map(|_| Vec::new()).collect();
        let (buckets, cells, markers, units) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { writer, schema, buckets, cells, markers, units, sums, written: 0 })
    }

    /// What one unit of the bucket adds to one cell.
    pub fn push(&mut self, bucket: u32, cell: usize, sums: impl Iterator<Item = i64>) -> Result<(), StreamError> {
        let cell = i32::try_from(cell).map_err(|_| StreamError::Write)?;
        self.written += 1;
        self.row(bucket, (cell, 0, 1), sums)
    }

    /// The bucket's marker: all its contributions have been written.
    pub fn close(&mut self, bucket: u32) -> Result<(), StreamError> {
        let written = std::mem::take(&mut self.written);
        self.row(bucket, (MARKER_CELL, 1, written), std::iter::repeat(0))
    }

    fn row(
        &mut self,
        bucket: u32,
        (cell, marker, units): (i32, i64, i64),
        sums: impl Iterator<Item = i64>,
    ) -> Result<(), StreamError> {
        self.buckets.push(i32::try_from(bucket).map_err(|_| StreamError::Write)?);
        self.cells.push(cell);
        self.markers.push(marker);
        self.units.push(units);
        self.sums.iter_mut().zip(sums).for_each(|(column, sum)| column.push(sum));
        if self.buckets.len() >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        let batch = self.batch().map_err(|_| StreamError::Write)?;
        self.writer.write(&batch).map_err(|_| StreamError::Write)
    }

    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let numbers = |values: &mut Vec<i32>| -> ArrayRef { Arc::new(Int32Array::from(std::mem::take(values))) };
        let sums = |values: &mut Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(std::mem::take(values))) };
        let mut arrays = vec![numbers(&mut self.buckets), numbers(&mut self.cells)];
        arrays.extend([&mut self.markers, &mut self.units].map(sums));
        arrays.extend(self.sums.iter_mut().map(sums));
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }

    /// Ends the stream.
    pub fn finish(mut self) -> Result<(), StreamError> {
        self.flush()?;
        let ended = self.writer.finish().and_then(|()| self.writer.flush());
        ended.map_err(|_| StreamError::Write)
    }
}

/// Reads a stream of contributions to its end.
pub fn read_contributions<E: From<StreamError>>(
    input: impl Read,
    measures: &[String],
    visit: &mut dyn FnMut(&Contribution) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = StreamReader::try_new(input, None).map_err(|_| StreamError::Arrow)?;
    check_schema(&reader.schema(), &schema(measures))?;
    let mut before = 0;
    for batch in reader.by_ref() {
        let batch = batch.map_err(|_| StreamError::Arrow)?;
        take(&batch, before, visit)?;
        before += batch.num_rows() as u64;
    }
    check_end(reader.get_mut())?;
    Ok(())
}

/// The columns in their order, with their types; whether an engine calls them nullable does not matter, what is there is
/// looked at.
fn check_schema(found: &Schema, wanted: &Schema) -> Result<(), StreamError> {
    for (place, wanted) in wanted.fields().iter().enumerate() {
        let Some(field) = found.fields().get(place).filter(|field| field.name() == wanted.name()) else {
            return Err(StreamError::Missing(wanted.name().clone()));
        };
        if field.data_type() != wanted.data_type() {
            return Err(StreamError::Form(wanted.name().clone()));
        }
    }
    match found.fields().get(wanted.fields().len()) {
        Some(_) => Err(StreamError::Unknown("…".to_owned())),
        None => Ok(()),
    }
}

fn take<E: From<StreamError>>(
    batch: &RecordBatch,
    before: u64,
    visit: &mut dyn FnMut(&Contribution) -> Result<(), E>,
) -> Result<(), E> {
    let [buckets, cells, rest @ ..] = batch.columns() else { return Err(StreamError::Arrow.into()) };
    if let Some(row) = (0..batch.num_rows()).find(|row| batch.columns().iter().any(|column| column.is_null(*row))) {
        return Err(StreamError::Row { row: before + row as u64 + 1, fault: RowFault::Value }.into());
    }
    let small = |array: &ArrayRef| array.as_primitive_opt::<Int32Type>().map(PrimitiveArray::values).cloned();
    let (buckets, cells) = small(buckets).zip(small(cells)).ok_or(StreamError::Arrow)?;
    let wide = |array: &ArrayRef| array.as_primitive_opt::<Int64Type>().map(PrimitiveArray::values).cloned();
    let wides = rest.iter().map(wide).collect::<Option<Vec<_>>>().ok_or(StreamError::Arrow)?;
    let [markers, units, sums @ ..] = wides.as_slice() else { return Err(StreamError::Arrow.into()) };
    let mut contribution = Contribution { bucket: 0, cell: 0, marker: 0, units: 0, sums: vec![0; sums.len()] };
    for (row, (((bucket, cell), marker), units)) in
        buckets.iter().zip(cells.iter()).zip(markers.iter()).zip(units.iter()).enumerate()
    {
        (contribution.bucket, contribution.cell) = (*bucket, *cell);
        (contribution.marker, contribution.units) = (*marker, *units);
        for (into, from) in contribution.sums.iter_mut().zip(sums) {
            *into = from.get(row).copied().unwrap_or_default();
        }
        visit(&contribution)?;
    }
    Ok(())
}
