//! Whether a guest's manifest stays within a policy, and the plan of what its runs will read.

use super::misfit::Misfit;
use super::rules::Policy;
use crate::catalog::{Catalog, ColumnType};
use crate::model::{Manifest, Read, Role};

/// What a run reads: made of a manifest and a policy that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One for each of the manifest's roles, in its order.
    pub roles: Vec<RolePlan>,
    /// The guest's labels, in its order; each is one of the policy's.
    pub labels: Vec<String>,
}

/// What a run reads of the parties in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePlan {
    /// The role's name.
    pub role: String,
    /// The tables, in the manifest's order.
    pub tables: Vec<TablePlan>,
}

/// What a run reads of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePlan {
    /// The dataset.
    pub dataset: String,
    /// The columns, in the manifest's order.
    pub reads: Vec<Read>,
    /// How far back, in months before `as_of`.
    pub history_months: Option<u32>,
    /// How many rows at most; the newest are kept.
    pub rows_max: u32,
}

/// The plan of `manifest` under `policy`, or everything that keeps it from fitting.
pub fn fit(policy: &Policy, manifest: &Manifest, catalog: &Catalog) -> Result<Plan, Vec<Misfit>> {
    let mut misfits = Vec::new();
    for label in &manifest.labels {
        if !policy.labels.contains(label) {
            misfits.push(Misfit::Label(label.clone()));
        }
    }
    let (wanted, allowed) = (manifest.memory_bytes, policy.limits.memory_bytes);
    if wanted > allowed {
        misfits.push(Misfit::Memory { wanted, allowed });
    }
    check_parameters(policy, manifest, &mut misfits);
    for (name, rule) in &policy.roles {
        if rule.min > 0 && !manifest.roles.iter().any(|role| role.name == *name) {
            misfits.push(Misfit::RoleUnknown(name.clone()));
        }
    }
    let roles = manifest.roles.iter().map(|role| fit_role(policy, role, catalog, &mut misfits)).collect();
    if misfits.is_empty() { Ok(Plan { roles, labels: manifest.labels.clone() }) } else { Err(misfits) }
}

fn check_parameters(policy: &Policy, manifest: &Manifest, misfits: &mut Vec<Misfit>) {
    for spec in &manifest.parameters {
        match policy.parameters.iter().find(|rule| rule.name == spec.name) {
            None => misfits.push(Misfit::Parameter(spec.name.clone())),
            Some(rule) if rule.kind() != spec.kind => {
                let (name, policy, guest) = (spec.name.clone(), rule.kind(), spec.kind);
                misfits.push(Misfit::ParameterKind { name, policy, guest });
            }
            Some(_) => {}
        }
    }
    for rule in &policy.parameters {
        if !manifest.parameters.iter().any(|spec| spec.name == rule.name) {
            misfits.push(Misfit::ParameterUntaken(rule.name.clone()));
        }
    }
}

fn fit_role(policy: &Policy, role: &Role, catalog: &Catalog, misfits: &mut Vec<Misfit>) -> RolePlan {
    if !policy.roles.contains_key(&role.name) {
        misfits.push(Misfit::Role(role.name.clone()));
    }
    let mut tables = Vec::with_capacity(role.tables.len());
    for table in &role.tables {
        let Some(grant) = policy.grant(&role.name, &table.dataset) else {
            misfits.push(Misfit::Dataset { role: role.name.clone(), dataset: table.dataset.clone() });
            continue;
        };
        for read in &table.reads {
            if !grant.columns.contains(&read.column) {
                misfits.push(Misfit::Column {
                    role: role.name.clone(),
                    dataset: table.dataset.clone(),
                    column: read.column.clone(),
                });
            } else if let Some(misfit) = check_read(&table.dataset, read, catalog) {
                misfits.push(misfit);
            }
        }
        tables.push(TablePlan {
            dataset: table.dataset.clone(),
            reads: table.reads.clone(),
            history_months: grant.history_months,
            rows_max: grant.rows_max,
        });
    }
    RolePlan { role: role.name.clone(), tables }
}

fn check_read(dataset: &str, read: &Read, catalog: &Catalog) -> Option<Misfit> {
    let (dataset, column) = (dataset.to_owned(), read.column.clone());
    let Some((_, schema)) = catalog.dataset(&dataset).and_then(|dataset| dataset.column(&column)) else {
        return Some(Misfit::NoColumn { dataset, column });
    };
    match &schema.kind {
        _ if read.values.is_empty() => None,
        ColumnType::Text { values: Some(known) } => {
            let unknown = read.values.iter().find(|value| !known.contains(value));
            unknown.map(|value| Misfit::NoValue { dataset, column, value: value.clone() })
        }
        _ => Some(Misfit::Open { dataset, column }),
    }
}
