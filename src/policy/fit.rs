//! Whether a guest's manifest stays within a policy, and the plan of what its runs will read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::cells::{CellMap, fit_cells};
use super::misfit::Misfit;
use super::rules::{AnswerRule, Policy};
use crate::catalog::{Catalog, Column, ColumnType};
use crate::model::{Digest, Manifest, Read, Role, TableRead, World};

/// What a run reads and answers: made of a manifest and a policy that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A label about named parties.
    Label {
        /// One for each of the manifest's roles, in its order.
        roles: Vec<RolePlan>,
        /// The guest's labels, in its order; each is one of the policy's.
        labels: Vec<String>,
    },
    /// One unit's contributions to a table.
    Table {
        /// The tables, in the manifest's order.
        tables: Vec<TablePlan>,
        /// Where the guest's cells and measures lie in the policy's.
        cells: CellMap,
        /// Every dataset that the policy grants: a unit with a row in any of them is a unit of the table.
        frame: Vec<String>,
    },
}

impl Plan {
    /// The roles of a label's plan; none of a table's.
    pub fn roles(&self) -> &[RolePlan] {
        match self {
            Self::Label { roles, .. } => roles,
            Self::Table { .. } => &[],
        }
    }

    /// The guest's labels; none of a table's plan.
    pub fn labels(&self) -> &[String] {
        match self {
            Self::Label { labels, .. } => labels,
            Self::Table { .. } => &[],
        }
    }

    /// Every dataset of a snapshot that a run needs.
    pub fn datasets(&self) -> Vec<&str> {
        match self {
            Self::Label { roles, .. } => {
                let tables = roles.iter().flat_map(|role| &role.tables);
                let delivered = tables.filter(|table| table.origin == Origin::Snapshot);
                delivered.map(|table| table.dataset.as_str()).collect()
            }
            Self::Table { frame, .. } => frame.iter().map(String::as_str).collect(),
        }
    }
}

/// What a run reads of the parties in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePlan {
    /// The role's name.
    pub role: String,
    /// The tables, in the manifest's order.
    pub tables: Vec<TablePlan>,
}

/// Who delivered a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A department: the rows are the snapshot's.
    Snapshot,
    /// The client that asks: the rows are the request's.
    Client,
}

/// What a run reads of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePlan {
    /// The dataset.
    pub dataset: String,
    /// Who delivered it.
    pub origin: Origin,
    /// The columns, in the manifest's order.
    pub reads: Vec<Read>,
    /// How far back, in months before `as_of`.
    pub history_months: Option<u32>,
    /// How many rows at most; the newest are kept.
    pub rows_max: u32,
}

/// So many plans are kept.
const PLANS_MAX: usize = 256;

/// The plans that were made, by policy and guest: most requests are answered by the same few.
#[derive(Debug, Default)]
pub(super) struct Plans(Mutex<HashMap<(Digest, Digest), Made>>);

/// A plan, and what it was made of beside its policy.
#[derive(Debug)]
struct Made {
    catalog: Digest,
    manifest: Manifest,
    plan: Arc<Plan>,
}

impl Plans {
    /// As [`fit`]: what fitted once is not fitted anew as long as it is the same.
    pub fn fit(
        &self,
        policy: &Policy,
        (guest, manifest): (Digest, &Manifest),
        catalog: &Catalog,
    ) -> Result<Arc<Plan>, Vec<Misfit>> {
        let key = (policy.sha256, guest);
        // A panic while it was held left whole plans.
        let plans = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |made: &&Made| made.catalog == catalog.sha256() && made.manifest == *manifest;
        if let Some(made) = plans().get(&key).filter(is_same) {
            return Ok(Arc::clone(&made.plan));
        }
        let plan = Arc::new(fit(policy, manifest, catalog)?);
        let made = Made { catalog: catalog.sha256(), manifest: manifest.clone(), plan: Arc::clone(&plan) };
        let mut plans = plans();
        if plans.len() >= PLANS_MAX {
            plans.clear();
        }
        plans.insert(key, made);
        Ok(plan)
    }
}

/// The plan of `manifest` under `policy`, or everything that keeps it from fitting.
pub fn fit(policy: &Policy, manifest: &Manifest, catalog: &Catalog) -> Result<Plan, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let (wanted, allowed) = (manifest.memory_bytes, policy.limits.memory_bytes);
    if wanted > allowed {
        misfits.push(Misfit::Memory { wanted, allowed });
    }
    check_parameters(policy, manifest, &mut misfits);
    let plan = match (&policy.answer, &manifest.world) {
        (AnswerRule::Label(_), World::Verifier { roles, labels }) => {
            Some(fit_label(policy, (roles, labels), catalog, &mut misfits))
        }
        (AnswerRule::Table(table), World::Contributor { tables, dimensions, measures }) => {
            let cells = fit_cells(table, dimensions, measures, &mut misfits);
            let tables = fit_tables(policy, None, tables, catalog, &mut misfits);
            Some(Plan::Table { tables, cells, frame: policy.frame() })
        }
        (AnswerRule::Label(_), World::Contributor { .. }) => {
            misfits.push(Misfit::World { policy: "label", guest: manifest.world.word() });
            None
        }
        (AnswerRule::Table(_), World::Verifier { .. }) => {
            misfits.push(Misfit::World { policy: "table", guest: manifest.world.word() });
            None
        }
    };
    match plan {
        Some(plan) if misfits.is_empty() => Ok(plan),
        _ => Err(misfits),
    }
}

fn fit_label(
    policy: &Policy,
    (roles, labels): (&[Role], &[String]),
    catalog: &Catalog,
    misfits: &mut Vec<Misfit>,
) -> Plan {
    let unknown = labels.iter().filter(|label| !policy.labels().contains(label));
    misfits.extend(unknown.map(|label| Misfit::Label(label.clone())));
    for (name, rule) in &policy.roles {
        if rule.min > 0 && !roles.iter().any(|role| role.name == *name) {
            misfits.push(Misfit::RoleUnknown(name.clone()));
        }
    }
    let mut fitted = Vec::with_capacity(roles.len());
    for role in roles {
        if !policy.roles.contains_key(&role.name) {
            misfits.push(Misfit::Role(role.name.clone()));
        }
        let tables = fit_tables(policy, Some(&role.name), &role.tables, catalog, misfits);
        fitted.push(RolePlan { role: role.name.clone(), tables });
    }
    Plan::Label { roles: fitted, labels: labels.to_vec() }
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

fn fit_tables(
    policy: &Policy,
    role: Option<&str>,
    wanted: &[TableRead],
    catalog: &Catalog,
    misfits: &mut Vec<Misfit>,
) -> Vec<TablePlan> {
    let mut tables = Vec::with_capacity(wanted.len());
    let of = || role.map(str::to_owned);
    for table in wanted {
        let plan = |origin, history_months, rows_max| TablePlan {
            dataset: table.dataset.clone(),
            origin,
            reads: table.reads.clone(),
            history_months,
            rows_max,
        };
        let not_granted = |read: &Read| {
            let (dataset, column) = (table.dataset.clone(), read.column.clone());
            Misfit::Column { role: of(), dataset, column }
        };
        if let Some(grant) = policy.grant(role, &table.dataset) {
            let columns = catalog.dataset(&table.dataset).map(|dataset| dataset.columns.as_slice()).unwrap_or_default();
            let misfit = |read: &Read| match grant.columns.contains(&read.column) {
                true => check_read(&table.dataset, read, columns),
                false => Some(not_granted(read)),
            };
            misfits.extend(table.reads.iter().filter_map(misfit));
            tables.push(plan(Origin::Snapshot, grant.history_months, grant.rows_max));
        } else if let Some(own) = policy.client_dataset(role, &table.dataset) {
            // All of the client's columns may be read: the policy declares them for nothing else.
            let misfit = |read: &Read| match own.columns.iter().any(|column| column.name == read.column) {
                true => check_read(&table.dataset, read, &own.columns),
                false => Some(not_granted(read)),
            };
            misfits.extend(table.reads.iter().filter_map(misfit));
            tables.push(plan(Origin::Client, own.history_months, own.rows_max));
        } else {
            misfits.push(Misfit::Dataset { role: of(), dataset: table.dataset.clone() });
        }
    }
    tables
}

fn check_read(dataset: &str, read: &Read, columns: &[Column]) -> Option<Misfit> {
    let (dataset, column) = (dataset.to_owned(), read.column.clone());
    let Some(schema) = columns.iter().find(|schema| schema.name == column) else {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::env::{list_dir, read_text, write_unsynced};
    use crate::model::Pace;
    use crate::policy::check_policy_file;

    fn manifest(column: &str) -> Manifest {
        let table = |dataset: &str, column: &str| TableRead {
            dataset: dataset.into(),
            reads: vec![Read { column: column.into(), values: Vec::new() }],
        };
        let role = |name: &str, table| Role { name: name.into(), tables: vec![table] };
        let roles = vec![
            role("enterprise", table("enterprise_officers", column)),
            role("guarantor", table("real_estate", "share")),
        ];
        let world = World::Verifier { roles, labels: vec!["no".into(), "yes".into()] };
        Manifest { parameters: Vec::new(), world, memory_bytes: 0 }
    }

    #[test]
    fn a_plan_is_kept_for_the_same_manifest_and_catalog_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let catalog = Catalog::load(&root.join("catalog")).unwrap();
        let policy = root.join("policies/guarantor-check/policy.toml");
        let policy = check_policy_file(&policy, &catalog, Pace::NONE).unwrap();
        let (plans, guest) = (Plans::default(), Digest::from_bytes([7; 32]));
        let kept = |column: &str, catalog: &Catalog| plans.fit(&policy, (guest, &manifest(column)), catalog);
        let first = kept("since", &catalog).unwrap();
        assert!(Arc::ptr_eq(&first, &kept("since", &catalog).unwrap()), "it is kept");
        assert_eq!(*first, fit(&policy, &manifest("since"), &catalog).unwrap());
        // The same digest with another manifest: what it reads now is planned, or refused.
        let other = kept("until", &catalog).unwrap();
        assert_eq!(*other, fit(&policy, &manifest("until"), &catalog).unwrap());
        assert_ne!(first, other);
        kept("since", &catalog).unwrap();
        assert!(kept("shares", &catalog).is_err(), "not granted, whatever was planned before");
        // Another catalog that has what the policy grants, too: planned anew.
        let folder = tempfile::tempdir().unwrap();
        for path in list_dir(&root.join("catalog")).unwrap() {
            let text = read_text(&path).unwrap().replace("en = \"Real estate\"", "en = \"Homes\"");
            write_unsynced(&folder.path().join(path.file_name().unwrap()), text.as_bytes()).unwrap();
        }
        let changed = Catalog::load(folder.path()).unwrap();
        assert_ne!(changed.sha256(), catalog.sha256());
        let before = kept("since", &catalog).unwrap();
        assert!(!Arc::ptr_eq(&before, &kept("since", &changed).unwrap()));
    }
}
