//! Asks many units of the invented city the same, each of them once, and counts the answers. Who they are is `crowd`'s
//! business; never reads a row.

use std::collections::BTreeMap;

use super::cases::{Cases, Population, Share};
use super::check_population::WHOLE;
use super::city::Cities;
use super::crowd::Crowd;
use super::error::PlayError;
use super::play::{Got, got};
use super::request::{Given, sign_request};
use super::stage::{Play, Stage};
use crate::model::{Bilingual, UnitId};

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

/// Asks a population, of a city that others may have asked before; `progress` hears how many were asked.
pub(super) fn play_population(
    play: &Play<'_>,
    population: &Population,
    cities: &mut Cities,
    progress: &mut dyn FnMut(usize),
) -> Result<PlayedPopulation, PlayError> {
    let named = [&population.dataset].into_iter().chain(population.others.iter().map(|other| &other.dataset));
    let cases = Cases { data: population.data, ..play.cases.clone() };
    let stage = Stage::set_in(&Play { cases: &cases, ..*play }, named.cloned(), cities)?;
    let invented = stage.invented()?;
    let crowd = Crowd::of(population, play.policy, invented.snapshot())?;
    let pause = MINUTE_MILLIS / i64::from(play.policy.limits.jobs_per_minute.max(1)) + 1;
    let (mut asked, mut left_out, mut given) = (0, 0, Given::new());
    let (mut counts, mut refused) = (BTreeMap::<String, u64>::new(), BTreeMap::new());
    let mut answers = Vec::new();
    for unit in crowd.units()? {
        let parties = crowd.parties(unit);
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
