//! Keys as JSON Web Keys (RFC 7517, RFC 8037): Ed25519 for what the engine signs, Ed25519 and P-256
//! for what others sign.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::canonical::{read_json, sha256};
use crate::env::{Entropy, EntropyError};

/// A signature algorithm; a property of the key, never read from a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032, RFC 9864).
    Ed25519,
    /// ECDSA over P-256 with SHA-256 (RFC 7518).
    Es256,
}

impl Algorithm {
    /// Whether a JOSE header may call this algorithm `name`. `EdDSA` is the older name of RFC 8037.
    pub fn is_called(self, name: &str) -> bool {
        match self {
            Self::Ed25519 => name == "Ed25519" || name == "EdDSA",
            Self::Es256 => name == "ES256",
        }
    }
}

/// A public key on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicJwk {
    /// `OKP` or `EC`.
    pub kty: String,
    /// `Ed25519` or `P-256`.
    pub crv: String,
    /// The key, or its x coordinate.
    pub x: String,
    /// The y coordinate, for `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The RFC 7638 thumbprint; checked where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The algorithm; checked where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// `sig` where it is given.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// Marks the key of a synthetic home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anshi_test: Option<bool>,
}

/// Why a JWK is no key that Anshi takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// No JSON, or no private JWK.
    #[error("it is no private JWK: JSON with `kty`, `crv`, `x` and `d` is needed")]
    Form,
    /// Another key type or curve.
    #[error("the key is neither `OKP`/`Ed25519` nor `EC`/`P-256`")]
    Type,
    /// A coordinate that is not canonical base64url of 32 bytes, or one too many.
    #[error("a member of the key is not 32 bytes in base64url without padding")]
    Encoding,
    /// A key that verifies one signature for many messages, so that nobody can be held to it.
    #[error("the key is of small order: its signatures would prove nothing")]
    SmallOrder,
    /// `kid`, `alg` or `use` contradict the key.
    #[error("`kid`, `alg` or `use` contradicts the key")]
    Contradiction,
}

/// A public key that can verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    /// 32 bytes for Ed25519; the 65 bytes of an uncompressed point for P-256.
    bytes: Vec<u8>,
    thumbprint: String,
}

/// The encodings of Ed25519's eight points of small order, without the sign of x: the order-4, neutral, both order-8
/// and order-2 points, and the two of them that have a second encoding, beyond the field's prime.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn is_small_order(x: &[u8; 32]) -> bool {
    let mut unsigned = *x;
    unsigned[31] &= 0x7f;
    SMALL_ORDER.contains(&HEXLOWER.encode(&unsigned).as_str())
}

fn coordinate(text: &str) -> Result<[u8; 32], JwkError> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| JwkError::Encoding)?;
    bytes.try_into().map_err(|_| JwkError::Encoding)
}

impl PublicKey {
    /// Checks a JWK.
    pub fn from_jwk(jwk: &PublicJwk) -> Result<Self, JwkError> {
        let key = match (jwk.kty.as_str(), jwk.crv.as_str(), &jwk.y) {
            ("OKP", "Ed25519", None) => {
                let x = coordinate(&jwk.x)?;
                if is_small_order(&x) {
                    return Err(JwkError::SmallOrder);
                }
                Self::ed25519(&x)
            }
            ("EC", "P-256", Some(y)) => Self::p256(&coordinate(&jwk.x)?, &coordinate(y)?),
            _ => return Err(JwkError::Type),
        };
        let kid_fits = jwk.kid.as_ref().is_none_or(|kid| *kid == key.thumbprint);
        let alg_fits = jwk.alg.as_ref().is_none_or(|alg| key.algorithm.is_called(alg));
        let use_fits = jwk.usage.as_ref().is_none_or(|usage| usage == "sig");
        if kid_fits && alg_fits && use_fits { Ok(key) } else { Err(JwkError::Contradiction) }
    }

    fn ed25519(x: &[u8; 32]) -> Self {
        let x_text = BASE64URL_NOPAD.encode(x);
        // RFC 7638: the required members in lexicographic order, no white space.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x_text}"}}"#);
        let thumbprint = BASE64URL_NOPAD.encode(sha256(members.as_bytes()).as_bytes());
        Self { algorithm: Algorithm::Ed25519, bytes: x.to_vec(), thumbprint }
    }

    fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let (x_text, y_text) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x_text}","y":"{y_text}"}}"#);
        let thumbprint = BASE64URL_NOPAD.encode(sha256(members.as_bytes()).as_bytes());
        let bytes = [&[4][..], x, y].concat();
        Self { algorithm: Algorithm::Es256, bytes, thumbprint }
    }

    /// The wire form, with `kid`, `alg` and `use`.
    pub fn to_jwk(&self) -> PublicJwk {
        let part = |range: std::ops::Range<usize>| BASE64URL_NOPAD.encode(self.bytes.get(range).unwrap_or_default());
        let (kty, crv, x, y, alg) = match self.algorithm {
            Algorithm::Ed25519 => ("OKP", "Ed25519", part(0..32), None, "Ed25519"),
            Algorithm::Es256 => ("EC", "P-256", part(1..33), Some(part(33..65)), "ES256"),
        };
        PublicJwk {
            kty: kty.to_owned(),
            crv: crv.to_owned(),
            x,
            y,
            kid: Some(self.thumbprint.clone()),
            alg: Some(alg.to_owned()),
            usage: Some("sig".to_owned()),
            anshi_test: None,
        }
    }

    /// The key's algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The RFC 7638 thumbprint: the `kid`.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The raw key of an Ed25519 key, for signed notes.
    pub fn ed25519_bytes(&self) -> Option<[u8; 32]> {
        self.bytes.as_slice().try_into().ok()
    }

    /// Whether `signature` is this key's over `message`. ES256 signatures are r‖s, 64 bytes.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, &self.bytes).verify(message, signature).is_ok(),
            Algorithm::Es256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.bytes).verify(message, signature).is_ok()
            }
        }
    }
}

/// An Ed25519 key that can sign.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
    seed: [u8; 32],
}

/// The private JWK file: as [`PublicJwk`], and the seed `d`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateJwk {
    kty: String,
    crv: String,
    x: String,
    d: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

impl SigningKey {
    /// A new random key.
    pub fn generate(entropy: &Entropy) -> Result<Self, EntropyError> {
        let seed = entropy.bytes()?;
        Self::from_seed(seed).map_err(|_| EntropyError)
    }

    /// The key of a 32-byte seed (RFC 8032's private key).
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, JwkError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| JwkError::Encoding)?;
        let x: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| JwkError::Encoding)?;
        Ok(Self { public: PublicKey::ed25519(&x), pair, seed })
    }

    /// Reads a private JWK; the public half must belong to the private one.
    pub fn from_private_jwk(json: &str) -> Result<Self, JwkError> {
        let jwk: PrivateJwk = read_json(json.as_bytes()).map_err(|_| JwkError::Form)?;
        let key = Self::from_seed(coordinate(&jwk.d)?)?;
        let public = PublicJwk {
            kty: jwk.kty,
            crv: jwk.crv,
            x: jwk.x,
            y: None,
            kid: jwk.kid,
            alg: None,
            usage: None,
            anshi_test: None,
        };
        if PublicKey::from_jwk(&public)? == key.public { Ok(key) } else { Err(JwkError::Contradiction) }
    }

    /// The private JWK, for a file that only its owner can read.
    pub fn to_private_jwk(&self) -> String {
        let public = self.public.to_jwk();
        let jwk = PrivateJwk {
            kty: public.kty,
            crv: public.crv,
            x: public.x,
            d: BASE64URL_NOPAD.encode(&self.seed),
            kid: public.kid,
        };
        serde_json::to_string_pretty(&jwk).unwrap_or_default() + "\n"
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The deterministic 64-byte signature of `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.thumbprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprint_of_rfc_8037() {
        // RFC 8037, appendix A.1 and A.3.
        let seed = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_seed(seed.try_into().unwrap()).unwrap();
        assert_eq!(key.public().to_jwk().x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.public().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn private_keys_round_trip_and_halves_must_fit() {
        let key = SigningKey::from_seed([7; 32]).unwrap();
        let other = SigningKey::from_seed([8; 32]).unwrap();
        let json = key.to_private_jwk();
        assert_eq!(SigningKey::from_private_jwk(&json).unwrap().public(), key.public());
        let mixed = json.replace(&key.public().to_jwk().x, &other.public().to_jwk().x);
        assert_eq!(SigningKey::from_private_jwk(&mixed).unwrap_err(), JwkError::Contradiction);
    }
}
