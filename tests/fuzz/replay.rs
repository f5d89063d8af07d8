//! Replays the corpus kept in the repository, `tests/corpus/<target>/`, through every target.

use std::fs;
use std::path::{Path, PathBuf};

use super::targets::{TARGETS, target};

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn the_corpus_breaks_no_parser() {
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 5, "the corpus of `{name}` is too small to say anything");
        for (path, bytes) in inputs {
            let outcome = std::panic::catch_unwind(|| target(&bytes));
            assert!(outcome.is_ok(), "`{}` breaks the target `{name}`", path.display());
        }
    }
}

/// Every seed of the corpus, cut short and with single bytes changed: what a fuzzer does first, without one.
#[test]
fn small_changes_of_the_corpus_break_no_parser() {
    for (name, target) in TARGETS {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        for (path, seed) in corpus(name).iter().filter(|(_, seed)| !seed.is_empty()) {
            for _ in 0..4 {
                let mut bytes = seed.clone();
                let place = next() % bytes.len();
                match next() % 3 {
                    0 => bytes.truncate(place),
                    1 => bytes[place] ^= 1 << (next() % 8),
                    _ => bytes.insert(place, bytes[next() % bytes.len()]),
                }
                let outcome = std::panic::catch_unwind(|| target(&bytes));
                assert!(outcome.is_ok(), "a change of `{}` at {place} breaks the target `{name}`", path.display());
            }
        }
    }
}

#[test]
fn every_folder_of_the_corpus_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(target(&name).is_some(), "`tests/corpus/{name}` has no target");
    }
}
