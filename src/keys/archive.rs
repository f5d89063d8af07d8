//! What lies archived for years and names people: sealed with a key that is made of the home's salt key, so that the ledger
//! without that key tells of nobody. Also the compact form in which a token is kept. Never reads what a token says.

use data_encoding::BASE64URL_NOPAD;
use ring::{aead, hkdf};

use super::jws::encode_segment;
use crate::env::weaken::{self, Weakness};
use crate::env::{Entropy, EntropyError};
use crate::model::Digest;

const NONCE_BYTES: usize = aead::NONCE_LEN;
const LENGTH_BYTES: usize = 4;
const KEY_INFO: &[u8] = b"anshi/request-archive/v1";

/// The key of the archived requests: AES-256-GCM (NIST SP 800-38D), a random nonce each. One key may seal 2³² of them.
pub struct ArchiveKey(aead::LessSafeKey);

impl ArchiveKey {
    /// From the home's secret.
    pub(super) fn derive(secret: &hkdf::Prk) -> Option<Self> {
        let material = secret.expand(&[KEY_INFO], &aead::AES_256_GCM).ok()?;
        Some(Self(aead::LessSafeKey::new(material.into())))
    }

    /// Seals what `write` adds to a list of bytes, which is about `bytes` long. It opens for the request of this digest alone.
    /// `None` where `write` has nothing.
    pub fn seal(
        &self,
        about: Digest,
        (bytes, write): (usize, impl FnOnce(&mut Vec<u8>) -> Option<()>),
        entropy: &Entropy,
    ) -> Result<Option<Vec<u8>>, EntropyError> {
        let nonce: [u8; NONCE_BYTES] = entropy.bytes()?;
        let mut sealed = Vec::with_capacity(NONCE_BYTES + bytes + aead::MAX_TAG_LEN);
        sealed.extend_from_slice(&nonce);
        if write(&mut sealed).is_none() {
            return Ok(None);
        }
        let body = sealed.get_mut(NONCE_BYTES..).unwrap_or_default();
        let tag = match weaken::on(Weakness::RequestsUnsealed) {
            true => None,
            false => {
                let nonce = aead::Nonce::assume_unique_for_key(nonce);
                self.0.seal_in_place_separate_tag(nonce, aead::Aad::from(about.as_bytes()), body).ok()
            }
        };
        sealed.extend_from_slice(tag.as_ref().map_or(&[], aead::Tag::as_ref));
        Ok(Some(sealed))
    }

    /// Opens what was sealed; `None` where that is another home's, was changed, or is another request's.
    pub fn open(&self, about: Digest, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let mut body = body.to_vec();
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, aead::Aad::from(about.as_bytes()), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

impl std::fmt::Debug for ArchiveKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ArchiveKey(…)")
    }
}

/// Adds a compact JWS without its base64url to `packed`, a quarter shorter: header and payload, each behind its length, and the
/// signature. `None` where the token is none; then part of it may have been added.
pub fn pack_token(token: &str, packed: &mut Vec<u8>) -> Option<()> {
    let mut segments = token.split('.');
    let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next()?);
    if segments.next().is_some() {
        return None;
    }
    for segment in [header, payload] {
        let bytes = BASE64URL_NOPAD.decode_len(segment.len()).ok()?;
        packed.extend_from_slice(&u32::try_from(bytes).ok()?.to_be_bytes());
        decode_behind(segment, packed)?;
    }
    decode_behind(signature, packed)
}

/// Adds what `segment` says to `bytes`.
fn decode_behind(segment: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let start = bytes.len();
    bytes.resize(start + BASE64URL_NOPAD.decode_len(segment.len()).ok()?, 0);
    BASE64URL_NOPAD.decode_mut(segment.as_bytes(), bytes.get_mut(start..)?).ok().map(drop)
}

/// The token of its compact form, to the byte: base64url is read canonically, so there is one token for each.
pub fn unpack_token(packed: &[u8]) -> Option<String> {
    let mut segments = Vec::new();
    let mut rest = packed;
    for _ in 0..2 {
        let (length, behind) = rest.split_first_chunk::<LENGTH_BYTES>()?;
        let (part, behind) = behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        segments.push(encode_segment(part));
        rest = behind;
    }
    segments.push(encode_segment(rest));
    Some(segments.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{SaltKey, SigningKey, TokenKind, sign};

    #[test]
    fn what_is_sealed_opens_for_its_request_and_home_alone() {
        let (key, other) = (SaltKey::from_bytes([3; 32]).archive_key(), SaltKey::from_bytes([4; 32]).archive_key());
        let (key, other) = (key.unwrap(), other.unwrap());
        let (about, elsewhere) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
        let seal = || {
            let write = |room: &mut Vec<u8>| {
                room.extend_from_slice(b"who was asked about");
                Some(())
            };
            key.seal(about, (9, write), &Entropy).unwrap().unwrap()
        };
        let sealed = seal();
        assert_eq!(key.open(about, &sealed).unwrap(), b"who was asked about");
        assert!(!sealed.windows(3).any(|window| window == b"who"));
        assert_ne!(sealed, seal());
        assert_eq!(key.seal(about, (9, |_: &mut Vec<u8>| None), &Entropy).unwrap(), None);
        assert_eq!(other.open(about, &sealed), None);
        assert_eq!(key.open(elsewhere, &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(key.open(about, &changed), None, "byte {place}");
            assert_eq!(key.open(about, &sealed[..place]), None, "cut at {place}");
        }
    }

    #[test]
    fn a_token_comes_back_to_the_byte() {
        let key = SigningKey::from_seed([1; 32]);
        let token = sign(&key, TokenKind::Job, b"{\"a\":1}");
        let pack = |token: &str| {
            let mut packed = Vec::new();
            pack_token(token, &mut packed).map(|()| packed)
        };
        let packed = pack(&token).unwrap();
        assert!(packed.len() < token.len());
        assert_eq!(unpack_token(&packed).unwrap(), token);
        for bad in ["", "a.b", "e30.e30.AA.AA", "e30.e3=.AA", "e30.e31.AA"] {
            assert_eq!(pack(bad), None, "{bad}");
        }
        assert_eq!(unpack_token(&packed[..7]), None);
        assert_eq!(unpack_token(&[]), None);
    }
}
