//! Digests, signatures and secrets: JWS and JWK over ring, canonical digests, keyed pseudonyms.
//! Knows which key may sign which kind of token; never what a token says.

mod canonical;
mod chinese;
mod jwk;
mod jws;
mod key_set;
mod secret;

pub use canonical::{
    Canonical, CanonicalError, DigestKind, Hasher, canonical_json, canonical_json_with_nulls, digest_json,
    digest_parts, read_json, sha256,
};
pub use jwk::{Algorithm, JwkError, PublicJwk, PublicKey, SigningKey};
pub use jws::{
    BATCH_BYTES_MAX, JwsError, TOKEN_BYTES_MAX, TokenKind, TrustedKey, Verified, encode_segment, sign, verify,
};
pub use key_set::{KeySet, KeySetError, PublishedKey};
pub use secret::{PARTY_SALT_BYTES, SaltKey, party_commitment};
