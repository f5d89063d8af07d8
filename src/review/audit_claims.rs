//! The stored claims of receipts against the records: what a client was told is what was admitted,
//! charged and logged.

use std::collections::HashMap;

use serde_json::Value;

use super::audit::Check;
use crate::keys::{DigestKind, canonical_json, digest_json};
use crate::ledger::{IntentRecord, LeafOutcome, OutcomeRecord};
use crate::model::Digest;
use crate::receipt::{Claims, OpenedParty};

/// The answer that is no label.
const UNDETERMINED: &str = "undetermined";
/// Ends of runs that gave no label.
const FAULTS: [&str; 4] = ["trap", "fuel", "memory", "index"];

/// What the table says of an outcome whose record has not come yet.
pub(super) struct Claimed {
    /// Its leaf.
    pub outcome_index: i64,
    /// The answer's word; none for an abandoned job.
    pub answer: Option<String>,
    /// How it ended, for auditors.
    pub reason: String,
    /// The commitment that the reason opens.
    pub commitment: Digest,
    /// The digest of the stored claims, without `log`, and the second that they name.
    pub claims_sha256: Option<(Digest, i64)>,
    /// Whether the same job again gets this answer: not where a table job has no table.
    pub reusable: bool,
    /// What makes two jobs the same.
    pub sameness: String,
    /// The answer of the same job, given before this one was admitted.
    pub stored: Option<u32>,
}

/// The first answer of every job, as of the walk's place in the log.
#[derive(Default)]
pub(super) struct Answers {
    words: HashMap<String, u32>,
    first: HashMap<Digest, (u64, u32)>,
}

impl Answers {
    /// The answer that the same job was given before, by number.
    pub fn known(&self, sameness: &str) -> Option<u32> {
        self.first.get(&sameness.parse().ok()?).map(|(_, word)| *word)
    }

    /// An answer has come into the log. The job that was admitted first is the one that counts.
    pub fn learn(&mut self, sameness: &str, intent: u64, answer: &str) {
        let number = self.words.len();
        let word = match self.words.get(answer) {
            Some(word) => *word,
            None => *self.words.entry(answer.to_owned()).or_insert(u32::try_from(number).unwrap_or(u32::MAX)),
        };
        if let Ok(sameness) = sameness.parse() {
            let first = self.first.entry(sameness).or_insert((intent, word));
            if intent < first.0 {
                *first = (intent, word);
            }
        }
    }

    /// Whether `answer` is the one with this number.
    pub fn is(&self, answer: &str, number: u32) -> bool {
        self.words.get(answer) == Some(&number)
    }
}

/// What claims come to.
pub(super) struct Checked {
    /// Their digest, without `log`.
    pub sha256: Digest,
    /// The second that they name.
    pub second: i64,
    /// Whether the same job again gets their answer.
    pub reusable: bool,
}

/// Checks a row of `outcome` against its intent.
pub(super) fn check_claims(
    check: &mut Check,
    (index, issuer, origin): (u64, &str, &str),
    record: &IntentRecord,
    row: &LeafOutcome,
) -> Option<Checked> {
    let subject = format!("the claims of intent {index}");
    let (answer, bytes, parties) = match (&row.answer, &row.claims, &row.parties) {
        (Some(answer), Some(claims), Some(parties)) => (answer, claims, parties),
        (None, None, None) => return None,
        _ => {
            check.find(format!("{subject} are there in part"));
            return None;
        }
    };
    let (claims, sha256) = match read_claims(bytes) {
        Ok(read) => read,
        Err(reason) => {
            check.find(format!("{subject} {reason}"));
            return None;
        }
    };
    let job = record.job.strip_prefix("sha256:");
    let position = claims.log.as_ref();
    let charged = record.charges.first().map(|charge| (charge.bits, charge.epsilon.as_deref()));
    let cost = (claims.cost.bits, claims.cost.epsilon.as_deref());
    let roles = claims.parties.iter().map(|party| &party.role);
    let facts = [
        (claims.iss == issuer, "name another issuer"),
        (claims.aud == record.client, "name another client"),
        (job == Some(claims.jti.as_str()), "name another job"),
        (claims.req == record.req, "name another request"),
        (claims.policy.id == record.policy, "name another policy"),
        (claims.policy.version == record.version, "name another version of the policy"),
        (claims.policy.sha256 == record.policy_sha256, "name another text of the policy"),
        (record.approvals.is_empty() || claims.approvals == record.approvals, "name other approvals"),
        (claims.guest == record.guest, "name another guest"),
        (claims.snapshot.sha256 == record.snapshot, "name another snapshot"),
        (claims.consents.len() == record.consents.len(), "name other consents"),
        (roles.eq(record.parties.iter().map(|party| &party.role)), "name other roles"),
        (claims.result.word().is_some(), "have a result of no known kind"),
        (claims.result.word().as_deref() == Some(answer.as_str()), "have another answer than the table"),
        (charged.map_or(claims.cost.is_zero(), |charged| charged == cost), "name another cost"),
        (
            record.charges.iter().all(|charge| Some((charge.bits, charge.epsilon.as_deref())) == charged),
            "name one cost where several were charged",
        ),
        (position.is_some_and(|log| log.origin == origin), "name another log"),
        (position.is_some_and(|log| log.index == index), "name another place in the log"),
        (claims.covert.is_none(), "carry something that no receipt has"),
        (fit_openings(&claims, parties), "do not fit the openings of their parties"),
    ];
    check.expect(&subject, facts);
    let reusable = claims.result.label.is_some() || claims.result.table.is_some();
    Some(Checked { sha256, second: claims.iat, reusable })
}

/// Claims in their one canonical form, and their digest without `log`.
fn read_claims(bytes: &[u8]) -> Result<(Claims, Digest), String> {
    let unreadable = |error: serde_json::Error| format!("cannot be read: {error}");
    let claims: Claims = serde_json::from_slice(bytes).map_err(unreadable)?;
    let mut value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    if canonical_json(&value).ok().as_deref() != Some(bytes) {
        return Err("are not in canonical form".to_owned());
    }
    if let Some(members) = value.as_object_mut() {
        members.remove("log");
    }
    let sha256 = digest_json(DigestKind::Claims, &value).map_err(|error| format!("have no digest: {error}"))?;
    Ok((claims, sha256))
}

/// Whether the stored openings are of the parties that the claims name.
fn fit_openings(claims: &Claims, parties: &[u8]) -> bool {
    let Ok(opened) = serde_json::from_slice::<Vec<OpenedParty>>(parties) else {
        return false;
    };
    let named = claims.parties.iter().map(|party| (&party.role, &party.commitment));
    named.eq(opened.iter().map(|party| (&party.role, &party.commitment)))
}

/// Checks an outcome's record against the table: claims, tick, end and answer.
pub(super) fn check_outcome(
    check: &mut Check,
    subject: &str,
    record: &OutcomeRecord,
    claimed: &Claimed,
    answers: &Answers,
) {
    let opens = record.reason == claimed.commitment.to_string();
    check.expect(subject, [(opens, "does not hold the commitment to the reason in the table")]);
    let Some(answer) = &claimed.answer else {
        let empty = claimed.reason == "abandoned" && record.claims.is_none() && record.tick_ms.is_none();
        return check.expect(subject, [(empty, "has no answer in the table, and was not abandoned")]);
    };
    let digest = claimed.claims_sha256.map(|(digest, _)| digest.to_string());
    let second = claimed.claims_sha256.map(|(_, second)| second);
    let undetermined = answer == UNDETERMINED;
    let same = claimed.stored.is_some_and(|stored| answers.is(answer, stored));
    let (fits, otherwise) = match claimed.reason.as_str() {
        "answered" => (claimed.stored.is_none() && !undetermined, "was answered anew, or with no label"),
        "reused" => (same, "is not the answer that the same job was given before"),
        "missed-tick" | "cancelled" | "torn" => {
            (claimed.stored.is_none() && undetermined, "tells more than `undetermined`")
        }
        fault if FAULTS.contains(&fault) => (claimed.stored.is_none() && undetermined, "tells more than its fault"),
        _ => (false, "has an end of no known kind"),
    };
    let facts = [
        (record.claims.is_some() && record.claims == digest, "has the digest of other claims"),
        (record.tick_ms.is_some(), "has no tick"),
        (record.tick_ms.map(|tick| tick.div_euclid(1_000)) == second, "has another tick than its claims"),
        (fits, otherwise),
    ];
    check.expect(subject, facts);
}
