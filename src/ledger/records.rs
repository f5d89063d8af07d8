//! The records behind the log's leaves: what an auditor reads. Canonical JSON; the ledger's other
//! tables can be derived from them.

use serde::{Deserialize, Serialize};

use crate::keys::AtHand;
use crate::model::{AccountKind, Billionths};
use crate::policy::{PartyCharge, PermittedParty};

/// The record of an admitted job. Its texts are `String` where it is read, and what is at hand where it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentRecord<S = String> {
    /// The job's id.
    pub job: S,
    /// SHA-256 of the request's signing input.
    pub req: S,
    /// The client.
    pub client: S,
    /// The policy's id.
    pub policy: S,
    /// The policy's version.
    pub version: S,
    /// The policy's digest.
    pub policy_sha256: S,
    /// The digests of the approvals that the policy and the accounts rested on; none where the home asks for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<S>,
    /// The guest.
    pub guest: S,
    /// The snapshot.
    pub snapshot: S,
    /// What makes two jobs the same.
    pub sameness: S,
    /// When it was admitted, in milliseconds since 1970.
    pub admitted_ms: i64,
    /// The parties, by pseudonym.
    pub parties: Vec<PartyRecord<S>>,
    /// What was charged; empty for the same job again.
    pub charges: Vec<ChargeRecord<S>>,
    /// The consents used, as `issuer jti`.
    pub consents: Vec<S>,
}

/// A party in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyRecord<S = String> {
    /// Its role.
    pub role: S,
    /// Its pseudonym.
    pub party: S,
}

/// A charge in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeRecord<S = String> {
    /// The account.
    pub account: S,
    /// The party's pseudonym.
    pub party: S,
    /// The day, in days since 1970.
    pub day: i32,
    /// Bits, where the account is one of labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u64>,
    /// ε as a decimal, where the account is one of tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<String>,
}

impl<'a> PartyRecord<AtHand<'a>> {
    pub(super) fn of((party, charge): (&'a PermittedParty, &'a PartyCharge)) -> Self {
        Self { role: AtHand::Text(&party.role_name), party: AtHand::Shown(&charge.party) }
    }
}

impl<'a> ChargeRecord<AtHand<'a>> {
    pub(super) fn new(charge: &'a PartyCharge, day: i32) -> Self {
        let (bits, epsilon) = match charge.account {
            AccountKind::Label(_) => (Some(charge.amount), None),
            AccountKind::Table(_) => (None, Some(charge.account.shown(charge.amount))),
        };
        let (account, party) = (AtHand::Text(charge.account.word()), AtHand::Shown(&charge.party));
        Self { account, party, day, bits, epsilon }
    }
}

impl ChargeRecord {
    /// Bits, or billionths of ε; `None` where the record has not the one member that its account asks for.
    pub fn amount(&self) -> Option<u64> {
        match (AccountKind::from_word(&self.account)?, self.bits, self.epsilon.as_deref()) {
            (AccountKind::Label(_), Some(bits), None) => Some(bits),
            (AccountKind::Table(_), None, Some(epsilon)) => {
                Billionths::parse(epsilon).ok().filter(|read| read.to_string() == epsilon).map(Billionths::count)
            }
            _ => None,
        }
    }
}

/// The record of a guest that was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationRecord {
    /// SHA-256 of the module as submitted.
    pub guest: String,
    /// What its artefact was compiled for.
    pub engine: String,
    /// SHA-256 of the compiled artefact.
    pub artefact: String,
    /// SHA-256 of the manifest's JSON.
    pub manifest: String,
    /// When it was registered, in milliseconds since 1970.
    pub registered_ms: i64,
}

/// The record of a consent that was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationRecord {
    /// Who issued the consent.
    pub issuer: String,
    /// The consent's number.
    pub jti: String,
    /// When it was revoked, in milliseconds since 1970.
    pub revoked_ms: i64,
}

/// The record of a rotation: which key signs receipts from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationRecord {
    /// The thumbprint of the key that signs from now on.
    pub kid: String,
    /// The thumbprints of the keys that sign no more.
    pub retired: Vec<String>,
    /// When, in milliseconds since 1970.
    pub rotated_ms: i64,
}

/// The record of a job's end. The client gets it in the bundle, so the reason of an `undetermined` stands
/// here as a salted commitment alone; its opening is in the ledger, for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRecord<S = String> {
    /// The job's id.
    pub job: S,
    /// The leaf of its intent.
    pub intent: u64,
    /// The tick, in milliseconds since 1970; none for an abandoned job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick_ms: Option<i64>,
    /// The digest of the receipt's claims without `log`; none for an abandoned job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<S>,
    /// The commitment to how it ended.
    pub reason: S,
}
