//! A backup that was restored is the home that it was made of; one that is older than the mirror is not let in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};

use anshi::job::{HomePaths, OpenError};
use anshi::ledger::{LedgerError, LedgerReader};
use anshi::log::MirrorError;
use anshi::model::Date;
use anshi::upkeep::{MirrorState, UpkeepError};

use super::place::{anshi, ask, back_up, beside, bring_back, bundle, files, findings, open, verify};
use crate::support::TestHome;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_restored_home_is_the_home() {
    let home = TestHome::new();
    let tokens: Vec<String> = (1..4).map(|party| home.token(0, party)).collect();
    let bundles: Vec<String> = tokens.iter().map(|token| bundle(&home.answered(token))).collect();
    let spent = home.reader().all_spent(Date::from_days(0)).unwrap();
    // The engine runs, and has the lock.
    let report = back_up(&home.path, "backup").unwrap();
    drop(home.engine);
    let restored = bring_back(&home.path, "backup", "restored").unwrap();
    assert_eq!((restored.manifest, restored.state), (report.manifest, MirrorState::Current { beyond: 0 }));
    let place = beside(&home.path, "restored");
    assert_eq!(findings(&place), Vec::<String>::new());
    let paths = HomePaths::new(&place);
    assert_eq!(LedgerReader::open(&paths.store()).unwrap().all_spent(Date::from_days(0)).unwrap(), spent);
    assert_eq!(spent.len(), 3);
    bundles.iter().for_each(|bundle| drop(verify(&place, bundle).unwrap()));
    assert_eq!([mode(&paths.salt()), mode(&place.join("keys"))], [0o600, 0o700]);
    let immutable = files(&place.join("data/files")).into_iter().chain(files(&place.join("guests")));
    assert!(immutable.into_iter().all(|(path, _)| mode(&path) == 0o444));
    let engine = open(&place).unwrap();
    for (token, before) in tokens.iter().zip(&bundles) {
        assert_eq!(bundle(&ask(&engine, token)), *before, "the same request gives the same bundle, free");
    }
    assert_eq!(LedgerReader::open(&paths.store()).unwrap().all_spent(Date::from_days(0)).unwrap(), spent);
}

#[test]
fn no_private_key_is_in_a_backup() {
    let home = TestHome::new();
    let report = back_up(&home.path, "backup").unwrap();
    let mut secrets = Vec::new();
    for (path, text) in files(&home.path.join("keys")) {
        let text = String::from_utf8(text).unwrap();
        let jwk = serde_json::from_str::<serde_json::Value>(&text).ok();
        let secret = jwk.map_or(text.trim().to_owned(), |jwk| jwk["d"].as_str().unwrap().to_owned());
        assert!(secret.len() > 40, "{}", path.display());
        secrets.push(secret);
    }
    assert_eq!(secrets.len(), report.manifest.keys.len());
    for (path, bytes) in files(&beside(&home.path, "backup")) {
        let found = |secret: &String| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!secrets.iter().any(found), "{}", path.display());
    }
    let apart = beside(&home.path, "backup.keys");
    assert_eq!(mode(&apart), 0o700);
    assert!(files(&apart).iter().all(|(path, _)| mode(path) == 0o600));
}

#[test]
fn a_backup_while_jobs_run_is_one_moment_of_the_home() {
    let home = TestHome::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Jobs before, during and after each backup: intents whose outcomes are not there yet are in most of them.
        let asking = scope.spawn(|| {
            for first in (1..900).step_by(10) {
                let last = done.load(Ordering::SeqCst);
                let tokens = (first..first + 10).map(|party| home.token(0, party)).collect();
                assert!(home.ask_all(tokens).iter().all(Result::is_ok));
                if last {
                    return;
                }
            }
        });
        for round in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(300));
            back_up(&home.path, &format!("backup{round}")).unwrap();
        }
        done.store(true, Ordering::SeqCst);
        asking.join().unwrap();
    });
    drop(home.engine);
    let mut sizes = Vec::new();
    for round in 0..3 {
        let name = format!("restored{round}");
        let restored = bring_back(&home.path, &format!("backup{round}"), &name).unwrap();
        sizes.push(restored.manifest.log.size);
        assert!(matches!(restored.state, MirrorState::Ahead { .. }), "{:?}", restored.state);
        let found = findings(&beside(&home.path, &name));
        assert!(found.iter().all(|finding| finding.starts_with("mirror: the home is behind its mirror")), "{found:#?}");
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[2], "jobs were admitted between the backups: {sizes:?}");
}

#[test]
fn an_old_backup_is_put_in_place_and_does_not_start() {
    let home = TestHome::new();
    home.answered(&home.token(0, 1));
    back_up(&home.path, "backup").unwrap();
    home.answered(&home.token(0, 2));
    drop(home.engine);
    let (from, place) = (beside(&home.path, "backup"), beside(&home.path, "restored"));
    let keys = beside(&home.path, "backup.keys");
    let [from, to, keys] = [&from, &place, &keys].map(|path| path.to_str().unwrap());
    let (code, printed) = anshi(&["restore", "--from", from, "--home", to, "--keys", keys, "--lang", "en"]);
    assert_eq!(code, 1, "{printed}");
    for part in ["will not start", "must not refill budgets", "90 days", "never change or remove the mirror"] {
        assert!(printed.contains(part), "no `{part}` in {printed}");
    }
    let refused = open(&place).err();
    assert!(matches!(refused, Some(OpenError::Ledger(LedgerError::Behind(_)))), "{refused:?}");
    // To look things up it serves all the same.
    let (code, printed) = anshi(&["budget", "show", "--home", to]);
    assert_eq!(code, 0, "{printed}");
    let found = findings(&place);
    assert!(!found.is_empty() && found.iter().all(|finding| finding.contains("it was rolled back")), "{found:#?}");
    // In a script, and in Chinese.
    fs::remove_dir_all(&place).unwrap();
    let (code, printed) = anshi(&["restore", "--from", from, "--home", to, "--keys", keys, "--lang", "zh"]);
    assert!(code == 1 && printed.contains("切勿改动或删除镜像"), "{printed}");
    fs::remove_dir_all(&place).unwrap();
    let (_, printed) = anshi(&["restore", "--from", from, "--home", to, "--keys", keys, "--json"]);
    assert!(printed.contains(r#""mirror": "ahead""#) && printed.contains(r#""starts": false"#), "{printed}");
}

#[test]
fn without_its_mirror_a_restored_home_does_not_start() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    drop(home.engine);
    let (mirror, away) = (beside(&home.path, "home.mirror"), beside(&home.path, "away"));
    fs::rename(&mirror, &away).unwrap();
    assert_eq!(bring_back(&home.path, "backup", "restored").unwrap().state, MirrorState::Missing);
    let place = beside(&home.path, "restored");
    assert!(matches!(open(&place), Err(OpenError::Ledger(LedgerError::Mirror(MirrorError::Nothing(_))))));
    assert!(!mirror.exists(), "a restore makes no mirror");
    fs::rename(&away, &mirror).unwrap();
    assert!(open(&place).is_ok());
}

#[test]
fn a_mirror_of_another_log_is_refused() {
    let (home, other) = (TestHome::new(), TestHome::new());
    back_up(&home.path, "backup").unwrap();
    // Tests copy one home, so the other one has the same log until it goes on.
    other.answered(&other.token(0, 1));
    home.answered(&home.token(0, 2));
    back_up(&home.path, "later").unwrap();
    let mirror = beside(&home.path, "home.mirror");
    for name in ["checkpoint.0", "checkpoint.1"] {
        fs::copy(beside(&other.path, "home.mirror").join(name), mirror.join(name)).unwrap();
    }
    let refused = bring_back(&home.path, "later", "restored");
    assert!(matches!(refused, Err(UpkeepError::Foreign { .. })), "{refused:?}");
    assert!(!beside(&home.path, "restored").exists() && !beside(&home.path, "restored.restoring").exists());
}

#[test]
fn two_copies_never_run_at_once() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    bring_back(&home.path, "backup", "restored").unwrap();
    let place = beside(&home.path, "restored");
    assert!(matches!(open(&place), Err(OpenError::Ledger(LedgerError::Mirror(MirrorError::InUse(_))))));
    drop(home.engine);
    assert!(open(&place).is_ok());
}

#[test]
fn keys_can_be_brought_later() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    drop(home.engine);
    let (from, place) = (beside(&home.path, "backup"), beside(&home.path, "restored"));
    let [from, to] = [&from, &place].map(|path| path.to_str().unwrap());
    let (code, printed) = anshi(&["restore", "--from", from, "--home", to, "--lang", "en"]);
    assert!(code == 0 && printed.contains("bring the private keys"), "{printed}");
    assert!(open(&place).is_err());
    for (path, bytes) in files(&beside(&home.path, "backup.keys")) {
        let key = place.join("keys").join(path.file_name().unwrap());
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(open(&place).is_ok());
}
