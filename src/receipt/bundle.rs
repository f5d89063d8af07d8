//! The bundle: receipt, records, salts and proofs in one JSON file that verifies offline.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::keys::{SigningKey, TokenKind, encode_segment, sign};
use crate::ledger::{Evidence, Logged};
use crate::log::InclusionProof;

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
    /// Its JSON, as `serde_json` writes it. Nearly all of it is base64url and proofs, of which every character need not be
    /// looked at one by one.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let Self { receipt, intent, outcome, parties } = self;
        let records = [intent, outcome].map(|opened| opened.record.len() + opened.salt.len() + opened.proof.len());
        let mut json = Vec::with_capacity(receipt.len() + records.iter().sum::<usize>() + ROOM_BYTES);
        json.extend_from_slice(b"{\"receipt\":");
        write_text(receipt, &mut json)?;
        for (name, OpenedRecord { record, salt, proof }) in [("intent", intent), ("outcome", outcome)] {
            for part in [",\"", name, "\":{\"record\":"] {
                json.extend_from_slice(part.as_bytes());
            }
            write_text(record, &mut json)?;
            json.extend_from_slice(b",\"salt\":");
            write_text(salt, &mut json)?;
            json.extend_from_slice(b",\"proof\":");
            write_text(proof, &mut json)?;
            json.push(b'}');
        }
        json.extend_from_slice(b",\"parties\":");
        serde_json::to_writer(&mut json, parties)?;
        json.push(b'}');
        Ok(json)
    }

    /// The receipt's claims, unverified: for a look, or where the engine itself has just signed them.
    pub fn claims(&self) -> Option<super::Claims> {
        let payload = self.receipt.split('.').nth(1)?;
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()
    }
}

/// Room in a bundle for names, the ends of lines and a few parties.
const ROOM_BYTES: usize = 2 << 10;

/// Writes a string. Lines without a character that JSON escapes are written whole, as they mostly are.
fn write_text(text: &str, json: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    // No way out of the loop: the compiler looks at many bytes at a time.
    if !text.bytes().fold(true, |plain, byte| plain & (is_plain(byte) | (byte == b'\n'))) {
        return serde_json::to_writer(json, text);
    }
    json.push(b'"');
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            json.extend_from_slice(b"\\n");
        }
        json.extend_from_slice(line.as_bytes());
    }
    json.push(b'"');
    Ok(())
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

/// The bundle of a signed receipt and the ledger's evidence: the same bytes whenever it is made.
pub fn assemble(receipt: Receipt, evidence: &Evidence<'_>) -> Result<Bundle, serde_json::Error> {
    let opened = |(salt, record, proof): &(Cow<'_, [u8]>, Cow<'_, [u8]>, InclusionProof)| OpenedRecord {
        record: encode_segment(record),
        salt: encode_segment(salt),
        proof: proof.to_text(),
    };
    Ok(Bundle {
        receipt: receipt.token,
        intent: opened(&evidence.intent),
        outcome: opened(&evidence.outcome),
        parties: serde_json::from_slice(&evidence.parties)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_json_is_what_serde_writes(texts in prop::array::uniform7(prop_oneof!["[A-Za-z0-9_-]{0,80}", "(\\PC|\n|\"|\\\\|\u{0}|\u{1f}|\u{7f}|\u{2028}){0,20}"]), parties in 0..3usize) {
            let [receipt, record, salt, proof, other_record, other_salt, other_proof] = texts;
            let party = OpenedParty { role: salt.clone(), commitment: proof.clone(), salt: record.clone() };
            let bundle = Bundle {
                receipt,
                intent: OpenedRecord { record, salt, proof },
                outcome: OpenedRecord { record: other_record, salt: other_salt, proof: other_proof },
                parties: vec![party; parties],
            };
            prop_assert_eq!(bundle.to_json().unwrap(), serde_json::to_vec(&bundle).unwrap());
        }
    }
}
