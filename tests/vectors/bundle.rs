//! A bundle that a demo made, and every small change of it. `make_bundle.sh` makes it again.

use anshi::keys::party_commitment;
use anshi::model::{UnitId, UnitKind};
use anshi::receipt::verify_bundle;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use super::failures::Failures;

const BUNDLE: &str = include_str!("bundle/bundle.json");
const JWKS: &str = include_str!("bundle/jwks.json");
const LOG_KEY: &str = include_str!("bundle/log.vkey");
const PARTY: &str = include_str!("bundle/party.txt");
/// The salt of a party opens a commitment to an identifier that the bundle does not hold, so the bundle alone cannot
/// tell a false one; `the_opening_of_a_party_is_checked_by_who_knows_the_party` does.
const OPENING: &str = "/parties/0/salt";

fn bundle() -> Value {
    serde_json::from_str(BUNDLE).unwrap()
}

fn accepted(bundle: &Value) -> bool {
    verify_bundle(&bundle.to_string(), JWKS, LOG_KEY).is_ok()
}

/// The pointers (RFC 6901) of every value below `value`.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    let mut below = |name: String, child: &Value| {
        let pointer = format!("{here}/{name}");
        found.push(pointer.clone());
        pointers(child, &pointer, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, child)| below(name.clone(), child)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, child)| below(at.to_string(), child)),
        _ => {}
    }
}

fn all_pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    pointers(value, "", &mut found);
    found
}

/// Another character, whatever the case of the one that stands there.
fn other(character: char) -> char {
    if character.eq_ignore_ascii_case(&'a') { 'b' } else { 'A' }
}

/// The text with each of its characters replaced in turn.
fn each_character_changed(text: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    text.char_indices().map(|(at, character)| {
        (at, format!("{}{}{}", &text[..at], other(character), &text[at + character.len_utf8()..]))
    })
}

#[test]
fn the_bundle_verifies() {
    let verified = verify_bundle(BUNDLE, JWKS, LOG_KEY).unwrap();
    assert_eq!(verified.claims.result.label.as_deref(), Some("D"));
    assert!(verified.checkpoint.size > verified.outcome.intent);
}

#[test]
fn no_character_of_the_bundle_can_change() {
    let good = bundle();
    let mut failures = Failures::default();
    for pointer in all_pointers(&good) {
        let Some(text) = good.pointer(&pointer).unwrap().as_str() else { continue };
        for (at, changed) in each_character_changed(text).filter(|_| pointer != OPENING) {
            let mut bad = good.clone();
            *bad.pointer_mut(&pointer).unwrap() = json!(changed);
            failures.check(!accepted(&bad), || format!("{pointer}: character {at}"));
        }
    }
    failures.none(3000);
}

#[test]
fn no_member_of_the_bundle_can_go_come_or_be_another() {
    let good = bundle();
    let mut failures = Failures::default();
    for pointer in all_pointers(&good) {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut gone = good.clone();
        match gone.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(name)),
            Value::Array(items) => drop(items.remove(name.parse().unwrap())),
            _ => unreachable!("only objects and arrays have members"),
        }
        failures.check(!accepted(&gone), || format!("{pointer}: gone"));
        for (what, value) in
            [("null", Value::Null), ("0", json!(0)), ("{}", json!({})), ("[]", json!([])), ("x", json!(" "))]
        {
            let mut bad = good.clone();
            *bad.pointer_mut(&pointer).unwrap() = value;
            failures.check(pointer == OPENING || !accepted(&bad), || format!("{pointer}: {what}"));
        }
        let mut more = good.clone();
        if let Some(Value::Object(members)) = more.pointer_mut(&pointer) {
            members.insert("extra".to_owned(), json!(1));
            failures.check(!accepted(&more), || format!("{pointer}: a member more"));
        }
    }
    failures.none(60);
}

#[test]
fn the_parts_of_a_bundle_cannot_change_places() {
    let good = bundle();
    let mut failures = Failures::default();
    let places = ["/intent", "/outcome", "/intent/record", "/outcome/record", "/intent/salt", "/outcome/salt"];
    let places = places.into_iter().chain(["/intent/proof", "/outcome/proof"]);
    for one in places.clone() {
        for two in places.clone().filter(|two| good.pointer(two) != good.pointer(one)) {
            let mut bad = good.clone();
            *bad.pointer_mut(one).unwrap() = good.pointer(two).unwrap().clone();
            failures.check(!accepted(&bad), || format!("{two} for {one}"));
        }
    }
    let mut twice = good.clone();
    let party = good["parties"][0].clone();
    twice["parties"].as_array_mut().unwrap().push(party);
    failures.check(!accepted(&twice), || "a party twice".to_owned());
    let doubled = BUNDLE.replacen("\"receipt\":", "\"receipt\": \"\", \"receipt\":", 1);
    failures.check(verify_bundle(&doubled, JWKS, LOG_KEY).is_err(), || "a member twice".to_owned());
    failures.check(verify_bundle(&format!("{BUNDLE}{{}}"), JWKS, LOG_KEY).is_err(), || "JSON behind".to_owned());
    failures.none(50);
}

#[test]
fn no_character_of_the_public_keys_can_change() {
    let mut failures = Failures::default();
    for (at, changed) in each_character_changed(LOG_KEY.trim_end()) {
        failures.check(verify_bundle(BUNDLE, JWKS, &changed).is_err(), || format!("log.vkey: character {at}"));
    }
    let good: Value = serde_json::from_str(JWKS).unwrap();
    for pointer in all_pointers(&good) {
        let Some(text) = good.pointer(&pointer).unwrap().as_str() else { continue };
        for (at, changed) in each_character_changed(text) {
            let mut bad = good.clone();
            *bad.pointer_mut(&pointer).unwrap() = json!(changed);
            let refused = verify_bundle(BUNDLE, &bad.to_string(), LOG_KEY).is_err();
            failures.check(refused, || format!("jwks.json {pointer}: character {at}"));
        }
    }
    let nobody = json!({ "keys": [] }).to_string();
    failures.check(verify_bundle(BUNDLE, &nobody, LOG_KEY).is_err(), || "no keys".to_owned());
    failures.none(150);
}

#[test]
fn the_opening_of_a_party_is_checked_by_who_knows_the_party() {
    let good = bundle();
    let party: &Map<String, Value> = good["parties"][0].as_object().unwrap();
    let salt = BASE64URL_NOPAD.decode(party["salt"].as_str().unwrap().as_bytes()).unwrap();
    let salt: [u8; 32] = salt.try_into().unwrap();
    let role = party["role"].as_str().unwrap();
    let unit = UnitId::parse(UnitKind::Enterprise, PARTY.trim_end()).unwrap();
    let commitment = |salt: &[u8; 32], role: &str, unit: &UnitId| party_commitment(salt, role, unit).to_string();
    assert_eq!(commitment(&salt, role, &unit), party["commitment"]);
    let someone = UnitId::parse(UnitKind::Enterprise, "91350100M000100Y43").unwrap();
    assert_ne!(commitment(&salt, role, &someone), party["commitment"]);
    assert_ne!(commitment(&[0; 32], role, &unit), party["commitment"]);
    assert_ne!(commitment(&salt, "guarantor", &unit), party["commitment"]);
}
