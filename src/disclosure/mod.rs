//! The gate: the only way from a raw output to something that a client may see. Nothing else can build
//! a [`Disclosed`].

#[cfg(feature = "weaken")]
pub mod audit;
mod bounds;
mod chinese;
mod collect;
mod compared;
mod label;
mod noise;
mod released;
mod sums;
mod table;
#[cfg(test)]
mod utility;
mod via_workers;
mod worker;
mod worker_job;
#[cfg(test)]
mod worker_tests;

pub use compared::ComparedSums;
pub use label::{Disclosed, Released, disclose, through_gate, undetermined};
pub use noise::{ImpliedLoss, Mechanism, draw, implied};
pub use released::{ReleasedCell, ReleasedDimension, ReleasedLoss, ReleasedMeasure, ReleasedNoise, ReleasedTable};
pub use table::{Gathered, Halt, disclose_table, gather};
pub use via_workers::Workers;
pub use worker::{WorkerError, map_units};
pub use worker_job::WorkerJob;
