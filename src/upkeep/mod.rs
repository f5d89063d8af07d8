//! What an operator does to a home: backup, restore, examination, rotation of keys, pruning. Owns what a whole home is
//! made of; never runs a job, and never changes an account or an entry of the log.

mod backup;
mod chinese;
mod doctor;
mod doctor_data;
mod doctor_files;
mod doctor_ledger;
mod error;
mod manifest;
mod prune;
mod restore;
mod rotate;

pub use backup::{BackupOptions, BackupReport, backup};
pub use doctor::{
    CheckUp, Content, Diagnosis, DoctorOptions, EXAMINATIONS, Level, Setup, State, Thresholds, Validity, examine,
};
pub use error::UpkeepError;
pub use manifest::{BACKUP_FORMAT, BACKUP_MANIFEST, BACKUP_SUM, BackedUpFile, BackupManifest, LogPosition};
pub use prune::{PruneOptions, PrunedSnapshot, Pruning, prune_snapshots};
pub use restore::{MirrorState, RestoreOptions, RestoreReport, restore};
pub use rotate::{Rotation, rotate_receipt_key};
