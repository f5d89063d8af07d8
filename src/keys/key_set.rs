//! The published key set (RFC 7517): the key that signs receipts now, and those that did before, each with the second
//! after which it signs nothing any more. Retired keys stay, so that old receipts verify.

use serde::{Deserialize, Serialize};

use super::canonical::read_json;
use super::jwk::{JwkError, PublicJwk, PublicKey};

/// A key set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// Not the JSON of a key set.
    #[error("it is no key set: {0}")]
    Json(#[from] serde_json::Error),
    /// A key is none.
    #[error("it has a key that is none: {0}")]
    Key(#[from] JwkError),
}

/// One published key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Its wire form.
    pub jwk: PublicJwk,
    /// The key.
    pub key: PublicKey,
    /// When it was made, in seconds since 1970; the first key of a home does not say.
    pub issued: Option<i64>,
    /// The last second that it signed for; none: it still signs. A receipt of a later second is not to be believed.
    pub expires: Option<i64>,
}

/// The keys that receipts verify with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<PublishedKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSet {
    keys: Vec<WireKey>,
}

/// A JWK with `iat` and `exp` as in OpenID Federation 1.0 (historical keys).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireKey {
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anshi_test: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl KeySet {
    /// The set of one key that signs from the beginning.
    pub fn new(key: &PublicKey, is_test: bool) -> Self {
        let mut set = Self::default();
        set.add(key, is_test, None);
        set
    }

    /// Reads and checks a set.
    pub fn parse(json: &str) -> Result<Self, KeySetError> {
        let wire: WireSet = read_json(json.as_bytes())?;
        let keys = wire.keys.into_iter().map(PublishedKey::from_wire).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The set as JSON, for its file.
    pub fn to_json(&self) -> String {
        let wire = WireSet { keys: self.keys.iter().map(PublishedKey::to_wire).collect() };
        serde_json::to_string_pretty(&wire).unwrap_or_default() + "\n"
    }

    /// All keys, the newest first.
    pub fn keys(&self) -> &[PublishedKey] {
        &self.keys
    }

    /// A key by thumbprint.
    pub fn key(&self, thumbprint: &str) -> Option<&PublishedKey> {
        self.keys.iter().find(|published| published.key.thumbprint() == thumbprint)
    }

    /// Whether receipts may be signed with this key now.
    pub fn is_active(&self, key: &PublicKey) -> bool {
        self.key(key.thumbprint()).is_some_and(|published| published.expires.is_none())
    }

    /// Adds a key that signs from now on, unless it is there.
    pub fn add(&mut self, key: &PublicKey, is_test: bool, issued: Option<i64>) {
        if self.key(key.thumbprint()).is_none() {
            let jwk = PublicJwk { anshi_test: is_test.then_some(true), ..key.to_jwk() };
            self.keys.insert(0, PublishedKey { jwk, key: key.clone(), issued, expires: None });
        }
    }

    /// Retires every key that still signs but `current`: the last second that they signed for is `expires`. Gives
    /// their thumbprints.
    pub fn retire_others(&mut self, current: &PublicKey, expires: i64) -> Vec<String> {
        let others = self.keys.iter_mut().filter(|published| published.key != *current && published.expires.is_none());
        let retire = |published: &mut PublishedKey| {
            published.expires = Some(expires);
            published.key.thumbprint().to_owned()
        };
        others.map(retire).collect()
    }
}

impl PublishedKey {
    fn from_wire(wire: WireKey) -> Result<Self, JwkError> {
        let WireKey { kty, crv, x, y, kid, alg, usage, anshi_test, iat, exp } = wire;
        let jwk = PublicJwk { kty, crv, x, y, kid, alg, usage, anshi_test };
        Ok(Self { key: PublicKey::from_jwk(&jwk)?, jwk, issued: iat, expires: exp })
    }

    fn to_wire(&self) -> WireKey {
        let PublicJwk { kty, crv, x, y, kid, alg, usage, anshi_test } = self.jwk.clone();
        WireKey { kty, crv, x, y, kid, alg, usage, anshi_test, iat: self.issued, exp: self.expires }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    #[test]
    fn a_retired_key_stays_and_signs_no_more() {
        let (old, new) = (SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32]));
        let mut set = KeySet::new(old.public(), true);
        assert!(set.is_active(old.public()) && !set.is_active(new.public()));
        set.add(new.public(), true, Some(10));
        assert!(set.is_active(old.public()) && set.is_active(new.public()));
        assert_eq!(set.retire_others(new.public(), 20), [old.public().thumbprint()]);
        assert_eq!(set.retire_others(new.public(), 30), Vec::<String>::new(), "the first time counts");
        assert!(!set.is_active(old.public()) && set.is_active(new.public()));
        assert_eq!(KeySet::parse(&set.to_json()).unwrap(), set);
        let expires = set.keys().iter().map(|key| key.expires).collect::<Vec<_>>();
        assert_eq!(expires, [None, Some(20)]);
        for wrong in [r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}"#, "[]", r#"{"keys":[{"exp":1}]}"#] {
            assert!(KeySet::parse(wrong).is_err(), "{wrong}");
        }
    }
}
