//! SHA-256 digests as values. Computing them is `keys`' business; writing and reading them is here.

use std::fmt;
use std::str::FromStr;

/// A SHA-256 digest. Written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The text is no digest in its one canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest: write `sha256:` and 64 lower-case hexadecimal digits")]
pub struct DigestError(String);

impl DigestError {
    /// What was given for a digest.
    pub(super) fn given(&self) -> &str {
        &self.0
    }
}

impl Digest {
    /// The digest with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits, without the prefix: the form for file names.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// From 64 lower-case hexadecimal digits, without the prefix.
    pub fn from_hex(hex: &str) -> Result<Self, DigestError> {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| DigestError(hex.escape_debug().to_string()))
    }
}

/// Joins parts so that no two lists of parts give the same bytes: each behind its length as a
/// big-endian `u64`. `take` is given the bytes in pieces.
pub fn length_prefixed(parts: &[&[u8]], mut take: impl FnMut(&[u8])) {
    for part in parts {
        take(&(part.len() as u64).to_be_bytes());
        take(part);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"sha256:0000000000000000000000000000000000000000000000000000000000000000";
        if let Some((_, hex)) = text.split_first_chunk_mut::<7>() {
            data_encoding::HEXLOWER.encode_mut(&self.0, hex);
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        match text.strip_prefix("sha256:") {
            Some(hex) => Self::from_hex(hex).map_err(|_| DigestError(text.escape_debug().to_string())),
            None => Err(DigestError(text.escape_debug().to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_canonical_form() {
        let digest = Digest::from_bytes([0xab; 32]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!(digest.to_string().to_uppercase().parse::<Digest>().is_err());
        assert!(digest.hex().parse::<Digest>().is_err());
        assert!("sha256:abc".parse::<Digest>().is_err());
    }

    #[test]
    fn parts_do_not_run_together() {
        let joined = |parts: &[&[u8]]| {
            let mut bytes = Vec::new();
            length_prefixed(parts, |piece| bytes.extend_from_slice(piece));
            bytes
        };
        assert_ne!(joined(&[b"ab", b"c"]), joined(&[b"a", b"bc"]));
        assert_eq!(joined(&[b"ab"]), *b"\0\0\0\0\0\0\0\x02ab");
    }
}
