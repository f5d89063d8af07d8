//! Sorted runs → the three files of a dataset: the rows as Arrow IPC, the dictionary of units, the
//! offsets. Same rows, same bytes, in whatever order and in however many runs they came. Holds a few batches
//! at a time: one thread merges, another hashes and writes.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};

use super::columns::Columns;
use super::manifest::FileEntry;
use super::merge::Merge;
use super::run::{Run, Torn};
use super::store::{NewFile, Writable};
use crate::catalog::Dataset;
use crate::env::FileError;

/// The rows of one record batch; a unit never crosses two, so one unit may make a batch longer.
pub(super) const BATCH_ROWS: usize = 1 << 16;
/// Batches that wait for being written.
const BATCHES_WAITING: usize = 1;

/// A dataset's files cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Arrow gave up.
    #[error("cannot write the rows: {0}")]
    Arrow(#[from] ArrowError),
    /// The files of sorted rows are not what was written to them.
    #[error("the temporary files of sorted rows were changed while they were read: check the disk, and ingest again")]
    Torn,
}

impl From<Torn> for WriteError {
    fn from(_: Torn) -> Self {
        Self::Torn
    }
}

/// What was written.
pub(super) struct Written {
    /// How many rows.
    pub rows: u64,
    /// How many of them are there again, equal in every column.
    pub repeated: u64,
    /// How many units.
    pub units: u64,
    /// Rows, units, offsets.
    pub files: [FileEntry; 3],
}

/// Writes the files of a dataset. `progress` hears how many rows went by.
pub(super) fn write(
    store: &Writable,
    dataset: &Dataset,
    runs: &[Run],
    batch_rows: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<Written, WriteError> {
    let mut rows_file = store.create("rows")?;
    let mut index =
        Index { units: store.create("units")?, offsets: store.create("offsets")?, count: 0, end: 0, repeated: 0 };
    index.start()?;
    let columns = Columns::new(dataset);
    let schema = columns.schema().clone();
    let (batches, waiting) = sync_channel(BATCHES_WAITING);
    let (merged, written) = std::thread::scope(|scope| {
        let rows_file = &mut rows_file;
        let writer = scope.spawn(move || write_batches(rows_file, &schema, &waiting));
        let merged = merge(runs, columns, &mut index, &batches, batch_rows, progress);
        drop(batches);
        // A panic in the thread becomes one here.
        (merged, writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    // Where writing failed, merging was cut short.
    written?;
    merged?;
    let (rows, units, repeated) = (index.end, index.count, index.repeated);
    let files = [store.keep(rows_file)?, store.keep(index.units)?, store.keep(index.offsets)?];
    Ok(Written { rows, repeated, units, files })
}

/// The dictionary and the offsets.
struct Index {
    units: NewFile,
    offsets: NewFile,
    count: u64,
    end: u64,
    repeated: u64,
}

impl Index {
    fn start(&mut self) -> Result<(), FileError> {
        self.offsets.write_all(&0u64.to_le_bytes()).map_err(|source| self.offsets.failed(source))
    }

    fn push(&mut self, unit: &[u8], rows: usize) -> Result<(), FileError> {
        self.count += 1;
        self.end += rows as u64;
        self.units.write_all(unit).map_err(|source| self.units.failed(source))?;
        self.offsets.write_all(&self.end.to_le_bytes()).map_err(|source| self.offsets.failed(source))
    }
}

/// Cuts the rows into batches at the units' borders.
fn merge(
    runs: &[Run],
    mut columns: Columns,
    index: &mut Index,
    batches: &SyncSender<RecordBatch>,
    batch_rows: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<(), WriteError> {
    progress(0);
    let mut merge = Merge::start(runs)?;
    let mut rows = Vec::new();
    while let Some(unit) = merge.next(&mut rows)? {
        if columns.rows() > 0 && columns.rows() + rows.len() > batch_rows {
            progress(index.end);
            // Nobody listens any more where writing failed, which the caller finds.
            if batches.send(columns.take()?).is_err() {
                return Ok(());
            }
        }
        rows.iter().try_for_each(|row| columns.push(&unit, row)).ok_or(Torn)?;
        index.repeated += repeated(&rows);
        index.push(&unit, rows.len())?;
    }
    if columns.rows() > 0 {
        batches.send(columns.take()?).ok();
    }
    Ok(())
}

/// How many of one unit's rows, which are in order, are there again.
fn repeated(rows: &[&[u8]]) -> u64 {
    rows.windows(2).filter(|pair| matches!(pair, [one, other] if one == other)).count() as u64
}

/// How many rows are there again, without writing any.
pub(super) fn count_repeated(runs: &[Run]) -> Result<u64, WriteError> {
    let (mut merge, mut rows, mut count) = (Merge::start(runs)?, Vec::new(), 0);
    while merge.next(&mut rows)?.is_some() {
        count += repeated(&rows);
    }
    Ok(count)
}

fn write_batches(file: &mut NewFile, schema: &Schema, batches: &Receiver<RecordBatch>) -> Result<(), WriteError> {
    let written = write_ipc(file, schema, batches);
    written.map_err(|error| match error {
        ArrowError::IoError(_, source) => WriteError::File(file.failed(source)),
        other => WriteError::Arrow(other),
    })
}

fn write_ipc(file: &mut NewFile, schema: &Schema, batches: &Receiver<RecordBatch>) -> Result<(), ArrowError> {
    let mut writer = FileWriter::try_new(file, schema)?;
    batches.iter().try_for_each(|batch| writer.write(&batch))?;
    writer.finish()
}
