//! Trees, proofs, notes and verifier keys by Go's `sumdb/tlog` and `sumdb/note`.

use std::collections::BTreeMap;

use anshi::keys::SigningKey;
use anshi::log::{
    Checkpoint, EntryKind, InclusionProof, LogSigner, LogVerifier, append, entry_bytes, inclusion, leaf_hash, root,
    stored_count, tile_files,
};
use anshi::model::Digest;
use data_encoding::{BASE64, HEXLOWER};
use serde::Deserialize;

use super::failures::Failures;

#[derive(Deserialize)]
struct File {
    origin: String,
    vkey: String,
    seed: String,
    leaves: Vec<Leaf>,
    trees: Vec<Tree>,
    checkpoints: Vec<Verdict>,
    proofs: Vec<Verdict>,
    vkeys: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Leaf {
    kind: String,
    salt: String,
    record: String,
    entry: String,
    hash: String,
}

#[derive(Deserialize)]
struct Tree {
    size: u64,
    root: String,
    stored: u64,
    checkpoint: String,
    proofs: BTreeMap<u64, Vec<String>>,
    tiles: Vec<String>,
}

#[derive(Deserialize)]
struct Verdict {
    name: String,
    expected: String,
    text: String,
    #[serde(default)]
    entry: String,
}

fn file() -> File {
    serde_json::from_str(include_str!("tlog.json")).unwrap()
}

fn digest(base64: &str) -> Digest {
    Digest::from_bytes(BASE64.decode(base64.as_bytes()).unwrap().try_into().unwrap())
}

/// What stands at `index` of every tree of the file.
fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The stored hashes of the first `size` leaves, by our own append.
fn stored(size: u64) -> Vec<Digest> {
    let mut stored: Vec<Digest> = Vec::new();
    for index in 0..size {
        let read = |at: u64| stored.get(usize::try_from(at).unwrap()).copied();
        let fresh = append(index, leaf_hash(&entry(index)), &read, 0, &[]).unwrap();
        stored.extend(fresh);
    }
    stored
}

#[test]
fn roots_and_proofs_are_those_of_go() {
    let stored = stored(1000);
    let read = |at: u64| stored.get(usize::try_from(at).unwrap()).copied();
    let mut failures = Failures::default();
    for tree in &file().trees {
        let size = tree.size;
        failures.check(root(size, &read).unwrap() == digest(&tree.root), || format!("root of {size}"));
        failures.check(stored_count(size) == tree.stored, || format!("stored hashes of {size}"));
        for (index, hashes) in &tree.proofs {
            let theirs: Vec<Digest> = hashes.iter().map(|hash| digest(hash)).collect();
            failures.check(inclusion(size, *index, &read).unwrap() == theirs, || format!("proof of {index} in {size}"));
        }
        let mut ours: Vec<String> = tile_files(0, size).into_iter().map(|tile| tile.path).collect();
        let mut theirs = tree.tiles.clone();
        ours.sort();
        theirs.sort();
        failures.check(ours == theirs, || format!("tiles of {size}: {ours:?}, not {theirs:?}"));
    }
    failures.none(300);
}

#[test]
fn our_notes_are_go_s_notes_byte_for_byte() {
    let file = file();
    let seed: [u8; 32] = HEXLOWER.decode(file.seed.as_bytes()).unwrap().try_into().unwrap();
    let signer = LogSigner::new(file.origin.clone(), SigningKey::from_seed(seed)).unwrap();
    assert_eq!(signer.verifier_key().unwrap(), file.vkey);
    let mut failures = Failures::default();
    for tree in &file.trees {
        let note = signer.sign(&Checkpoint { size: tree.size, root: digest(&tree.root) }).unwrap();
        failures.check(note == tree.checkpoint, || format!("checkpoint of {}", tree.size));
    }
    failures.none(47);
}

#[test]
fn proofs_of_go_are_accepted_and_changed_ones_are_not() {
    let file = file();
    let log = LogVerifier::new(&file.vkey).unwrap();
    let mut failures = Failures::default();
    for tree in &file.trees {
        for (index, hashes) in &tree.proofs {
            let hashes: Vec<Digest> = hashes.iter().map(|hash| digest(hash)).collect();
            let good = InclusionProof { index: *index, hashes, checkpoint: tree.checkpoint.clone() };
            let read = InclusionProof::from_text(&good.to_text()).unwrap();
            let name = |what: &str| format!("{index} in {}: {what}", tree.size);
            let size = read.verify(&entry(*index), &log).map(|checkpoint| checkpoint.size);
            failures.check(read == good && size == Ok(tree.size), || name("good"));
            for (what, changed) in changed(&good, tree.size) {
                failures.check(changed.verify(&entry(*index), &log).is_err(), || name(&what));
            }
            failures.check(good.verify(&entry(index + 1), &log).is_err(), || name("another entry"));
        }
    }
    failures.none(2000);
}

fn changed(good: &InclusionProof, size: u64) -> Vec<(String, InclusionProof)> {
    let mut made = Vec::new();
    for at in 0..good.hashes.len() {
        let mut bytes = *good.hashes[at].as_bytes();
        bytes[at % 32] ^= 1;
        let mut flipped = good.clone();
        flipped.hashes[at] = Digest::from_bytes(bytes);
        made.push((format!("bit of hash {at}"), flipped));
        let mut less = good.clone();
        less.hashes.remove(at);
        made.push((format!("no hash {at}"), less));
    }
    // An index past the tree is refused whatever stands in the proof; all others lead to another leaf.
    for index in [good.index + 1, good.index ^ 1, size, u64::MAX] {
        made.push((format!("index {index}"), InclusionProof { index, ..good.clone() }));
    }
    let mut more = good.clone();
    more.hashes.push(Digest::from_bytes([0; 32]));
    made.push(("a hash more".to_owned(), more));
    made
}

#[test]
fn leaves_are_what_their_definition_says() {
    let mut failures = Failures::default();
    for leaf in &file().leaves {
        let salt: [u8; 32] = HEXLOWER.decode(leaf.salt.as_bytes()).unwrap().try_into().unwrap();
        let entry = entry_bytes(EntryKind::from_word(&leaf.kind).unwrap(), &salt, leaf.record.as_bytes());
        failures.check(HEXLOWER.encode(&entry) == leaf.entry, || format!("entry of {}", leaf.record));
        failures.check(leaf_hash(&entry).hex() == leaf.hash, || format!("hash of {}", leaf.record));
    }
    failures.none(8);
}

fn judge(verdicts: &[Verdict], at_least: usize, accepts: impl Fn(&Verdict) -> bool) {
    let mut failures = Failures::default();
    for verdict in verdicts {
        let right = accepts(verdict) == (verdict.expected == "ok");
        failures.check(right, || format!("{}: should be {}", verdict.name, verdict.expected));
    }
    failures.none(at_least);
}

#[test]
fn checkpoints_are_judged_as_they_should_be() {
    let file = file();
    let log = LogVerifier::new(&file.vkey).unwrap();
    judge(&file.checkpoints, 55, |verdict| log.verify(&verdict.text).is_ok());
}

#[test]
fn proof_texts_are_judged_as_they_should_be() {
    let file = file();
    let log = LogVerifier::new(&file.vkey).unwrap();
    judge(&file.proofs, 40, |verdict| {
        let entry = BASE64.decode(verdict.entry.as_bytes()).unwrap();
        InclusionProof::from_text(&verdict.text).is_ok_and(|proof| proof.verify(&entry, &log).is_ok())
    });
}

#[test]
fn verifier_keys_are_judged_as_they_should_be() {
    judge(&file().vkeys, 15, |verdict| {
        let note = String::from_utf8(BASE64.decode(verdict.entry.as_bytes()).unwrap()).unwrap();
        LogVerifier::new(&verdict.text).is_ok_and(|log| log.verify(&note).is_ok())
    });
}
