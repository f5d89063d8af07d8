//! Ingest and snapshots over real files.

mod deliveries;
mod encodings;
mod interrupted;
#[cfg(feature = "odbc")]
mod odbc;
mod postgresql;
mod refusals;
mod snapshots;
mod spellings;
pub(in crate::data) mod support;
mod typed;
