//! Files that people write: strict TOML, and findings that point at the line. Owns how a mistake is
//! shown; never what a file means.

mod date;
mod finding;
mod form;
mod form_words;
mod shape;
mod spanned;
mod strict;
mod syntax;

pub use date::LocalDate;
pub use finding::{DocumentError, Finding, Place, did_you_mean};
pub use shape::{Key, Shape};
pub use spanned::Spanned;
pub use strict::{Document, Formed};
