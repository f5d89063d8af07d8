//! Who asks: the request's own signature, its audience, its freshness; and the consents' signatures.

use crate::config::Config;
use crate::env::weaken::{self, Weakness};
use crate::keys::{DigestKind, JwsError, TokenKind, Verified, digest_parts, read_json, verify};
use crate::model::{Consent, Digest, Millis, Party, PolicyRef, Refusal, RefusalCode, Request, Version};

use super::wire::{AUTHORISATION_KIND, WireConsent, WireJob};

/// A request is valid for at most so long.
const REQUEST_AGE_MAX_SECONDS: i64 = 300;
/// A client's clock may be ahead by so much.
const CLOCK_SKEW_MAX_SECONDS: i64 = 30;
/// A `jti` has at least 128 random bits: 22 characters of base64url.
const JTI_CHARS_MIN: usize = 22;
const JTI_CHARS_MAX: usize = 128;
/// The most consents that a request carries.
const CONSENTS_MAX: usize = 64;

/// A request whose signature was checked, with the consents that came along, still as tokens.
pub(super) struct Authenticated {
    pub request: Verified<Request>,
    pub consents: Vec<String>,
}

fn refuse<T>(code: RefusalCode, detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, detail))
}

/// Checks signature, audience and target; leaves freshness to [`check_fresh`], because a request that was
/// answered before is answered the same again even when it is no longer fresh.
pub(super) fn authenticate(token: &str, config: &Config) -> Result<Authenticated, Refusal> {
    let signed = verify(token, TokenKind::Job, &config.clients).map_err(|error| {
        let code = match error {
            JwsError::Key => RefusalCode::Client,
            JwsError::Signature | JwsError::Algorithm => RefusalCode::Signature,
            JwsError::Form | JwsError::Header | JwsError::Kind(_) => RefusalCode::Malformed,
        };
        Refusal::new(code, error.to_string())
    })?;
    let mut consents = Vec::new();
    let request = signed.try_map(|owner, input, payload| {
        let wire: WireJob =
            read_json(&payload).map_err(|error| Refusal::new(RefusalCode::Malformed, error.to_string()))?;
        check_addressed(&wire, owner, config)?;
        consents.clone_from(&wire.consents);
        request(wire, input)
    })?;
    Ok(Authenticated { request, consents })
}

fn check_addressed(wire: &WireJob, owner: &str, config: &Config) -> Result<(), Refusal> {
    if wire.iss != owner {
        return refuse(RefusalCode::Client, "`iss` is not the key's owner");
    }
    if wire.aud != config.ledger && !weaken::on(Weakness::AudienceIgnored) {
        return refuse(RefusalCode::Audience, format!("`aud` must be `{}`", config.ledger));
    }
    let target = format!("{}/v1/jobs", config.public_url);
    if wire.htm != "POST" || wire.htu != target {
        return refuse(RefusalCode::Audience, format!("`htm` and `htu` must be `POST` and `{target}`"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !(JTI_CHARS_MIN..=JTI_CHARS_MAX).contains(&wire.jti.len()) || !wire.jti.chars().all(plain) {
        return refuse(RefusalCode::Malformed, "`jti` must be at least 128 random bits in base64url");
    }
    if wire.consents.len() > CONSENTS_MAX {
        return refuse(RefusalCode::Malformed, format!("at most {CONSENTS_MAX} consents"));
    }
    if wire.exp <= wire.iat || wire.exp.saturating_sub(wire.iat) > REQUEST_AGE_MAX_SECONDS {
        return refuse(RefusalCode::Stale, format!("`exp` must be at most {REQUEST_AGE_MAX_SECONDS} s after `iat`"));
    }
    Ok(())
}

fn request(wire: WireJob, input: Digest) -> Result<Request, Refusal> {
    let guest =
        wire.guest.parse().map_err(|error| Refusal::new(RefusalCode::Malformed, format!("`guest`: {error}")))?;
    Ok(Request {
        job: digest_parts(DigestKind::Job, &[wire.iss.as_bytes(), wire.aud.as_bytes(), wire.jti.as_bytes()]),
        input,
        client: wire.iss,
        issued_seconds: wire.iat,
        expires_seconds: wire.exp,
        policy: PolicyRef { id: wire.policy.id, version: wire.policy.version },
        guest,
        parameters: wire.parameters.0,
        parties: wire.parties.into_iter().map(|party| Party { role: party.role, id: party.id }).collect(),
        purpose: wire.purpose,
    })
}

/// Whether the request is fresh now.
pub(super) fn check_fresh(request: &Request, now: Millis) -> Result<(), Refusal> {
    let early = request.issued_seconds > now.seconds().saturating_add(CLOCK_SKEW_MAX_SECONDS);
    if early || request.expires_seconds <= now.seconds() {
        return refuse(RefusalCode::Stale, "");
    }
    Ok(())
}

/// Checks a consent's signature and form; whom and what it covers is the policy's decision.
pub(super) fn authenticate_consent(token: &str, config: &Config) -> Result<Verified<Consent>, Refusal> {
    let invalid = |detail: &str| Refusal::new(RefusalCode::ConsentInvalid, detail);
    let signed = verify(token, TokenKind::Consent, &config.authorities).map_err(|error| invalid(&error.to_string()))?;
    signed.try_map(|owner, input, payload| {
        let wire: WireConsent = read_json(&payload).map_err(|error| invalid(&error.to_string()))?;
        let [details] = &wire.authorization_details;
        let foreign = wire.aud != config.ledger && !weaken::on(Weakness::AudienceIgnored);
        if wire.iss != owner || foreign || details.kind != AUTHORISATION_KIND {
            return Err(invalid("`iss`, `aud` or the authorisation's `type`"));
        }
        let version = |text: &str| Version::parse(text).ok_or_else(|| invalid("a version is three numbers"));
        let millis = |seconds: i64| Millis(seconds.saturating_mul(1000));
        Ok(Consent {
            digest: input,
            issuer: wire.iss.clone(),
            jti: wire.jti.clone(),
            subject: wire.sub.clone(),
            client: wire.client_id.clone(),
            purpose: details.purpose.clone(),
            policy: details.policy.clone(),
            version_min: version(&details.version_min)?,
            version_below: version(&details.version_below)?,
            role: details.role.clone(),
            uses_max: details.max_uses,
            not_before: millis(wire.nbf),
            expires: millis(wire.exp),
        })
    })
}
