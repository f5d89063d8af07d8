//! An Arrow IPC file in memory: finds every column's bytes once, then hands out slices of them. Reads
//! no value while opening, so that a start takes the same time whatever the number of rows; that the
//! values are right is known by the file's hash.

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use arrow_ipc::{Block, DateUnit, Field, Footer, RecordBatch, TimeUnit, Type, root_as_footer, root_as_message};

use super::rows::{Bits, Cells, Present, Texts, Values};
use crate::catalog::{ColumnType, Dataset};

const MAGIC: &[u8; 6] = b"ARROW1";
/// The footer's length and the magic at the end.
const TAIL_BYTES: usize = 10;
/// The continuation marker and the length in front of a message.
const MESSAGE_PREFIX_BYTES: usize = 8;

/// Why a file of rows cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsFault {
    /// The file is no Arrow IPC file, or cut off.
    #[error("it is not a whole Arrow IPC file")]
    Format,
    /// Its columns are not the dataset's.
    #[error("its columns are not the dataset's")]
    Schema,
    /// Something that we do not write: compression, dictionaries.
    #[error("it uses a form of Arrow that this engine does not write")]
    Form,
    /// Other numbers of rows or units than the manifest's.
    #[error("it does not have as many rows or units as the manifest says")]
    Count,
}

/// The rows of a dataset.
#[derive(Debug)]
pub(super) struct RowsFile {
    batches: Vec<Batch>,
    /// The number of each batch's first row.
    starts: Vec<u64>,
    rows: u64,
}

#[derive(Debug)]
struct Batch {
    rows: usize,
    /// Where it lies in the file.
    bytes: std::ops::Range<usize>,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    present: Option<Buffer>,
    values: Buffers,
}

#[derive(Debug)]
enum Buffers {
    Booleans(Buffer),
    Integers(ScalarBuffer<i64>),
    Timestamps(ScalarBuffer<i64>),
    Dates(ScalarBuffer<i32>),
    Texts { offsets: ScalarBuffer<i64>, bytes: Buffer },
}

impl RowsFile {
    /// Finds the columns of `dataset` in the file's bytes.
    pub fn open(file: &Buffer, dataset: &Dataset) -> Result<Self, RowsFault> {
        let footer = footer(file)?;
        let fields = footer.schema().and_then(|schema| schema.fields()).ok_or(RowsFault::Format)?;
        let fits = fields.len() == dataset.columns.len()
            && fields
                .iter()
                .zip(&dataset.columns)
                .all(|(field, column)| field.name() == Some(column.name.as_str()) && has_type(&field, &column.kind));
        if !fits {
            return Err(RowsFault::Schema);
        }
        if footer.dictionaries().is_some_and(|dictionaries| !dictionaries.is_empty()) {
            return Err(RowsFault::Form);
        }
        let (mut batches, mut starts, mut rows) = (Vec::new(), Vec::new(), 0u64);
        for block in footer.recordBatches().into_iter().flatten() {
            let batch = open_batch(file, block, dataset)?;
            starts.push(rows);
            rows += batch.rows as u64;
            batches.push(batch);
        }
        Ok(Self { batches, starts, rows })
    }

    /// How many rows.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows `range`, which lie in one batch, as `(batch, rows within it)`.
    pub fn locate(&self, range: std::ops::Range<u64>) -> Option<(usize, std::ops::Range<usize>)> {
        let batch = self.starts.partition_point(|start| *start <= range.start).checked_sub(1)?;
        let first = *self.starts.get(batch)?;
        let within = usize::try_from(range.start - first).ok()?..usize::try_from(range.end.checked_sub(first)?).ok()?;
        (within.start <= within.end && within.end <= self.batches.get(batch)?.rows).then_some((batch, within))
    }

    /// Where the batches lie in the file whose last row is one of `rows`.
    pub fn bytes_of(&self, rows: std::ops::Range<u64>) -> std::ops::Range<usize> {
        // A batch ends where the next one starts; the file's last one is never asked about.
        let ended = |row: u64| self.starts.partition_point(|start| *start <= row).saturating_sub(1);
        let batches = self.batches.get(ended(rows.start)..ended(rows.end)).unwrap_or_default();
        match (batches.first(), batches.last()) {
            (Some(first), Some(last)) => first.bytes.start..last.bytes.end,
            _ => 0..0,
        }
    }

    /// Rows of one column of one batch.
    pub fn cells(&self, batch: usize, column: usize, rows: std::ops::Range<usize>) -> Option<Cells<'_>> {
        let batch = self.batches.get(batch)?;
        let column = batch.columns.get(column)?;
        let bits = |buffer| Bits::new(buffer, 0, batch.rows);
        let present = match &column.present {
            None => Present::ALL,
            Some(buffer) => Present::of(bits(buffer)?),
        };
        let values = match &column.values {
            Buffers::Booleans(buffer) => Values::Booleans(bits(buffer)?),
            Buffers::Integers(values) => Values::Integers(values),
            Buffers::Timestamps(values) => Values::Timestamps(values),
            Buffers::Dates(values) => Values::Dates(values),
            Buffers::Texts { offsets, bytes } => Values::Texts(Texts::new(offsets, bytes)),
        };
        Some(Cells { present, values }.slice(rows))
    }
}

/// A column of this type without rows.
pub(super) const fn no_cells(kind: &ColumnType) -> Cells<'static> {
    let values = match kind {
        ColumnType::Boolean => Values::Booleans(Bits::NONE),
        ColumnType::Integer(_) => Values::Integers(&[]),
        ColumnType::Date => Values::Dates(&[]),
        ColumnType::Timestamp => Values::Timestamps(&[]),
        ColumnType::Text { .. } | ColumnType::Identifier => Values::Texts(Texts::new(&[], &[])),
    };
    Cells { present: Present::ALL, values }
}

fn footer(file: &Buffer) -> Result<Footer<'_>, RowsFault> {
    let bytes = file.as_slice();
    let (before, tail) = bytes.split_last_chunk::<TAIL_BYTES>().ok_or(RowsFault::Format)?;
    let (length, magic) = tail.split_first_chunk::<4>().ok_or(RowsFault::Format)?;
    if magic != MAGIC || !bytes.starts_with(MAGIC) {
        return Err(RowsFault::Format);
    }
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| RowsFault::Format)?;
    let start = before.len().checked_sub(length).ok_or(RowsFault::Format)?;
    root_as_footer(before.get(start..).unwrap_or_default()).map_err(|_| RowsFault::Format)
}

fn has_type(field: &Field<'_>, kind: &ColumnType) -> bool {
    match kind {
        ColumnType::Boolean => field.type_type() == Type::Bool,
        ColumnType::Integer(_) => field.type_as_int().is_some_and(|int| int.bitWidth() == 64 && int.is_signed()),
        ColumnType::Date => field.type_as_date().is_some_and(|date| date.unit() == DateUnit::DAY),
        ColumnType::Timestamp => field
            .type_as_timestamp()
            .is_some_and(|time| time.unit() == TimeUnit::MILLISECOND && time.timezone().is_none()),
        ColumnType::Text { .. } | ColumnType::Identifier => field.type_type() == Type::LargeUtf8,
    }
}

fn open_batch(file: &Buffer, block: &Block, dataset: &Dataset) -> Result<Batch, RowsFault> {
    let length = |length: i64| usize::try_from(length).map_err(|_| RowsFault::Format);
    let start = length(block.offset())?;
    let body = start.checked_add(length(block.metaDataLength().into())?).ok_or(RowsFault::Format)?;
    let end = body.checked_add(length(block.bodyLength())?).ok_or(RowsFault::Format)?;
    let metadata = file.as_slice().get(start..body).and_then(|bytes| bytes.get(MESSAGE_PREFIX_BYTES..));
    let message = root_as_message(metadata.ok_or(RowsFault::Format)?).map_err(|_| RowsFault::Format)?;
    let batch = message.header_as_record_batch().ok_or(RowsFault::Format)?;
    if batch.compression().is_some() || end > file.len() {
        return Err(RowsFault::Form);
    }
    let rows = length(batch.length())?;
    let mut parts = Parts { body: file.slice_with_length(body, end - body), batch, rows, next: 0 };
    let columns = dataset.columns.iter().enumerate().map(|(place, column)| parts.column(place, &column.kind));
    Ok(Batch { rows, bytes: body..end, columns: columns.collect::<Result<_, _>>()? })
}

/// The buffers of a record batch, taken one after the other.
struct Parts<'a> {
    body: Buffer,
    batch: RecordBatch<'a>,
    rows: usize,
    next: usize,
}

impl Parts<'_> {
    fn column(&mut self, place: usize, kind: &ColumnType) -> Result<Column, RowsFault> {
        let nodes = self.batch.nodes().filter(|nodes| place < nodes.len()).ok_or(RowsFault::Format)?;
        let node = nodes.get(place);
        if usize::try_from(node.length()) != Ok(self.rows) {
            return Err(RowsFault::Format);
        }
        let bits = self.buffer()?;
        let present = (node.null_count() > 0).then_some(bits);
        if present.as_ref().is_some_and(|bits| bits.len() < self.rows.div_ceil(8)) {
            return Err(RowsFault::Format);
        }
        let values = match kind {
            ColumnType::Boolean => Buffers::Booleans(self.buffer()?),
            ColumnType::Integer(_) => Buffers::Integers(self.numbers(self.rows)?),
            ColumnType::Timestamp => Buffers::Timestamps(self.numbers(self.rows)?),
            ColumnType::Date => Buffers::Dates(self.numbers(self.rows)?),
            ColumnType::Text { .. } | ColumnType::Identifier => {
                Buffers::Texts { offsets: self.numbers(self.rows + 1)?, bytes: self.buffer()? }
            }
        };
        Ok(Column { present, values })
    }

    fn buffer(&mut self) -> Result<Buffer, RowsFault> {
        let buffers = self.batch.buffers().filter(|buffers| self.next < buffers.len()).ok_or(RowsFault::Format)?;
        let buffer = buffers.get(self.next);
        self.next += 1;
        let start = usize::try_from(buffer.offset()).map_err(|_| RowsFault::Format)?;
        let length = usize::try_from(buffer.length()).map_err(|_| RowsFault::Format)?;
        let whole = start.checked_add(length).is_some_and(|end| end <= self.body.len());
        if whole { Ok(self.body.slice_with_length(start, length)) } else { Err(RowsFault::Format) }
    }

    fn numbers<T: ArrowNativeType>(&mut self, count: usize) -> Result<ScalarBuffer<T>, RowsFault> {
        let buffer = self.buffer()?;
        let aligned = buffer.as_ptr().align_offset(align_of::<T>()) == 0;
        let enough = count.checked_mul(size_of::<T>()).is_some_and(|bytes| bytes <= buffer.len());
        if aligned && enough { Ok(ScalarBuffer::new(buffer, 0, count)) } else { Err(RowsFault::Format) }
    }
}
