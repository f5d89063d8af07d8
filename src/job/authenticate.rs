//! Who asks: the request's own signature, its audience, its freshness; and the consents' signatures.

use crate::config::Config;
use crate::env::weaken::{self, Weakness};
use crate::keys::{DigestKind, JwsError, TokenKind, Verified, digest_parts, read_json, verify};
use crate::model::{
    Chinese, Consent, ConsentPart, Detail, Digest, Millis, Party, PolicyRef, Refusal, RefusalCode, Request, Version,
};

use super::archive::Sent;
use super::wire::{AUTHORISATION_KIND, WireConsent, WireJob};

/// Where jobs are submitted.
const JOBS_PATH: &str = "/v1/jobs";
/// A request is valid for at most so long.
const REQUEST_AGE_MAX_SECONDS: i64 = 300;
/// A client's clock may be ahead by so much.
pub(super) const CLOCK_SKEW_MAX_SECONDS: i64 = 30;
/// A `jti` has at least 128 random bits: 22 characters of base64url.
const JTI_CHARS_MIN: usize = 22;
const JTI_CHARS_MAX: usize = 128;
/// The most consents that a request carries.
const CONSENTS_MAX: usize = 64;

/// A request whose signature was checked, with the consents that came along, still as tokens.
pub(super) struct Authenticated {
    pub request: Verified<Request>,
    pub consents: Vec<String>,
    /// What was sent, for the archive.
    pub sent: Sent,
}

fn refuse<T>(code: RefusalCode, detail: Detail) -> Result<T, Refusal> {
    Err(Refusal::about(code, detail))
}

/// Reads a signed request as far as that needs no policy: signature, form, audience and target. Whether it is
/// fresh, and whether it may be answered, is not said.
pub fn read_request(token: &str, config: &Config) -> Result<Verified<Request>, Refusal> {
    authenticate(token.to_owned(), config).map(|authenticated| authenticated.request)
}

/// Reads a consent as far as that needs no request: signature, form and audience.
pub fn read_consent(token: &str, config: &Config) -> Result<Verified<Consent>, Refusal> {
    authenticate_consent(token, config)
}

/// Checks signature, audience and target; leaves freshness to [`check_fresh`], because a request that was
/// answered before is answered the same again even when it is no longer fresh.
pub(super) fn authenticate(token: String, config: &Config) -> Result<Authenticated, Refusal> {
    let signed = verify(&token, TokenKind::Job, config.callers.keys()).map_err(token_refusal)?;
    let mut consents = Vec::new();
    let request = signed.try_map(|owner, input, payload| {
        let mut wire: WireJob<'_> = read_json(&payload)
            .map_err(|error| Refusal::about(RefusalCode::Malformed, Detail::Json(error.to_string())))?;
        check_addressed(&Addressed::from(&wire), JOBS_PATH, owner, config)?;
        check_consents(&wire.consents)?;
        consents = std::mem::take(&mut wire.consents);
        request(wire, input)
    })?;
    Ok(Authenticated { request, consents, sent: Sent::Single(token) })
}

/// What a token that is not accepted means to whoever sent it.
pub(super) fn token_refusal(error: JwsError) -> Refusal {
    let code = match error {
        JwsError::Key => RefusalCode::Client,
        JwsError::Signature | JwsError::Algorithm => RefusalCode::Signature,
        JwsError::Form | JwsError::Header | JwsError::Kind(_) => RefusalCode::Malformed,
    };
    Refusal::about(code, Detail::Token(error.bilingual()))
}

/// A `jti` cannot be guessed.
pub(super) fn check_jti(jti: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match (JTI_CHARS_MIN..=JTI_CHARS_MAX).contains(&jti.len()) && jti.chars().all(plain) {
        true => Ok(()),
        false => refuse(RefusalCode::Malformed, Detail::Jti),
    }
}

/// What every signed request says of where it goes, and for how long.
pub(super) struct Addressed<'a> {
    pub iss: &'a str,
    pub aud: &'a str,
    pub iat: i64,
    pub exp: i64,
    pub jti: &'a str,
    pub htm: &'a str,
    pub htu: &'a str,
}

impl<'a> From<&'a WireJob<'_>> for Addressed<'a> {
    fn from(wire: &'a WireJob<'_>) -> Self {
        let WireJob { iss, aud, iat, exp, jti, htm, htu, .. } = wire;
        Self { iss, aud, iat: *iat, exp: *exp, jti, htm, htu }
    }
}

/// A job carries a bounded number of consents.
pub(super) fn check_consents(consents: &[String]) -> Result<(), Refusal> {
    match consents.len() > CONSENTS_MAX {
        true => refuse(RefusalCode::Malformed, Detail::ConsentsMax(CONSENTS_MAX)),
        false => Ok(()),
    }
}

pub(super) fn check_addressed(wire: &Addressed<'_>, path: &str, owner: &str, config: &Config) -> Result<(), Refusal> {
    if wire.iss != owner {
        return refuse(RefusalCode::Client, Detail::NotOwner);
    }
    if wire.aud != config.ledger && !weaken::on(Weakness::AudienceIgnored) {
        return refuse(RefusalCode::Audience, Detail::Audience(config.ledger.clone()));
    }
    if wire.htm != "POST" || wire.htu.strip_prefix(config.public_url.as_str()) != Some(path) {
        return refuse(RefusalCode::Audience, Detail::Target(format!("{}{path}", config.public_url)));
    }
    check_jti(wire.jti)?;
    if wire.exp <= wire.iat || wire.exp.saturating_sub(wire.iat) > REQUEST_AGE_MAX_SECONDS {
        return refuse(RefusalCode::Stale, Detail::Lifespan(REQUEST_AGE_MAX_SECONDS));
    }
    Ok(())
}

pub(super) fn request(wire: WireJob<'_>, input: Digest) -> Result<Request, Refusal> {
    let guest =
        wire.guest.parse().map_err(|error| Refusal::about(RefusalCode::Malformed, Detail::GuestDigest(error)))?;
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
        rows: wire.rows.map(Into::into).unwrap_or_default(),
        purpose: wire.purpose,
    })
}

/// Whether the request is fresh now.
pub(super) fn check_fresh(request: &Request, now: Millis) -> Result<(), Refusal> {
    let early = request.issued_seconds > now.seconds().saturating_add(CLOCK_SKEW_MAX_SECONDS);
    match (early, request.expires_seconds <= now.seconds()) {
        (true, _) => refuse(RefusalCode::Stale, Detail::Early),
        (false, true) => refuse(RefusalCode::Stale, Detail::Expired),
        (false, false) => Ok(()),
    }
}

fn check_consent_addressed(wire: &WireConsent<'_>, owner: &str, config: &Config) -> Result<(), Refusal> {
    let [details] = &wire.authorization_details;
    if wire.iss != owner {
        return refuse(RefusalCode::ConsentInvalid, Detail::NotOwner);
    }
    let same = [
        (ConsentPart::Audience, config.ledger.as_str(), &wire.aud),
        (ConsentPart::Kind, AUTHORISATION_KIND, &details.kind),
    ];
    let ignored = |part: &ConsentPart| matches!(part, ConsentPart::Audience) && weaken::on(Weakness::AudienceIgnored);
    match same.into_iter().find(|(part, wanted, given)| wanted != given && !ignored(part)) {
        None => Ok(()),
        Some((part, wanted, given)) => {
            let (wanted, given) = (wanted.to_owned(), given.escape_debug().to_string());
            refuse(RefusalCode::ConsentInvalid, Detail::ConsentFor { part, wanted, given })
        }
    }
}

/// Checks a consent's signature and form; whom and what it covers is the policy's decision.
pub(super) fn authenticate_consent(token: &str, config: &Config) -> Result<Verified<Consent>, Refusal> {
    let invalid = |detail: Detail| Refusal::about(RefusalCode::ConsentInvalid, detail);
    let signed = verify(token, TokenKind::Consent, config.callers.keys())
        .map_err(|error| invalid(Detail::Token(error.bilingual())))?;
    signed.try_map(|owner, input, payload| {
        let wire: WireConsent<'_> = read_json(&payload).map_err(|error| invalid(Detail::Json(error.to_string())))?;
        check_consent_addressed(&wire, owner, config)?;
        let WireConsent { authorization_details: [details], .. } = wire;
        let version = |text: &str| Version::parse(text).ok_or_else(|| invalid(Detail::ConsentVersion));
        let millis = |seconds: i64| Millis(seconds.saturating_mul(1000));
        Ok(Consent {
            digest: input,
            issuer: wire.iss,
            jti: wire.jti,
            subject: wire.sub,
            client: wire.client_id,
            version_min: version(&details.version_min)?,
            version_below: version(&details.version_below)?,
            purpose: details.purpose,
            policy: details.policy,
            role: details.role,
            uses_max: details.max_uses,
            not_before: millis(wire.nbf),
            expires: millis(wire.exp),
        })
    })
}
