//! Digests, signatures and secrets: JWS and JWK over ring, canonical digests, keyed pseudonyms.
//! Knows which key may sign which kind of token; never what a token says.

mod archive;
mod canonical;
mod chinese;
mod form;
mod jwk;
mod jws;
mod key_set;
mod secret;

pub use archive::{ArchiveKey, pack_token, unpack_token};
pub use canonical::{
    AtHand, CanonicalError, DigestKind, Hasher, canonical_json, canonical_json_and_digest_without,
    canonical_json_with_nulls, digest_json, digest_parts, read_json, sha256,
};
pub use jwk::{Algorithm, JwkError, PublicJwk, PublicKey, SigningKey};
pub use jws::{
    BATCH_BYTES_MAX, JwsError, TOKEN_BYTES_MAX, TokenKind, TrustedKey, Verified, encode_segment, sign, verify,
};
pub use key_set::{KeySet, KeySetError, PublishedKey};
pub use secret::{PARTY_SALT_BYTES, SaltKey, party_commitment};
