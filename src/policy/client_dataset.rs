//! The datasets whose rows the client sends along (`[[client_dataset]]`): what a request may say about a party beside what
//! the departments say. Their columns are the catalog's columns, checked by the catalog's check; owns no rows.

use std::collections::{BTreeMap, BTreeSet};

use super::check::named;
use super::check_answer::Kind;
use super::mistake::{ClientMistake, Mistake};
use super::raw::{RawClientDataset, RawPolicy};
use super::rules::RoleRule;
use crate::catalog::{Catalog, Column, ColumnType, check_columns};
use crate::document::{Finding, Spanned};
use crate::model::Bilingual;

/// The most rows of one client's dataset in one request.
pub(super) const CLIENT_ROWS_MAX: u32 = 10_000;
/// The most columns of a client's dataset.
pub(super) const CLIENT_COLUMNS_MAX: usize = 64;

/// A dataset whose rows the client sends along, signed with its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDataset {
    /// Its name, by which guests read it: none of the catalog's.
    pub name: String,
    /// What people call it.
    pub title: Bilingual,
    /// Whom its rows are about.
    pub role: String,
    /// The column that names the party, by place; `None` where the role has one party at most, whose rows all are.
    pub key: Option<usize>,
    /// The date column that history counts on, by place.
    pub time: Option<usize>,
    /// The columns, in the order of the file.
    pub columns: Vec<Column>,
    /// Rows older than so many months before `as_of` are not given to guests.
    pub history_months: Option<u32>,
    /// A request has at most so many rows.
    pub rows_max: u32,
}

impl ClientDataset {
    /// The columns by place, in the order in which rows are compared: the key, the time, the others as they are written.
    /// It is the order of a snapshot's rows.
    pub(super) fn comparing_order(&self) -> Vec<usize> {
        let first: Vec<usize> = self.key.into_iter().chain(self.time.filter(|time| self.key != Some(*time))).collect();
        let others = (0..self.columns.len()).filter(|place| !first.contains(place));
        first.iter().copied().chain(others).collect()
    }
}

/// Checks all of a policy's. A table has none: nobody is named whom rows could be about.
pub(super) fn check_client_datasets(
    raw: &RawPolicy,
    kind: Kind,
    (roles, catalog): (&BTreeMap<String, RoleRule>, &Catalog),
    findings: &mut Vec<Finding>,
) -> Vec<ClientDataset> {
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for dataset in &raw.client_dataset {
        let name = dataset.name.get_ref();
        if matches!(kind, Kind::Table) {
            findings
                .push(Finding::at(dataset.name.span(), Mistake::Stray { key: "[[client_dataset]]", kind: "table" }));
            continue;
        }
        named(&dataset.name, findings);
        if catalog.dataset(name).is_some() {
            findings.push(Finding::at(dataset.name.span(), ClientMistake::Taken(name.clone())));
        }
        if !seen.insert(name) {
            findings.push(Finding::at(dataset.name.span(), ClientMistake::Twice(name.clone())));
        }
        let role = find_role(dataset, roles, findings);
        checked.push(check_client_dataset(dataset, role, findings));
    }
    checked
}

fn find_role<'r>(
    raw: &RawClientDataset,
    roles: &'r BTreeMap<String, RoleRule>,
    findings: &mut Vec<Finding>,
) -> Option<&'r RoleRule> {
    let name = raw.role.get_ref();
    let role = roles.get(name);
    if role.is_none() {
        let known = roles.keys().map(String::as_str);
        findings.push(Finding::at(raw.role.span(), Mistake::NoRole(name.clone())).suggest(name, known));
    }
    role
}

fn check_client_dataset(raw: &RawClientDataset, role: Option<&RoleRule>, findings: &mut Vec<Finding>) -> ClientDataset {
    let columns = check_columns(&raw.column, findings);
    if !(1..=CLIENT_COLUMNS_MAX).contains(&columns.len()) {
        findings.push(Finding::at(raw.name.span(), ClientMistake::Columns));
    }
    if !(1..=CLIENT_ROWS_MAX).contains(raw.rows_max.get_ref()) {
        findings.push(Finding::at(raw.rows_max.span(), ClientMistake::RowsMax));
    }
    let key = raw.key.as_ref().and_then(|key| check_key(raw, key, (role, &columns), findings));
    if raw.key.is_none() && role.is_some_and(|role| role.max > 1) {
        findings.push(Finding::at(raw.role.span(), ClientMistake::KeyNeeded(raw.role.get_ref().clone())));
    }
    let time = raw.time.as_ref().and_then(|time| {
        let place = find_column(raw, time, &columns, findings)?;
        if columns.get(place).is_some_and(|column| column.kind != ColumnType::Date) {
            findings.push(Finding::at(time.span(), ClientMistake::Time));
        }
        Some(place)
    });
    check_history(raw, findings);
    ClientDataset {
        name: raw.name.get_ref().clone(),
        title: Bilingual { zh: raw.title.zh.clone(), en: raw.title.en.clone() },
        role: raw.role.get_ref().clone(),
        key,
        time,
        columns,
        history_months: raw.history_months.as_ref().map(|months| *months.get_ref()),
        rows_max: *raw.rows_max.get_ref(),
    }
}

fn find_column(
    raw: &RawClientDataset,
    name: &Spanned<String>,
    columns: &[Column],
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let place = columns.iter().position(|column| column.name == *name.get_ref());
    if place.is_none() {
        let mistake = Mistake::NoColumn { dataset: raw.name.get_ref().clone(), column: name.get_ref().clone() };
        let known = columns.iter().map(|column| column.name.as_str());
        findings.push(Finding::at(name.span(), mistake).suggest(name.get_ref(), known));
    }
    place
}

/// The key names a party, so it must be known to be the identifier of one.
fn check_key(
    raw: &RawClientDataset,
    key: &Spanned<String>,
    (role, columns): (Option<&RoleRule>, &[Column]),
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let place = find_column(raw, key, columns, findings)?;
    let named = columns.get(place).and_then(|column| column.names);
    if let Some(role) = role.filter(|role| named != Some(role.unit)) {
        findings.push(Finding::at(key.span(), ClientMistake::Key(role.unit.word())));
    }
    Some(place)
}

/// As for grants: what has a time says how far back, what has none cannot.
fn check_history(raw: &RawClientDataset, findings: &mut Vec<Finding>) {
    let name = || raw.name.get_ref().clone();
    match (&raw.history_months, &raw.time) {
        (Some(months), None) => findings.push(Finding::at(months.span(), Mistake::NoTime(name()))),
        (None, Some(time)) => findings.push(Finding::at(time.span(), Mistake::NoHistory(name()))),
        (Some(months), Some(_)) if *months.get_ref() == 0 => {
            findings.push(Finding::at(months.span(), Mistake::History));
        }
        _ => {}
    }
}
