//! Attack 2: data in the text of a fault. A figure of the data is planted, and searched for in everything that
//! leaves the engine or is stored: bundles, records, the ledger, the log, the guests' folder.

use std::path::Path;

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{ODD_FEN, TestHome, seen};

/// What a client never reads: the words of faults, of the guest's own texts, and of its name section.
pub(super) const FAULT_WORDS: [&str; 6] =
    ["CANARY", "backtrace", "unreachable", "wasm trap", "divide by zero", "panic"];

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let canary = ODD_FEN.to_string();
    for behaviour in 0..=14 {
        let seen = seen(&home.answered(&home.token(behaviour, 1)));
        let readable = format!("{}{}{}{}", seen.text, seen.claims, seen.intent, seen.outcome);
        if let Some(word) = FAULT_WORDS.iter().chain([&canary.as_str()]).find(|word| readable.contains(**word)) {
            return Err(format!("behaviour {behaviour}: the client reads `{word}` in `{}`", seen.label));
        }
    }
    // Closed, so that everything is on disk.
    let home = home.reopened();
    let needles = [
        canary.into_bytes(),
        ODD_FEN.to_le_bytes().to_vec(),
        ODD_FEN.to_be_bytes().to_vec(),
        // As the departments write it, and as SQLite packs it.
        format!("{}.{:02}", ODD_FEN / 100, ODD_FEN % 100).into_bytes(),
        ODD_FEN.to_be_bytes()[2..].to_vec(),
    ];
    search(&home.path, &home.path.join("data"), &needles)?;
    search(&home.path.with_extension("mirror"), Path::new(""), &needles)
}

/// Fails where a file below `folder`, outside of `except`, holds one of `needles`.
pub(super) fn search(folder: &Path, except: &Path, needles: &[Vec<u8>]) -> Result<(), String> {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path == except {
            continue;
        }
        if path.is_dir() {
            search(&path, except, needles)?;
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        if needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_slice())) {
            return Err(format!("the figure stands in `{}`", path.display()));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::FaultText);
}
