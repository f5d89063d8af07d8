//! The rows of one unit, copied out of the stream's batches: so a unit may cross batches, and a missing value is zero or
//! empty underneath, whatever another engine left there. Holds one unit at a time.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef};

use super::form::{ColumnForm, RowFault, StreamTable};
use crate::data::{Bits, Cells, Present, Texts, UnitRows, Values};

/// The rows that one unit has in one table.
pub(super) struct TableBuffer {
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    present: BitBuffer,
    missing: usize,
    values: Buffer,
}

enum Buffer {
    Booleans(BitBuffer),
    Integers(Vec<i64>),
    Dates(Vec<i32>),
    Texts { offsets: Vec<i64>, bytes: Vec<u8> },
}

/// Bits, least significant first.
#[derive(Default)]
struct BitBuffer {
    bytes: Vec<u8>,
    len: usize,
}

impl BitBuffer {
    fn push(&mut self, bit: bool) {
        let place = self.len % 8;
        if place == 0 {
            self.bytes.push(0);
        }
        if let Some(byte) = self.bytes.last_mut() {
            *byte |= u8::from(bit) << place;
        }
        self.len += 1;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.len = 0;
    }

    fn bits(&self) -> Bits<'_> {
        Bits::new(&self.bytes, 0, self.len).unwrap_or(Bits::NONE)
    }
}

impl TableBuffer {
    /// No rows.
    pub fn new(table: &StreamTable) -> Self {
        let columns = table.columns.iter().map(|column| Column::new(column.form)).collect();
        Self { columns, rows: 0 }
    }

    /// Adds rows of a batch, whose columns are this table's.
    pub fn extend<'b>(
        &mut self,
        arrays: impl Iterator<Item = &'b ArrayRef>,
        rows: &Range<usize>,
    ) -> Result<(), RowFault> {
        for (column, array) in self.columns.iter_mut().zip(arrays) {
            column.extend(array, rows).ok_or(RowFault::Value)?;
        }
        self.rows += rows.len();
        Ok(())
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        if self.rows > 0 {
            self.columns.iter_mut().for_each(Column::clear);
            self.rows = 0;
        }
    }

    /// The rows within the table's window, in its given columns.
    pub fn rows(&self, table: &StreamTable) -> Result<UnitRows<'_>, RowFault> {
        let time = table.time.and_then(|place| self.columns.get(place)).map(Column::cells);
        if time.as_ref().is_some_and(|time| !ascends(time)) {
            return Err(RowFault::Time);
        }
        let cut = table.window.cut(time.as_ref(), self.rows);
        let given = table.given.iter().filter_map(|place| self.columns.get(*place));
        Ok(UnitRows { rows: cut.len(), columns: given.map(|column| column.cells().slice(cut.clone())).collect() })
    }
}

/// Whether times ascend, missing ones first: what a window and the order of rows rest on.
fn ascends(time: &Cells<'_>) -> bool {
    let Values::Dates(days) = time.values else { return false };
    let key = |(row, day): (usize, &i32)| time.present.get(row).then_some(*day);
    days.iter().enumerate().map(key).is_sorted()
}

impl Column {
    fn new(form: ColumnForm) -> Self {
        let values = match form {
            ColumnForm::Boolean => Buffer::Booleans(BitBuffer::default()),
            ColumnForm::Integer => Buffer::Integers(Vec::new()),
            ColumnForm::Date => Buffer::Dates(Vec::new()),
            ColumnForm::Text => Buffer::Texts { offsets: vec![0], bytes: Vec::new() },
        };
        Self { present: BitBuffer::default(), missing: 0, values }
    }

    fn extend(&mut self, array: &ArrayRef, rows: &Range<usize>) -> Option<()> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let present = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
        for row in rows.clone() {
            self.present.push(present(row));
            self.missing += usize::from(!present(row));
        }
        match &mut self.values {
            Buffer::Booleans(bits) => {
                let array = array.as_boolean_opt()?;
                rows.clone().for_each(|row| bits.push(present(row) && array.value(row)));
            }
            Buffer::Integers(values) => {
                let array = array.as_primitive_opt::<Int64Type>()?.values().get(rows.clone())?;
                values.extend(array.iter().zip(rows.clone()).map(|(value, row)| if present(row) { *value } else { 0 }));
            }
            Buffer::Dates(values) => {
                let array = array.as_primitive_opt::<Date32Type>()?.values().get(rows.clone())?;
                values.extend(array.iter().zip(rows.clone()).map(|(value, row)| if present(row) { *value } else { 0 }));
            }
            Buffer::Texts { offsets, bytes } => {
                for row in rows.clone() {
                    if present(row) {
                        bytes.extend_from_slice(text(array, row)?.as_bytes());
                    }
                    offsets.push(i64::try_from(bytes.len()).ok()?);
                }
            }
        }
        Some(())
    }

    fn clear(&mut self) {
        self.present.clear();
        self.missing = 0;
        match &mut self.values {
            Buffer::Booleans(bits) => bits.clear(),
            Buffer::Integers(values) => values.clear(),
            Buffer::Dates(values) => values.clear(),
            Buffer::Texts { offsets, bytes } => {
                offsets.truncate(1);
                bytes.clear();
            }
        }
    }

    fn cells(&self) -> Cells<'_> {
        let present = if self.missing == 0 { Present::ALL } else { Present::of(self.present.bits()) };
        let values = match &self.values {
            Buffer::Booleans(bits) => Values::Booleans(bits.bits()),
            Buffer::Integers(values) => Values::Integers(values),
            Buffer::Dates(values) => Values::Dates(values),
            Buffer::Texts { offsets, bytes } => Values::Texts(Texts::new(offsets, bytes)),
        };
        Cells { present, values }
    }
}

/// A text of either form; `None` of a column that holds none.
pub(super) fn text(array: &ArrayRef, row: usize) -> Option<&str> {
    match array.as_string_opt::<i64>() {
        Some(array) => Some(array.value(row)),
        None => Some(array.as_string_opt::<i32>()?.value(row)),
    }
}
