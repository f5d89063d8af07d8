//! Who a population is: every unit with a row in a dataset, and whoever comes along, found by an identifier column: whom it
//! names (the owner of a firm), or, where it names no unit, who has the same one there (the members of a household). Reads
//! snapshots of the stage alone, whose every unit is invented.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{Ask, Others, Population, Who};
use super::error::PlayError;
use crate::catalog::ColumnType;
use crate::data::{DatasetFiles, Snapshot, Window};
use crate::model::{Bilingual, Date, UnitId, UnitKind};
use crate::policy::Policy;

/// The units of a population, and how to find who comes along.
pub(super) struct Crowd<'a> {
    population: &'a Population,
    policy: &'a Policy,
    snapshot: &'a Snapshot,
    joins: Vec<Join<'a>>,
}

/// How one kind of others is found.
struct Join<'a> {
    others: &'a Others,
    files: &'a DatasetFiles,
    column: usize,
    /// By an identifier who has it, where the column names no unit.
    sharing: Option<BTreeMap<String, Vec<UnitId>>>,
}

impl<'a> Crowd<'a> {
    /// Looks up what the population names.
    pub fn of(population: &'a Population, policy: &'a Policy, snapshot: &'a Snapshot) -> Result<Self, PlayError> {
        let as_of = population.data.as_of;
        let join = |others| Join::of(others, unit_kind(policy, others), snapshot, as_of);
        let joins = population.others.iter().map(join).collect::<Result<_, _>>()?;
        Ok(Self { population, policy, snapshot, joins })
    }

    /// Evenly out of all that have a row, in the order of their identifiers.
    pub fn units(&self) -> Result<Vec<UnitId>, PlayError> {
        let Population { dataset, role, most, .. } = self.population;
        let files = self.snapshot.dataset(dataset).ok_or_else(|| no_dataset(dataset))?;
        let kind = self.policy.roles.get(role).map_or(UnitKind::Person, |rule| rule.unit);
        if files.schema().unit != kind {
            return Err(other_unit(dataset, role));
        }
        let (ids, most) = (files.unit_ids(), *most as usize);
        let asked = ids.len().min(most);
        let read = |place: usize| unit_of(kind, ids.get(place * ids.len() / asked.max(1))?);
        Ok((0..asked).filter_map(read).collect())
    }

    /// The unit in its role, and all who come along, each once in a role, as many as the policy lets.
    pub fn parties(&self, unit: UnitId) -> Vec<(String, UnitId)> {
        let mut parties = vec![(self.population.role.clone(), unit)];
        for join in &self.joins {
            let role = &join.others.role;
            let of = parties.iter().filter(|(role, _)| *role == join.others.of).map(|(_, unit)| *unit);
            let found: BTreeSet<UnitId> =
                of.flat_map(|unit| join.found(&unit, unit_kind(self.policy, join.others), self.as_of())).collect();
            let most = self.policy.roles.get(role).map_or(0, |rule| rule.max as usize);
            let anew: Vec<UnitId> =
                found.into_iter().filter(|unit| parties.iter().all(|(_, known)| known != unit)).collect();
            parties.extend(anew.into_iter().take(most).map(|unit| (role.clone(), unit)));
        }
        parties
    }

    /// What these are asked.
    pub fn ask(&self, parties: &[(String, UnitId)]) -> Ask {
        let parties = parties.iter().map(|(role, unit)| (role.clone(), Who::Id(unit.to_string()))).collect();
        Ask { parties, ..self.population.ask.clone() }
    }

    /// Whether every role has as many parties as the policy wants.
    pub fn is_complete(&self, parties: &[(String, UnitId)]) -> bool {
        self.policy.roles.iter().all(|(role, rule)| {
            let there = parties.iter().filter(|(other, _)| other == role).count();
            u32::try_from(there).is_ok_and(|there| (rule.min..=rule.max).contains(&there))
        })
    }

    const fn as_of(&self) -> Date {
        self.population.data.as_of
    }
}

impl<'a> Join<'a> {
    fn of(others: &'a Others, kind: UnitKind, snapshot: &'a Snapshot, as_of: Date) -> Result<Self, PlayError> {
        let Others { dataset, column: name, role, .. } = others;
        let files = snapshot.dataset(dataset).ok_or_else(|| no_dataset(dataset))?;
        let (column, listed) = files.schema().column(name).ok_or_else(|| no_column(dataset, name))?;
        if !matches!(listed.kind, ColumnType::Identifier) {
            return Err(no_identifier(dataset, name));
        }
        if listed.names.unwrap_or(files.schema().unit) != kind {
            return Err(other_unit(&format!("{dataset}.{name}"), role));
        }
        let sharing = listed.names.is_none().then(|| sharing(files, column, as_of));
        Ok(Self { others, files, column, sharing })
    }

    /// Whom the column of the unit's rows names, or who shares it; the unit is one of those.
    fn found(&self, unit: &UnitId, kind: UnitKind, as_of: Date) -> Vec<UnitId> {
        let values = texts(self.files, self.files.ordinal(unit), self.column, as_of);
        match &self.sharing {
            None => values.iter().filter_map(|value| UnitId::parse(kind, value).ok()).collect(),
            Some(sharing) => values.iter().filter_map(|value| sharing.get(value)).flatten().copied().collect(),
        }
    }
}

/// Who has which identifier, of all units of a dataset.
fn sharing(files: &DatasetFiles, column: usize, as_of: Date) -> BTreeMap<String, Vec<UnitId>> {
    let mut sharing: BTreeMap<String, Vec<UnitId>> = BTreeMap::new();
    for (ordinal, id) in (0..).zip(files.unit_ids()) {
        let Some(unit) = unit_of(files.schema().unit, id) else { continue };
        for value in texts(files, Some(ordinal), column, as_of) {
            sharing.entry(value).or_default().push(unit);
        }
    }
    sharing
}

/// What stands in a column of a unit's rows.
fn texts(files: &DatasetFiles, ordinal: Option<u64>, column: usize, as_of: Date) -> Vec<String> {
    let rows = files.rows(ordinal, &Window::new(as_of, None, u32::MAX), &[column]);
    let Some((texts, present)) = rows.texts(0) else { return Vec::new() };
    (0..texts.len()).filter(|row| present.get(*row)).map(|row| texts.get(row).to_owned()).collect()
}

fn unit_of(kind: UnitKind, id: &[u8]) -> Option<UnitId> {
    UnitId::parse(kind, std::str::from_utf8(id).ok()?).ok()
}

fn unit_kind(policy: &Policy, others: &Others) -> UnitKind {
    policy.roles.get(&others.role).map_or(UnitKind::Person, |rule| rule.unit)
}

fn no_dataset(name: &str) -> PlayError {
    PlayError::of(Bilingual {
        zh: format!("总体所用的数据集 `{name}` 不在目录中"),
        en: format!("the catalog has no dataset `{name}`, which a population names"),
    })
}

fn no_column(dataset: &str, column: &str) -> PlayError {
    PlayError::of(Bilingual {
        zh: format!("总体所用的数据集 `{dataset}` 没有列 `{column}`"),
        en: format!("`{dataset}` has no column `{column}`, which a population names"),
    })
}

fn no_identifier(dataset: &str, column: &str) -> PlayError {
    PlayError::of(Bilingual {
        zh: format!("`{dataset}.{column}` 不是标识列，无法据以找到同来的主体"),
        en: format!(
            "`{dataset}.{column}` is no column of identifiers, by which a population could find who comes along"
        ),
    })
}

fn other_unit(name: &str, role: &str) -> PlayError {
    PlayError::of(Bilingual {
        zh: format!("`{name}` 的主体种类与角色 `{role}` 的不同"),
        en: format!("`{name}` is about another kind of unit than the role `{role}`"),
    })
}
