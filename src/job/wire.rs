//! Requests and consents on the wire: strict JSON, every member known, none twice.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::model::RawParameter;

use super::wire_rows::WireRows;

/// The payload of a `job+jwt`.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireJob {
    pub iss: String,
    pub aud: String,
    pub iat: i64,
    pub exp: i64,
    pub jti: String,
    pub htm: String,
    pub htu: String,
    pub policy: WirePolicy,
    pub guest: String,
    pub parameters: WireParameters,
    pub parties: Vec<WireParty>,
    pub consents: Vec<String>,
    /// The client's own rows; left out where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<WireRows>,
    pub purpose: String,
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
    pub role: String,
    pub id: String,
}

/// The payload of a `batch+jwt`: what its jobs share, and the jobs.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireBatch {
    pub iss: String,
    pub aud: String,
    pub iat: i64,
    pub exp: i64,
    pub jti: String,
    pub htm: String,
    pub htu: String,
    pub policy: WirePolicy,
    pub guest: String,
    pub purpose: String,
    pub jobs: Vec<WireMember>,
}

/// One job of a batch.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireMember {
    pub parameters: WireParameters,
    pub parties: Vec<WireParty>,
    pub consents: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<WireRows>,
}

/// The payload of a `consent+jwt`.
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireConsent {
    pub iss: String,
    pub sub: String,
    pub client_id: String,
    pub aud: String,
    pub jti: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub authorization_details: [WireAuthorisation; 1],
}

/// One authorisation (RFC 9396).
#[derive(Debug, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireAuthorisation {
    #[serde(rename = "type")]
    pub kind: String,
    pub purpose: String,
    pub policy: String,
    /// The first version covered.
    pub version_min: String,
    /// The first version covered no more.
    pub version_below: String,
    pub role: String,
    pub max_uses: u32,
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
