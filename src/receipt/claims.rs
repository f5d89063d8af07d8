//! The claims of a receipt: a function of request, policy, snapshot, result, tick and log position.

use serde::{Deserialize, Serialize};

use crate::disclosure::{Disclosed, Released, ReleasedTable};
use crate::env::weaken::{self, Weakness};
use crate::keys::{
    AtHand, CanonicalError, DigestKind, SaltKey, canonical_json, canonical_json_and_digest_without, digest_json,
    encode_segment, party_commitment,
};
use crate::ledger::OutcomeEntry;
use crate::model::{AccountKind, Date, Digest, Millis};

use super::bundle::OpenedParty;

/// The payload of a receipt. Its texts are `String` where it is read, and what is at hand where it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims<S = String> {
    /// The engine's issuer.
    pub iss: S,
    /// The client.
    pub aud: S,
    /// The job's id.
    pub jti: S,
    /// The tick, in whole seconds since 1970.
    pub iat: i64,
    /// SHA-256 of the request's signing input.
    pub req: S,
    /// What the answer may be used for.
    pub purpose: S,
    /// The policy.
    pub policy: PolicyClaim<S>,
    /// The approvals that put the policy in force.
    pub approvals: Vec<S>,
    /// The guest.
    pub guest: S,
    /// The data.
    pub snapshot: SnapshotClaim<S>,
    /// The engine.
    pub engine: EngineIdentity<S>,
    /// SHA-256 of the consents' signing inputs.
    pub consents: Vec<S>,
    /// The parties, as commitments.
    pub parties: Vec<PartyClaim<S>>,
    /// The answer.
    pub result: ResultClaim,
    /// What it cost.
    pub cost: CostClaim,
    /// Where the intent is in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogClaim<S>>,
    /// Never there but in a weakened build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covert: Option<String>,
}

/// The policy in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyClaim<S = String> {
    /// Its id.
    pub id: S,
    /// Its version.
    pub version: S,
    /// Its digest.
    pub sha256: S,
}

/// The data in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotClaim<S = String> {
    /// The snapshot's name.
    pub sha256: S,
    /// The day that it is about.
    pub as_of: S,
}

/// The engine in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineIdentity<S = String> {
    /// Its version.
    pub version: S,
    /// SHA-256 of its program.
    pub sha256: S,
}

/// A party in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyClaim<S = String> {
    /// Its role.
    pub role: S,
    /// The commitment to who it is.
    pub commitment: S,
}

impl<'a> PartyClaim<AtHand<'a>> {
    fn of(party: &'a OpenedParty) -> Self {
        Self { role: AtHand::Text(&party.role), commitment: AtHand::Text(&party.commitment) }
    }
}

/// The answer in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultClaim {
    /// `label` or `table`.
    pub kind: String,
    /// The label, or `undetermined`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The table; of a table job none where the run was not done at its tick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Box<ReleasedTable>>,
}

impl ResultClaim {
    fn new(released: &Released) -> Self {
        match released {
            Released::Answer(answer) => {
                Self { kind: LABEL.to_owned(), label: Some(answer.word().to_owned()), table: None }
            }
            Released::Table(table) => Self { kind: TABLE.to_owned(), label: None, table: table.clone() },
        }
    }

    /// The answer as the ledger keeps it, for the same job again: the label's word, or the table's canonical JSON.
    /// `None` where the members do not belong together.
    pub fn word(&self) -> Option<String> {
        match (self.kind.as_str(), &self.label, &self.table) {
            (LABEL, Some(label), None) => Some(label.clone()),
            (TABLE, None, Some(table)) => String::from_utf8(canonical_json(table).ok()?).ok(),
            (TABLE, None, None) => Some(UNDETERMINED.to_owned()),
            _ => None,
        }
    }
}

const LABEL: &str = "label";
const TABLE: &str = "table";
/// What the ledger keeps of a table job without a table.
const UNDETERMINED: &str = "undetermined";

/// The cost in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostClaim {
    /// Bits charged to each party, for a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u64>,
    /// ε, for a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<String>,
}

impl CostClaim {
    fn new(released: &Released, amount: u64) -> Self {
        match released {
            Released::Answer(_) => Self { bits: Some(amount), epsilon: None },
            // Which unit's account does not matter to how an amount is written.
            Released::Table(_) => {
                let epsilon = AccountKind::Table(crate::model::UnitKind::Enterprise).shown(amount);
                Self { bits: None, epsilon: Some(epsilon) }
            }
        }
    }

    /// Whether nothing was charged.
    pub fn is_zero(&self) -> bool {
        self.bits.is_none_or(|bits| bits == 0) && self.epsilon.as_deref().is_none_or(|epsilon| epsilon == "0")
    }
}

/// The log position in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogClaim<S = String> {
    /// The log's origin.
    pub origin: S,
    /// The intent's leaf.
    pub index: u64,
}

/// What a receipt says beside the job: the engine's own facts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The issuer.
    pub issuer: String,
    /// The log's origin.
    pub origin: String,
    /// The engine.
    pub engine: EngineIdentity,
    /// The snapshot's day.
    pub as_of: Date,
}

/// Seals a disclosed answer for the job's tick: what the ledger will log and the receipt will say.
pub fn seal(
    disclosed: &Disclosed,
    facts: &Facts,
    salt: &SaltKey,
    tick: Millis,
) -> Result<OutcomeEntry, CanonicalError> {
    let reservation = disclosed.reservation();
    let permit = reservation.permit();
    let (request, policy) = (permit.request(), permit.policy());
    let parties = opened_parties(disclosed, salt);
    let job = request.job.hex();
    let (snapshot, result) = (permit.snapshot(), ResultClaim::new(disclosed.released()));
    let word = result.word();
    let claims = Claims {
        iss: AtHand::Text(&facts.issuer),
        aud: AtHand::Text(&request.client),
        jti: AtHand::Text(&job),
        iat: tick.seconds(),
        req: AtHand::Shown(&request.input),
        purpose: AtHand::Text(&request.purpose),
        policy: PolicyClaim {
            id: AtHand::Text(&policy.id),
            version: AtHand::Shown(&policy.version),
            sha256: AtHand::Shown(&policy.sha256),
        },
        approvals: permit.approvals().iter().map(|approval| AtHand::Shown(approval)).collect(),
        guest: AtHand::Shown(&request.guest),
        snapshot: SnapshotClaim { sha256: AtHand::Shown(&snapshot), as_of: AtHand::Shown(&facts.as_of) },
        engine: EngineIdentity {
            version: AtHand::Text(&facts.engine.version),
            sha256: AtHand::Text(&facts.engine.sha256),
        },
        consents: permit.consents().iter().map(|consent| AtHand::Shown(&consent.digest)).collect(),
        parties: parties.iter().map(PartyClaim::of).collect(),
        result,
        cost: CostClaim::new(disclosed.released(), reservation.cost()),
        log: Some(LogClaim { origin: AtHand::Text(&facts.origin), index: reservation.intent_index() }),
        covert: covert(disclosed),
    };
    let (bytes, claims_sha256) = canonical_json_and_digest_without("log", DigestKind::Claims, &claims)?;
    Ok(OutcomeEntry {
        answer: word.unwrap_or_else(|| UNDETERMINED.to_owned()),
        end: disclosed.end(),
        claims: bytes,
        claims_sha256,
        parties: canonical_json(&parties)?,
    })
}

/// The digest that the outcome's record holds: of the claims without `log`.
pub(super) fn claims_digest(claims: &Claims) -> Result<Digest, CanonicalError> {
    digest_json(DigestKind::Claims, &Claims { log: None, ..claims.clone() })
}

fn opened_parties(disclosed: &Disclosed, salt: &SaltKey) -> Vec<OpenedParty> {
    let permit = disclosed.reservation().permit();
    let open = |(position, party): (u32, &crate::policy::PermittedParty)| {
        let party_salt = salt.party_salt(&permit.request().job, position);
        OpenedParty {
            role: party.role_name.clone(),
            commitment: party_commitment(&party_salt, &party.role_name, &party.id).to_string(),
            salt: encode_segment(&party_salt),
        }
    };
    (0..).zip(permit.parties()).map(open).collect()
}

/// What a weakened build smuggles out; nothing in any other.
fn covert(disclosed: &Disclosed) -> Option<String> {
    if weaken::on(Weakness::CovertBits) {
        return crate::env::Entropy.bytes::<8>().ok().map(|bytes| encode_segment(&bytes));
    }
    disclosed.covert().map(|fuel| fuel.to_string())
}
