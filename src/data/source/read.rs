//! One file of a delivery → the reader of its kind.

use std::path::Path;

use super::csv::read_csv;
use super::error::SourceError;
use crate::catalog::SourceKind;
use crate::data::intake::Intake;

/// Reads one file into `intake`. `progress` hears, now and then, how many rows there are.
pub(in crate::data) fn read(
    path: &Path,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let kind = &intake.dataset().source.kind;
    match kind {
        SourceKind::Csv(form) => read_csv(path, form, intake, progress),
        other => Err(SourceError::Unread(other.word())),
    }
}
