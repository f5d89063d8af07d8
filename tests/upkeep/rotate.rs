//! Rotation: receipts of before verify, the retired key signs nothing any more, and a crash at any step leaves a home
//! that works and a rotation that can be brought to its end.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anshi::env::{Clock, Entropy};
use anshi::job::{HomePaths, KeyFile, OpenError, load_key};
use anshi::keys::{KeySet, SigningKey, TokenKind, sign};
use anshi::ledger::LedgerError;
use anshi::receipt::VerifyError;
use anshi::upkeep::{MirrorState, Rotation, UpkeepError, rotate_receipt_key};
use data_encoding::BASE64URL_NOPAD;

use super::place::{anshi, ask, back_up, beside, bring_back, bundle, findings, open, verify};
use crate::support::TestHome;

fn rotate(home: &Path) -> Result<Rotation, UpkeepError> {
    rotate_receipt_key(home, &Clock::System, &Entropy)
}

fn receipt_key(home: &Path) -> SigningKey {
    load_key(&HomePaths::new(home).key(KeyFile::Receipt)).unwrap()
}

fn published(home: &Path) -> KeySet {
    KeySet::parse(&fs::read_to_string(HomePaths::new(home).jwks()).unwrap()).unwrap()
}

fn kid(bundle: &str) -> String {
    let bundle: serde_json::Value = serde_json::from_str(bundle).unwrap();
    let header = bundle["receipt"].as_str().unwrap().split('.').next().unwrap();
    let header: serde_json::Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn receipts_of_before_and_after_verify() {
    let home = TestHome::new();
    let (token, later) = (home.token(0, 1), home.token(0, 2));
    let before = bundle(&home.answered(&token));
    assert!(matches!(rotate(&home.path), Err(UpkeepError::Running(_))));
    drop(home.engine);
    let old = receipt_key(&home.path);
    let rotation = rotate(&home.path).unwrap();
    assert_eq!(
        (rotation.retired.as_slice(), rotation.resumed),
        ([old.public().thumbprint().to_owned()].as_slice(), false)
    );
    assert_eq!(receipt_key(&home.path).public().thumbprint(), rotation.kid);
    assert!(!HomePaths::new(&home.path).next_receipt_key().exists());
    verify(&home.path, &before).unwrap();
    let folder = home.path.display();
    fs::write(home.path.join("before.json"), &before).unwrap();
    let files = [format!("{folder}/before.json"), format!("{folder}/jwks.json"), format!("{folder}/log.vkey")];
    let (code, printed) = anshi(&["receipt", "verify", &files[0], "--jwks", &files[1], "--log-key", &files[2]]);
    assert_eq!(code, 0, "{printed}");
    let engine = open(&home.path).unwrap();
    let after = bundle(&ask(&engine, &later));
    assert_eq!([kid(&before), kid(&after)], [old.public().thumbprint().to_owned(), rotation.kid.clone()]);
    verify(&home.path, &after).unwrap();
    // The same request again: the claims and proofs of then, signed by the key of now.
    let again = bundle(&ask(&engine, &token));
    assert_eq!(kid(&again), rotation.kid);
    let (then, now) = (verify(&home.path, &before).unwrap(), verify(&home.path, &again).unwrap());
    assert_eq!(then.claims, now.claims);
    drop(engine);
    assert_eq!(findings(&home.path), Vec::<String>::new());
    let test_keys = published(&home.path).keys().iter().all(|key| key.jwk.anshi_test == Some(true));
    assert!(test_keys, "a synthetic home's keys are marked as such, new ones too");
}

#[test]
fn a_retired_key_signs_nothing_any_more() {
    let home = TestHome::new();
    let token = home.token(0, 1);
    drop(home.engine);
    let old = receipt_key(&home.path);
    rotate(&home.path).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    let engine = open(&home.path).unwrap();
    let mut forged = ask(&engine, &token).bundle().unwrap();
    drop(engine);
    let payload = forged.receipt.split('.').nth(1).unwrap().to_owned();
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
    // Who stole the old key and got at a later job's claims.
    forged.receipt = sign(&old, TokenKind::VerificationResult, &payload);
    let refused = verify(&home.path, &serde_json::to_string(&forged).unwrap()).err();
    assert!(matches!(refused, Some(VerifyError::Retired { .. })), "{refused:?}");
    let path = HomePaths::new(&home.path).key(KeyFile::Receipt);
    fs::write(&path, old.to_private_jwk()).unwrap();
    assert!(matches!(open(&home.path), Err(OpenError::Unpublished { .. })));
    assert!(matches!(rotate(&home.path), Err(UpkeepError::Mixed(_))));
}

/// The states in which a crash leaves a home, in the order of the steps.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Written,
    Published,
    Noted,
    Moved,
}

fn cut(home: &Path, at: Cut) {
    let paths = HomePaths::new(home);
    let (old, next) = (receipt_key(home), SigningKey::generate(&Entropy).unwrap());
    let private = |path: &Path, key: &SigningKey| {
        fs::write(path, key.to_private_jwk()).unwrap();
        let owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, owner).unwrap();
    };
    private(&paths.next_receipt_key(), &next);
    if matches!(at, Cut::Written) {
        return;
    }
    let mut set = published(home);
    set.add(next.public(), true, Some(1));
    fs::write(paths.jwks(), set.to_json()).unwrap();
    if matches!(at, Cut::Published) {
        return;
    }
    let (kid, retired) = (next.public().thumbprint().to_owned(), vec![old.public().thumbprint().to_owned()]);
    open(home).unwrap().ledger().note_rotation(kid, retired).unwrap();
    if matches!(at, Cut::Moved) {
        fs::rename(paths.next_receipt_key(), paths.key(KeyFile::Receipt)).unwrap();
    }
}

#[test]
fn a_crash_at_any_step_leaves_a_home_that_works() {
    for at in [Cut::Written, Cut::Published, Cut::Noted, Cut::Moved] {
        let home = TestHome::new();
        let tokens: Vec<String> = (1..4).map(|party| home.token(0, party)).collect();
        let mut bundles = vec![bundle(&home.answered(&tokens[0]))];
        drop(home.engine);
        let first = receipt_key(&home.path);
        cut(&home.path, at);
        bundles.push(bundle(&ask(&open(&home.path).unwrap(), &tokens[1])));
        let rotation = rotate(&home.path).unwrap();
        assert!(rotation.resumed, "{at:?}");
        assert_eq!(rotation.retired, [first.public().thumbprint()], "{at:?}");
        bundles.push(bundle(&ask(&open(&home.path).unwrap(), &tokens[2])));
        assert_eq!(kid(&bundles[2]), rotation.kid);
        bundles.iter().for_each(|bundle| drop(verify(&home.path, bundle).unwrap()));
        let active = published(&home.path).keys().iter().filter(|key| key.expires.is_none()).count();
        assert_eq!((active, published(&home.path).keys().len()), (1, 2), "{at:?}");
        assert_eq!(findings(&home.path), Vec::<String>::new(), "{at:?}");
        assert!(!rotate(&home.path).unwrap().resumed, "the next one is a new one");
    }
}

#[test]
fn a_backup_from_before_brings_no_retired_key_back() {
    let home = TestHome::new();
    back_up(&home.path, "backup").unwrap();
    drop(home.engine);
    rotate(&home.path).unwrap();
    let restored = bring_back(&home.path, "backup", "restored").unwrap();
    assert!(matches!(restored.state, MirrorState::Ahead { .. }));
    let refused = open(&beside(&home.path, "restored")).err();
    assert!(matches!(refused, Some(OpenError::Ledger(LedgerError::Behind(_)))), "{refused:?}");
}

#[test]
fn the_audit_finds_a_retired_key_that_comes_back() {
    let home = TestHome::new();
    drop(home.engine);
    let rotation = rotate(&home.path).unwrap();
    let engine = open(&home.path).unwrap();
    engine.ledger().note_rotation(rotation.retired[0].clone(), vec![rotation.kid]).unwrap();
    drop(engine);
    let found = findings(&home.path);
    assert!(matches!(found.as_slice(), [only] if only.contains("brings a retired key back")), "{found:?}");
}

#[test]
fn the_logs_key_stays() {
    let home = TestHome::new();
    let path = home.path.to_str().unwrap();
    let before = fs::read(HomePaths::new(&home.path).key(KeyFile::Log)).unwrap();
    let (code, printed) = anshi(&["key", "rotate", "--home", path, "--kind", "log", "--lang", "en"]);
    assert!(code == 2 && printed.contains("another log"), "{printed}");
    assert_eq!(fs::read(HomePaths::new(&home.path).key(KeyFile::Log)).unwrap(), before);
}
