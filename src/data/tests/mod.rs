//! Ingest and snapshots over real files.

mod deliveries;
mod encodings;
mod postgresql;
mod refusals;
mod snapshots;
mod spellings;
pub(in crate::data) mod support;
mod typed;
