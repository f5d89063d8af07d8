//! Ingest and snapshots over real files.

mod deliveries;
mod encodings;
mod refusals;
mod snapshots;
pub(in crate::data) mod support;
