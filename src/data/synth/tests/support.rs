//! What the tests of the synthesiser share: deliveries, and their rows as a reader sees them. Never asserts
//! what a model promises.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tempfile::TempDir;

use crate::catalog::{Catalog, Dataset};
use crate::data::synth::{SeedFile, SeedManifest, SynthOptions, SynthReport, synthesise, synthesise_some};
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

/// A delivery of these datasets alone.
pub(super) fn deliver_some(catalog: &Catalog, names: &[&str], scale_ppm: u64, seed: u64) -> (TempDir, SynthReport) {
    let dir = tempfile::tempdir().unwrap();
    let wanted = |name: &str| names.contains(&name);
    let options = options(scale_ppm, seed);
    let report = synthesise_some(catalog, &wanted, dir.path(), &options, &mut |_, _| {}).unwrap();
    (dir, report)
}

/// One row by column names; `None` for a missing value.
pub(super) type Row = BTreeMap<String, Option<String>>;

pub(super) fn rows(dataset: &Dataset, dir: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    let folder = dir.join(&dataset.source.files().unwrap().folder);
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

/// A delivery of a small city.
pub(super) struct City {
    pub catalog: Catalog,
    pub dir: TempDir,
    pub report: SynthReport,
}

impl City {
    pub(super) fn new(scale_ppm: u64, seed: u64) -> Self {
        let catalog = catalog();
        let (dir, report) = deliver(&catalog, scale_ppm, seed);
        Self { catalog, dir, report }
    }

    /// The smallest city, and of it these datasets.
    pub(super) fn smallest(names: &[&str], seed: u64) -> Self {
        let catalog = catalog();
        let (dir, report) = deliver_some(&catalog, names, 1, seed);
        Self { catalog, dir, report }
    }

    pub(super) fn dataset(&self, name: &str) -> &Dataset {
        self.catalog.dataset(name).unwrap()
    }

    pub(super) fn rows(&self, name: &str) -> Vec<Row> {
        rows(self.dataset(name), self.dir.path())
    }

    pub(super) fn of(&self, name: &str, unit: UnitId) -> Vec<Row> {
        rows_of(self.dataset(name), self.dir.path(), unit)
    }

    pub(super) fn day(&self, name: &str, row: &Row, column: &str) -> Option<Date> {
        date(self.dataset(name), row, column)
    }

    /// The distinct values of a column.
    pub(super) fn all(&self, name: &str, column: &str) -> BTreeSet<String> {
        self.rows(name).into_iter().filter_map(|row| row[column].clone()).collect()
    }

    /// The firms that owe several taxes: those that fail.
    pub(super) fn failing(&self) -> BTreeSet<String> {
        let mut unpaid: BTreeMap<String, u32> = BTreeMap::new();
        for row in self.rows("tax_payment") {
            *unpaid.entry(row["uscc"].clone().unwrap()).or_default() += u32::from(row["paid_date"].is_none());
        }
        unpaid.into_iter().filter(|(_, count)| *count > 4).map(|(firm, _)| firm).collect()
    }

    /// Of the failing firms and of the others, how many in a thousand have a row of `name` that `counts`.
    pub(super) fn shares(&self, name: &str, counts: impl Fn(&Row) -> bool) -> (usize, usize) {
        let failing = self.failing();
        let with: BTreeSet<String> =
            self.rows(name).into_iter().filter(|row| counts(row)).map(|row| row["uscc"].clone().unwrap()).collect();
        let of_failing = with.intersection(&failing).count();
        let others = self.report.firms as usize - failing.len();
        (of_failing * 1_000 / failing.len(), (with.len() - of_failing) * 1_000 / others)
    }
}

pub(super) fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row[column].as_deref().unwrap()
}
