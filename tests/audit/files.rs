//! Harm done to snapshots and guests, and what an audit leaves alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::home::Home;

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
    home.expect(&["guests: guest sha256:", "has run and is not registered"]);
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
