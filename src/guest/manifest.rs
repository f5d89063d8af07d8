//! The guest's description of itself: from the contract's types to the domain's, and as JSON for the ledger.

use serde::{Deserialize, Serialize};

use super::bindings::exports::anshi::sandbox::verifying as wit;
use super::engine::Tier;
use super::inspect::Inspected;
use crate::model::{Manifest, ParameterKind, ParameterSpec, Read, Role, TableRead};

/// Reads a description as the compiling child prints it and the ledger keeps it; `None` for anything else. Whether
/// the manifest is sound is for [`Manifest::check`] to say.
pub fn read_description(json: &str) -> Option<Manifest> {
    Description::read(json).map(|(_, manifest)| manifest)
}

/// What registration keeps of a guest, beside its artefact.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    pub tier: String,
    pub memory_bytes: u64,
    pub manifest: WireManifest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireManifest {
    pub parameters: Vec<(String, String)>,
    pub roles: Vec<WireRole>,
    pub labels: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRole {
    pub name: String,
    pub tables: Vec<WireTable>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireTable {
    pub dataset: String,
    pub reads: Vec<(String, Vec<String>)>,
}

impl Description {
    pub fn new(inspected: &Inspected, manifest: wit::Manifest) -> Self {
        let table = |table: wit::TableRead| WireTable {
            dataset: table.dataset,
            reads: table.reads.into_iter().map(|read| (read.column, read.values)).collect(),
        };
        let role = |role: wit::Role| WireRole { name: role.name, tables: role.tables.into_iter().map(table).collect() };
        let kind = |kind| match kind {
            wit::ParameterKind::Integer => ParameterKind::Integer,
            wit::ParameterKind::Date => ParameterKind::Date,
            wit::ParameterKind::Text => ParameterKind::Text,
            wit::ParameterKind::Identifier => ParameterKind::Identifier,
        };
        let parameters = manifest.parameters.into_iter().map(|spec| (spec.name, kind(spec.kind).word().to_owned()));
        Self {
            tier: inspected.tier.word().to_owned(),
            memory_bytes: inspected.memory_bytes,
            manifest: WireManifest {
                parameters: parameters.collect(),
                roles: manifest.roles.into_iter().map(role).collect(),
                labels: manifest.labels,
            },
        }
    }

    /// Reads the JSON that [`Self::to_json`] wrote; `None` for anything else, a hostile child's output included.
    pub fn read(json: &str) -> Option<(Tier, Manifest)> {
        let description: Self = serde_json::from_str(json).ok()?;
        let table = |table: WireTable| TableRead {
            dataset: table.dataset,
            reads: table.reads.into_iter().map(|(column, values)| Read { column, values }).collect(),
        };
        let role = |role: WireRole| Role { name: role.name, tables: role.tables.into_iter().map(table).collect() };
        let parameter =
            |(name, kind): (String, String)| ParameterKind::from_word(&kind).map(|kind| ParameterSpec { name, kind });
        let manifest = Manifest {
            parameters: description.manifest.parameters.into_iter().map(parameter).collect::<Option<_>>()?,
            roles: description.manifest.roles.into_iter().map(role).collect(),
            labels: description.manifest.labels,
            memory_bytes: description.memory_bytes,
        };
        Some((Tier::from_word(&description.tier)?, manifest))
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
