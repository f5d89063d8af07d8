//! Attack 50: members that stand twice or are unknown, odd numbers, arrays for objects, marks and bytes that a careless
//! reader skips. Every file and token that the engine reads, spoilt in every place in every way: all are refused.

use std::path::Path;

use anshi::catalog::Catalog;
use anshi::config::Config;
use anshi::document::Document;
use anshi::env::weaken::{self, Weakness};
use anshi::job::load_key;
use anshi::keys::{SigningKey, TokenKind, sign};
use anshi::model::Pace;
use anshi::policy::{Accounts, check_policy_file};
use serde_json::Value;

use super::json_spoiling::spoilt_json;
use super::run::check;
use super::toml_spoiling::spoilt_toml;
use crate::support::{TestHome, refusal};

const PACE: Pace = Pace { nanos_per_kilofuel: 4_000, nanos_per_mib: 500_000 };

/// The payload that a token carries.
fn payload(token: &str) -> Value {
    let segment = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(segment.as_bytes()).unwrap()).unwrap()
}

/// Requests and consents whose payloads are spoilt, signed by whose they are.
fn tokens(home: &TestHome) -> Result<(), String> {
    // A parameter may be written as a number or as a text: both are one value.
    let free = |path: &str| path.starts_with("/parameters/");
    for (what, text) in spoilt_json(&payload(&home.token(0, 1)), free) {
        let answer = home.ask(&sign(&home.client, TokenKind::Job, text.as_bytes()));
        if refusal(&answer).is_none() {
            return Err(format!("a request with {what} was read: {:?}", answer.map(|answered| answered.end)));
        }
    }
    for (what, text) in spoilt_json(&payload(&home.consent(&home.consent_order(1))), |_| false) {
        let consents = vec![sign(&home.authority, TokenKind::Consent, text.as_bytes())];
        let answer = home.ask(&home.sign(&anshi::job::JobOrder { consents, ..home.order(0, 1) }));
        if refusal(&answer).is_none() {
            return Err(format!("a consent with {what} was read: {:?}", answer.map(|answered| answered.end)));
        }
    }
    match home.totals() {
        (0, 0) => Ok(()),
        (entries, charges) => Err(format!("what could not be read left {entries} entries and {charges} charges")),
    }
}

/// Bundles, whose receipts verify as they are; and keys.
fn bundles_and_keys(home: &TestHome) -> Result<(), String> {
    let bundle = serde_json::to_value(home.answered(&home.token(0, 2)).bundle().unwrap()).unwrap();
    home.verify(&bundle.to_string()).map_err(|error| format!("the bundle itself: {error}"))?;
    for (what, text) in spoilt_json(&bundle, |_| false) {
        if home.verify(&text).is_ok() {
            return Err(format!("a bundle with {what} verifies"));
        }
    }
    let key = std::fs::read_to_string(home.paths().key(anshi::job::KeyFile::Client)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.jwk");
    // Who reads a key need not be told its thumbprint.
    let needed = |what: &str| what != "no `kid` in ``";
    for (what, text) in spoilt_json(&serde_json::from_str(&key).unwrap(), |_| false) {
        if !needed(&what) {
            continue;
        }
        std::fs::write(&path, &text).unwrap();
        if load_key(&path).is_ok() {
            return Err(format!("a key with {what} was read"));
        }
    }
    Ok(())
}

/// A reader of one kind of TOML file: whether it takes this text.
type Reader<'a> = (&'a str, std::path::PathBuf, &'a dyn Fn(&str) -> bool);

/// Everything in the home that people write.
fn files(home: &TestHome) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let catalog = Catalog::load(&home.path.join("catalog")).unwrap();
    let policy = |text: &str| check_policy_file(&place("policy.toml", text), &catalog, PACE).is_ok();
    let accounts = |text: &str| Accounts::check(&Document::new("accounts.toml", text)).is_ok();
    let dataset = |text: &str| {
        let only = tempfile::tempdir().unwrap();
        std::fs::write(only.path().join("tax_payment.toml"), text).unwrap();
        Catalog::load(only.path()).is_ok()
    };
    let config = |text: &str| {
        place("anshi.toml", text);
        Config::load(folder.path()).is_ok()
    };
    let readers: [Reader<'_>; 4] = [
        ("policy", home.path.join("policies/adversary/policy.toml"), &policy),
        ("accounts", home.path.join("policies/accounts.toml"), &accounts),
        ("dataset", home.path.join("catalog/tax_payment.toml"), &dataset),
        ("configuration", home.path.join("anshi.toml"), &config),
    ];
    let mut read = Vec::new();
    for (kind, path, takes) in readers {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(takes(&text), "the {kind} as it is");
        let taken = spoilt_toml(&text).into_iter().filter(|(_, text)| takes(text));
        read.extend(taken.map(|(what, _)| format!("{kind} with {what}")));
    }
    if read.is_empty() { Ok(()) } else { Err(format!("spoilt files were read: {}", read.join("; "))) }
}

/// Snapshots' manifests, which are found by name: the pointer to a spoilt one must not open it.
fn manifests(home: TestHome) -> Result<(), String> {
    let name = home.engine.snapshot().unwrap().name();
    let path = home.path.join("data/snapshots").join(format!("{}.json", name.hex()));
    let data = home.paths().data();
    let folder = home.path.clone();
    drop(home.engine);
    let catalog = Catalog::load(&folder.join("catalog")).unwrap();
    let manifest = std::fs::read_to_string(&path).unwrap();
    let opens = |path: &Path, text: &str| {
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, text).unwrap();
        anshi::data::Snapshot::open(&data, &catalog, Some(name)).is_ok()
    };
    assert!(opens(&path, &manifest), "the manifest as it is");
    for (what, text) in spoilt_json(&serde_json::from_str(&manifest).unwrap(), |_| false) {
        if opens(&path, &text) {
            return Err(format!("a snapshot whose manifest has {what} was opened"));
        }
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    tokens(&home)?;
    if weaken::number().is_some() {
        return Ok(());
    }
    bundles_and_keys(&home)?;
    files(&home)?;
    manifests(home)
}

#[test]
fn held() {
    check(attack, Weakness::ReadLeniently);
}

#[test]
fn the_unspoilt_is_read() {
    let _turn = crate::support::strong();
    let home = TestHome::new();
    let key = |key: &SigningKey, kind, token: &str| sign(key, kind, payload(token).to_string().as_bytes());
    let consents = vec![key(&home.authority, TokenKind::Consent, &home.consent(&home.consent_order(1)))];
    let order = anshi::job::JobOrder { consents, ..home.order(0, 1) };
    assert!(home.ask(&key(&home.client, TokenKind::Job, &home.sign(&order))).is_ok(), "it is spoilt that is refused");
}
