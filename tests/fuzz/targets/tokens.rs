//! What clients sign: JWS, JWK, requests, consents. A token has one form; a payload has one meaning.

use std::sync::OnceLock;

use anshi::config::{CallerKind, Config, caller_text};
use anshi::job::{read_batch, read_call, read_consent, read_request};
use anshi::keys::{PublicJwk, PublicKey, SigningKey, TokenKind, TrustedKey, read_json, sign, verify};
use serde_json::Value;

use super::scratch;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

const KINDS: [TokenKind; 9] = TokenKind::ALL;

/// A compact JWS: what verifies is, character for character, what the key's owner made.
pub fn jws(data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else { return };
    let owner = key(7);
    for kind in KINDS {
        let trusted = TrustedKey { owner: "bank".to_owned(), key: owner.public().clone(), kinds: vec![kind] };
        if let Ok(verified) = verify(token, kind, [&trusted]) {
            assert_eq!(token, sign(&owner, kind, verified.value()));
        }
    }
}

/// A public key: whoever reads it calls it by the same name.
pub fn jwk(data: &[u8]) {
    let Ok(jwk) = read_json::<PublicJwk>(data) else { return };
    let Ok(key) = PublicKey::from_jwk(&jwk) else { return };
    let again = PublicKey::from_jwk(&key.to_jwk()).expect("a key that we wrote is one");
    assert_eq!(again.thumbprint(), key.thumbprint());
    assert_eq!(again.algorithm(), key.algorithm());
    assert!(!key.verifies(data, b""), "nothing is no signature");
}

/// A configuration that trusts one client and one authority.
fn config() -> &'static Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(|| {
        let home = scratch::folder("tokens");
        scratch::folder("tokens/clients.d");
        let text = "kind = \"production\"\nledger = \"ledger\"\npublic_url = \"https://anshi.example\"\ncatalog = \"catalog\"\n\
             policies = \"policies\"\ncheckpoint_mirror = \"../mirror\"\nnanos_per_kilofuel = 1\n";
        scratch::write(&home.join("anshi.toml"), text.as_bytes());
        for (id, kind, seed) in [("smart-finance", CallerKind::Platform, 1), ("authority", CallerKind::Authority, 2)] {
            let text = caller_text(id, kind, &[key(seed).public().clone()]);
            scratch::write(&home.join(format!("clients.d/{id}.toml")), text.as_bytes());
        }
        Config::load(&home).unwrap()
    })
}

/// An accepted payload is one JSON object, and says the same when it is written anew.
fn same_when_written_anew<T: PartialEq + std::fmt::Debug>(data: &[u8], first: &T, read: impl Fn(&[u8]) -> Option<T>) {
    let value: Value = serde_json::from_slice(data).expect("an accepted payload is JSON");
    assert!(value.is_object(), "an accepted payload is an object");
    let again = read(&serde_json::to_vec(&value).unwrap());
    assert_eq!(again.as_ref(), Some(first), "a payload has one meaning");
}

/// The payload of a request, signed by a client that the engine trusts.
pub fn request(data: &[u8]) {
    let client = key(1);
    let read = |payload: &[u8]| {
        let request = read_request(&sign(&client, TokenKind::Job, payload), config()).ok()?;
        let value = request.value();
        assert_eq!(value.client, "smart-finance");
        let fields = (value.job, value.policy.clone(), value.guest, value.parties.clone(), value.purpose.clone());
        Some((fields, format!("{:?}", value.parameters), value.rows.clone()))
    };
    if let Some(first) = read(data) {
        same_when_written_anew(data, &first, read);
    }
}

/// The payload of a batch, signed by a client that the engine trusts: its jobs are that client's, each another.
pub fn batch(data: &[u8]) {
    let client = key(1);
    let read = |payload: &[u8]| {
        let requests = read_batch(&sign(&client, TokenKind::Batch, payload), config()).ok()?;
        assert!(!requests.is_empty(), "a batch of nothing");
        let requests = requests.iter().map(|request| {
            let value = request.value();
            assert_eq!(value.client, "smart-finance");
            let fields = (value.job, value.policy.clone(), value.guest, value.parties.clone(), value.purpose.clone());
            (fields, format!("{:?}", value.parameters), value.rows.clone())
        });
        let requests: Vec<_> = requests.collect();
        let mut jobs: Vec<_> = requests.iter().map(|request| request.0.0).collect();
        jobs.sort_unstable();
        jobs.dedup();
        assert_eq!(jobs.len(), requests.len(), "two jobs of one batch are one");
        Some(requests)
    };
    if let Some(first) = read(data) {
        same_when_written_anew(data, &first, read);
    }
}

/// The payload of a call, signed by a client that the engine trusts.
pub fn call(data: &[u8]) {
    let client = key(1);
    let read = |payload: &[u8]| {
        let (owner, written) = read_call(&sign(&client, TokenKind::Call, payload), TokenKind::Call, config()).ok()?;
        assert_eq!(owner, "smart-finance");
        Some(written)
    };
    if let Some(first) = read(data) {
        assert_eq!(read(&first).as_ref(), Some(&first), "what was read is read again");
        same_when_written_anew(data, &first, read);
    }
}

/// The payload of a consent, signed by an authority that the engine trusts.
pub fn consent(data: &[u8]) {
    let authority = key(2);
    let read = |payload: &[u8]| {
        let consent = read_consent(&sign(&authority, TokenKind::Consent, payload), config()).ok()?;
        assert_eq!(consent.value().issuer, "authority");
        let mut value = format!("{:?}", consent.value());
        // The digest is of the bytes, not of their meaning.
        value = value.replace(&format!("{:?}", consent.value().digest), "");
        Some(value)
    };
    if let Some(first) = read(data) {
        same_when_written_anew(data, &first, read);
    }
}
