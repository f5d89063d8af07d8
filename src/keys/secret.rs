//! The home's salt key: what makes pseudonyms in the ledger and commitments in receipts, so that
//! neither names anybody.

use data_encoding::HEXLOWER;
use ring::{hkdf, hmac};

use super::archive::ArchiveKey;
use super::canonical::{DigestKind, digest_parts};
use crate::model::{Digest, UnitId, length_prefixed};

/// The length of a party's salt.
pub const PARTY_SALT_BYTES: usize = 32;

/// The secret key of pseudonyms and salts.
pub struct SaltKey {
    bytes: [u8; 32],
    /// What every name and salt begins with, made once.
    names: hmac::Key,
    salts: hkdf::Prk,
}

impl SaltKey {
    /// From 32 secret bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let names = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let salts = hkdf::Salt::new(hkdf::HKDF_SHA256, b"anshi/party-salt/v1").extract(&bytes);
        Self { bytes, names, salts }
    }

    /// From the text of its file: 64 lower-case hexadecimal digits and a newline.
    pub fn from_file_text(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.trim_end().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self::from_bytes)
    }

    /// The text of its file.
    pub fn to_file_text(&self) -> String {
        HEXLOWER.encode(&self.bytes) + "\n"
    }

    /// The ledger's name of a unit: HMAC-SHA-256 of kind and identifier.
    pub fn pseudonym(&self, unit: &UnitId) -> Digest {
        self.keyed(b"anshi/pseudonym/v1\n", &[unit.kind().word().as_bytes(), unit.as_bytes()])
    }

    /// The ledger's name of everything that makes two jobs the same job.
    pub fn sameness(&self, parts: &[&[u8]]) -> Digest {
        self.keyed(b"anshi/sameness/v1\n", parts)
    }

    /// The key that seals archived requests; `None` never happens, as the length is within HKDF's limit.
    pub fn archive_key(&self) -> Option<ArchiveKey> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"anshi/request-archive-salt/v1").extract(&self.bytes);
        ArchiveKey::derive(&prk)
    }

    fn keyed(&self, prefix: &[u8], parts: &[&[u8]]) -> Digest {
        let mut context = hmac::Context::with_key(&self.names);
        context.update(prefix);
        length_prefixed(parts, |piece| context.update(piece));
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        Digest::from_bytes(bytes)
    }

    /// The salt of a party's commitment: HKDF-SHA-256 (RFC 5869) over job and position, so that the
    /// receipt stays a function of the request.
    pub fn party_salt(&self, job: &Digest, position: u32) -> [u8; PARTY_SALT_BYTES] {
        let position = position.to_be_bytes();
        let info = [job.as_bytes().as_slice(), &position];
        let mut salt = [0; PARTY_SALT_BYTES];
        // 32 bytes are within HKDF's limit of 255 × 32, so neither step can fail.
        if let Ok(material) = self.salts.expand(&info, hkdf::HKDF_SHA256) {
            let _ = material.fill(&mut salt);
        }
        salt
    }
}

impl std::fmt::Debug for SaltKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SaltKey(…)")
    }
}

/// The commitment to a party in a receipt: whoever has the salt and the identifier can open it.
pub fn party_commitment(salt: &[u8; PARTY_SALT_BYTES], role: &str, unit: &UnitId) -> Digest {
    digest_parts(DigestKind::Party, &[salt, role.as_bytes(), unit.kind().word().as_bytes(), unit.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UnitKind;

    #[test]
    fn salts_and_pseudonyms_differ() {
        let key = SaltKey::from_bytes([3; 32]);
        let job = Digest::from_bytes([1; 32]);
        assert_ne!(key.party_salt(&job, 0), key.party_salt(&job, 1));
        assert_ne!(key.party_salt(&job, 0), [0; 32]);
        let unit = UnitId::parse(UnitKind::Enterprise, "91350100M000100Y43").unwrap();
        assert_ne!(key.pseudonym(&unit), SaltKey::from_bytes([4; 32]).pseudonym(&unit));
        assert_eq!(SaltKey::from_file_text(&key.to_file_text()).unwrap().bytes, key.bytes);
    }
}
