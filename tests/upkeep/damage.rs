//! Backups that were harmed, and places that are taken: nothing is put in place, and what is there stays.

use std::fs;
use std::path::Path;

use anshi::env::Clock;
use anshi::keys::sha256;
use anshi::model::Digest;
use anshi::upkeep::{BackupOptions, RestoreOptions, UpkeepError, backup, restore};

use super::place::{anshi, back_up, beside, bring_back, files, overwrite};
use crate::support::TestHome;

fn nothing_there(home: &Path) {
    for name in ["restored", "restored.restoring"] {
        assert!(!beside(home, name).exists(), "`{name}`");
    }
}

#[test]
fn a_flipped_byte_anywhere_is_found() {
    let home = TestHome::new();
    home.answered(&home.token(0, 1));
    back_up(&home.path, "backup").unwrap();
    let whole = files(&beside(&home.path, "backup"));
    assert!(whole.len() > 15, "{}", whole.len());
    for (path, bytes) in &whole {
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        overwrite(path, &flipped);
        let refused = bring_back(&home.path, "backup", "restored");
        let found = matches!(refused, Err(UpkeepError::Torn(_) | UpkeepError::Manifest { .. }));
        assert!(found, "{}: {refused:?}", path.display());
        nothing_there(&home.path);
        overwrite(path, bytes);
    }
    assert!(bring_back(&home.path, "backup", "restored").is_ok(), "only the harm was in the way");
}

#[test]
fn a_cut_or_missing_file_is_found() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    for (path, bytes) in files(&beside(&home.path, "backup")) {
        overwrite(&path, &bytes[..bytes.len() - 1]);
        assert!(bring_back(&home.path, "backup", "restored").is_err(), "{}", path.display());
        fs::remove_file(&path).unwrap();
        let refused = bring_back(&home.path, "backup", "restored");
        assert!(matches!(refused, Err(UpkeepError::Torn(_) | UpkeepError::NoBackup(_))), "{}", path.display());
        nothing_there(&home.path);
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_backup_that_was_exchanged_has_another_digest() {
    let home = TestHome::new();
    let known = back_up(&home.path, "backup").unwrap().digest;
    let restore_known = |digest: Digest| {
        let (from, to) = (beside(&home.path, "backup"), beside(&home.path, "restored"));
        restore(&RestoreOptions { from, home: to, keys: None, digest: Some(digest) }, &mut |_, _| {})
    };
    assert!(matches!(restore_known(sha256(b"another")), Err(UpkeepError::Manifest { .. })));
    nothing_there(&home.path);
    assert!(restore_known(known).is_ok());
}

#[test]
fn a_manifest_cannot_write_outside_of_the_home() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    let folder = beside(&home.path, "backup");
    let (manifest, sum) = (folder.join("backup.json"), folder.join("backup.sha256"));
    let text = fs::read_to_string(&manifest).unwrap();
    for path in ["../anshi.toml", "/tmp/anshi.toml", "a/../../anshi.toml", "keys/receipt.jwk", ""] {
        let hostile = text.replacen("\"anshi.toml\"", &format!("\"{path}\""), 1);
        assert_ne!(hostile, text);
        overwrite(&manifest, hostile.as_bytes());
        overwrite(&sum, format!("{}  backup.json\n", sha256(hostile.as_bytes()).hex()).as_bytes());
        let refused = bring_back(&home.path, "backup", "restored");
        assert!(matches!(refused, Err(UpkeepError::Form { .. })), "{path}: {refused:?}");
        nothing_there(&home.path);
    }
}

#[test]
fn wrong_keys_are_refused() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    let keys = beside(&home.path, "backup.keys");
    fs::copy(keys.join("receipt.jwk"), keys.join("log.jwk")).unwrap();
    let refused = bring_back(&home.path, "backup", "restored");
    assert!(matches!(&refused, Err(UpkeepError::Torn(damages)) if damages[0].en.contains("log.jwk")), "{refused:?}");
    nothing_there(&home.path);
}

#[test]
fn what_is_there_stays() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    let place = beside(&home.path, "restored");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("mine"), "mine").unwrap();
    assert!(matches!(bring_back(&home.path, "backup", "restored"), Err(UpkeepError::Used(_))));
    assert_eq!(fs::read_to_string(place.join("mine")).unwrap(), "mine");
    fs::remove_file(place.join("mine")).unwrap();
    let left = beside(&home.path, "restored.restoring");
    fs::create_dir(&left).unwrap();
    assert!(matches!(bring_back(&home.path, "backup", "restored"), Err(UpkeepError::LeftOver(_))));
    assert!(left.exists(), "perhaps another restore is at work in it");
    fs::remove_dir(&left).unwrap();
    assert!(bring_back(&home.path, "backup", "restored").is_ok(), "an empty folder gives way");
    assert!(matches!(back_up(&home.path, "backup"), Err(UpkeepError::Used(_))));
}

#[test]
fn backup_and_keys_lie_apart() {
    let home = TestHome::new();
    let attempt = |to: &Path, keys: Option<&Path>| {
        let options = BackupOptions { home: home.path.clone(), to: to.to_owned(), keys_to: keys.map(Path::to_owned) };
        backup(&options, &Clock::System, &mut |_, _| {})
    };
    let (backup, keys) = (beside(&home.path, "backup"), beside(&home.path, "keys"));
    for (to, keys_to) in [
        (home.path.join("backup"), None),
        (backup.clone(), Some(backup.join("keys"))),
        (keys.join("backup"), Some(keys.clone())),
        (backup.clone(), Some(home.path.join("keys.kept"))),
        (backup.clone(), Some(backup.clone())),
    ] {
        let refused = attempt(&to, keys_to.as_deref());
        assert!(matches!(refused, Err(UpkeepError::Inside { .. })), "{}: {refused:?}", to.display());
        assert!(!to.exists() && !keys_to.is_some_and(|keys_to| keys_to.exists()));
    }
    let [home, to] = [&home.path, &backup].map(|path| path.to_str().unwrap());
    let (code, printed) = anshi(&["backup", "--home", home, "--to", to, "--lang", "en"]);
    assert!(code == 0 && printed.contains("salt.key` the accounts are lost"), "{printed}");
}

#[test]
fn a_damaged_home_makes_no_backup() {
    let home = TestHome::new();
    let (path, mut bytes) = files(&home.path.join("data/files")).remove(0);
    bytes[0] ^= 1;
    overwrite(&path, &bytes);
    assert!(matches!(back_up(&home.path, "backup"), Err(UpkeepError::Damaged(_))));
    assert!(!beside(&home.path, "backup").exists() && !beside(&home.path, "backup.keys").exists());
}
