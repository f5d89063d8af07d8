//! Refusals of requests: each with its code, nothing charged, nothing in the log.

use anshi::job::{JobOrder, compose_job};
use anshi::keys::{SigningKey, TokenKind, sha256, sign};
use anshi::model::{RawParameter, RefusalCode, UnitId, UnitKind};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::support::{Setup, TestHome, firm, refusal, signed_again, strong};

/// What is wrong, how it is made so, and what it is refused with.
type Case<'a> = (&'a str, &'a dyn Fn(&mut JobOrder), RefusalCode);

/// Asks, and fails unless it is refused with `code` and leaves no trace.
fn refused(home: &TestHome, what: &str, token: &str, code: RefusalCode) {
    let before = home.totals();
    let answer = home.ask(token);
    assert_eq!(refusal(&answer), Some(code), "{what}: {answer:?}");
    assert_eq!(home.totals(), before, "{what}");
}

/// A good order, changed.
fn order(home: &TestHome, change: impl FnOnce(&mut JobOrder)) -> String {
    let mut order = home.order(0, 1);
    change(&mut order);
    home.sign(&order)
}

/// A good request's payload, changed and signed again.
fn payload(home: &TestHome, change: impl FnOnce(&mut Value)) -> String {
    signed_again(&home.token(0, 1), TokenKind::Job, &home.client, change)
}

#[test]
fn policy_guest_and_purpose() {
    let _turn = strong();
    let home = TestHome::new();
    let cases: [Case<'_>; 6] = [
        ("unknown policy", &|order| order.policy.0 = "other".to_owned(), RefusalCode::Policy),
        ("another version", &|order| order.policy.1 = "1.0.1".to_owned(), RefusalCode::Policy),
        ("no version", &|order| order.policy.1 = "01.0.0".to_owned(), RefusalCode::Policy),
        ("purpose", &|order| order.purpose = "marketing".to_owned(), RefusalCode::Purpose),
        ("unknown guest", &|order| order.guest = sha256(b"other"), RefusalCode::Guest),
        ("guest exceeds policy", &|order| order.guest = home.credit_check, RefusalCode::GuestManifest),
    ];
    for (what, change, code) in cases {
        refused(&home, what, &order(&home, change), code);
    }
    let listed = TestHome::with(&Setup { guests: format!("[\"{}\"]", home.credit_check), ..Setup::default() });
    refused(&listed, "guest not listed", &listed.token(0, 1), RefusalCode::GuestPolicy);
}

#[test]
fn clients() {
    let _turn = strong();
    let home = TestHome::new();
    let (name, key) = TestHome::stranger();
    let order = JobOrder { client: name.to_owned(), ..home.order(0, 1) };
    let compose = |order: &JobOrder, key: &SigningKey| {
        compose_job(order, key, home.engine.clock().now(), &anshi::env::Entropy).unwrap()
    };
    refused(&home, "not the policy's client", &compose(&order, &key), RefusalCode::PolicyClient);
    refused(&home, "in another's name", &compose(&home.order(0, 1), &key), RefusalCode::Client);
    let unknown = SigningKey::from_seed([9; 32]);
    refused(&home, "unknown key", &compose(&home.order(0, 1), &unknown), RefusalCode::Client);
    let good = home.token(0, 1);
    let (input, _) = good.rsplit_once('.').unwrap();
    refused(&home, "no signature", &format!("{input}."), RefusalCode::Signature);
    refused(&home, "a consent for a request", &home.consent(&home.consent_order(1)), RefusalCode::Malformed);
    refused(&home, "no token", "", RefusalCode::Malformed);
}

#[test]
fn parameters() {
    let _turn = strong();
    let home = TestHome::new();
    let with = |parameters: &[(&str, RawParameter)]| {
        let owned = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        order(&home, |order| order.parameters = owned)
    };
    let (integer, text) = (RawParameter::Integer, |text: &str| RawParameter::Text(text.to_owned()));
    let cases = [
        ("missing", with(&[])),
        ("unknown", with(&[("behaviour", integer(0)), ("other", integer(0))])),
        ("below", with(&[("behaviour", integer(-1))])),
        ("above", with(&[("behaviour", integer(201))])),
        ("no integer", with(&[("behaviour", text("zero"))])),
        ("second spelling", with(&[("behaviour", text("00"))])),
        ("with a sign", with(&[("behaviour", text("+1"))])),
    ];
    for (what, token) in cases {
        refused(&home, what, &token, RefusalCode::Parameters);
    }
}

#[test]
fn parties() {
    let _turn = strong();
    let home = TestHome::new();
    let id = firm(1).to_string();
    let person = UnitId::with_check(UnitKind::Person, b"37140219900101001").unwrap().to_string();
    let with = |parties: &[(&str, &str)]| {
        let owned = parties.iter().map(|(role, id)| ((*role).to_owned(), (*id).to_owned())).collect();
        order(&home, |order| order.parties = owned)
    };
    let wide = id.replacen('9', "９", 1);
    let cases = [
        ("none", with(&[])),
        ("two", with(&[("enterprise", &id), ("enterprise", &firm(2).to_string())])),
        ("twice", with(&[("enterprise", &id), ("enterprise", &id)])),
        ("unknown role", with(&[("bank", &id)])),
        ("lower case", with(&[("enterprise", &id.to_lowercase())])),
        ("space", with(&[("enterprise", &format!(" {id}"))])),
        ("full width", with(&[("enterprise", &wide)])),
        ("check character", with(&[("enterprise", &format!("{}Z", &id[..17]))])),
        ("wrong kind", with(&[("enterprise", &person)])),
    ];
    for (what, token) in cases {
        refused(&home, what, &token, RefusalCode::Parties);
    }
}

#[test]
fn address_time_and_form() {
    let _turn = strong();
    let home = TestHome::new();
    let now = home.engine.clock().now().seconds();
    let times = |issued: i64, expires: i64| {
        payload(&home, |job| (job["iat"], job["exp"]) = (json!(now + issued), json!(now + expires)))
    };
    let cases = [
        ("audience", payload(&home, |job| job["aud"] = json!("other")), RefusalCode::Audience),
        ("method", payload(&home, |job| job["htm"] = json!("GET")), RefusalCode::Audience),
        ("target", payload(&home, |job| job["htu"] = json!("http://localhost:7700/v1/guests")), RefusalCode::Audience),
        ("expired", times(-120, -1), RefusalCode::Stale),
        ("expires now", times(-120, 0), RefusalCode::Stale),
        ("from the future", times(120, 240), RefusalCode::Stale),
        ("too long", times(0, 301), RefusalCode::Stale),
        ("backwards", times(10, 5), RefusalCode::Stale),
        ("short number", payload(&home, |job| job["jti"] = json!("short")), RefusalCode::Malformed),
        ("odd number", payload(&home, |job| job["jti"] = json!("a/b+c=a/b+c=a/b+c=a/b+c=")), RefusalCode::Malformed),
        (
            "array for an object",
            payload(&home, |job| job["policy"] = json!(["adversary", "1.0.0"])),
            RefusalCode::Malformed,
        ),
        ("extra member", payload(&home, |job| job["as_of"] = json!("2026-01-01")), RefusalCode::Malformed),
        ("missing member", payload(&home, |job| drop(job["purpose"].take())), RefusalCode::Malformed),
        ("fraction", payload(&home, |job| job["parameters"]["behaviour"] = json!(0.5)), RefusalCode::Malformed),
        ("guest's name", payload(&home, |job| job["guest"] = json!("adversary")), RefusalCode::Malformed),
    ];
    for (what, token, code) in cases {
        refused(&home, what, &token, code);
    }
}

#[test]
fn a_used_up_budget() {
    let _turn = strong();
    let home = TestHome::with(&Setup { bits: 5, ..Setup::default() });
    for behaviour in [0, 100] {
        home.answered(&home.token(behaviour, 1));
    }
    refused(&home, "the third answer", &home.token(101, 1), RefusalCode::Budget);
    // The same job again is free, and another party has a quota of its own.
    home.answered(&home.token(0, 1));
    home.answered(&home.token(0, 2));
    assert_eq!(home.bits_charged(), 6);
}

#[test]
fn too_many_jobs_in_a_minute() {
    let _turn = strong();
    let home = TestHome::with(&Setup { jobs_per_minute: 3, slot_ms: 20, ..Setup::default() });
    let ask = |behaviour: i64| refusal(&home.ask(&home.token(behaviour, 1)));
    // Eight at once span two minutes at most, which leaves two of them over.
    let refused: Vec<RefusalCode> = (100..108).filter_map(ask).collect();
    assert!(refused.len() >= 2 && refused.iter().all(|code| *code == RefusalCode::Rate), "{refused:?}");
    assert_eq!(home.totals().1, 8 - refused.len());
}

#[test]
fn too_many_bytes_in_a_minute() {
    let _turn = strong();
    // Requests are archived: four jobs a minute may have 128 KiB, and each of these has most of 100.
    let home = TestHome::with(&Setup { jobs_per_minute: 4, slot_ms: 20, ..Setup::default() });
    let padded = || {
        let token = home.token(0, 1);
        let payload = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        let spaces = " ".repeat(90_000);
        sign(&home.client, TokenKind::Job, &[&payload[..1], spaces.as_bytes(), &payload[1..]].concat())
    };
    let answers: Vec<_> = (0..3).map(|_| home.ask(&padded())).collect();
    let refused: Vec<RefusalCode> = answers.iter().filter_map(refusal).collect();
    // Three at once span two minutes at most: one of them is too many, whatever it would have cost.
    assert!((1..3).contains(&refused.len()) && refused.iter().all(|code| *code == RefusalCode::Rate), "{refused:?}");
    let told = answers.iter().filter_map(|answer| answer.as_ref().err()).map(ToString::to_string);
    assert!(
        told.clone().all(|text| text.contains("131072 bytes of requests a minute")),
        "{:?}",
        told.collect::<Vec<_>>()
    );
    let kept = home.reader().audit_jobs().unwrap().len();
    assert_eq!(kept, 3 - refused.len(), "a refusal leaves nothing behind");
}
