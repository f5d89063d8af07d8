//! Composing requests and consents: the client's and the authority's side, for the command line and tests.

use crate::env::{Entropy, EntropyError};
use crate::keys::{
    CanonicalError, SigningKey, TokenKind, canonical_json, canonical_json_with_nulls, encode_segment, sign,
};
use crate::model::{Digest, Millis, RawParameter, RawRows, UnitId};

use super::wire::{
    AUTHORISATION_KIND, WireAuthorisation, WireConsent, WireJob, WireMember, WireParameters, WireParty, WirePolicy,
};

/// A request or consent cannot be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A batch without a job.
    #[error("a batch has at least one job")]
    Empty,
    /// No canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// What a client wants to ask.
#[derive(Clone, Debug)]
pub struct JobOrder {
    /// The client.
    pub client: String,
    /// The ledger's id.
    pub audience: String,
    /// The engine's public URL.
    pub public_url: String,
    /// The policy's id and version.
    pub policy: (String, String),
    /// The guest.
    pub guest: Digest,
    /// Parameters by name.
    pub parameters: Vec<(String, RawParameter)>,
    /// Role and identifier, as the client writes it.
    pub parties: Vec<(String, String)>,
    /// Consents, as tokens.
    pub consents: Vec<String>,
    /// The client's own rows, where the policy takes any.
    pub rows: RawRows,
    /// The purpose.
    pub purpose: String,
}

/// How long a composed request is valid.
pub(super) const REQUEST_SECONDS: i64 = 120;

/// What a job says beside what a batch's jobs share.
pub(super) fn member(order: &JobOrder) -> WireMember {
    WireMember {
        consents: order.consents.clone(),
        parameters: WireParameters(order.parameters.iter().cloned().collect()),
        parties: order.parties.iter().map(|(role, id)| WireParty { id: id.clone(), role: role.clone() }).collect(),
        rows: (!order.rows.0.is_empty()).then(|| (&order.rows).into()),
    }
}

/// Signs a request.
pub fn compose_job(order: &JobOrder, key: &SigningKey, now: Millis, entropy: &Entropy) -> Result<String, ComposeError> {
    let WireMember { consents, parameters, parties, rows } = member(order);
    let wire = WireJob {
        iss: order.client.clone(),
        aud: order.audience.as_str().into(),
        iat: now.seconds(),
        exp: now.seconds().saturating_add(REQUEST_SECONDS),
        jti: encode_segment(&entropy.bytes::<16>()?).into(),
        htm: "POST".into(),
        htu: format!("{}/v1/jobs", order.public_url).into(),
        policy: WirePolicy { id: order.policy.0.clone(), version: order.policy.1.clone() },
        guest: order.guest.to_string().into(),
        parameters,
        parties,
        consents,
        rows,
        purpose: order.purpose.clone(),
    };
    // A missing value is a `null`, and stays one.
    Ok(sign(key, TokenKind::Job, &canonical_json_with_nulls(&wire)?))
}

/// What a party consents to.
#[derive(Clone, Debug)]
pub struct ConsentOrder {
    /// The authority.
    pub issuer: String,
    /// The ledger's id.
    pub audience: String,
    /// The party.
    pub subject: UnitId,
    /// The client that may ask.
    pub client: String,
    /// What for.
    pub purpose: String,
    /// Under which policy.
    pub policy: String,
    /// From which version, and below which.
    pub versions: (String, String),
    /// In which role.
    pub role: String,
    /// For how many jobs.
    pub max_uses: u32,
    /// From when, until when.
    pub valid: (Millis, Millis),
}

/// Signs a consent.
pub fn compose_consent(order: &ConsentOrder, key: &SigningKey, entropy: &Entropy) -> Result<String, ComposeError> {
    let wire = WireConsent {
        iss: order.issuer.clone(),
        sub: order.subject.to_string(),
        client_id: order.client.clone(),
        aud: order.audience.as_str().into(),
        jti: encode_segment(&entropy.bytes::<16>()?),
        iat: order.valid.0.seconds(),
        nbf: order.valid.0.seconds(),
        exp: order.valid.1.seconds(),
        authorization_details: [WireAuthorisation {
            kind: AUTHORISATION_KIND.into(),
            purpose: order.purpose.clone(),
            policy: order.policy.clone(),
            version_min: order.versions.0.as_str().into(),
            version_below: order.versions.1.as_str().into(),
            role: order.role.clone(),
            max_uses: order.max_uses,
        }],
    };
    Ok(sign(key, TokenKind::Consent, &canonical_json(&wire)?))
}
