//! Asks many units of the invented city the same, each of them once, and counts the answers. Whom an identifier column names
//! comes along: the members of a household, the owner of a firm. Reads snapshots of the stage alone, whose every unit is invented.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{Ask, Cases, Population, Share, Who};
use super::check_population::WHOLE;
use super::error::PlayError;
use super::play::{Got, got};
use super::request::{Given, sign_request};
use super::stage::{Play, Stage};
use crate::data::{Snapshot, Window};
use crate::model::{Bilingual, Date, UnitId, UnitKind};
use crate::policy::Policy;

const MINUTE_MILLIS: i64 = 60_000;

/// What came of a population.
#[derive(Clone, Debug)]
pub struct PlayedPopulation {
    /// The line of its shares.
    pub line: usize,
    /// What it shows; whom it asks, where its author said nothing.
    pub title: Bilingual,
    /// How many were asked.
    pub asked: u64,
    /// How many could not be: nobody plays a role that the policy needs.
    pub left_out: u64,
    /// How often each label was the answer, and how often it may be.
    pub counts: Vec<Counted>,
    /// Refusals by their words, and other failures; any is one too many.
    pub refused: BTreeMap<String, u64>,
    /// Who was asked, with the roles, and what the answer was; in the order in which they were asked.
    pub answers: Vec<(Vec<(String, UnitId)>, String)>,
}

/// How often a label was the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The label and its range.
    pub share: Share,
    /// How many have it.
    pub count: u64,
    /// Whether that is within the range.
    pub is_within: bool,
}

impl PlayedPopulation {
    /// Whether every share is within its range, nobody was refused, and somebody was asked.
    pub fn is_as_expected(&self) -> bool {
        self.asked > 0 && self.refused.is_empty() && self.counts.iter().all(|counted| counted.is_within)
    }

    /// A count in ten-thousandths of those who were asked, rounded to the nearest.
    pub fn share(&self, count: u64) -> u64 {
        let asked = u128::from(self.asked.max(1));
        let share = (u128::from(count) * u128::from(WHOLE) + asked / 2) / asked;
        u64::try_from(share).unwrap_or(WHOLE)
    }
}

/// A share of ten-thousandths, in percent, for people.
pub fn percent(share: u64) -> String {
    format!("{}.{:02}", share / 100, share % 100)
}

/// Asks a population; `progress` hears how many were asked.
pub(super) fn play_population(
    play: &Play<'_>,
    population: &Population,
    progress: &mut dyn FnMut(usize),
) -> Result<PlayedPopulation, PlayError> {
    let named = [&population.dataset].into_iter().chain(population.others.iter().map(|other| &other.dataset));
    let cases = Cases { data: population.data, ..play.cases.clone() };
    let stage = Stage::set_with(&Play { cases: &cases, ..*play }, named.cloned())?;
    let invented = stage.invented()?;
    let crowd = Crowd { population, policy: play.policy, snapshot: invented.snapshot(), as_of: population.data.as_of };
    let pause = MINUTE_MILLIS / i64::from(play.policy.limits.jobs_per_minute.max(1)) + 1;
    let (mut asked, mut left_out, mut given) = (0, 0, Given::new());
    let (mut counts, mut refused) = (BTreeMap::<String, u64>::new(), BTreeMap::new());
    let mut answers = Vec::new();
    for unit in crowd.units()? {
        let parties = crowd.parties(unit)?;
        if !crowd.is_complete(&parties) {
            left_out += 1;
            continue;
        }
        let token = sign_request(&stage.room, &crowd.ask(&parties), (play.policy, play.folder), &mut given)?;
        match got(&stage.ask(&token)) {
            Got::Answer { label, .. } => {
                *counts.entry(label.clone()).or_default() += 1;
                answers.push((parties, label));
            }
            Got::Refused(refusal) => *refused.entry(refusal.code.word().to_owned()).or_default() += 1,
            Got::Failed(why) => return Err(PlayError::of(why)),
            Got::Table { .. } => {}
        }
        asked += 1;
        progress(asked);
        stage.pass(pause);
    }
    let asked = asked as u64;
    let counts = population.shares.iter().map(|share| counted(share, &counts, asked)).collect();
    Ok(PlayedPopulation { line: population.line, title: title(population), asked, left_out, counts, refused, answers })
}

fn counted(share: &Share, counts: &BTreeMap<String, u64>, asked: u64) -> Counted {
    let count = counts.get(&share.label).copied().unwrap_or(0);
    let (of_all, asked) = (u128::from(count) * u128::from(WHOLE), u128::from(asked));
    let is_within = (u128::from(share.least) * asked..=u128::from(share.most) * asked).contains(&of_all);
    Counted { share: share.clone(), count, is_within }
}

/// What its author said of it; else whom it asks.
pub(super) fn title(population: &Population) -> Bilingual {
    let (role, dataset) = (&population.role, &population.dataset);
    population.title.clone().unwrap_or_else(|| Bilingual {
        zh: format!("`{dataset}` 中的每个主体充当 `{role}`"),
        en: format!("every unit of `{dataset}` as `{role}`"),
    })
}

/// Who is asked.
pub(super) struct Crowd<'a> {
    pub population: &'a Population,
    pub policy: &'a Policy,
    pub snapshot: &'a Snapshot,
    pub as_of: Date,
}

impl Crowd<'_> {
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

    fn unit_kind(&self, role: &str) -> UnitKind {
        self.policy.roles.get(role).map_or(UnitKind::Person, |rule| rule.unit)
    }

    /// Evenly out of all that have a row, in the order of their identifiers.
    pub fn units(&self) -> Result<Vec<UnitId>, PlayError> {
        let (name, kind) = (&self.population.dataset, self.unit_kind(&self.population.role));
        let files = self.snapshot.dataset(name).ok_or_else(|| no_dataset(name))?;
        if files.schema().unit != kind {
            return Err(other_unit(name, &self.population.role));
        }
        let (ids, most) = (files.unit_ids(), self.population.most as usize);
        let asked = ids.len().min(most);
        let read = |place: usize| {
            let id = ids.get(place * ids.len() / asked.max(1))?;
            UnitId::parse(kind, std::str::from_utf8(id).ok()?).ok()
        };
        Ok((0..asked).filter_map(read).collect())
    }

    /// The unit in its role, and all who come along, each once in a role, as many as the policy lets.
    pub fn parties(&self, unit: UnitId) -> Result<Vec<(String, UnitId)>, PlayError> {
        let mut parties = vec![(self.population.role.clone(), unit)];
        for other in &self.population.others {
            let (kind, named) = (self.unit_kind(&other.role), self.column(&other.dataset, &other.column)?);
            let of: Vec<UnitId> = parties.iter().filter(|(role, _)| *role == other.of).map(|(_, unit)| *unit).collect();
            let found: BTreeSet<UnitId> = of.iter().flat_map(|unit| self.named(unit, kind, named)).collect();
            let most = self.policy.roles.get(&other.role).map_or(0, |rule| rule.max as usize);
            let anew: Vec<UnitId> =
                found.into_iter().filter(|unit| parties.iter().all(|(_, known)| known != unit)).collect();
            parties.extend(anew.into_iter().take(most).map(|unit| (other.role.clone(), unit)));
        }
        Ok(parties)
    }

    fn column<'n>(&self, dataset: &'n str, column: &str) -> Result<(&'n str, usize), PlayError> {
        let files = self.snapshot.dataset(dataset).ok_or_else(|| no_dataset(dataset))?;
        let (place, _) = files.schema().column(column).ok_or_else(|| no_column(dataset, column))?;
        Ok((dataset, place))
    }

    /// Whom a column of the unit's rows names.
    fn named(&self, unit: &UnitId, kind: UnitKind, (dataset, column): (&str, usize)) -> Vec<UnitId> {
        let Some(files) = self.snapshot.dataset(dataset) else { return Vec::new() };
        let rows = files.rows(files.ordinal(unit), &Window::new(self.as_of, None, u32::MAX), &[column]);
        let Some((texts, present)) = rows.texts(0) else { return Vec::new() };
        let named = (0..texts.len()).filter(|row| present.get(*row)).map(|row| texts.get(row));
        named.filter_map(|text| UnitId::parse(kind, text).ok()).collect()
    }
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

fn other_unit(dataset: &str, role: &str) -> PlayError {
    PlayError::of(Bilingual {
        zh: format!("`{dataset}` 的主体种类与角色 `{role}` 的不同"),
        en: format!("`{dataset}` is about another kind of unit than the role `{role}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_held_to_its_range_exactly() {
        let share = |least, most| Share { label: "yes".to_owned(), least, most };
        let counts = BTreeMap::from([("yes".to_owned(), 1)]);
        let within = |least, most, asked| counted(&share(least, most), &counts, asked).is_within;
        assert!(within(3_333, 3_334, 3));
        assert!(!within(3_334, 10_000, 3) && !within(0, 3_333, 3));
        assert!(within(10_000, 10_000, 1) && !within(0, 9_999, 1));
    }
}
