//! A subject's own access record: who asked about it, when, for which purpose, under which consent. Never what was answered.

use super::engine::Engine;
use super::life::Failure;
use crate::keys::encode_segment;
use crate::ledger::Access;
use crate::model::{AccountKind, UnitId};
use crate::receipt::{Claims, OpenedRecord};

/// The most jobs of one answer; `before` asks for older ones.
pub const ACCESSES_MAX: u32 = 200;

/// One job that asked about a subject.
pub struct AccessLine {
    /// The intent's leaf.
    pub index: u64,
    /// The job's id.
    pub job: String,
    /// Who asked.
    pub client: String,
    /// When it was admitted, in milliseconds since 1970.
    pub admitted_ms: i64,
    /// The policy's id and version.
    pub policy: (String, String),
    /// What the answer may be used for; none of a job that has no answer.
    pub purpose: Option<String>,
    /// The roles that the subject had in it.
    pub roles: Vec<String>,
    /// The consents of the job, as `issuer jti`.
    pub consents: Vec<String>,
    /// What opens the intent's leaf in the log.
    pub intent: OpenedRecord,
}

/// The jobs about `subject`, the newest first, before the leaf `before`.
pub fn accesses(engine: &Engine, subject: &UnitId, before: Option<u64>) -> Result<Vec<AccessLine>, Failure> {
    let pseudonym = engine.pseudonym(subject);
    let account = AccountKind::Label(subject.kind());
    let mirrored = engine.ledger().mirrored();
    let found = engine.reader().accesses(account, pseudonym, before, mirrored, ACCESSES_MAX)?;
    Ok(found.into_iter().map(|access| line(access, &pseudonym.to_string())).collect())
}

fn line(access: Access, pseudonym: &str) -> AccessLine {
    let Access { intent_index, record, claims, intent: (salt, bytes, proof) } = access;
    let claims: Option<Claims> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    let own = record.parties.iter().filter(|party| party.party == pseudonym);
    AccessLine {
        index: intent_index,
        job: record.job.trim_start_matches("sha256:").to_owned(),
        client: record.client,
        admitted_ms: record.admitted_ms,
        policy: (record.policy, record.version),
        purpose: claims.map(|claims| claims.purpose),
        roles: own.map(|party| party.role.clone()).collect(),
        consents: record.consents,
        intent: OpenedRecord { record: encode_segment(&bytes), salt: encode_segment(&salt), proof: proof.to_text() },
    }
}
