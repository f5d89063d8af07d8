//! Makes the seeds that need the engine: a dataset's files of rows, a signed token, a component. The others are
//! `make_seeds.py`'s.

use std::fs;
use std::path::Path;

use anshi::data::{IngestOptions, Snapshot, ingest};
use anshi::guest::inspect;
use anshi::keys::{SigningKey, TokenKind, sign};

use super::targets::deliveries::{AS_OF, DATASET, small_catalog};
use super::targets::snapshots::dictionary;
use crate::support::guest_path;

fn seed(target: &str, name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("seed-{name}")), bytes).unwrap();
}

#[test]
#[ignore = "writes into tests/corpus: only where the form of snapshots, tokens or guests has changed"]
fn seeds_are_made_anew() {
    for rows in [1, 3, 9] {
        seed("rows", &format!("{rows}-rows"), &rows_file(rows));
    }
    let whole = rows_file(3);
    seed("rows", "cut", &whole[..whole.len() - 20]);
    seed("rows", "more-rows", &[&[3, 200], &whole[2..]].concat());
    seed("rows", "backwards", &[&[3, 3, 3, 2, 1, 0], &whole[6..]].concat());
    seed("rows", "beyond", &[&[3, 3, 0, 1, 2, 255], &whole[6..]].concat());
    seed("rows", "empty", &[0, 0, 0]);
    let key = SigningKey::from_seed([7; 32]);
    for kind in [TokenKind::Job, TokenKind::Consent, TokenKind::Approval, TokenKind::VerificationResult] {
        seed("jws", kind.typ().trim_end_matches("+jwt"), sign(&key, kind, b"{}").as_bytes());
    }
    for guest in ["sme_credit_check", "adversary"] {
        seed("component", guest, &inspect(&fs::read(guest_path(guest)).unwrap()).unwrap().component);
    }
}

/// The bytes of the target `rows` for so many units of one row each.
fn rows_file(units: u8) -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let folder = |name: &str| home.path().join(name);
    for name in ["data", "in", "rejects"] {
        fs::create_dir(folder(name)).unwrap();
    }
    let mut csv = "id,day,insured,seen,firm,fen,kind,note\n".to_owned();
    for (number, id) in dictionary(usize::from(units)).iter().enumerate() {
        let (id, even) = (std::str::from_utf8(id).unwrap(), number % 2 == 0);
        let row = if even { "2026-01-31,1,2026-01-31T08:00:00Z,91350100M000100Y43,1.50,B,样本" } else { ",,,,,," };
        csv += &format!("{id},{row}\n");
    }
    fs::write(folder("in/persons.csv"), csv).unwrap();
    let options = IngestOptions { as_of: AS_OF.parse().unwrap(), only: None };
    ingest(&folder("data"), &folder("rejects"), small_catalog(), &folder("in"), &options, &mut |_| {}).unwrap();
    let snapshot = Snapshot::open(&folder("data"), small_catalog(), None).unwrap();
    let file = snapshot.dataset(DATASET).unwrap().entry().rows_file;
    let arrow = fs::read(folder("data/files").join(file.sha256.hex())).unwrap();
    let offsets: Vec<u8> = (0..=units).collect();
    [&[units, units], offsets.as_slice(), &arrow].concat()
}
