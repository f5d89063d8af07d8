//! Requests and consents on the wire: strict JSON, every member known, none twice. Members are declared in the order of
//! canonical JSON: what is written so need not be compared as a document (`keys::read_json`). What is only looked at stays in
//! the payload; what a request keeps is its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::model::RawParameter;

use super::wire_rows::WireRows;

/// The payload of a `job+jwt`.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireJob<'p> {
    #[serde(borrow)]
    pub aud: Cow<'p, str>,
    pub consents: Vec<String>,
    pub exp: i64,
    #[serde(borrow)]
    pub guest: Cow<'p, str>,
    #[serde(borrow)]
    pub htm: Cow<'p, str>,
    #[serde(borrow)]
    pub htu: Cow<'p, str>,
    pub iat: i64,
    pub iss: String,
    #[serde(borrow)]
    pub jti: Cow<'p, str>,
    pub parameters: WireParameters,
    pub parties: Vec<WireParty>,
    pub policy: WirePolicy,
    pub purpose: String,
    /// The client's own rows; left out where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<WireRows>,
}

#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WirePolicy {
    pub id: String,
    pub version: String,
}

#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireParty {
    pub id: String,
    pub role: String,
}

/// The payload of a `batch+jwt`: what its jobs share, and the jobs.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireBatch {
    pub aud: String,
    pub exp: i64,
    pub guest: String,
    pub htm: String,
    pub htu: String,
    pub iat: i64,
    pub iss: String,
    pub jobs: Vec<WireMember>,
    pub jti: String,
    pub policy: WirePolicy,
    pub purpose: String,
}

/// One job of a batch.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireMember {
    pub consents: Vec<String>,
    pub parameters: WireParameters,
    pub parties: Vec<WireParty>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<WireRows>,
}

/// The payload of a `consent+jwt`.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireConsent<'p> {
    #[serde(borrow)]
    pub aud: Cow<'p, str>,
    #[serde(borrow)]
    pub authorization_details: [WireAuthorisation<'p>; 1],
    pub client_id: String,
    pub exp: i64,
    pub iat: i64,
    pub iss: String,
    pub jti: String,
    pub nbf: i64,
    pub sub: String,
}

/// One authorisation (RFC 9396).
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireAuthorisation<'p> {
    pub max_uses: u32,
    pub policy: String,
    pub purpose: String,
    pub role: String,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'p, str>,
    /// The first version covered no more.
    #[serde(borrow)]
    pub version_below: Cow<'p, str>,
    /// The first version covered.
    #[serde(borrow)]
    pub version_min: Cow<'p, str>,
}

/// The `type` of an authorisation.
pub(super) const AUTHORISATION_KIND: &str = "anshi_label";

/// Parameters by name; a name that stands twice is an error, which a plain map would not notice.
#[derive(Debug, Default)]
pub(super) struct WireParameters(pub BTreeMap<String, RawParameter>);

impl Serialize for WireParameters {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, WireValue::from(value))))
    }
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(untagged)]
enum WireValue {
    Integer(i64),
    Text(String),
}

impl From<&RawParameter> for WireValue {
    fn from(value: &RawParameter) -> Self {
        match value {
            RawParameter::Integer(integer) => Self::Integer(*integer),
            RawParameter::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for WireParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;

        impl<'de> Visitor<'de> for Unique {
            type Value = WireParameters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of parameters")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireParameters, A::Error> {
                let mut parameters = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, WireValue>()? {
                    let value = match value {
                        WireValue::Integer(integer) => RawParameter::Integer(integer),
                        WireValue::Text(text) => RawParameter::Text(text),
                    };
                    if parameters.insert(name, value).is_some() {
                        return Err(A::Error::custom("a parameter stands there twice"));
                    }
                }
                Ok(WireParameters(parameters))
            }
        }

        deserializer.deserialize_map(Unique)
    }
}
