//! A catalog file as written, before it is checked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Spanned;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDataset {
    pub name: Spanned<String>,
    pub title: RawBilingual,
    pub department: RawBilingual,
    pub library: Spanned<String>,
    #[serde(default)]
    pub collections: Vec<Spanned<String>>,
    pub unit: Spanned<String>,
    pub key: Spanned<String>,
    pub time: Option<Spanned<String>>,
    pub classification: Spanned<String>,
    pub update: Spanned<String>,
    pub column: Vec<RawColumn>,
    pub source: RawSource,
    pub synthetic: RawSynthetic,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBilingual {
    /// its title in Chinese
    pub zh: String,
    /// its title in English
    pub en: String,
}

/// A column as written: of a department's dataset, or of a client's own in a policy.
#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(description = "A column, as in the catalog")]
#[serde(deny_unknown_fields)]
pub struct RawColumn {
    /// its name
    pub(super) name: Spanned<String>,
    /// what its values are
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["boolean", "integer", "date", "timestamp", "text", "identifier"]))]
    pub(super) kind: Spanned<String>,
    /// what people call it
    pub(super) title: Option<RawBilingual>,
    /// what an integer is counted in; money is in `fen`
    pub(super) unit: Option<Spanned<String>>,
    /// how many of an integer's digits are decimals
    pub(super) scale: Option<Spanned<u8>>,
    /// the least integer
    pub(super) min: Option<Spanned<i64>>,
    /// the greatest integer
    pub(super) max: Option<Spanned<i64>>,
    /// all that a text may be
    pub(super) values: Option<Vec<Spanned<String>>>,
    /// whom an identifier names
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["enterprise", "person"]))]
    pub(super) names: Option<Spanned<String>>,
}

/// Which keys a source has depends on its kind: `check_source` holds the table.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub kind: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<Spanned<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Spanned<String>>,
    #[serde(default)]
    pub columns: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub decimals: BTreeMap<String, Spanned<u8>>,
    #[serde(default)]
    pub dates: Vec<Spanned<String>>,
    #[serde(default)]
    pub missing: Vec<String>,
    pub on_bad_id: Spanned<String>,
    pub rejects_max: Option<Spanned<String>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSynthetic {
    pub rows_per_unit: RawRange,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRange {
    pub min: u32,
    pub max: Spanned<u32>,
}
