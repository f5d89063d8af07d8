//! A home in a temporary folder, the repository's catalog or one made for the test, deliveries by hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::data::ingest::{Folders, IngestLimits, ingest_within};
use crate::data::{
    IngestError, IngestOptions, IngestReport, Outcome, Snapshot, UnitRows, Values, Window, ingest as run_ingest,
};
use crate::model::{Date, UnitId, UnitKind};

pub const TAX_HEADER: &str = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期";

/// Everything: one dataset of each type of column, of persons.
pub const PERSONS: &str = r#"
name = "persons"
title = { zh = "人", en = "Persons" }
department = { zh = "人", en = "Persons" }
library = "population"
unit = "person"
key = "id"
classification = "L4"
update = "daily"
[[column]]
name = "note"
type = "text"
[[column]]
name = "id"
type = "identifier"
[[column]]
name = "insured"
type = "boolean"
[[column]]
name = "seen"
type = "timestamp"
[[column]]
name = "firm"
type = "identifier"
[[column]]
name = "heads"
type = "integer"
min = -5
max = 5
[source]
kind = "csv"
files = "persons.csv"
encoding = "utf-8"
missing = ["", "NULL"]
on_bad_id = "reject"
rejects_max = "0.5"
[synthetic]
rows_per_unit = { min = 1, max = 2 }
"#;

pub struct Home {
    pub dir: tempfile::TempDir,
    pub catalog: Catalog,
}

impl Home {
    /// A home with the repository's catalog.
    pub fn new() -> Self {
        let catalog = Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")).unwrap();
        Self { dir: tempfile::tempdir().unwrap(), catalog }
    }

    /// A home with the dataset [`PERSONS`] alone.
    pub fn persons() -> Self {
        Self::with("persons", PERSONS)
    }

    /// A home with one dataset alone.
    pub fn with(name: &str, catalog_file: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("catalog");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(format!("{name}.toml")), catalog_file).unwrap();
        Self { catalog: Catalog::load(&folder).unwrap(), dir }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn delivery(&self) -> PathBuf {
        let path = self.dir.path().join("delivery");
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Puts a file into the delivery.
    pub fn deliver(&self, file: &str, content: &str) -> &Self {
        let path = self.delivery().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Puts rows of tax payments into the delivery.
    pub fn deliver_tax(&self, rows: &str) -> &Self {
        self.deliver("tax_payment/a.csv", &format!("{TAX_HEADER}\n{rows}"))
    }

    /// An empty delivery.
    pub fn clear(&self) -> &Self {
        fs::remove_dir_all(self.delivery()).unwrap();
        self.delivery();
        self
    }

    /// As an ingest that has much less memory does it.
    pub fn ingest_within(&self, limits: &IngestLimits, as_of: &str) -> IngestReport {
        let options = IngestOptions { as_of: date(as_of), only: None };
        let (home_data, delivery, rejects) = (self.data(), self.delivery(), self.dir.path().join("rejects"));
        let folders = Folders { home_data: &home_data, rejects: Some(&rejects), delivery: (&delivery).into() };
        ingest_within(limits, folders, &self.catalog, &options, &mut |_| {}).unwrap()
    }

    pub fn try_ingest(&self, as_of: &str) -> Result<IngestReport, IngestError> {
        let options = IngestOptions { as_of: date(as_of), only: None };
        let (delivery, rejects) = (self.delivery(), self.dir.path().join("rejects"));
        run_ingest(&self.data(), &rejects, &self.catalog, &delivery, &options, &mut |_| {})
    }

    pub fn ingest(&self, as_of: &str) -> IngestReport {
        self.try_ingest(as_of).unwrap()
    }

    pub fn open(&self) -> Snapshot {
        Snapshot::open(&self.data(), &self.catalog, None).unwrap()
    }

    pub fn rejects(&self, dataset: &str) -> String {
        fs::read_to_string(self.dir.path().join("rejects").join(format!("{dataset}.csv"))).unwrap()
    }
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The enterprise with this number.
pub fn firm(number: u32) -> UnitId {
    let head = format!("91371400MA{number:07}");
    UnitId::with_check(UnitKind::Enterprise, head.as_bytes().try_into().unwrap()).unwrap()
}

/// The person with this number.
pub fn person(number: u32) -> UnitId {
    let head = format!("37140219900101{number:03}");
    UnitId::with_check(UnitKind::Person, head.as_bytes().try_into().unwrap()).unwrap()
}

/// What became of a dataset.
pub fn outcome<'a>(report: &'a IngestReport, dataset: &str) -> &'a Outcome {
    &report.datasets.iter().find(|report| report.name == dataset).unwrap().outcome
}

/// The message of a refused delivery.
pub fn failure(report: &IngestReport, dataset: &str) -> String {
    match outcome(report, dataset) {
        Outcome::Failed { error, .. } => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// All rows of a unit, every column, as text.
pub fn show(snapshot: &Snapshot, dataset: &str, unit: &UnitId) -> Vec<String> {
    let dataset = snapshot.dataset(dataset).unwrap();
    let columns: Vec<usize> = (0..dataset.schema().columns.len()).collect();
    let window = Window::new(snapshot.as_of(), None, 1_000);
    show_rows(&dataset.rows(dataset.ordinal(unit), &window, &columns))
}

/// Rows as text, `-` for a missing value.
pub fn show_rows(rows: &UnitRows<'_>) -> Vec<String> {
    let cell = |row: usize, column: usize| {
        let cells = &rows.columns[column];
        if !cells.present.get(row) {
            return "-".to_owned();
        }
        match cells.values {
            Values::Booleans(bits) => bits.get(row).to_string(),
            Values::Integers(values) | Values::Timestamps(values) => values[row].to_string(),
            Values::Dates(days) => Date::from_days(days[row]).to_string(),
            Values::Texts(texts) => texts.get(row).to_owned(),
        }
    };
    let line = |row| (0..rows.columns.len()).map(|column| cell(row, column)).collect::<Vec<_>>().join("|");
    (0..rows.rows).map(line).collect()
}
