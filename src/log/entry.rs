//! A log entry: what stands in the public log of a private record. Salted, so that entries can be
//! neither guessed nor linked; the record opens one leaf and no other.

use crate::keys::Hasher;
use crate::model::{Digest, length_prefixed};

/// The length of an entry's salt.
pub const SALT_BYTES: usize = 32;

/// What an entry says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A job was admitted and charged.
    Intent,
    /// A job ended: answered, or abandoned by a crash.
    Outcome,
    /// A guest was registered.
    Registration,
    /// A consent was revoked.
    Revocation,
    /// Another key signs receipts from here on.
    Rotation,
}

impl EntryKind {
    /// The word in the entry.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Registration => "registration",
            Self::Revocation => "revocation",
            Self::Rotation => "rotation",
        }
    }

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Intent, Self::Outcome, Self::Registration, Self::Revocation, Self::Rotation];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

/// The entry of a record: `anshi/leaf/v1`, the kind, and SHA-256(salt ‖ length-prefixed record).
pub fn entry_bytes(kind: EntryKind, salt: &[u8; SALT_BYTES], record: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::new();
    hasher.update(salt);
    length_prefixed(&[record], |piece| hasher.update(piece));
    [b"anshi/leaf/v1\n".as_slice(), kind.word().as_bytes(), b"\n", hasher.finish().as_bytes()].concat()
}

/// The Merkle leaf hash of an entry (RFC 6962, section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(&[0]);
    hasher.update(entry);
    hasher.finish()
}
