//! Packed rows → one batch of Arrow columns. Missing values are null in Arrow and zero or empty underneath,
//! so that equal rows are equal bytes. Never meets a file.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Int64Array, LargeStringArray, RecordBatch, TimestampMillisecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use super::convert::sorted_values;
use super::packed::{Unpacker, packing_order};
use super::run::Id;
use crate::catalog::{ColumnType, Dataset};

/// Builds batches of one dataset's rows.
pub(super) struct Columns {
    schema: Arc<Schema>,
    /// In the order in which rows are packed, each with its place in the catalog.
    columns: Vec<(usize, Column)>,
    rows: usize,
}

struct Column {
    present: NullBufferBuilder,
    values: Values,
}

enum Values {
    Key(Texts),
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Dates(Vec<i32>),
    Timestamps(Vec<i64>),
    Codes { names: Vec<String>, texts: Texts },
    Texts(Texts),
}

struct Texts {
    bytes: Vec<u8>,
    offsets: Vec<i64>,
}

impl Texts {
    fn new() -> Self {
        Self { bytes: Vec::new(), offsets: vec![0] }
    }

    fn end(&mut self) {
        self.offsets.push(i64::try_from(self.bytes.len()).unwrap_or(i64::MAX));
    }

    fn push(&mut self, text: &[u8]) {
        self.bytes.extend(text);
        self.end();
    }

    fn take(&mut self) -> (OffsetBuffer<i64>, Buffer) {
        let Self { bytes, offsets } = std::mem::replace(self, Self::new());
        (OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(bytes))
    }
}

impl Columns {
    /// No rows yet.
    pub fn new(dataset: &Dataset) -> Self {
        let columns = packing_order(dataset).into_iter().filter_map(|place| {
            let values = match &dataset.columns.get(place)?.kind {
                _ if place == dataset.key => Values::Key(Texts::new()),
                ColumnType::Boolean => Values::Booleans(Vec::new()),
                ColumnType::Integer(_) => Values::Integers(Vec::new()),
                ColumnType::Date => Values::Dates(Vec::new()),
                ColumnType::Timestamp => Values::Timestamps(Vec::new()),
                ColumnType::Text { values: Some(values) } => {
                    let names = sorted_values(values).into_iter().map(str::to_owned).collect();
                    Values::Codes { names, texts: Texts::new() }
                }
                ColumnType::Text { values: None } | ColumnType::Identifier => Values::Texts(Texts::new()),
            };
            Some((place, Column { present: NullBufferBuilder::new(0), values }))
        });
        Self { columns: columns.collect(), schema: Arc::new(schema(dataset)), rows: 0 }
    }

    /// The columns in the catalog's order.
    pub const fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// How many rows were added since the last batch.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row; `None` where the bytes are none of this dataset.
    pub fn push(&mut self, unit: &Id, row: &[u8]) -> Option<()> {
        let mut cells = Unpacker(row);
        for (_, column) in &mut self.columns {
            column.push(unit, &mut cells)?;
        }
        self.rows += 1;
        cells.is_done().then_some(())
    }

    /// The rows added since the last batch.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays: Result<Vec<(usize, ArrayRef)>, ArrowError> =
            self.columns.iter_mut().map(|(place, column)| Ok((*place, column.take()?))).collect();
        let mut arrays = arrays?;
        arrays.sort_unstable_by_key(|(place, _)| *place);
        RecordBatch::try_new(Arc::clone(&self.schema), arrays.into_iter().map(|(_, array)| array).collect())
    }
}

fn schema(dataset: &Dataset) -> Schema {
    let field = |column: &crate::catalog::Column| {
        let kind = match &column.kind {
            ColumnType::Boolean => DataType::Boolean,
            ColumnType::Integer(_) => DataType::Int64,
            ColumnType::Date => DataType::Date32,
            ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
            ColumnType::Text { .. } | ColumnType::Identifier => DataType::LargeUtf8,
        };
        Field::new(&column.name, kind, true)
    };
    Schema::new(dataset.columns.iter().map(field).collect::<Vec<_>>())
}

impl Column {
    fn push(&mut self, unit: &Id, cells: &mut Unpacker<'_>) -> Option<()> {
        if let Values::Key(texts) = &mut self.values {
            texts.push(unit);
            self.present.append_non_null();
            return Some(());
        }
        let present = cells.present()?;
        self.present.append(present);
        match &mut self.values {
            Values::Key(_) => {}
            Values::Booleans(values) => values.push(present && cells.boolean()?),
            Values::Integers(values) | Values::Timestamps(values) => {
                values.push(if present { cells.integer()? } else { 0 });
            }
            Values::Dates(values) => values.push(if present { cells.date()? } else { 0 }),
            Values::Codes { names, texts } => {
                let code = if present { Some(cells.code()? as usize) } else { None };
                texts.push(code.map_or(Some(""), |code| names.get(code).map(String::as_str))?.as_bytes());
            }
            Values::Texts(texts) => {
                if present {
                    cells.text(&mut texts.bytes)?;
                }
                texts.end();
            }
        }
        Some(())
    }

    fn take(&mut self) -> Result<ArrayRef, ArrowError> {
        let present = std::mem::replace(&mut self.present, NullBufferBuilder::new(0)).finish();
        Ok(match &mut self.values {
            Values::Booleans(values) => {
                Arc::new(BooleanArray::new(BooleanBuffer::from(std::mem::take(values)), present))
            }
            Values::Integers(values) => Arc::new(Int64Array::try_new(std::mem::take(values).into(), present)?),
            Values::Dates(values) => Arc::new(Date32Array::try_new(std::mem::take(values).into(), present)?),
            Values::Timestamps(values) => {
                Arc::new(TimestampMillisecondArray::try_new(std::mem::take(values).into(), present)?)
            }
            Values::Key(texts) | Values::Texts(texts) | Values::Codes { texts, .. } => {
                let (offsets, bytes) = texts.take();
                Arc::new(LargeStringArray::try_new(offsets, bytes, present)?)
            }
        })
    }
}
