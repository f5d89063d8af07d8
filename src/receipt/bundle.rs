//! The bundle: receipt, records, salts and proofs in one JSON file that verifies offline.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::keys::{SigningKey, TokenKind, sign};
use crate::ledger::{Evidence, Logged};

/// A signed receipt: made from a [`Logged`] alone.
#[derive(Debug)]
pub struct Receipt {
    token: String,
    intent_index: u64,
}

impl Receipt {
    /// The compact JWS.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The job's leaf in the log.
    pub const fn intent_index(&self) -> u64 {
        self.intent_index
    }
}

/// What the client gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The receipt, a compact JWS.
    pub receipt: String,
    /// The admission in the log.
    pub intent: OpenedRecord,
    /// The end in the log.
    pub outcome: OpenedRecord,
    /// The openings of the parties' commitments.
    pub parties: Vec<OpenedParty>,
}

impl Bundle {
    /// The receipt's claims, unverified: for a look, or where the engine itself has just signed them.
    pub fn claims(&self) -> Option<super::Claims> {
        let payload = self.receipt.split('.').nth(1)?;
        serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()
    }
}

/// A record with what opens its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenedRecord {
    /// The record, canonical JSON, in base64url.
    pub record: String,
    /// The leaf's salt, in base64url.
    pub salt: String,
    /// The inclusion proof, a C2SP `tlog-proof`.
    pub proof: String,
}

/// A party with what opens its commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenedParty {
    /// Its role.
    pub role: String,
    /// The commitment in the receipt.
    pub commitment: String,
    /// The salt, in base64url.
    pub salt: String,
}

/// Signs what was logged. Deterministic: the same outcome gives the same receipt.
pub fn sign_receipt(logged: &Logged, key: &SigningKey) -> Receipt {
    let token = sign(key, TokenKind::VerificationResult, logged.claims());
    Receipt { token, intent_index: logged.intent_index() }
}

/// The JSON of the [`Bundle`] of a signed receipt and the ledger's evidence: the same bytes whenever it is made. Written from what
/// is at hand: nearly all of it is base64url and proofs, of which every character need not be looked at one by one.
pub fn assemble(receipt: &Receipt, evidence: &Evidence<'_>) -> Result<String, serde_json::Error> {
    let Evidence { parties, intent, outcome } = evidence;
    let records = [intent, outcome].map(|(_, record, proof)| record.len() * 2 + proof.checkpoint.len());
    let mut json = String::with_capacity(receipt.token.len() + records.iter().sum::<usize>() + ROOM_BYTES);
    // A token has no character that JSON escapes, nor has base64url.
    json.push_str("{\"receipt\":\"");
    json.push_str(&receipt.token);
    for (name, (salt, record, proof)) in [("\",\"intent\":", intent), (",\"outcome\":", outcome)] {
        json.push_str(name);
        json.push_str("{\"record\":\"");
        BASE64URL_NOPAD.encode_append(record, &mut json);
        json.push_str("\",\"salt\":\"");
        BASE64URL_NOPAD.encode_append(salt, &mut json);
        json.push_str("\",\"proof\":");
        write_text(&proof.to_text(), &mut json)?;
        json.push('}');
    }
    json.push_str(",\"parties\":");
    let parties: Vec<OpenedParty> = serde_json::from_slice(parties)?;
    json.push_str(&serde_json::to_string(&parties)?);
    json.push('}');
    Ok(json)
}

/// Room in a bundle for names, hashes and a few parties.
const ROOM_BYTES: usize = 4 << 10;

/// Writes a string. Lines without a character that JSON escapes are written whole, as they mostly are.
fn write_text(text: &str, json: &mut String) -> Result<(), serde_json::Error> {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    // No way out of the loop: the compiler looks at many bytes at a time.
    if !text.bytes().fold(true, |plain, byte| plain & (is_plain(byte) | (byte == b'\n'))) {
        json.push_str(&serde_json::to_string(text)?);
        return Ok(());
    }
    json.push('"');
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            json.push_str("\\n");
        }
        json.push_str(line);
    }
    json.push('"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::{canonical_json, encode_segment};
    use crate::log::InclusionProof;
    use crate::model::Digest;

    proptest! {
        #[test]
        fn the_json_is_what_serde_writes(
            token in "[A-Za-z0-9_-]{0,80}(\\.[A-Za-z0-9_-]{0,80}){2}",
            texts in prop::array::uniform3(prop_oneof!["[A-Za-z0-9+/=\n]{0,80}", "(\\PC|\n|\"|\\\\|\u{0}|\u{1f}|\u{7f}|\u{2028}){0,20}"]),
            bytes in prop::array::uniform4(prop::collection::vec(any::<u8>(), 0..200)),
            (index, hashes, parties) in (any::<u64>(), 0..9_u8, 0..3_usize),
        ) {
            let [role, checkpoint, other] = texts;
            let hashes = (0..hashes).map(|byte| Digest::from_bytes([byte; 32])).collect();
            let proof = InclusionProof { index, hashes, checkpoint };
            let other_proof = InclusionProof { checkpoint: other, ..proof.clone() };
            let party = OpenedParty { role, commitment: proof.checkpoint.clone(), salt: encode_segment(&bytes[0]) };
            let parties = vec![party; parties];
            let evidence = Evidence {
                parties: canonical_json(&parties).unwrap().into(),
                intent: ((&bytes[0]).into(), (&bytes[1]).into(), proof.clone()),
                outcome: ((&bytes[2]).into(), (&bytes[3]).into(), other_proof.clone()),
            };
            let opened = |[salt, record]: [&Vec<u8>; 2], proof: &InclusionProof| OpenedRecord {
                record: encode_segment(record),
                salt: encode_segment(salt),
                proof: proof.to_text(),
            };
            let bundle = Bundle {
                receipt: token.clone(),
                intent: opened([&bytes[0], &bytes[1]], &proof),
                outcome: opened([&bytes[2], &bytes[3]], &other_proof),
                parties,
            };
            let json = assemble(&Receipt { token, intent_index: index }, &evidence).unwrap();
            prop_assert_eq!(json, serde_json::to_string(&bundle).unwrap());
        }
    }
}
