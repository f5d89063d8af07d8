//! A policy file and the accounts file as written, before they are checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::RawColumn;
use crate::document::{LocalDate, Spanned};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    pub id: Spanned<String>,
    pub version: Spanned<String>,
    pub title: RawBilingual,
    pub purpose: Spanned<String>,
    pub basis: Vec<String>,
    pub valid: RawValid,
    pub who: RawWho,
    #[serde(default)]
    pub role: BTreeMap<String, RawRole>,
    #[serde(default)]
    pub grant: Vec<RawGrant>,
    /// Left out of the digest where there is none: other policies stay what was approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_dataset: Vec<RawClientDataset>,
    #[serde(default)]
    pub parameter: Vec<RawParameter>,
    pub answer: RawAnswer,
    #[serde(default)]
    pub privacy: Option<RawPrivacy>,
    pub limits: RawLimits,
    /// Left out of the digest where there is none, as above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<RawAccept>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccept {
    pub warning: Spanned<String>,
    pub reason: Spanned<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBilingual {
    pub zh: String,
    pub en: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValid {
    pub from: Spanned<LocalDate>,
    pub until: Spanned<LocalDate>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWho {
    pub clients: Vec<Spanned<String>>,
    pub guests: Spanned<RawGuests>,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged, expecting = "expected \"any\" or a list of `sha256:…` digests")]
pub(super) enum RawGuests {
    Word(String),
    Listed(Vec<String>),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRole {
    pub unit: Spanned<String>,
    pub count: RawCount,
    pub consent: Spanned<String>,
    pub basis: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCount {
    pub min: u32,
    pub max: Spanned<u32>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGrant {
    pub role: Option<Spanned<String>>,
    pub dataset: Spanned<String>,
    pub columns: Vec<Spanned<String>>,
    pub history_months: Option<Spanned<u32>>,
    pub rows_max: Spanned<u32>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClientDataset {
    pub name: Spanned<String>,
    pub title: RawBilingual,
    pub role: Spanned<String>,
    pub key: Option<Spanned<String>>,
    pub time: Option<Spanned<String>>,
    pub history_months: Option<Spanned<u32>>,
    pub rows_max: Spanned<u32>,
    pub column: Vec<RawColumn>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawParameter {
    pub name: Spanned<String>,
    pub kind: Spanned<String>,
    pub values: Option<Vec<Spanned<RawValue>>>,
    pub min: Option<Spanned<i64>>,
    pub max: Option<Spanned<i64>>,
    pub step: Option<Spanned<i64>>,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged, expecting = "expected an integer, a date or a text")]
pub(super) enum RawValue {
    Integer(i64),
    Date(LocalDate),
    Text(String),
}

/// Of both kinds of answers: which members must be there, the check says by the kind.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAnswer {
    pub kind: Spanned<String>,
    pub labels: Option<Spanned<Vec<Spanned<String>>>>,
    pub unit: Option<Spanned<String>>,
    pub cells_per_unit: Option<Spanned<u32>>,
    pub min_units: Option<Spanned<u32>>,
    #[serde(default)]
    pub dimension: Vec<RawDimension>,
    #[serde(default)]
    pub measure: Vec<RawMeasure>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDimension {
    pub name: Spanned<String>,
    pub labels: Vec<Spanned<String>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMeasure {
    pub name: Spanned<String>,
    pub unit: Spanned<String>,
    pub lower: Spanned<i64>,
    pub upper: Spanned<i64>,
    pub share: Spanned<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivacy {
    pub noise: Spanned<String>,
    pub epsilon_per_job: Spanned<String>,
}

/// Of both kinds of answers, as in [`RawAnswer`].
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimits {
    pub fuel: Option<Spanned<u64>>,
    pub slot_ms: Option<Spanned<u32>>,
    pub fuel_per_unit: Option<Spanned<u64>>,
    pub units_max: Option<Spanned<u32>>,
    pub slot_s: Option<Spanned<u32>>,
    pub memory_mib: Spanned<u32>,
    pub jobs_per_minute: Spanned<u32>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccounts {
    #[serde(default)]
    pub label: BTreeMap<String, RawLabelAccount>,
    #[serde(default)]
    pub table: BTreeMap<String, RawTableAccount>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabelAccount {
    pub clients: BTreeMap<String, RawQuota>,
    pub limit: Spanned<RawQuota>,
    pub window_days: Spanned<u32>,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuota {
    pub bits: u32,
    pub lifetime: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTableAccount {
    pub clients: BTreeMap<String, RawEpsilon>,
    pub limit: Spanned<RawEpsilon>,
    pub window_days: Spanned<u32>,
}

#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEpsilon {
    pub epsilon: String,
    pub lifetime: String,
}
