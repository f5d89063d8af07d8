//! What a client sees of an answer, taken apart, with what is random or a name masked so that two can be compared.

use anshi::job::Answered;
use anshi::receipt::Bundle;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// An answer in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The label, or `undetermined`; of a table its noisy figures.
    pub label: String,
    /// The receipt's claims.
    pub claims: Value,
    /// The intent's record.
    pub intent: Value,
    /// The outcome's record.
    pub outcome: Value,
    /// Everything that a client can see, without what is random, the clock, the snapshot's name and the label.
    pub masked: Value,
    /// The bundle as it is sent.
    pub text: String,
}

fn decode(segment: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(segment.as_bytes()).unwrap()
}

/// What of a table has noise in it; nothing where there is no table.
fn figures(claims: &Value) -> Value {
    let table = &claims["result"]["table"];
    json!([table["cells"], table["total"]])
}

/// Takes an answer apart.
pub fn seen(answered: &Answered) -> Seen {
    seen_bundle(&answered.bundle().unwrap())
}

/// Takes a bundle apart.
pub fn seen_bundle(bundle: &Bundle) -> Seen {
    let payload = decode(bundle.receipt.split('.').nth(1).unwrap());
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let (claims, intent) = (read(&payload), read(&decode(&bundle.intent.record)));
    let outcome_record = decode(&bundle.outcome.record);
    let outcome = read(&outcome_record);
    let label = claims["result"]["label"].as_str().map_or_else(|| figures(&claims).to_string(), str::to_owned);
    let mut unlabelled = claims.clone();
    unlabelled["result"]["label"] = Value::Null;
    if claims["result"]["table"].is_object() {
        ["cells", "total"].iter().for_each(|noisy| unlabelled["result"]["table"][noisy] = Value::Null);
    }
    let lengths = json!({
        "receipt": payload.len() - label.len(),
        "signature": bundle.receipt.rsplit('.').next().unwrap().len(),
        "intent": [bundle.intent.record.len(), bundle.intent.salt.len(), bundle.intent.proof.len()],
        "outcome": [outcome_record.len(), bundle.outcome.salt.len(), bundle.outcome.proof.len()],
    });
    let masked = json!({
        "header": String::from_utf8(decode(bundle.receipt.split('.').next().unwrap())).unwrap(),
        "claims": masked(&unlabelled, &["/iat", "/snapshot/sha256"]),
        "intent": masked(&intent, &["/snapshot", "/sameness", "/admitted_ms"]),
        "outcome": masked(&outcome, &["/tick_ms", "/claims", "/reason"]),
        "parties": serde_json::to_value(&bundle.parties).unwrap(),
        "lengths": lengths,
    });
    let text = serde_json::to_string(bundle).unwrap();
    Seen { label, claims, intent, outcome, masked, text }
}

/// An intent's record with what opens it, as a subject gets it, without what is random or a name.
pub fn masked_record(opened: &Value) -> Value {
    let text = |name: &str| opened[name].as_str().unwrap();
    let record: Value = serde_json::from_slice(&decode(text("record"))).unwrap();
    let lengths = ["record", "salt", "proof"].map(|name| text(name).len());
    json!([masked(&record, &["/snapshot", "/sameness", "/admitted_ms"]), lengths])
}

/// `value` with the digests and numbers at `pointers` replaced by the kind of thing that they are. A text that is no
/// digest stays, and is compared.
pub fn masked(value: &Value, pointers: &[&str]) -> Value {
    let mut value = value.clone();
    for pointer in pointers {
        if let Some(member) = value.pointer_mut(pointer) {
            match member {
                Value::Number(_) => *member = json!("a number"),
                Value::String(text) if is_digest(text) => *member = json!("a digest"),
                _ => {}
            }
        }
    }
    value
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Seen {
    /// The answer without what belongs to one request: what is left is its class.
    pub fn class(&self) -> Value {
        let mut class = self.masked.clone();
        let own = ["/jti", "/req", "/consents/0", "/parties/0/commitment", "/log/index"];
        class["claims"] = masked(&class["claims"], &own);
        let own = ["/job", "/req", "/parties/0/party", "/charges/0/party"];
        class["intent"] = masked(&class["intent"], &own);
        // Authority and number of the consent.
        class["intent"]["consents"] = Value::Null;
        class["outcome"] = masked(&class["outcome"], &["/job", "/intent"]);
        for member in ["parties", "lengths"] {
            class[member] = Value::Null;
        }
        class["label"] = json!(self.label);
        class
    }
}
