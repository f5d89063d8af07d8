//! Deliveries in, rows of one unit out: sources, ingest, snapshots. Owns what a snapshot is on disk
//! and how it is read; never decides who may read it. polars, CSV and Arrow are known here only.

mod cells;
mod convert;
mod ingest;
mod manifest;
mod reject;
mod rows;
mod rows_file;
mod snapshot;
mod source_csv;
mod store;
pub mod synth;
mod table;
mod verify;
mod write;

pub use ingest::{
    DatasetError, DatasetReport, IngestError, IngestOptions, IngestProgress, IngestReport, Outcome, Stage, ingest,
};
pub use manifest::{DatasetEntry, FileEntry, ManifestFault, SnapshotManifest};
pub use rows::{Bits, Cells, Present, Texts, UnitRows, Values, Window};
pub use rows_file::RowsFault;
pub use snapshot::{DatasetFiles, RefusedDataset, Snapshot, SnapshotError};
pub use source_csv::SourceError;
pub use store::{HeldSnapshots, Keep, PruneReport, StoreError, hold_snapshots, prune};
pub use verify::{Damage, VerifyError};
pub use write::WriteError;

#[cfg(test)]
mod tests;
