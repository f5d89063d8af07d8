//! Tokens and keys by joserfc, and Project Wycheproof's signatures.

use anshi::keys::{PublicJwk, PublicKey, TokenKind, TrustedKey, encode_segment, verify};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;

use super::failures::Failures;

const KINDS: [TokenKind; 4] = [TokenKind::Job, TokenKind::Consent, TokenKind::Approval, TokenKind::VerificationResult];

#[derive(Deserialize)]
struct File {
    thumbprints: Vec<Thumbprint>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Thumbprint {
    jwk: Value,
    thumbprint: String,
}

#[derive(Clone, Deserialize)]
struct Case {
    name: String,
    kind: String,
    expected: String,
    token: String,
    jwk: Value,
}

fn file() -> File {
    serde_json::from_str(include_str!("jws.json")).unwrap()
}

fn key(jwk: &Value) -> Option<PublicKey> {
    let jwk: PublicJwk = serde_json::from_value(jwk.clone()).ok()?;
    PublicKey::from_jwk(&jwk).ok()
}

/// The payload of a token that the case's key may have signed.
fn accepted(case: &Case) -> Option<Vec<u8>> {
    let kind = KINDS.into_iter().find(|kind| kind.typ() == case.kind)?;
    let trusted = TrustedKey { owner: "bank".into(), key: key(&case.jwk)?, kinds: KINDS.to_vec() };
    verify(&case.token, kind, [&trusted]).ok().map(|verified| verified.value().clone())
}

#[test]
fn tokens_of_joserfc_are_judged_as_they_should_be() {
    let mut failures = Failures::default();
    for case in &file().cases {
        let right = match case.expected.as_str() {
            "ok" => accepted(case)
                .is_some_and(|payload| case.token.split('.').nth(1) == Some(encode_segment(&payload).as_str())),
            _ => accepted(case).is_none(),
        };
        failures.check(right, || format!("{}: should be {}", case.name, case.expected));
    }
    failures.none(200);
}

/// Each good token with each of its characters replaced by another of the alphabet.
#[test]
fn no_character_of_a_good_token_can_change() {
    let mut failures = Failures::default();
    for case in file().cases.iter().filter(|case| case.expected == "ok").take(6) {
        for at in 0..case.token.len() {
            let other = if case.token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut changed = case.clone();
            changed.token.replace_range(at..=at, other);
            failures.check(accepted(&changed).is_none(), || format!("{}: character {at}", case.name));
        }
    }
    failures.none(1000);
}

#[test]
fn thumbprints_are_those_of_joserfc() {
    let mut failures = Failures::default();
    for Thumbprint { jwk, thumbprint } in &file().thumbprints {
        let key = key(jwk).unwrap();
        failures.check(key.thumbprint() == thumbprint, || format!("{jwk}"));
        failures
            .check(key.to_jwk().x == jwk["x"] && key.to_jwk().y.as_deref() == jwk["y"].as_str(), || jwk.to_string());
    }
    failures.none(8);
}

#[derive(Deserialize)]
struct Signatures {
    cases: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    name: String,
    jwk: Value,
    message: String,
    signature: String,
    valid: bool,
}

#[test]
fn signatures_of_wycheproof_are_judged_as_they_should_be() {
    let file: Signatures = serde_json::from_str(include_str!("wycheproof.json")).unwrap();
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let mut failures = Failures::default();
    for case in &file.cases {
        let verifies = key(&case.jwk).is_some_and(|key| key.verifies(&bytes(&case.message), &bytes(&case.signature)));
        failures.check(verifies == case.valid, || format!("{}: should be {}", case.name, case.valid));
    }
    failures.none(400);
}
