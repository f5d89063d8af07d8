//! The catalog as the synthetic twin is delivered: by CSV files, whatever the departments deliver. Changes no column, and so
//! nothing that a snapshot's files mean.

use std::sync::Arc;

use super::load::Catalog;
use super::schema::Dataset;
use super::source::{CsvForm, Encoding, FilePattern, Source, SourceKind};
use crate::model::DateFormat;

/// How a twin's days are written where the source has days of its own.
const DAYS: &str = "%Y-%m-%d";

impl Catalog {
    /// The same catalog where every dataset comes as CSV files: a twin of a database is written as such.
    #[must_use]
    pub fn delivered_as_csv(self) -> Self {
        self.map(|dataset| match dataset.source.csv() {
            Some(_) => dataset,
            None => Arc::new(Dataset { source: as_csv(&dataset), ..Dataset::clone(&dataset) }),
        })
    }
}

fn as_csv(dataset: &Dataset) -> Source {
    let files =
        FilePattern { folder: dataset.name.clone(), prefix: dataset.name.clone(), suffix: Some(".csv".to_owned()) };
    let form = CsvForm { files, encoding: Encoding::Utf8, delimiter: b',', quote: Some(b'"') };
    let mut source = Source { kind: SourceKind::Csv(form), ..dataset.source.clone() };
    if source.dates.is_empty() {
        source.dates.extend(DateFormat::parse(DAYS));
    }
    if source.missing.is_empty() {
        source.missing.push(String::new());
    }
    source
}
