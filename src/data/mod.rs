//! Deliveries in, rows of one unit out: sources, ingest, snapshots. Owns what a snapshot is on disk
//! and how it is read; never decides who may read it. CSV and Arrow are known here only.

mod cells;
mod chinese;
mod client_file;
mod columns;
mod convert;
mod delivery;
mod frame;
mod infer;
mod ingest;
mod intake;
mod invented;
mod manifest;
mod merge;
mod packed;
mod reject;
mod rows;
mod rows_file;
mod run;
mod snapshot;
mod source;
mod spill;
mod store;
mod stream;
pub mod synth;
mod verify;
mod warnings;
mod write;

pub use client_file::{ClientFileError, ClientFileFault, read_client_file};
pub use delivery::{Databases, Delivery};
pub use frame::{Frame, FramePart, FrameWalk};
pub use infer::{ColumnFinding, Drafted, Findings, InferError, InferOptions, Note, draft, infer};
pub use ingest::{
    DatasetError, DatasetReport, IngestError, IngestOptions, IngestProgress, IngestReport, Outcome, Stage, ingest,
    rehearse,
};
pub use invented::Invented;
pub use manifest::{DatasetEntry, FileEntry, ManifestFault, SnapshotManifest};
pub use reject::RejectedRow;
pub use rows::{Bits, Cells, Present, Texts, UnitRows, Values, Window};
pub use rows_file::RowsFault;
pub use snapshot::{DatasetFiles, RefusedDataset, Snapshot, SnapshotError, Unfit};
pub use source::{DatabaseFault, Foreign, HeaderProblem, SourceError};
pub use store::{HeldSnapshots, Keep, PruneReport, StoreError, hold_snapshots, prune};
pub use stream::{
    ColumnForm, Contribution, ContributionsWriter, MARKER_CELL, RowFault, RowsWriter, Step, StreamColumn, StreamError,
    StreamTable, read_contributions, read_rows, rows_writer, stream_column,
};
pub use verify::{Damage, Fault, UnitFault, VerifyError};
pub use warnings::{DeliveryWarning, Overlooked};
pub use write::WriteError;

#[cfg(test)]
mod tests;
