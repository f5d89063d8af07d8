//! Compact JWS (RFC 7515), strictly: canonical base64url, the algorithm pinned to the key, one `typ`
//! for each kind of token, no header member beyond `alg`, `kid`, `typ`.

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use super::canonical::sha256;
use super::jwk::{Algorithm, PublicKey, SigningKey};
use crate::env::weaken::{self, Weakness};
use crate::model::Digest;

/// The longest token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 1 << 20;
/// The longest batch: 10,000 jobs with two consents each.
pub const BATCH_BYTES_MAX: usize = 32 << 20;
/// The length of an Ed25519 signature.
const SIGNATURE_BYTES: usize = 64;

/// What a token is; the `typ` of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A client's label or table job.
    Job,
    /// A client's list of label jobs.
    Batch,
    /// The upload of a guest.
    Guest,
    /// Any other call.
    Call,
    /// A party's consent, from an authority.
    Consent,
    /// An auditor's approval of a policy.
    Approval,
    /// A consent authority's question for a subject's access record.
    Access,
    /// A receipt.
    VerificationResult,
    /// The answers of a batch.
    BatchResult,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Job,
        Self::Batch,
        Self::Guest,
        Self::Call,
        Self::Consent,
        Self::Approval,
        Self::Access,
        Self::VerificationResult,
        Self::BatchResult,
    ];

    /// The longest token of this kind, in bytes.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::Batch | Self::BatchResult => BATCH_BYTES_MAX,
            _ => TOKEN_BYTES_MAX,
        }
    }

    /// The `typ` in the header.
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Job => "job+jwt",
            Self::Batch => "batch+jwt",
            Self::Guest => "guest+jwt",
            Self::Call => "call+jwt",
            Self::Consent => "consent+jwt",
            Self::Approval => "approval+jwt",
            Self::Access => "access+jwt",
            Self::VerificationResult => "verification-result+jwt",
            Self::BatchResult => "batch-result+jwt",
        }
    }
}

/// A key that configuration trusts, with what it may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// Whose key it is.
    pub owner: String,
    /// The key.
    pub key: PublicKey,
    /// The kinds of token that it may sign.
    pub kinds: Vec<TokenKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'h> {
    #[serde(borrow)]
    alg: Cow<'h, str>,
    #[serde(borrow)]
    kid: Cow<'h, str>,
    #[serde(borrow)]
    typ: Cow<'h, str>,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three segments of canonical base64url, or too long.
    #[error("not a compact JWS in canonical base64url")]
    Form,
    /// The header is not exactly `alg`, `kid`, `typ`.
    #[error("the header must be exactly `alg`, `kid` and `typ`")]
    Header,
    /// The `typ` is another kind's.
    #[error("the token is of another kind: its `typ` must be `{0}`")]
    Kind(&'static str),
    /// No trusted key has this `kid`, or the key may not sign this kind.
    #[error("the token's key is not one that may sign it")]
    Key,
    /// The header's `alg` is not the key's.
    #[error("the token's `alg` is not its key's algorithm")]
    Algorithm,
    /// The signature fails.
    #[error("the signature does not verify")]
    Signature,
}

/// Proof that a trusted key signed: made by [`verify`] alone.
#[derive(Debug)]
pub struct Verified<T> {
    owner: String,
    input: Digest,
    value: T,
}

impl<T> Verified<T> {
    /// Who signed.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// SHA-256 of the signing input `header.payload`.
    pub const fn input(&self) -> Digest {
        self.input
    }

    /// What was signed.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// Reads what was signed as several things, each with a digest of its own that covers the signing input.
    pub fn try_split<U, E>(
        self,
        read: impl FnOnce(&str, Digest, T) -> Result<Vec<(Digest, U)>, E>,
    ) -> Result<Vec<Verified<U>>, E> {
        let parts = read(&self.owner, self.input, self.value)?;
        Ok(parts.into_iter().map(|(input, value)| Verified { owner: self.owner.clone(), input, value }).collect())
    }

    /// Reads what was signed as something more than bytes; the proof stays.
    pub fn try_map<U, E>(self, read: impl FnOnce(&str, Digest, T) -> Result<U, E>) -> Result<Verified<U>, E> {
        let value = read(&self.owner, self.input, self.value)?;
        Ok(Verified { owner: self.owner, input: self.input, value })
    }
}

/// Encodes one segment of a token.
pub fn encode_segment(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Signs `payload` as a token of `kind`. Ed25519, so the same payload gives the same token.
pub fn sign(key: &SigningKey, kind: TokenKind, payload: &[u8]) -> String {
    let kid = key.public().thumbprint();
    // Written out: the member order is fixed and none of the values needs escaping.
    let header = format!(r#"{{"alg":"Ed25519","kid":"{kid}","typ":"{}"}}"#, kind.typ());
    let bytes = header.len() + payload.len() + SIGNATURE_BYTES;
    let mut token = String::with_capacity(BASE64URL_NOPAD.encode_len(bytes) + 4);
    BASE64URL_NOPAD.encode_append(header.as_bytes(), &mut token);
    token.push('.');
    BASE64URL_NOPAD.encode_append(payload, &mut token);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut token);
    token
}

/// Verifies a token of `kind`, signed by one of `trusted`; gives its payload.
pub fn verify<'k>(
    token: &str,
    kind: TokenKind,
    trusted: impl IntoIterator<Item = &'k TrustedKey>,
) -> Result<Verified<Vec<u8>>, JwsError> {
    if token.len() > kind.bytes_max() {
        return Err(JwsError::Form);
    }
    let (input, signature) = token.rsplit_once('.').ok_or(JwsError::Form)?;
    let (header, payload) = input.split_once('.').ok_or(JwsError::Form)?;
    // `data-encoding` refuses padding, foreign characters and trailing bits: one encoding for each value.
    let header = decode(header)?;
    // serde would also take the members as an array, in their order.
    if header.first() != Some(&b'{') {
        return Err(JwsError::Header);
    }
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| JwsError::Header)?;
    let payload = decode(payload)?;
    let signature = decode(signature)?;
    if header.typ != kind.typ() && !weaken::on(Weakness::AudienceIgnored) {
        return Err(JwsError::Kind(kind.typ()));
    }
    let key = trusted.into_iter().find(|trusted| trusted.key.thumbprint() == header.kid).ok_or(JwsError::Key)?;
    if !key.kinds.contains(&kind) {
        return Err(JwsError::Key);
    }
    check_signature(&header.alg, &key.key, input.as_bytes(), &signature)?;
    Ok(Verified { owner: key.owner.clone(), input: sha256(input.as_bytes()), value: payload })
}

fn decode(segment: &str) -> Result<Vec<u8>, JwsError> {
    if weaken::on(Weakness::HeaderTrusted) {
        let mut lenient = data_encoding::BASE64URL_NOPAD.specification();
        lenient.check_trailing_bits = false;
        let lenient = lenient.encoding().map_err(|_| JwsError::Form)?;
        return lenient.decode(segment.as_bytes()).map_err(|_| JwsError::Form);
    }
    BASE64URL_NOPAD.decode(segment.as_bytes()).map_err(|_| JwsError::Form)
}

fn check_signature(alg: &str, key: &PublicKey, input: &[u8], signature: &[u8]) -> Result<(), JwsError> {
    if weaken::on(Weakness::HeaderTrusted) && alg == "none" {
        return Ok(());
    }
    if !key.algorithm().is_called(alg) {
        return Err(JwsError::Algorithm);
    }
    // An ES256 signature is exactly 64 bytes; ring would say so too, but the rule belongs here.
    if key.algorithm() == Algorithm::Es256 && signature.len() != 64 {
        return Err(JwsError::Signature);
    }
    if key.verifies(input, signature) { Ok(()) } else { Err(JwsError::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> (SigningKey, TrustedKey) {
        let key = SigningKey::from_seed([1; 32]);
        let trusted = TrustedKey {
            owner: "bank".into(),
            key: key.public().clone(),
            kinds: vec![TokenKind::Job, TokenKind::Consent],
        };
        (key, trusted)
    }

    #[test]
    fn only_the_kind_and_key_that_were_meant() {
        let (key, trust) = trusted();
        let token = sign(&key, TokenKind::Job, b"{}");
        assert_eq!(verify(&token, TokenKind::Job, [&trust]).unwrap().value(), b"{}");
        assert_eq!(verify(&token, TokenKind::Consent, [&trust]).unwrap_err(), JwsError::Kind("consent+jwt"));
        let receipt = sign(&key, TokenKind::VerificationResult, b"{}");
        assert_eq!(verify(&receipt, TokenKind::VerificationResult, [&trust]).unwrap_err(), JwsError::Key);
        assert_eq!(verify(&token, TokenKind::Job, []).unwrap_err(), JwsError::Key);
    }
}
