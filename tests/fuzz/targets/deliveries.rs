//! What departments deliver: a CSV file of any bytes, and the manifest of a synthetic delivery. Taken or refused as a
//! whole; what is taken can be read, and taken again it is the same.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use anshi::catalog::Catalog;
use anshi::data::synth::{MANIFEST_FILE, SeedManifest};
use anshi::data::{IngestOptions, Outcome, Snapshot, ingest};
use anshi::model::Digest;

use super::scratch;

/// The dataset that is delivered.
pub const DATASET: &str = "persons";
/// The day of the delivery.
pub const AS_OF: &str = "2026-06-30";

/// One column of each type.
const PERSONS: &str = r#"
name = "persons"
title = { zh = "人", en = "Persons" }
department = { zh = "人", en = "Persons" }
library = "population"
unit = "person"
key = "id"
time = "day"
classification = "L4"
update = "daily"
[[column]]
name = "id"
type = "identifier"
[[column]]
name = "day"
type = "date"
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
name = "fen"
type = "integer"
min = -500
max = 500
[[column]]
name = "kind"
type = "text"
values = ["一", "B"]
[[column]]
name = "note"
type = "text"
[source]
kind = "csv"
files = "persons.csv"
encoding = "utf-8"
dates = ["%Y-%m-%d", "%Y%m%d"]
decimals = { fen = 2 }
missing = ["", "NULL"]
on_bad_id = "reject"
rejects_max = "0.9"
[synthetic]
rows_per_unit = { min = 1, max = 2 }
"#;

/// A catalog of this dataset alone.
pub fn small_catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let folder = scratch::folder("small_catalog");
        scratch::write(&folder.join("persons.toml"), PERSONS.as_bytes());
        Catalog::load(&folder).unwrap()
    })
}

/// A CSV file.
pub fn delivery(data: &[u8]) {
    let first = take(data);
    if let Some(first) = first {
        assert_eq!(take(data), Some(first), "the same delivery gives the same snapshot");
    }
}

/// Ingests the file into an empty home; gives the snapshot, if there is one.
fn take(data: &[u8]) -> Option<Digest> {
    let home = scratch::folder("delivery");
    for folder in ["data", "in", "rejects"] {
        let _ = fs::remove_dir_all(home.join(folder));
        fs::create_dir(home.join(folder)).unwrap();
    }
    scratch::write(&home.join("in/persons.csv"), data);
    let options = IngestOptions { as_of: AS_OF.parse().unwrap(), only: None };
    let (home_data, rejects, delivered) = (home.join("data"), home.join("rejects"), home.join("in"));
    let report = ingest(&home_data, &rejects, small_catalog(), &delivered, &options, &mut |_| {}).unwrap();
    match &report.datasets[0].outcome {
        Outcome::Published { rows, rejected, .. } => {
            check_taken(&home_data, data, *rows, *rejected);
            report.snapshot
        }
        Outcome::Failed { error, .. } => {
            assert!(!error.to_string().is_empty());
            assert_eq!(report.snapshot, None, "a refused delivery leaves nothing");
            None
        }
        other => panic!("a file was delivered, and the outcome is {other:?}"),
    }
}

fn check_taken(home_data: &Path, data: &[u8], rows: u64, rejected: u64) {
    let snapshot = Snapshot::open(home_data, small_catalog(), None).unwrap();
    snapshot.verify_files(&mut |_| {}).unwrap();
    assert_eq!(snapshot.dataset(DATASET).unwrap().entry().rows, rows);
    let lines = data.split(|byte| *byte == b'\n').count() as u64;
    assert!(rows >= 1 && rows + rejected < lines, "no row is made of nothing");
}

/// A seed manifest: none that is read lists a file twice, or lets an empty folder pass for what it lists.
pub fn seed_manifest(data: &[u8]) {
    let folder = scratch::folder("seed");
    scratch::write(&folder.join(MANIFEST_FILE), data);
    match SeedManifest::read(&folder) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(manifest) => {
            let manifest = manifest.expect("the file is there");
            assert!(manifest.files.is_sorted_by(|one, next| one.path < next.path));
            assert_eq!(manifest.verify_files(&folder).is_ok(), manifest.files.is_empty());
        }
    }
}
