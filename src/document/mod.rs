//! Files that people write: strict TOML, and findings that point at the line. Owns how a mistake is
//! shown; never what a file means.

mod date;
mod finding;
mod strict;
mod syntax;

pub use date::LocalDate;
pub use finding::{DocumentError, Finding, did_you_mean};
pub use strict::{Document, Spanned};
