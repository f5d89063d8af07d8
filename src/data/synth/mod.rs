//! The synthetic twin: a delivery of invented firms and persons, in the very form in which the departments
//! deliver, for a home of kind `synthetic`. Owns the lives of invented firms and persons and the seed manifest that
//! tells such a delivery from a real one. Never reads real data, and never uses a float: the same seed,
//! scale, date and catalog give the same bytes on every machine.

mod calendar;
mod cast;
mod chinese;
mod court;
mod credit;
mod csv;
mod draw;
mod electricity;
mod estate;
mod filing;
mod firm;
mod fund;
mod generic;
mod ids;
mod insurance;
mod manifest;
mod model;
mod officers;
mod person;
mod register;
mod registration;
mod resident;
mod run;
mod stories;
mod story;
mod table;
mod tax;
#[cfg(test)]
mod tests;
mod utilities;

pub(super) use ids::is_invented;
pub use manifest::{Examples, MANIFEST_FILE, SeedError, SeedFile, SeedManifest};
pub use run::{ROWS_AT_SCALE_ONE, SCALE_ONE_PPM, SynthError, SynthOptions, SynthReport, synthesise, synthesise_some};
