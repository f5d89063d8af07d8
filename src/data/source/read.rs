//! What a dataset's delivery is made of, and the reader of each kind. Never looks into a row.

use std::path::PathBuf;

use super::csv::read_csv;
use super::error::{DatabaseFault, SourceError};
use super::excel::{SheetForm, read_excel};
use super::files::files;
#[cfg(feature = "odbc")]
use super::odbc::read_odbc;
use super::parquet::read_parquet;
use super::postgresql::read_postgresql;
use crate::catalog::{Dataset, SourceKind};
use crate::config::Connection;
use crate::data::delivery::{Databases, Delivery};
use crate::data::intake::Intake;

/// A part of a dataset's delivery.
pub(in crate::data) enum Part<'a> {
    /// A file.
    File(PathBuf),
    /// The rows of a database.
    Database(&'a Connection),
}

/// The parts of the dataset's delivery; none where nothing was delivered.
pub(in crate::data) fn parts<'a>(delivery: &Delivery<'a>, dataset: &Dataset) -> Result<Vec<Part<'a>>, SourceError> {
    let rows = match &dataset.source.kind {
        SourceKind::Csv(_) | SourceKind::Parquet { .. } | SourceKind::Excel { .. } => {
            return Ok(files(delivery.folder, dataset)?.into_iter().map(Part::File).collect());
        }
        SourceKind::Postgresql(rows) | SourceKind::Odbc(rows) => rows,
    };
    let failed = |fault| SourceError::Database { connection: rows.connection.clone(), fault };
    let Databases::Known(connections) = delivery.databases else {
        return Err(failed(DatabaseFault::Synthetic));
    };
    let connection = connections.get(&rows.connection).ok_or_else(|| failed(DatabaseFault::Unknown))?;
    if connection.word() != dataset.source.kind.word() {
        return Err(failed(DatabaseFault::Kind { wanted: dataset.source.kind.word(), is: connection.word() }));
    }
    Ok(vec![Part::Database(connection)])
}

/// Reads one part into `intake`. `progress` hears, now and then, how many rows there are.
pub(in crate::data) fn read(
    part: &Part<'_>,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let kind = &intake.dataset().source.kind;
    match (kind, part) {
        (SourceKind::Csv(form), Part::File(path)) => read_csv(path, form, intake, progress),
        (SourceKind::Parquet { .. }, Part::File(path)) => read_parquet(path, intake, progress),
        (SourceKind::Excel { sheet, header_row, .. }, Part::File(path)) => {
            let form = SheetForm { sheet: sheet.as_deref(), header_row: *header_row };
            read_excel(path, &form, intake, progress)
        }
        (SourceKind::Postgresql(rows), Part::Database(Connection::Postgresql(server))) => {
            read_postgresql(rows, server, intake, progress)
        }
        #[cfg(feature = "odbc")]
        (SourceKind::Odbc(rows), Part::Database(Connection::Odbc(source))) => read_odbc(rows, source, intake, progress),
        // `parts` pairs a source with a connection of its own kind, so this is ODBC in a build without it.
        (kind, _) => Err(SourceError::Unread(kind.word())),
    }
}
