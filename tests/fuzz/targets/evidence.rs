//! What auditors verify: bundles, key sets, checkpoints, proofs, the mirror. One bundle of a demo is known to be
//! good; the fuzzer has no key, so whatever else is accepted was forged.

use std::sync::OnceLock;

use anshi::log::{Checkpoint, InclusionProof, LogVerifier, Mirror};
use anshi::receipt::{Bundle, verify_bundle};
use serde_json::Value;

use super::scratch;

const BUNDLE: &str = include_str!("../../vectors/bundle/bundle.json");
const JWKS: &str = include_str!("../../vectors/bundle/jwks.json");
const LOG_KEY: &str = include_str!("../../vectors/bundle/log.vkey");

fn known() -> &'static Bundle {
    static KNOWN: OnceLock<Bundle> = OnceLock::new();
    KNOWN.get_or_init(|| serde_json::from_str(BUNDLE).unwrap())
}

fn log() -> LogVerifier {
    LogVerifier::new(LOG_KEY).unwrap()
}

/// The checkpoints that the log's key is known to have signed.
fn checkpoints() -> &'static [Checkpoint] {
    static CHECKPOINTS: OnceLock<Vec<Checkpoint>> = OnceLock::new();
    CHECKPOINTS.get_or_init(|| {
        let proofs = [&known().intent.proof, &known().outcome.proof];
        let checkpoint = |text: &&String| log().verify(&InclusionProof::from_text(text).unwrap().checkpoint).unwrap();
        proofs.iter().map(checkpoint).collect()
    })
}

/// A bundle without what an outsider cannot check: the salts that open the parties' commitments.
fn without_openings(bundle: &str) -> Value {
    let mut value: Value = serde_json::from_str(bundle).expect("an accepted bundle is JSON");
    for party in value.pointer_mut("/parties").and_then(Value::as_array_mut).into_iter().flatten() {
        party.as_object_mut().map(|party| party.remove("salt"));
    }
    value
}

/// A bundle: accepted only if it says what the known one says.
pub fn bundle(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if verify_bundle(text, JWKS, LOG_KEY).is_ok() {
        assert_eq!(without_openings(text), without_openings(BUNDLE), "a forged bundle was accepted");
    }
}

/// A key set: the known bundle verifies only under the key that signed it.
pub fn key_set(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if verify_bundle(BUNDLE, text, LOG_KEY).is_ok() {
        let right: Value = serde_json::from_str(JWKS).unwrap();
        let given: Value = serde_json::from_str(text).expect("an accepted key set is JSON");
        assert!(given.is_object(), "an accepted key set is an object");
        let keys = |set: &Value| set["keys"].as_array().cloned().unwrap_or_default();
        assert!(keys(&given).iter().any(|key| keys(&right).iter().any(|right| right["x"] == key["x"])));
    }
}

/// A log's verifier key: the known bundle verifies only under its own log's.
pub fn log_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if verify_bundle(BUNDLE, JWKS, text).is_ok() {
        assert_eq!(text.trim_end(), LOG_KEY.trim_end(), "another log's key was accepted");
    }
}

/// A signed note: believed only if the log's key signed that size and root.
pub fn checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // The key may come from anywhere; the note must not be believed for it.
    let _ = LogVerifier::new(text);
    if let Ok(checkpoint) = log().verify(text) {
        assert!(checkpoints().contains(&checkpoint), "a forged checkpoint was believed");
    }
}

/// A proof: one text for each, and none for an entry that is not in the log.
pub fn proof(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(proof) = InclusionProof::from_text(text) else { return };
    assert_eq!(proof.to_text(), text, "a proof has one text");
    assert!(proof.verify(b"an entry that is in no log", &log()).is_err(), "a forged proof was believed");
}

/// The mirror's two files, cut at the first NUL byte.
pub fn mirror(data: &[u8]) {
    let mut files = data.splitn(2, |byte| *byte == 0);
    let folder = scratch::folder("mirror");
    for name in ["checkpoint.0", "checkpoint.1"] {
        scratch::write(&folder.join(name), files.next().unwrap_or_default());
    }
    if let Ok((_, latest)) = Mirror::open(&folder, &log()) {
        assert!(checkpoints().contains(&latest), "the mirror believed a forged checkpoint");
    }
}
