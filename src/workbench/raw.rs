//! A file of cases as written, before it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document::{LocalDate, Spanned};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCases {
    pub guest: Spanned<String>,
    pub day: Option<Spanned<LocalDate>>,
    #[serde(default)]
    pub data: RawData,
    #[serde(default)]
    pub request: RawRequest,
    #[serde(default)]
    pub case: Vec<RawCase>,
    #[serde(default)]
    pub population: Vec<RawPopulation>,
}

/// The invented city.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawData {
    pub seed: Option<u64>,
    pub scale: Option<Spanned<String>>,
    pub as_of: Option<Spanned<LocalDate>>,
}

/// What requests are made of, where a case says nothing else.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRequest {
    pub client: Option<Spanned<String>>,
    pub purpose: Option<String>,
    pub version: Option<String>,
    pub parties: Option<BTreeMap<String, Spanned<RawParties>>>,
    pub parameters: Option<BTreeMap<String, RawValue>>,
    pub consents: Option<Vec<RawConsent>>,
    pub rows: Option<BTreeMap<String, Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    pub title: Option<RawTitle>,
    pub day: Option<Spanned<LocalDate>>,
    #[serde(default)]
    pub new_data: bool,
    pub times: Option<Spanned<u32>>,
    pub guest: Option<Spanned<String>>,
    pub client: Option<Spanned<String>>,
    pub purpose: Option<String>,
    pub version: Option<String>,
    pub parties: Option<BTreeMap<String, Spanned<RawParties>>>,
    pub parameters: Option<BTreeMap<String, RawValue>>,
    pub consents: Option<Vec<RawConsent>>,
    pub rows: Option<BTreeMap<String, Spanned<String>>>,
    pub expect: Spanned<RawExpect>,
    #[serde(default)]
    pub left: BTreeMap<String, Spanned<RawAmount>>,
    #[serde(default)]
    pub left_ever: BTreeMap<String, Spanned<RawAmount>>,
}

impl RawCase {
    /// What it says of its request.
    pub fn request(&self) -> RawRequest {
        RawRequest {
            client: self.client.clone(),
            purpose: self.purpose.clone(),
            version: self.version.clone(),
            parties: self.parties.clone(),
            parameters: self.parameters.clone(),
            consents: self.consents.clone(),
            rows: self.rows.clone(),
        }
    }
}

/// Many of the invented city asked the same, and how their answers must be shared out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPopulation {
    pub title: Option<RawTitle>,
    pub scale: Option<Spanned<String>>,
    pub most: Option<Spanned<u32>>,
    pub role: Spanned<String>,
    pub dataset: Spanned<String>,
    #[serde(default)]
    pub others: Vec<RawOthers>,
    pub parameters: Option<BTreeMap<String, RawValue>>,
    pub shares: Spanned<BTreeMap<String, Spanned<[String; 2]>>>,
}

/// Who comes along: whoever an identifier column of an earlier party's rows names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOthers {
    pub role: Spanned<String>,
    pub of: Option<Spanned<String>>,
    pub dataset: Spanned<String>,
    pub column: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTitle {
    pub zh: Option<String>,
    pub en: Option<String>,
}

/// One party of a role, or several.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "expected a name, an identifier, or a list of them")]
pub(super) enum RawParties {
    One(String),
    Several(Vec<String>),
}

#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "expected an integer, a date or a text")]
pub(super) enum RawValue {
    Integer(i64),
    Date(LocalDate),
    Text(String),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConsent {
    pub role: Spanned<String>,
    pub party: Option<Spanned<String>>,
    pub client: Option<String>,
    pub purpose: Option<String>,
    pub policy: Option<String>,
    pub versions: Option<Spanned<[String; 2]>>,
    pub from: Option<LocalDate>,
    pub until: Option<LocalDate>,
    #[serde(default)]
    pub again: bool,
}

/// Exactly one of `answer`, `table` and `refused`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExpect {
    pub answer: Option<Spanned<String>>,
    pub table: Option<Spanned<RawTable>>,
    pub refused: Option<Spanned<String>>,
    pub detail: Option<Spanned<String>>,
    pub cost: Option<Spanned<RawAmount>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    pub keys: Option<BTreeMap<String, Vec<String>>>,
    pub noise: Option<String>,
    pub scales: Option<BTreeMap<String, String>>,
    pub min_units: Option<u32>,
}

/// Bits, or ε as a decimal in quotes.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number of bits, or ε as a decimal such as \"0.5\"")]
pub(super) enum RawAmount {
    Bits(u64),
    Decimal(String),
}
