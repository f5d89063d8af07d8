//! Attack 42, for ES256: r and s outside of their range, other forms of a signature, keys of other curves or of none.

use anshi::keys::{JwkError, PublicJwk, PublicKey, TokenKind, TrustedKey, verify};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

use crate::support::reseal;

/// The order of P-256's group (FIPS 186-4, D.1.2.3).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

struct Signer {
    pair: EcdsaKeyPair,
    jwk: PublicJwk,
}

impl Signer {
    fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let jwk = PublicJwk {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x: text(&point[1..33]),
            y: Some(text(&point[33..])),
            kid: None,
            alg: None,
            usage: None,
            anshi_test: None,
        };
        Self { pair, jwk }
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec()
    }
}

fn trust(jwk: &PublicJwk) -> TrustedKey {
    let key = PublicKey::from_jwk(jwk).unwrap();
    TrustedKey { owner: "bank".to_owned(), key, kinds: vec![TokenKind::Job] }
}

/// `order - s`, the other signature that ECDSA's equation fits.
fn negated(s: &[u8]) -> Vec<u8> {
    let order = HEXLOWER.decode(ORDER.as_bytes()).unwrap();
    let mut borrow = 0i16;
    let mut out = vec![0; 32];
    for place in (0..32).rev() {
        let digit = i16::from(order[place]) - i16::from(s[place]) - borrow;
        borrow = i16::from(digit < 0);
        out[place] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    out
}

#[test]
fn signatures_outside_of_their_range_or_form_are_refused() {
    let _turn = crate::support::strong();
    let signer = Signer::new();
    let trust = trust(&signer.jwk);
    let header = format!(r#"{{"alg":"ES256","kid":"{}","typ":"job+jwt"}}"#, trust.key.thumbprint());
    let seal = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| reseal(".e30.", &header, |input| change(signer.sign(input)));
    let accepted = |token: &str| verify(token, TokenKind::Job, [&trust]).map(|verified| verified.input());
    assert!(accepted(&seal(&|good| good)).is_ok());
    let order = HEXLOWER.decode(ORDER.as_bytes()).unwrap();
    let values = [vec![0; 32], order.clone(), vec![0xff; 32]];
    for value in &values {
        assert!(accepted(&seal(&|good| [value, &good[32..]].concat())).is_err());
        assert!(accepted(&seal(&|good| [&good[..32], value.as_slice()].concat())).is_err());
        for other in &values {
            assert!(accepted(&seal(&|_| [value.as_slice(), other].concat())).is_err());
        }
    }
    for change in [
        |good: Vec<u8>| good[..63].to_vec(),
        |good: Vec<u8>| [good.as_slice(), &[0]].concat(),
        |good: Vec<u8>| [&[0], good.as_slice()].concat(),
        |good: Vec<u8>| [&[0x30, 0x44, 2, 32], &good[..32], &[2, 32], &good[32..]].concat(),
        |good: Vec<u8>| [&good[32..], &good[..32]].concat(),
        |_| Vec::new(),
    ] {
        assert!(accepted(&seal(&change)).is_err());
    }
    // ECDSA has a second signature for each. It may verify: a signature is no identifier, the input is.
    let (good, second) = (seal(&|good| good), seal(&|good| [&good[..32], negated(&good[32..]).as_slice()].concat()));
    if let Ok(input) = accepted(&second) {
        assert_eq!(Ok(input), accepted(&good));
    }
}

#[test]
fn keys_of_other_curves_or_of_none_are_refused() {
    let _turn = crate::support::strong();
    let good = Signer::new().jwk;
    let changed = |change: &dyn Fn(&mut PublicJwk)| {
        let mut jwk = good.clone();
        change(&mut jwk);
        PublicKey::from_jwk(&jwk)
    };
    assert!(changed(&|_| {}).is_ok());
    for curve in ["P-384", "P-521", "secp256k1", "Ed25519", "p-256", ""] {
        assert_eq!(changed(&|jwk| curve.clone_into(&mut jwk.crv)), Err(JwkError::Type), "{curve}");
    }
    assert_eq!(changed(&|jwk| "OKP".clone_into(&mut jwk.kty)), Err(JwkError::Type));
    assert_eq!(changed(&|jwk| jwk.y = None), Err(JwkError::Type));
    assert_eq!(changed(&|jwk| jwk.x.push('A')), Err(JwkError::Encoding));
    assert_eq!(changed(&|jwk| jwk.x.push('=')), Err(JwkError::Encoding));
    assert_eq!(changed(&|jwk| jwk.y = Some(String::new())), Err(JwkError::Encoding));
    assert_eq!(changed(&|jwk| jwk.alg = Some("ES384".to_owned())), Err(JwkError::Contradiction));
    assert_eq!(changed(&|jwk| jwk.kid = Some("other".to_owned())), Err(JwkError::Contradiction));
    assert_eq!(changed(&|jwk| jwk.usage = Some("enc".to_owned())), Err(JwkError::Contradiction));
}

#[test]
fn a_point_off_the_curve_verifies_nothing() {
    let _turn = crate::support::strong();
    let signer = Signer::new();
    for (x, y) in [(signer.jwk.y.clone().unwrap(), signer.jwk.x.clone()), ("A".repeat(43), "A".repeat(43))] {
        let Ok(key) = PublicKey::from_jwk(&PublicJwk { x, y: Some(y), ..signer.jwk.clone() }) else { continue };
        assert!(!key.verifies(b"message", &signer.sign(b"message")));
        assert!(!key.verifies(b"message", &[0; 64]));
    }
}
