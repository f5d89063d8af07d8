//! Whether a guest's manifest stays within a policy, and the plan of what its runs will read.

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
pub fn fit(policy: &Policy, manifest: &Manifest, catalog: &Catalog) -> Result<Plan, Vec<String>> {
    let mut misfits = Vec::new();
    for label in &manifest.labels {
        if !policy.labels.contains(label) {
            misfits.push(format!("the policy has no label `{label}`"));
        }
    }
    check_parameters(policy, manifest, &mut misfits);
    for (name, rule) in &policy.roles {
        if rule.min > 0 && !manifest.roles.iter().any(|role| role.name == *name) {
            misfits.push(format!(
                "the guest does not know the role `{name}`, of which the policy wants at least one party"
            ));
        }
    }
    let roles = manifest.roles.iter().map(|role| fit_role(policy, role, catalog, &mut misfits)).collect();
    if misfits.is_empty() { Ok(Plan { roles, labels: manifest.labels.clone() }) } else { Err(misfits) }
}

fn check_parameters(policy: &Policy, manifest: &Manifest, misfits: &mut Vec<String>) {
    for spec in &manifest.parameters {
        match policy.parameters.iter().find(|rule| rule.name == spec.name) {
            None => misfits.push(format!("the policy has no parameter `{}`", spec.name)),
            Some(rule) if rule.kind() != spec.kind => {
                let (wanted, given) = (spec.kind.word(), rule.kind().word());
                misfits.push(format!("the parameter `{}` is {given} in the policy, {wanted} in the guest", spec.name));
            }
            Some(_) => {}
        }
    }
    for rule in &policy.parameters {
        if !manifest.parameters.iter().any(|spec| spec.name == rule.name) {
            misfits.push(format!("the guest does not take the policy's parameter `{}`", rule.name));
        }
    }
}

fn fit_role(policy: &Policy, role: &Role, catalog: &Catalog, misfits: &mut Vec<String>) -> RolePlan {
    if !policy.roles.contains_key(&role.name) {
        misfits.push(format!("the policy has no role `{}`", role.name));
    }
    let mut tables = Vec::with_capacity(role.tables.len());
    for table in &role.tables {
        let Some(grant) = policy.grant(&role.name, &table.dataset) else {
            misfits.push(format!("the policy does not grant `{}` of role `{}`", table.dataset, role.name));
            continue;
        };
        for read in &table.reads {
            if !grant.columns.contains(&read.column) {
                misfits.push(format!(
                    "the policy does not grant `{}.{}` of role `{}`",
                    table.dataset, read.column, role.name
                ));
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

fn check_read(dataset: &str, read: &Read, catalog: &Catalog) -> Option<String> {
    let column = &read.column;
    let Some((_, schema)) = catalog.dataset(dataset).and_then(|dataset| dataset.column(column)) else {
        return Some(format!("the catalog has no column `{dataset}.{column}`"));
    };
    match &schema.kind {
        _ if read.values.is_empty() => None,
        ColumnType::Text { values: Some(known) } => {
            let unknown = read.values.iter().find(|value| !known.contains(value));
            unknown.map(|value| format!("`{dataset}.{column}` never is `{value}`"))
        }
        _ => Some(format!("`{dataset}.{column}` has no closed set of values to tell apart")),
    }
}
