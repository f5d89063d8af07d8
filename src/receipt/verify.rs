//! Verifying a bundle with nothing of the engine but its public keys. Shares no code with the path that
//! makes bundles, beyond the wire structs, hashes and signatures.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::bundle::{Bundle, OpenedParty, OpenedRecord};
use super::claims::{Claims, claims_digest};
use crate::keys::{
    JwsError, KeySet, KeySetError, PublishedKey, TokenKind, TrustedKey, party_commitment, read_json, verify,
};
use crate::ledger::{IntentRecord, OutcomeRecord};
use crate::log::{
    Checkpoint, CheckpointError, EntryKind, InclusionProof, LogVerifier, ProofError, SALT_BYTES, entry_bytes,
};
use crate::model::{Phrase, UnitId, UnitKind, seen};

/// A bundle is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The bundle is no such JSON.
    #[error("{what} is not well formed: {reason}")]
    Form {
        /// What.
        what: Part,
        /// Why.
        reason: String,
    },
    /// The key set.
    #[error("the key set: {0}")]
    Keys(#[from] KeySetError),
    /// The key had been retired when the receipt was issued.
    #[error(
        "the receipt is of second {issued} since 1970, and its key {kid} was retired in second {expires}: whoever signed it was not the engine"
    )]
    Retired {
        /// The key.
        kid: String,
        /// The last second that it signed for.
        expires: i64,
        /// When the receipt says that it was issued.
        issued: i64,
    },
    /// The receipt's signature.
    #[error("the receipt: {0}")]
    Receipt(#[from] JwsError),
    /// The log key.
    #[error("the log key: {0}")]
    LogKey(#[from] CheckpointError),
    /// A proof.
    #[error("the proof of the {}: {error}", which.word())]
    Proof {
        /// The intent or the outcome.
        which: EntryKind,
        /// Why.
        error: ProofError,
    },
    /// Parts contradict each other.
    #[error("the parts do not belong together: {0}")]
    Mismatch(Phrase),
    /// No commitment of the receipt opens to a party.
    #[error("the receipt is not about `{id}` in the role `{role}`")]
    Party {
        /// The role.
        role: String,
        /// The identifier.
        id: String,
    },
}

/// What a verified bundle says.
#[derive(Debug)]
pub struct VerifiedBundle {
    /// The receipt's claims.
    pub claims: Claims,
    /// The admission's record.
    pub intent: IntentRecord,
    /// The end's record.
    pub outcome: OutcomeRecord,
    /// The checkpoint that covers both.
    pub checkpoint: Checkpoint,
    /// The openings, whose commitments are the receipt's.
    parties: Vec<OpenedParty>,
}

impl VerifiedBundle {
    /// That the receipt is about the unit `id` in `role`: the opening's salt and the identifier give its commitment.
    pub fn check_party(&self, role: &str, id: &str) -> Result<(), VerifyError> {
        let opens = |party: &&OpenedParty| {
            let salt = BASE64URL_NOPAD.decode(party.salt.as_bytes()).ok().and_then(|salt| salt.try_into().ok());
            let units = [UnitKind::Enterprise, UnitKind::Person].map(|kind| UnitId::parse(kind, id).ok());
            salt.is_some_and(|salt| {
                let commits = |unit: &UnitId| party_commitment(&salt, role, unit).to_string() == party.commitment;
                units.iter().flatten().any(commits)
            })
        };
        match self.parties.iter().filter(|party| party.role == role).find(opens) {
            Some(_) => Ok(()),
            None => Err(VerifyError::Party { role: role.to_owned(), id: id.to_owned() }),
        }
    }
}

/// A part of what is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The bundle's JSON.
    Bundle,
    /// The claims inside the receipt.
    Payload,
    /// The record of the intent or the outcome.
    Record,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundle => "the bundle",
            Self::Payload => "the receipt's payload",
            Self::Record => "a record",
        })
    }
}

fn form(what: Part) -> impl Fn(serde_json::Error) -> VerifyError {
    move |error| VerifyError::Form { what, reason: seen(&error.to_string()) }
}

/// A fact that does not hold, in both languages.
const fn both(en: &'static str, zh: &'static str) -> Phrase {
    Phrase { en, zh }
}

/// Verifies a bundle against a JWK set and the log's verifier key.
pub fn verify_bundle(bundle: &str, jwks: &str, log_key: &str) -> Result<VerifiedBundle, VerifyError> {
    let bundle: Bundle = read_json(bundle.as_bytes()).map_err(form(Part::Bundle))?;
    let keys = KeySet::parse(jwks)?;
    let trust = |published: &PublishedKey| {
        let (owner, key) = (published.key.thumbprint().to_owned(), published.key.clone());
        TrustedKey { owner, key, kinds: vec![TokenKind::VerificationResult] }
    };
    let trusted: Vec<TrustedKey> = keys.keys().iter().map(trust).collect();
    let receipt = verify(&bundle.receipt, TokenKind::VerificationResult, &trusted)?;
    let claims: Claims = read_json(receipt.value()).map_err(form(Part::Payload))?;
    let expires = keys.key(receipt.owner()).and_then(|published| published.expires);
    if let Some(expires) = expires.filter(|expires| claims.iat > *expires) {
        return Err(VerifyError::Retired { kid: receipt.owner().to_owned(), expires, issued: claims.iat });
    }
    let log = LogVerifier::new(log_key)?;
    let (intent, intent_at, _) = open::<IntentRecord>(&bundle.intent, EntryKind::Intent, &log)?;
    let (outcome, outcome_at, checkpoint) = open::<OutcomeRecord>(&bundle.outcome, EntryKind::Outcome, &log)?;
    if outcome_at <= intent_at {
        return Err(VerifyError::Mismatch(both("the outcome stands before the intent", "结果排在意向之前")));
    }
    check_together(&claims, &intent, &outcome, intent_at, &log)?;
    check_parties(&claims, &bundle)?;
    Ok(VerifiedBundle { claims, intent, outcome, checkpoint, parties: bundle.parties })
}

/// Opens one leaf: salt and record must hash to an entry that the proof shows in the log.
fn open<T: for<'de> Deserialize<'de> + Serialize>(
    opened: &OpenedRecord,
    kind: EntryKind,
    log: &LogVerifier,
) -> Result<(T, u64, Checkpoint), VerifyError> {
    let decode = |text: &str| {
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| VerifyError::Mismatch(both("a record or salt is not base64url", "记录或盐不是 base64url")))
    };
    let record = decode(&opened.record)?;
    let salt: [u8; SALT_BYTES] = decode(&opened.salt)?
        .try_into()
        .map_err(|_| VerifyError::Mismatch(both("a salt has not 32 bytes", "盐不足 32 字节")))?;
    let failed = |error| VerifyError::Proof { which: kind, error };
    let proof = InclusionProof::from_text(&opened.proof).map_err(failed)?;
    let checkpoint = proof.verify(&entry_bytes(kind, &salt, &record), log).map_err(failed)?;
    let record = read_json(&record).map_err(form(Part::Record))?;
    Ok((record, proof.index, checkpoint))
}

fn check_together(
    claims: &Claims,
    intent: &IntentRecord,
    outcome: &OutcomeRecord,
    intent_at: u64,
    log: &LogVerifier,
) -> Result<(), VerifyError> {
    let position = claims
        .log
        .as_ref()
        .ok_or(VerifyError::Mismatch(both("the receipt names no log position", "回执未写明日志位置")))?;
    let digest = claims_digest(claims)
        .map_err(|_| VerifyError::Mismatch(both("the claims have no digest", "回执内容无法计算摘要")))?;
    let job = format!("sha256:{}", claims.jti);
    let same = [
        (
            claims.covert.is_none() || cfg!(feature = "weaken"),
            both("the receipt carries something that no receipt has", "回执带有回执不应有的内容"),
        ),
        (position.origin == log.origin(), both("the receipt names another log", "回执指向另一日志")),
        (
            position.index == intent_at && outcome.intent == intent_at,
            both("the receipt names another leaf than the intent's", "回执指向的不是意向所在的条目"),
        ),
        (intent.job == job && outcome.job == job, both("the records are of another job", "记录属于另一次询问")),
        (intent.req == claims.req, both("the intent is of another request", "意向属于另一请求")),
        (intent.client == claims.aud, both("the intent is of another client", "意向属于另一客户")),
        (
            intent.consents.len() == claims.consents.len(),
            both("the intent used other consents", "意向使用了其他授权书"),
        ),
        (intent.parties.len() == claims.parties.len(), both("the intent is about other parties", "意向涉及其他当事方")),
        (
            (&intent.policy, &intent.version, &intent.policy_sha256)
                == (&claims.policy.id, &claims.policy.version, &claims.policy.sha256),
            both("the intent was admitted under another policy", "意向是在另一政策下接受的"),
        ),
        (
            // Engines before this one left them out of the intent.
            intent.approvals.is_empty() || intent.approvals == claims.approvals,
            both("the intent rested on other approvals", "意向所依据的批准不同"),
        ),
        (intent.guest == claims.guest, both("the intent names another guest", "意向写明另一程序")),
        (intent.snapshot == claims.snapshot.sha256, both("the intent names another snapshot", "意向写明另一快照")),
        (
            intent.charges.iter().all(|charge| {
                (charge.bits, charge.epsilon.as_deref()) == (claims.cost.bits, claims.cost.epsilon.as_deref())
            }),
            both("the intent was charged another price", "意向的扣减数额不同"),
        ),
        (
            intent.charges.is_empty() == claims.cost.is_zero(),
            both("the intent was charged another price", "意向的扣减数额不同"),
        ),
        (
            outcome.claims.as_deref() == Some(digest.to_string().as_str()),
            both("the outcome is of other claims", "结果对应其他回执内容"),
        ),
        (
            outcome.tick_ms.map(|tick| tick.div_euclid(1000)) == Some(claims.iat),
            both("the outcome has another tick", "结果的时刻不同"),
        ),
    ];
    match same.into_iter().find(|(same, _)| !same) {
        None => Ok(()),
        Some((_, what)) => Err(VerifyError::Mismatch(what)),
    }
}

fn check_parties(claims: &Claims, bundle: &Bundle) -> Result<(), VerifyError> {
    let named = claims.parties.iter().map(|party| (&party.role, &party.commitment));
    let opened = bundle.parties.iter().map(|party| (&party.role, &party.commitment));
    if named.eq(opened) {
        Ok(())
    } else {
        Err(VerifyError::Mismatch(both("the openings are of other parties", "所揭示的承诺属于其他当事方")))
    }
}
