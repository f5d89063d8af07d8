//! A policy file and the accounts file as written, before they are checked. The comments are what `docs/policies.md` and the
//! JSON Schema say of each field, so they are for those who write policies.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::RawColumn;
use crate::document::{LocalDate, Spanned};

/// What may be asked, by whom, about whom, and what the answer may be.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    /// the policy's name, and its folder's
    pub id: Spanned<String>,
    /// three numbers; consents are for versions of one first number
    pub version: Spanned<String>,
    /// what people call it
    pub title: RawBilingual,
    /// what answers may be used for; requests and consents name it
    pub purpose: Spanned<String>,
    /// legal bases, at least one
    pub basis: Spanned<Vec<String>>,
    /// the days on which it is in force
    pub valid: RawValid,
    /// who may ask, with which guests
    pub who: RawWho,
    /// `[role.NAME]`: a kind of party; label policies alone
    #[serde(default)]
    pub role: BTreeMap<Spanned<String>, RawRole>,
    /// `[[grant]]`: what a guest may read
    #[serde(default)]
    pub grant: Vec<RawGrant>,
    // Left out of the digest where there is none: other policies stay what was approved.
    /// `[[client_dataset]]`: rows that the client sends along
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_dataset: Vec<RawClientDataset>,
    /// `[[parameter]]`: what the client chooses
    #[serde(default)]
    pub parameter: Vec<RawParameter>,
    /// what may be answered
    pub answer: RawAnswer,
    /// how a table's noise is made
    #[serde(default)]
    pub privacy: Option<RawPrivacy>,
    /// what a run may use
    pub limits: Spanned<RawLimits>,
    // As of the client's datasets.
    /// `[[accept]]`: a warning that was considered
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<RawAccept>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccept {
    /// its code
    pub warning: Spanned<String>,
    /// why it is accepted; reviews show it
    pub reason: Spanned<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBilingual {
    /// its title in Chinese
    pub zh: String,
    /// its title in English
    pub en: String,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValid {
    /// the first day (UTC)
    pub from: Spanned<LocalDate>,
    /// the last day (UTC)
    pub until: Spanned<LocalDate>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWho {
    /// who may ask; each also needs a quota in the accounts
    pub clients: Vec<Spanned<String>>,
    /// the digests of the guests that may answer, or `any`
    pub guests: Spanned<RawGuests>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"any\" or a list of `sha256:…` digests")]
pub(super) enum RawGuests {
    #[schemars(extend("enum" = ["any"]))]
    Word(String),
    Listed(Vec<String>),
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRole {
    /// what kind of unit a party of it is
    #[schemars(extend("enum" = ["enterprise", "person"]))]
    pub unit: Spanned<String>,
    /// how many parties a job has of it
    pub count: RawCount,
    /// whether each party must have consented
    #[schemars(extend("enum" = ["required", "not-required"]))]
    pub consent: Spanned<String>,
    /// what makes consent unnecessary
    pub basis: Option<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCount {
    /// at least so many parties
    pub min: u32,
    /// at most so many, up to 16
    pub max: Spanned<u32>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGrant {
    /// of which role; none in a table's policy
    pub role: Option<Spanned<String>>,
    /// a dataset of the catalog
    pub dataset: Spanned<String>,
    /// its columns
    pub columns: Vec<Spanned<String>>,
    /// rows older than so many months are not given; where the dataset has a `time`
    pub history_months: Option<Spanned<u32>>,
    /// the newest rows, at most so many
    pub rows_max: Spanned<u32>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClientDataset {
    /// its name, none of the catalog's
    pub name: Spanned<String>,
    /// what people call it
    pub title: RawBilingual,
    /// about whom the rows are
    pub role: Spanned<String>,
    /// the column that names the party, in a role of several
    pub key: Option<Spanned<String>>,
    /// the date that history counts on
    pub time: Option<Spanned<String>>,
    /// as of a grant
    pub history_months: Option<Spanned<u32>>,
    /// a request has at most so many rows, up to 10,000
    pub rows_max: Spanned<u32>,
    /// its columns, as in the catalog
    pub column: Vec<RawColumn>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawParameter {
    /// its name
    pub name: Spanned<String>,
    /// what its values are; an identifier is anybody's, and a guest only compares it
    #[schemars(extend("enum" = ["integer", "date", "text", "identifier"]))]
    pub kind: Spanned<String>,
    /// all that it may be, as a list
    pub values: Option<Vec<Spanned<RawValue>>>,
    /// or, for integers, the least
    pub min: Option<Spanned<i64>>,
    /// the greatest
    pub max: Option<Spanned<i64>>,
    /// and the distance
    pub step: Option<Spanned<i64>>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected an integer, a date or a text")]
pub(super) enum RawValue {
    Integer(i64),
    Date(LocalDate),
    Text(String),
}

// Of both kinds of answers: which members must be there, the check says by the kind.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAnswer {
    /// one word about named parties, or a table of noisy figures
    #[schemars(extend("enum" = ["label", "table"]))]
    pub kind: Spanned<String>,
    /// what may be answered beside `undetermined`
    pub labels: Option<Spanned<Vec<Spanned<String>>>>,
    /// of a table, whom it is about
    #[schemars(extend("enum" = ["enterprise", "person"]))]
    pub unit: Option<Spanned<String>>,
    /// to so many cells one unit adds at most
    pub cells_per_unit: Option<Spanned<u32>>,
    /// cells with fewer, by the noisy count, are not printed
    pub min_units: Option<Spanned<u32>>,
    /// `[[answer.dimension]]`: what cells are told apart by
    #[serde(default)]
    pub dimension: Vec<RawDimension>,
    /// `[[answer.measure]]`: what is summed
    #[serde(default)]
    pub measure: Vec<RawMeasure>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDimension {
    /// its name
    pub name: Spanned<String>,
    /// its closed list
    pub labels: Vec<Spanned<String>>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMeasure {
    /// its name
    pub name: Spanned<String>,
    /// what it is counted in, for people
    pub unit: Spanned<String>,
    /// what one unit adds to a cell at least
    pub lower: Spanned<i64>,
    /// and at most
    pub upper: Spanned<i64>,
    /// its share of ε; the count has what is left, and is compared alike
    pub share: Spanned<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivacy {
    /// how it is drawn; the Gaussian is looser
    #[schemars(extend("enum" = ["discrete-laplace", "discrete-gaussian"]))]
    pub noise: Spanned<String>,
    /// what a table costs, up to 20
    pub epsilon_per_job: Spanned<String>,
}

// Of both kinds of answers, as in `RawAnswer`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimits {
    /// what one label job may compute
    pub fuel: Option<Spanned<u64>>,
    /// from dispatch to tick of a label job
    pub slot_ms: Option<Spanned<u32>>,
    /// what one unit's run may compute
    pub fuel_per_unit: Option<Spanned<u64>>,
    /// the slot has time for so many units
    pub units_max: Option<Spanned<u32>>,
    /// from dispatch to tick of a table
    pub slot_s: Option<Spanned<u32>>,
    /// the memory of one run, up to 256
    pub memory_mib: Spanned<u32>,
    /// what one client may ask
    pub jobs_per_minute: Spanned<u32>,
}

/// How much may be learnt of one unit by one client, across all policies.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccounts {
    /// `[label.UNIT]`: bits of each party; `UNIT` is `enterprise` or `person`
    #[serde(default)]
    pub label: BTreeMap<Spanned<String>, RawLabelAccount>,
    /// `[table.UNIT]`: ε of all units together
    #[serde(default)]
    pub table: BTreeMap<Spanned<String>, RawTableAccount>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabelAccount {
    /// what each client may spend, by its name
    pub clients: BTreeMap<Spanned<String>, RawQuota>,
    /// what all of them may: at least the sum of the quotas
    pub limit: Spanned<RawQuota>,
    /// after so many days what was spent counts for the lifetime alone
    pub window_days: Spanned<u32>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuota {
    /// within the window
    pub bits: u32,
    /// ever
    pub lifetime: u32,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTableAccount {
    /// what each client may spend, by its name
    pub clients: BTreeMap<Spanned<String>, RawEpsilon>,
    /// what all of them may: at least the sum of the quotas
    pub limit: Spanned<RawEpsilon>,
    /// after so many days what was spent counts for the lifetime alone
    pub window_days: Spanned<u32>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEpsilon {
    /// within the window
    pub epsilon: Spanned<String>,
    /// ever
    pub lifetime: Spanned<String>,
}
