//! Ingest and snapshots over real files.

mod deliveries;
mod encodings;
mod refusals;
mod snapshots;
mod spellings;
mod support;
