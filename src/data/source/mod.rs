//! How departments deliver: each kind of source gives rows of text to the intake, and says what is wrong
//! with a delivery as a whole. What the cells mean is `convert`'s business.

mod csv;

pub use csv::{HeaderProblem, SourceError};
pub(super) use csv::{files, read};
