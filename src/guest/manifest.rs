//! The guest's description of itself: from the contract's types to the domain's, and as JSON for the ledger.

use serde::{Deserialize, Serialize};

use super::bindings::{contributing, verifying};
use super::engine::Tier;
use super::inspect::Inspected;
use crate::model::{Dimension, Manifest, ParameterKind, ParameterSpec, Read, Role, TableRead, World};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<WireRole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tables: Option<Vec<WireTable>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Vec<(String, Vec<String>)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Vec<String>>,
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
    pub fn of_verifier(inspected: &Inspected, manifest: verifying::Manifest) -> Self {
        let role = |role: verifying::Role| WireRole {
            name: role.name,
            tables: role.tables.into_iter().map(wire_table).collect(),
        };
        let manifest = WireManifest {
            parameters: manifest.parameters.into_iter().map(wire_parameter).collect(),
            roles: Some(manifest.roles.into_iter().map(role).collect()),
            labels: Some(manifest.labels),
            tables: None,
            dimensions: None,
            measures: None,
        };
        Self { tier: inspected.tier.word().to_owned(), memory_bytes: inspected.memory_bytes, manifest }
    }

    pub fn of_contributor(inspected: &Inspected, manifest: contributing::Manifest) -> Self {
        let dimensions = manifest.dimensions.into_iter().map(|dimension| (dimension.name, dimension.labels));
        let manifest = WireManifest {
            parameters: manifest.parameters.into_iter().map(|spec| wire_parameter(spec.into())).collect(),
            roles: None,
            labels: None,
            tables: Some(manifest.tables.into_iter().map(|table| wire_table(table.into())).collect()),
            dimensions: Some(dimensions.collect()),
            measures: Some(manifest.measures),
        };
        Self { tier: inspected.tier.word().to_owned(), memory_bytes: inspected.memory_bytes, manifest }
    }

    /// Reads the JSON that [`Self::to_json`] wrote; `None` for anything else, a hostile child's output included.
    pub fn read(json: &str) -> Option<(Tier, Manifest)> {
        let description: Self = serde_json::from_str(json).ok()?;
        let wire = description.manifest;
        let parameter =
            |(name, kind): (String, String)| ParameterKind::from_word(&kind).map(|kind| ParameterSpec { name, kind });
        let world = match (wire.roles, wire.labels, wire.tables, wire.dimensions, wire.measures) {
            (Some(roles), Some(labels), None, None, None) => {
                let role = |role: WireRole| Role {
                    name: role.name,
                    tables: role.tables.into_iter().map(read_table).collect(),
                };
                World::Verifier { roles: roles.into_iter().map(role).collect(), labels }
            }
            (None, None, Some(tables), Some(dimensions), Some(measures)) => {
                let dimension = |(name, labels)| Dimension { name, labels };
                World::Contributor {
                    tables: tables.into_iter().map(read_table).collect(),
                    dimensions: dimensions.into_iter().map(dimension).collect(),
                    measures,
                }
            }
            _ => return None,
        };
        let parameters = wire.parameters.into_iter().map(parameter).collect::<Option<_>>()?;
        let manifest = Manifest { parameters, world, memory_bytes: description.memory_bytes };
        Some((Tier::from_word(&description.tier)?, manifest))
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn wire_table(table: verifying::TableRead) -> WireTable {
    let reads = table.reads.into_iter().map(|read| (read.column, read.values));
    WireTable { dataset: table.dataset, reads: reads.collect() }
}

fn wire_parameter(spec: verifying::ParameterSpec) -> (String, String) {
    let kind = match spec.kind {
        verifying::ParameterKind::Integer => ParameterKind::Integer,
        verifying::ParameterKind::Date => ParameterKind::Date,
        verifying::ParameterKind::Text => ParameterKind::Text,
        verifying::ParameterKind::Identifier => ParameterKind::Identifier,
    };
    (spec.name, kind.word().to_owned())
}

fn read_table(table: WireTable) -> TableRead {
    let reads = table.reads.into_iter().map(|(column, values)| Read { column, values });
    TableRead { dataset: table.dataset, reads: reads.collect() }
}
