//! Attack 59: an old home put back, ledger and log together, for the budgets that it had. The mirror has seen more of
//! the log than the copy has: it does not start.

use std::path::Path;

use anshi::env::weaken::Weakness;
use anshi::job::{Engine, OpenError, answer};
use anshi::ledger::LedgerError;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{Setup, TestHome, block_on, copy_folder, engine_options, label, refusal};

/// One answer's worth.
const BITS: u32 = 2;

/// Puts the copy in the place of the home, all of it or the named parts.
fn restore(copy: &Path, home: &Path, parts: &[&str]) {
    if parts.is_empty() {
        std::fs::remove_dir_all(home).unwrap();
        copy_folder(copy, home);
        return;
    }
    for part in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = std::fs::remove_file(home.join(part));
    }
    for part in parts {
        let (from, to) = (copy.join(part), home.join(part));
        if from.is_dir() {
            std::fs::remove_dir_all(&to).unwrap();
            copy_folder(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::with(&Setup { bits: BITS, ..Setup::default() });
    // Copied as backups are: while nobody works on it.
    let home = home.reopened();
    let copies = tempfile::tempdir().unwrap();
    let old = copies.path().join("old");
    copy_folder(&home.path, &old);
    home.answered(&home.token(0, 1));
    let next = home.token(100, 1);
    assert_eq!(refusal(&home.ask(&next)), Some(RefusalCode::Budget));
    let path = home.path.clone();
    drop(home.engine);
    let new = copies.path().join("new");
    copy_folder(&path, &new);
    for parts in [&[][..], &["ledger.sqlite"], &["ledger.sqlite", "log"]] {
        restore(&old, &path, parts);
        match Engine::open(&path, engine_options()) {
            Err(OpenError::Ledger(LedgerError::Behind(_))) => {}
            Err(other) => return Err(format!("the old home is refused for another reason: {other}")),
            Ok(engine) => {
                let answer = block_on(answer(&std::sync::Arc::new(engine), &next));
                let label = answer.as_ref().map(label);
                return Err(format!("the old home starts, and its budget is full again: {label:?}"));
            }
        }
        restore(&new, &path, &[]);
    }
    // The home as it was last is in order; without a mirror nobody can know that it is.
    drop(Engine::open(&path, engine_options()).map_err(|error| format!("the latest home does not start: {error}"))?);
    restore(&old, &path, &[]);
    let mirror = path.with_extension("mirror");
    for name in ["checkpoint.0", "checkpoint.1"] {
        std::fs::remove_file(mirror.join(name)).unwrap();
    }
    match Engine::open(&path, engine_options()) {
        Err(_) => Ok(()),
        Ok(_) => Err("an old home starts beside an empty mirror".to_owned()),
    }
}

#[test]
fn held() {
    check(attack, Weakness::MirrorIgnored);
}
