//! A snapshot on disk: its manifest and its files of rows, under whatever damage. Opened or refused, and then every
//! cell can be read; that the values are right is known by the hashes, so nothing is said of them here.

use std::path::Path;

use anshi::data::{Cells, Snapshot, Values, Window};
use anshi::keys::{DigestKind, canonical_json, digest_json, sha256};
use anshi::model::{Date, Digest, UnitId, UnitKind};
use serde_json::{Value, json};

use super::deliveries::{AS_OF, DATASET, small_catalog};
use super::scratch;

/// The most units of the file of rows that is made here.
const UNITS_MAX: usize = 15;

/// Puts a manifest where a snapshot's is, under the name that its content asks for.
fn publish(home_data: &Path, manifest: &[u8], name: Digest) {
    let snapshots = scratch::folder(&format!("{}/snapshots", home_data.display()));
    scratch::write(&snapshots.join(format!("{}.json", name.hex())), manifest);
    scratch::write(&home_data.join("current"), name.to_string().as_bytes());
}

/// A manifest: read only under its own name, and in its one form.
pub fn manifest(data: &[u8]) {
    let home_data = scratch::folder("manifests");
    let named = serde_json::from_slice::<Value>(data).ok().and_then(|value| {
        let name = digest_json(DigestKind::Snapshot, &value).ok()?;
        Some((name, canonical_json(&value).ok()?))
    });
    let (name, canonical) = named.unwrap_or_else(|| (sha256(data), Vec::new()));
    publish(&home_data, data, name);
    match Snapshot::read_manifest(&home_data, name) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(manifest) => {
            assert_eq!(data, canonical, "a manifest has one form");
            assert!(manifest.datasets.is_sorted_by(|one, next| one.name < next.name));
            // None of its files is there, so that no dataset can be read.
            let opened = Snapshot::open(&home_data, small_catalog(), None);
            assert!(opened.is_err() || opened.is_ok_and(|snapshot| snapshot.datasets().count() == 0));
        }
    }
    std::fs::remove_file(home_data.join("snapshots").join(format!("{}.json", name.hex()))).unwrap();
}

/// The files of a dataset: the first byte is how many units, the next how many rows the manifest claims, then an
/// offset in one byte for each unit and one more, and what is left is the Arrow file.
pub fn rows(data: &[u8]) {
    let [units, rows, rest @ ..] = data else { return };
    let units = usize::from(*units).min(UNITS_MAX);
    let Some((offsets, arrow)) = rest.split_at_checked(units + 1) else { return };
    let home_data = scratch::folder("rows");
    let dictionary = dictionary(units);
    let offsets: Vec<u8> = offsets.iter().flat_map(|offset| u64::from(*offset).to_le_bytes()).collect();
    let files = scratch::folder("rows/files");
    let entry = |bytes: &[u8]| {
        scratch::write(&files.join(sha256(bytes).hex()), bytes);
        json!({ "sha256": sha256(bytes).to_string(), "bytes": bytes.len() })
    };
    let schema = small_catalog().dataset(DATASET).unwrap().schema_sha256;
    let manifest = json!({
        "format": 1, "as_of": AS_OF, "catalog": small_catalog().sha256().to_string(),
        "datasets": [{
            "name": DATASET, "schema": schema.to_string(), "rows": rows, "units": units, "rejected": 0, "as_of": AS_OF,
            "rows_file": entry(arrow), "units_file": entry(dictionary.as_flattened()), "offsets_file": entry(&offsets),
        }],
    });
    let name = digest_json(DigestKind::Snapshot, &manifest).unwrap();
    publish(&home_data, &canonical_json(&manifest).unwrap(), name);
    match Snapshot::open(&home_data, small_catalog(), None) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(snapshot) => read_everything(&snapshot),
    }
    for bytes in [arrow, dictionary.as_flattened(), &offsets] {
        // Equal files are one file.
        let _ = std::fs::remove_file(files.join(sha256(bytes).hex()));
    }
    std::fs::remove_file(home_data.join("snapshots").join(format!("{}.json", name.hex()))).unwrap();
}

/// The identifiers of so many invented persons, ascending.
pub fn dictionary(units: usize) -> Vec<[u8; 18]> {
    let head = |number: usize| format!("37140219900101{number:03}");
    let mut ids: Vec<[u8; 18]> = (0..units)
        .map(|number| {
            let head: [u8; 17] = head(number).into_bytes().try_into().unwrap();
            *UnitId::with_check(UnitKind::Person, &head).unwrap().as_bytes()
        })
        .collect();
    ids.sort_unstable();
    ids
}

/// Reads every cell of every unit, verified or not.
fn read_everything(snapshot: &Snapshot) {
    let dataset = snapshot.dataset(DATASET).unwrap();
    let as_of: Date = AS_OF.parse().unwrap();
    let places: Vec<usize> = (0..dataset.schema().columns.len()).collect();
    for window in [Window::new(as_of, None, u32::MAX), Window::new(as_of, Some(12), 2)] {
        for ordinal in (0..=dataset.units()).map(Some).chain([None]) {
            let unit = dataset.rows(ordinal, &window, &places);
            assert_eq!(unit.columns.len(), places.len(), "one shape, whatever the damage");
            assert!(unit.columns.iter().all(|cells| read_cells(cells) == unit.rows), "columns of equal length");
        }
    }
    let _ = snapshot.verify_files(&mut |_| {});
}

/// How many cells could be read.
fn read_cells(cells: &Cells<'_>) -> usize {
    let _ = cells.present.missing_bitmap();
    match &cells.values {
        Values::Booleans(bits) => (0..bits.len()).map(|place| bits.get(place)).count(),
        Values::Integers(values) | Values::Timestamps(values) => values.len(),
        Values::Dates(values) => values.len(),
        Values::Texts(texts) => texts.iter().map(str::len).count(),
    }
}
