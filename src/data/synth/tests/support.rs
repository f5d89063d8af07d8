//! What the tests of the synthesiser share: deliveries, and their rows as a reader sees them. Never asserts
//! what a model promises.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use crate::catalog::{Catalog, Dataset};
use crate::data::synth::{SeedFile, SeedManifest, SynthOptions, SynthReport, synthesise};
use crate::model::{Date, UnitId, parse_decimal};

pub(super) const SCALE_PPM: u64 = 2_000;
pub(super) const AS_OF: &str = "2026-03-20";

pub(super) fn catalog() -> Catalog {
    Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")).unwrap()
}

pub(super) fn options(scale_ppm: u64, seed: u64) -> SynthOptions {
    SynthOptions { scale_ppm, seed, as_of: AS_OF.parse().unwrap() }
}

pub(super) fn deliver(catalog: &Catalog, scale_ppm: u64, seed: u64) -> (TempDir, SynthReport) {
    let dir = tempfile::tempdir().unwrap();
    let report = synthesise(catalog, dir.path(), &options(scale_ppm, seed), &mut |_, _| {}).unwrap();
    (dir, report)
}

/// One row by column names; `None` for a missing value.
pub(super) type Row = BTreeMap<String, Option<String>>;

pub(super) fn rows(dataset: &Dataset, dir: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    let folder = dir.join(&dataset.source.folder);
    for path in crate::env::list_dir(&folder).unwrap() {
        let mut reader = ::csv::Reader::from_path(path).unwrap();
        assert!(reader.headers().unwrap().iter().eq(dataset.source.headers.iter()));
        for record in reader.records() {
            let record = record.unwrap();
            let cell = |text: &str| (!dataset.source.missing.iter().any(|m| m == text)).then(|| text.to_owned());
            let cells = dataset.columns.iter().zip(&record);
            rows.push(cells.map(|(column, text)| (column.name.clone(), cell(text))).collect());
        }
    }
    rows
}

pub(super) fn rows_of(dataset: &Dataset, dir: &Path, id: UnitId) -> Vec<Row> {
    let key = &dataset.key_column().unwrap().name;
    let mut rows = rows(dataset, dir);
    rows.retain(|row| row[key].as_deref() == Some(id.as_str()));
    rows
}

pub(super) fn integer(row: &Row, name: &str, decimals: u8) -> i64 {
    parse_decimal(row[name].as_deref().unwrap().as_bytes(), decimals).unwrap()
}

pub(super) fn date(dataset: &Dataset, row: &Row, name: &str) -> Option<Date> {
    let text = row[name].as_deref()?;
    Some(dataset.source.dates.iter().find_map(|format| format.read(text.as_bytes())).unwrap())
}

pub(super) fn sums(dir: &Path) -> Vec<SeedFile> {
    SeedManifest::read(dir).unwrap().unwrap().files
}
