//! Keys as JSON Web Keys (RFC 7517, RFC 8037): Ed25519 for what the engine signs, Ed25519 and P-256
//! for what others sign.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, Signer, Verifier, VerifyingKey};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
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
    /// 32 bytes that encode no point of Ed25519's curve (RFC 8032, 5.1.3), so no signature verifies under them.
    #[error("the key is not a point on its curve")]
    NotOnCurve,
    /// A key that verifies one signature for many messages, so that nobody can be held to it.
    #[error("the key is of small order: its signatures would prove nothing")]
    SmallOrder,
    /// `kid`, `alg` or `use` contradict the key.
    #[error("`kid`, `alg` or `use` contradicts the key")]
    Contradiction,
}

/// A public key that can verify.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    point: Point,
    thumbprint: String,
}

#[derive(Clone, PartialEq, Eq)]
enum Point {
    /// Decompressed once, when the key is read.
    Ed25519(VerifyingKey),
    /// Uncompressed.
    P256([u8; 65]),
}

/// Whether the number of an Ed25519 key, without the sign above it, is below 2²⁵⁵ − 19. The library reduces one that is not: a
/// second encoding, and another thumbprint, of the same point.
fn is_below_prime(x: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = x;
    *first < 0xed || middle.iter().any(|byte| *byte != 0xff) || last & 0x7f != 0x7f
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
                let key = VerifyingKey::from_bytes(&x).map_err(|_| JwkError::NotOnCurve)?;
                if key.is_weak() {
                    return Err(JwkError::SmallOrder);
                }
                if !is_below_prime(&x) {
                    return Err(JwkError::NotOnCurve);
                }
                Self::ed25519(key)
            }
            ("EC", "P-256", Some(y)) => Self::p256(&coordinate(&jwk.x)?, &coordinate(y)?),
            _ => return Err(JwkError::Type),
        };
        let kid_fits = jwk.kid.as_ref().is_none_or(|kid| *kid == key.thumbprint);
        let alg_fits = jwk.alg.as_ref().is_none_or(|alg| key.algorithm().is_called(alg));
        let use_fits = jwk.usage.as_ref().is_none_or(|usage| usage == "sig");
        if kid_fits && alg_fits && use_fits { Ok(key) } else { Err(JwkError::Contradiction) }
    }

    fn ed25519(key: VerifyingKey) -> Self {
        let x_text = BASE64URL_NOPAD.encode(key.as_bytes());
        // RFC 7638: the required members in lexicographic order, no white space.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x_text}"}}"#);
        let thumbprint = BASE64URL_NOPAD.encode(sha256(members.as_bytes()).as_bytes());
        Self { point: Point::Ed25519(key), thumbprint }
    }

    fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let (x_text, y_text) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x_text}","y":"{y_text}"}}"#);
        let thumbprint = BASE64URL_NOPAD.encode(sha256(members.as_bytes()).as_bytes());
        let mut point = [4; 65];
        let (x_place, y_place) = point.split_at_mut(33);
        x_place.split_at_mut(1).1.copy_from_slice(x);
        y_place.copy_from_slice(y);
        Self { point: Point::P256(point), thumbprint }
    }

    /// The wire form, with `kid`, `alg` and `use`.
    pub fn to_jwk(&self) -> PublicJwk {
        let text = |coordinate: &[u8]| BASE64URL_NOPAD.encode(coordinate);
        let (kty, crv, x, y, alg) = match &self.point {
            Point::Ed25519(key) => ("OKP", "Ed25519", text(key.as_bytes()), None, "Ed25519"),
            Point::P256(point) => {
                let (x, y) = point.split_at(33);
                ("EC", "P-256", text(x.split_at(1).1), Some(text(y)), "ES256")
            }
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
        match self.point {
            Point::Ed25519(_) => Algorithm::Ed25519,
            Point::P256(_) => Algorithm::Es256,
        }
    }

    /// The RFC 7638 thumbprint: the `kid`.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The raw key of an Ed25519 key, for signed notes.
    pub fn ed25519_bytes(&self) -> Option<[u8; 32]> {
        match &self.point {
            Point::Ed25519(key) => Some(key.to_bytes()),
            Point::P256(_) => None,
        }
    }

    /// Whether `signature` is this key's over `message`. ES256 signatures are r‖s, 64 bytes.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.point {
            Point::Ed25519(key) => {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            Point::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }
}

/// An Ed25519 key that can sign.
pub struct SigningKey {
    /// Overwrites its seed when it is dropped.
    pair: ed25519_dalek::SigningKey,
    public: PublicKey,
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
        Ok(Self::from_seed(entropy.bytes()?))
    }

    /// The key of a 32-byte seed (RFC 8032's private key).
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let pair = ed25519_dalek::SigningKey::from_bytes(&seed);
        Self { public: PublicKey::ed25519(pair.verifying_key()), pair }
    }

    /// Reads a private JWK; the public half must belong to the private one.
    pub fn from_private_jwk(json: &str) -> Result<Self, JwkError> {
        let jwk: PrivateJwk = read_json(json.as_bytes()).map_err(|_| JwkError::Form)?;
        let key = Self::from_seed(coordinate(&jwk.d)?);
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
            d: BASE64URL_NOPAD.encode(self.pair.as_bytes()),
            kid: public.kid,
        };
        serde_json::to_string_pretty(&jwk).unwrap_or_default() + "\n"
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The deterministic 64-byte signature of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).to_bytes()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint)
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
        let key = SigningKey::from_seed(seed.try_into().unwrap());
        assert_eq!(key.public().to_jwk().x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.public().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn private_keys_round_trip_and_halves_must_fit() {
        let key = SigningKey::from_seed([7; 32]);
        let other = SigningKey::from_seed([8; 32]);
        let json = key.to_private_jwk();
        assert_eq!(SigningKey::from_private_jwk(&json).unwrap().public(), key.public());
        let mixed = json.replace(&key.public().to_jwk().x, &other.public().to_jwk().x);
        assert_eq!(SigningKey::from_private_jwk(&mixed).unwrap_err(), JwkError::Contradiction);
    }

    /// What another library says of the same bytes.
    fn ring_verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ring::signature::ED25519, key).verify(message, signature).is_ok()
    }

    fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }

    #[test]
    fn signatures_are_those_of_another_library_and_no_other_is_taken() {
        for seed in 0..8 {
            let (key, message) = (SigningKey::from_seed([seed; 32]), vec![seed; 300 * usize::from(seed)]);
            let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
            let (signature, x) = (key.sign(&message), key.public().ed25519_bytes().unwrap());
            assert_eq!(signature, pair.sign(&message).as_ref());
            assert!(key.public().verifies(&message, &signature));
            for bit in 0..512 {
                let other = flipped(&signature, bit);
                assert!(!key.public().verifies(&message, &other), "bit {bit} of a signature");
                assert!(!ring_verifies(&x, &message, &other));
            }
            for cut in [0, 32, 63] {
                assert!(!key.public().verifies(&message, &signature[..cut]));
            }
            assert!(!key.public().verifies(&message, &[&signature[..], &[0]].concat()));
            assert!(!key.public().verifies(&[&message[..], &[0]].concat(), &signature));
        }
    }

    #[test]
    fn a_signature_has_one_form() {
        // RFC 8032, 5.1.7: the second half is below the order of the group; with the order added it is the same number modulo it.
        let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        let order = data_encoding::HEXLOWER.decode(order.as_bytes()).unwrap();
        for seed in 0..32 {
            let key = SigningKey::from_seed([seed; 32]);
            let mut second = key.sign(b"anshi");
            let mut carry = 0;
            for (byte, more) in second[32..].iter_mut().zip(&order) {
                carry += u16::from(*byte) + u16::from(*more);
                *byte = carry.to_le_bytes()[0];
                carry >>= 8;
            }
            assert!(!key.public().verifies(b"anshi", &second));
            assert!(!ring_verifies(&key.public().ed25519_bytes().unwrap(), b"anshi", &second));
        }
    }

    #[test]
    fn a_key_is_a_point_of_the_curve() {
        let key = SigningKey::from_seed([3; 32]);
        let (signature, x) = (key.sign(b"anshi"), key.public().ed25519_bytes().unwrap());
        assert_eq!(read_key(&x).unwrap(), *key.public());
        let mut refused = 0;
        for bit in 0..256 {
            let other = flipped(&x, bit);
            match read_key(&other) {
                Ok(key) => assert!(!key.verifies(b"anshi", &signature)),
                Err(error) => {
                    assert_eq!(error, JwkError::NotOnCurve);
                    refused += 1;
                }
            }
            assert!(!ring_verifies(&other, b"anshi", &signature));
        }
        // About every second number is the y of a point.
        assert!((64..192).contains(&refused), "{refused}");
    }

    fn read_key(x: &[u8]) -> Result<PublicKey, JwkError> {
        let x = BASE64URL_NOPAD.encode(x);
        PublicKey::from_jwk(&PublicJwk { x, kid: None, ..SigningKey::from_seed([3; 32]).public().to_jwk() })
    }

    #[test]
    fn a_key_of_small_order_is_refused_in_each_encoding() {
        // Without the sign: order 4, the neutral point, both of order 8, order 2, and two second encodings beyond the prime.
        for y in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            let y = data_encoding::HEXLOWER.decode(y.as_bytes()).unwrap();
            // Under such a key this is a signature of one message in eight at least: of a neutral point, and of nothing.
            let forged = [&[1][..], &[0; 63]].concat();
            for x in [y.clone(), flipped(&y, 255)] {
                assert!((0..99_u8).any(|message| ring_verifies(&x, &[message], &forged)));
                assert_eq!(read_key(&x).unwrap_err(), JwkError::SmallOrder);
            }
        }
    }

    #[test]
    fn a_key_has_one_encoding() {
        let (mut refused, mut same) = (0, 0);
        // 2²⁵⁵ − 19 to 2²⁵⁵ − 1 are 0 to 18 a second time.
        for first in 0xed..=0xff_u8 {
            for last in [0x7f, 0xff] {
                let mut x = [0xff; 32];
                (x[0], x[31]) = (first, last);
                let mut reduced = [0; 32];
                (reduced[0], reduced[31]) = (first - 0xed, last & 0x80);
                assert_ne!(read_key(&x).map(drop), Ok(()));
                refused += u32::from(VerifyingKey::from_bytes(&x).is_ok_and(|key| !key.is_weak()));
                same += u32::from(read_key(&reduced).is_ok());
            }
        }
        assert_eq!((refused, same), (20, 20), "points that the library would take");
        // The largest number below the prime is the y of a point of order 2; the one before it is a number like any other.
        let mut x = [0xff; 32];
        x[31] = 0x7f;
        let below = |first: u8| read_key(&[&[first], &x[1..]].concat()).is_ok();
        assert!((0xe0..0xec).any(below));
    }
}
