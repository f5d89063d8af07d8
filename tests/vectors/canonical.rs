//! RFC 8785 forms by the package rfc8785, and SHA-256 over them.

use anshi::keys::{DigestKind, canonical_json, digest_json};
use serde::Deserialize;
use serde_json::Value;

use super::failures::Failures;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    input: String,
    canonical: String,
    claims_digest: String,
}

#[test]
fn canonical_forms_and_digests_are_those_of_rfc8785() {
    let file: File = serde_json::from_str(include_str!("canonical.json")).unwrap();
    let mut failures = Failures::default();
    for case in &file.cases {
        let value: Value = serde_json::from_str(&case.input).unwrap();
        let ours = String::from_utf8(canonical_json(&value).unwrap()).unwrap();
        failures.check(ours == case.canonical, || format!("{}: {ours}, not {}", case.input, case.canonical));
        let digest = digest_json(DigestKind::Claims, &value).unwrap().to_string();
        failures.check(digest == case.claims_digest, || format!("digest of {}", case.input));
        // A canonical form is its own canonical form.
        let again: Value = serde_json::from_str(&case.canonical).unwrap();
        failures.check(canonical_json(&again).unwrap() == ours.as_bytes(), || format!("again: {}", case.input));
    }
    failures.none(75);
}
