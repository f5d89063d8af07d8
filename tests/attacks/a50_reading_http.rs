//! Attack 50 for what came with the service: payloads of calls and batches and the files of callers, spoilt in every place in
//! every way. All are refused.

use anshi::config::{CallerKind, Callers, caller_text};
use anshi::env::weaken::{self, Weakness};
use anshi::keys::{SigningKey, TokenKind, sha256, sign};
use serde_json::Value;

use super::json_spoiling::spoilt_json;
use super::run::check;
use super::toml_spoiling::spoilt_toml;
use crate::support::{Served, firm};

const PATH: &str = "/v1/budgets";

fn payload(token: &str) -> Value {
    let segment = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(segment.as_bytes()).unwrap()).unwrap()
}

fn calls(served: &Served) -> Result<(), String> {
    let (engine, key) = (&served.home.engine, &served.home.client);
    let id = firm(1).to_string();
    let good = payload(&served.call_about(("smart-finance", key), TokenKind::Call, ("GET", PATH, b""), Some(&id)));
    let let_in = |text: &str| {
        let token = sign(key, TokenKind::Call, text.as_bytes());
        let recognised = engine.recognise(&token, TokenKind::Call, "GET", PATH);
        recognised.and_then(|recognised| engine.let_in(recognised, sha256(b""))).is_ok()
    };
    // A call need not be about somebody.
    let needed = |what: &str| what != "no `sub` in ``";
    for (what, text) in spoilt_json(&good, |_| false) {
        if needed(&what) && let_in(&text) {
            return Err(format!("a call with {what} was let in"));
        }
    }
    if let_in(&good.to_string()) { Ok(()) } else { Err("it is spoilt that is refused".to_owned()) }
}

fn batches(served: &Served) -> Result<(), String> {
    let home = &served.home;
    let good = payload(&served.batch_token(&[home.order(0, 1)]));
    // A parameter may be written as a number or as a text: both are one value.
    let free = |path: &str| path.contains("/parameters/");
    for (what, text) in spoilt_json(&good, free) {
        let reply = served.submit_batch(&sign(&home.client, TokenKind::Batch, text.as_bytes()));
        let refused = match reply.status {
            200 => {
                reply.payload_of("result")["results"].as_array().unwrap().iter().all(|line| line["refused"].is_object())
            }
            status => status >= 400,
        };
        if !refused {
            return Err(format!("a batch with {what} was read: {}", reply.payload_of("result")));
        }
    }
    match home.totals() {
        (0, 0) => Ok(()),
        (entries, charges) => Err(format!("what could not be read left {entries} entries and {charges} charges")),
    }
}

fn callers() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.toml");
    let takes = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Callers::load(folder.path()).is_ok()
    };
    let key = SigningKey::from_seed([21; 32]);
    let text = caller_text("bank", CallerKind::Platform, &[key.public().clone()]);
    assert!(takes(&text), "the caller's file as it is");
    let read = spoilt_toml(&text).into_iter().filter(|(_, text)| takes(text));
    let read: Vec<String> = read.map(|(what, _)| what).collect();
    if read.is_empty() { Ok(()) } else { Err(format!("spoilt files were read: {}", read.join("; "))) }
}

pub fn attack() -> Result<(), String> {
    let served = Served::new();
    batches(&served)?;
    calls(&served)?;
    if weaken::number().is_some() {
        return Ok(());
    }
    callers()
}

#[test]
fn held() {
    check(attack, Weakness::ReadLeniently);
}
