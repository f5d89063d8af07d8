//! Harm done to snapshots and guests, and what an audit leaves alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anshi::keys::sha256;

use super::home::{Home, open};

#[test]
fn a_flipped_bit_in_a_snapshot_is_found() {
    let home = Home::copy();
    let folder = home.file("data/files");
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        home.flip(&path);
        home.expect(&["snapshots: snapshot sha256:"]);
        home.overwrite(&path, &bytes);
    }
    assert_eq!(home.findings(), Vec::<String>::new());
}

#[test]
fn a_changed_manifest_is_found() {
    let home = Home::copy();
    home.flip(&home.first("data/snapshots"));
    home.expect(&["snapshots: snapshot sha256:"]);
}

#[test]
fn a_missing_current_snapshot_is_found_and_an_old_one_noted() {
    let home = Home::copy();
    std::fs::remove_file(home.first("data/snapshots")).unwrap();
    home.expect(&["snapshots: the current snapshot"]);
    std::fs::remove_file(home.file("data/current")).unwrap();
    let report = home.audit();
    assert!(report.is_clean(), "{report:#?}");
    let notes: Vec<&String> = report.checks.iter().flat_map(|check| &check.notes).collect();
    assert!(notes.iter().any(|note| note.contains("which is not there any more")), "{notes:?}");
}

#[test]
fn a_changed_guest_artefact_is_found() {
    let home = Home::copy();
    home.flip(&home.first("guests/artefacts"));
    home.expect(&["guests: ", "should have the digest"]);
}

#[test]
fn a_changed_or_missing_guest_module_is_found() {
    let home = Home::copy();
    let module = home.first("guests");
    home.flip(&module);
    home.expect(&["guests: ", "should have the digest"]);
    std::fs::remove_file(&module).unwrap();
    home.expect(&["guests: cannot open"]);
}

#[test]
fn a_guest_that_is_not_registered_any_more_is_found() {
    let home = Home::copy();
    home.tamper("DELETE FROM guest");
    home.expect(&[
        "guests: guest sha256:",
        "has run and is not registered",
        "records: registration 0 has no guest in the table",
    ]);
}

#[test]
fn an_artefact_that_was_exchanged_together_with_its_row_is_found() {
    let home = Home::copy();
    let other = sha256(b"another artefact");
    std::fs::write(home.file("guests/artefacts").join(format!("{}.cwasm", other.hex())), b"another artefact").unwrap();
    home.tamper(&format!("UPDATE guest SET artefact = x'{}'", other.hex()));
    home.expect(&["records: registration 0 has another artefact in the table"]);
    let home = Home::copy();
    home.tamper("UPDATE guest SET manifest = manifest || ' '");
    home.expect(&["records: registration 0 has another manifest in the table"]);
    let home = Home::copy();
    home.tamper("UPDATE guest SET registration_index = 1");
    home.expect(&["records: a guest names entry 1, which is no registration"]);
}

#[test]
fn a_revocation_is_in_the_log_and_a_lost_one_is_found() {
    let home = Home::copy();
    let engine = open(&home.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _ in 0..2 {
        let revoked = engine.ledger().revoke_consent("development-authority".to_owned(), "a-number".to_owned());
        runtime.block_on(revoked).unwrap();
    }
    drop(engine);
    assert_eq!(home.findings(), Vec::<String>::new());
    let records = home.audit().checks.into_iter().find(|check| check.name == "records").unwrap();
    assert!(records.counted().ends_with("1 registration, 1 revocation"), "{}", records.counted());
    home.tamper("DELETE FROM consent_revoked");
    home.expect(&["records: revocation 265 is of another consent in the table"]);
    home.tamper("INSERT INTO consent_revoked VALUES (1, 'development-authority', 'a-number')");
    home.expect(&["records: a revoked consent names entry 1, which is no revocation"]);
}

fn contents(folder: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            contents(&path, into);
        } else {
            into.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn an_audit_changes_nothing_and_needs_no_private_key() {
    let home = Home::copy();
    std::fs::remove_dir_all(home.file("keys")).unwrap();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    contents(&home.path(), &mut before);
    assert_eq!(home.findings(), Vec::<String>::new());
    contents(&home.path(), &mut after);
    // SQLite's own files beside the store, which say who is reading it, are no part of the home.
    let kept = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<(PathBuf, Vec<u8>)> {
        files.into_iter().filter(|(path, _)| !path.display().to_string().contains(".sqlite-")).collect()
    };
    assert!(kept(before) == kept(after));
}
