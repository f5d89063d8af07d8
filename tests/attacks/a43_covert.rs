//! Attack 43: bits in signatures, ids or times. The test predicts the whole receipt, signature included, from the
//! request, the policy, the snapshot, the result, the tick and the log position.

use anshi::env::weaken::Weakness;
use anshi::job::{Answered, KeyFile, load_key};
use anshi::keys::{DigestKind, SaltKey, TokenKind, canonical_json, digest_parts, party_commitment, sha256, sign};
use anshi::ledger::AuditEntry;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::run::check;
use crate::support::{TestHome, firm, seen};

pub(super) const FIRM: u32 = 7;

/// What the ledger knows of the one job in it: its intent's place and its tick.
pub(super) fn position(home: &TestHome) -> (u64, i64) {
    let mut entries: Vec<AuditEntry> = Vec::new();
    home.reader().audit_entries(|entry| entries.push(entry)).unwrap();
    let outcome: Value = serde_json::from_slice(&entries[entries.len() - 1].record).unwrap();
    (outcome["intent"].as_u64().unwrap(), outcome["tick_ms"].as_i64().unwrap())
}

pub(super) fn predicted(home: &TestHome, token: &str, label: &str) -> Value {
    let (input, _) = token.rsplit_once('.').unwrap();
    let payload = BASE64URL_NOPAD.decode(input.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let request: Value = serde_json::from_slice(&payload).unwrap();
    let text = |name: &str| request[name].as_str().unwrap();
    let job = digest_parts(DigestKind::Job, &["iss", "aud", "jti"].map(|name| text(name).as_bytes()));
    let salt_key = SaltKey::from_file_text(&std::fs::read_to_string(home.paths().salt()).unwrap()).unwrap();
    let commitment = party_commitment(&salt_key.party_salt(&job, 0), "enterprise", &firm(FIRM));
    let consent = request["consents"][0].as_str().unwrap();
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let policies = home.engine.policies();
    let policy = policies.policies().next().unwrap();
    let snapshot = home.engine.snapshot().unwrap();
    let (index, tick_ms) = position(home);
    let ledger = &home.engine.config().ledger;
    json!({
        "iss": ledger,
        "aud": "smart-finance",
        "jti": job.hex(),
        "iat": tick_ms.div_euclid(1_000),
        "req": sha256(input.as_bytes()).to_string(),
        "purpose": "testing",
        "policy": { "id": "adversary", "version": "1.0.0", "sha256": policy.sha256.to_string() },
        "approvals": [],
        "guest": home.adversary.to_string(),
        "snapshot": { "sha256": snapshot.name().to_string(), "as_of": "2026-06-30" },
        "engine": { "version": env!("CARGO_PKG_VERSION"), "sha256": sha256(&program).to_string() },
        "consents": [sha256(consent.rsplit_once('.').unwrap().0.as_bytes()).to_string()],
        "parties": [{ "role": "enterprise", "commitment": commitment.to_string() }],
        "result": { "kind": "label", "label": label },
        "cost": { "bits": 2 },
        "log": { "origin": format!("{ledger}/log"), "index": index },
    })
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let token = home.token(0, FIRM);
    let answered = home.answered(&token);
    let claims = predicted(&home, &token, "yes");
    let key = load_key(&home.paths().key(KeyFile::Receipt)).unwrap();
    let receipt = sign(&key, TokenKind::VerificationResult, &canonical_json(&claims).unwrap());
    if answered.bundle().unwrap().receipt != receipt {
        return Err(format!("nothing explains the receipt {}", seen(&answered).claims));
    }
    let again = home.answered(&token);
    let home = home.reopened();
    let text = |answered: &Answered| seen(answered).text;
    match text(&again) == text(&answered) && text(&home.answered(&token)) == text(&answered) {
        true => Ok(()),
        false => Err("the same request was given another bundle".to_owned()),
    }
}

#[test]
fn held() {
    check(attack, Weakness::CovertBits);
}
