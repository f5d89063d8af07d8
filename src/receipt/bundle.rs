//! The bundle: receipt, records, salts and proofs in one JSON file that verifies offline.

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
    /// The receipt's claims, unverified: for a look, or where the engine itself has just signed them.
    pub fn claims(&self) -> Option<super::Claims> {
        let payload = self.receipt.split('.').nth(1)?;
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()
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

/// The bundle of a signed receipt and the ledger's evidence: the same bytes whenever it is made.
pub fn assemble(receipt: Receipt, evidence: &Evidence) -> Result<Bundle, serde_json::Error> {
    let opened = |(salt, record, proof): &(Vec<u8>, Vec<u8>, InclusionProof)| OpenedRecord {
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
