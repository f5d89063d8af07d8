//! Why cases could not be played at all: what the library below says, in both languages. A case that comes out otherwise than
//! expected is no error.

use std::fmt;

use crate::model::{Bilingual, Chinese};

/// Cases could not be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayError(Bilingual);

impl PlayError {
    /// With what an error of the library says.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub(super) fn of(error: impl Chinese) -> Self {
        Self(error.bilingual())
    }
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl Chinese for PlayError {
    fn chinese(&self) -> String {
        self.0.zh.clone()
    }
}

impl std::error::Error for PlayError {}
