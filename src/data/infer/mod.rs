//! A delivered file → the draft of its catalog entry. Reads the file in passes of bounded memory and says what its
//! columns seem to hold. A value gets into a draft only where it is one of few that many units share; never an
//! identifier, a name, an extreme or a line of the file.

mod chinese;
mod closed;
mod decide;
mod draft;
mod error;
mod finding;
mod glossary;
mod input;
mod profile;
mod study;
#[cfg(test)]
mod tests;

pub use draft::draft;
pub use error::InferError;
pub use finding::{ColumnFinding, Drafted, Findings, InferOptions, Note};
pub use study::infer;
