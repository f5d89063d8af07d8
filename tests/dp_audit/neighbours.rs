//! Neighbouring data: all of one unit added or taken away. However hostile the guest, the raw sums differ by no more than
//! the sensitivity that the noise is made for, in no more cells than a unit may have, and the same cells are released.
//! Noise does not enter: these are the sums before it.

use std::sync::Arc;

use anshi::disclosure::audit::RawSums;
use anshi::guest::{Contributions, Guest};
use anshi::model::{Billionths, Dimension, NoiseKind, ParameterValue, UnitKind};
use anshi::policy::{CellMap, MeasureRule, Plan, Policy, TableRule, fit};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::checks::Found;
use crate::support::{TableHome, TableSetup, Unit};

const MEASURES: usize = 2;

/// Whether the sums with a unit and without it are neighbours as the policy states it.
fn are_neighbours(rule: &TableRule, with: &RawSums, without: &RawSums) -> Result<(), String> {
    let mut changed = vec![false; rule.cells()];
    let mut compare = |name: &str, bound: u64, with: &[i128], without: &[i128]| {
        if [with.len(), without.len()] != [rule.cells(); 2] {
            return Err(format!("{name}: {} and {} cells", with.len(), without.len()));
        }
        for (cell, (with, without)) in with.iter().zip(without).enumerate() {
            changed[cell] |= with != without;
            if with.abs_diff(*without) > u128::from(bound) {
                return Err(format!("{name}: cell {cell} is {with} with the unit, {without} without: bound {bound}"));
            }
        }
        Ok(())
    };
    compare("count", 1, with.counts(), without.counts())?;
    let measures = rule.measures.iter().zip(with.measures().iter().zip(without.measures()));
    for (measure, (with, without)) in measures {
        compare(&measure.name, measure.lower.unsigned_abs().max(measure.upper.unsigned_abs()), with, without)?;
    }
    let cells = changed.iter().filter(|changed| **changed).count();
    if cells > rule.cells_per_unit as usize {
        return Err(format!("{cells} cells differ, a unit has at most {}", rule.cells_per_unit));
    }
    let keys = [with, without].map(|sums| sums.release(rule).map(|table| (table.dimensions, table.cells.len())));
    match &keys {
        [Some(one), Some(other)] if one == other && one.1 == rule.cells() => Ok(()),
        _ => Err(format!("released cells: {keys:?}")),
    }
}

/// A policy's table with these labels and bounds.
pub fn rule(cells_per_unit: u32, labels: [usize; 2], bounds: [(i64, i64); MEASURES]) -> TableRule {
    let dimension = |name: &str, count: usize| Dimension {
        name: name.to_owned(),
        labels: (0..count).map(|label| label.to_string()).collect(),
    };
    let decimal = |text| Billionths::parse(text).unwrap();
    let measure = |(name, (lower, upper)): (&str, (i64, i64))| MeasureRule {
        name: name.to_owned(),
        unit: "fen".to_owned(),
        lower,
        upper,
        share: decimal("0.25"),
    };
    TableRule {
        unit: UnitKind::Enterprise,
        cells_per_unit,
        min_units: 0,
        dimensions: vec![dimension("row", labels[0]), dimension("column", labels[1])],
        measures: ["first", "second"].into_iter().zip(bounds).map(measure).collect(),
        noise: NoiseKind::DiscreteLaplace,
        epsilon: Billionths::ONE,
        count_share: decimal("0.5"),
        units_max: 1_000,
    }
}

/// Anything that a guest can return: cells inside and outside, again and again, extreme values, lists that do not fit.
fn contributions() -> impl Strategy<Value = Contributions> {
    let index = prop_oneof![8 => 0..5_u32, 1 => Just(u32::MAX)];
    let value = prop_oneof![4 => -200..200_i64, 1 => any::<i64>(), 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let cell = (prop::array::uniform2(index), prop::array::uniform2(value));
    let misfit = prop_oneof![8 => Just((0, 0)), 1 => (0..3_usize, 0..3_usize)];
    (prop::collection::vec(cell, 0..12), misfit).prop_map(|(cells, (fewer_cells, fewer_values))| {
        let mut given = Contributions::default();
        for (indices, values) in cells {
            given.cells.extend(indices);
            given.values.extend(values);
        }
        given.cells.truncate(given.cells.len().saturating_sub(fewer_cells));
        given.values.truncate(given.values.len().saturating_sub(fewer_values));
        given
    })
}

fn rules() -> impl Strategy<Value = TableRule> {
    let bounds = (-100..100_i64, 0..150_i64).prop_map(|(lower, width)| match (lower, lower + width) {
        (0, 0) => (0, 1),
        bounds => bounds,
    });
    (1..=4_u32, prop::array::uniform2(1..5_usize), prop::array::uniform2(bounds))
        .prop_map(|(cells, labels, bounds)| rule(cells, labels, bounds))
}

/// Sums over units of any kind, one of which is left out.
pub fn by_hand(cases: usize) -> Found {
    let config = Config { cases: u32::try_from(cases).unwrap(), failure_persistence: None, ..Config::default() };
    let units = prop::collection::vec(contributions(), 1..8);
    let strategy = (rules(), units, any::<prop::sample::Index>());
    let tried = TestRunner::new(config).run(&strategy, |(rule, units, target)| {
        let (cells, target) = (CellMap::whole(&rule), target.index(units.len()));
        let sums = |without: Option<usize>| {
            let mut sums = RawSums::new(&rule);
            let counted = units.iter().enumerate().filter(|(place, _)| Some(*place) != without);
            counted.for_each(|(_, given)| sums.add(&cells, given));
            sums
        };
        are_neighbours(&rule, &sums(None), &sums(Some(target))).map_err(TestCaseError::fail)
    });
    match tried {
        Ok(()) => Ok(format!("{cases} pairs of data sets of any contributions")),
        Err(proptest::test_runner::TestError::Fail(reason, _)) => Err(reason.message().to_owned()),
        Err(other) => Err(other.to_string()),
    }
}

/// A home's policy, its plan for the hostile contributor, and that guest.
struct Laboratory {
    home: TableHome,
    policy: Arc<Policy>,
    plan: Plan,
    guest: Arc<Guest>,
}

impl Laboratory {
    fn new(setup: &TableSetup, units: Vec<Unit>) -> Self {
        let home = TableHome::with(&TableSetup { units, ..setup.clone() });
        let engine = &home.0.engine;
        let policy = Arc::clone(engine.policies().policies().find(|policy| policy.table().is_some()).unwrap());
        let guest = engine.guest(home.0.contributor).unwrap().unwrap();
        let plan = fit(&policy, guest.manifest(), &engine.catalog()).unwrap();
        Self { policy, plan, guest, home }
    }

    fn sums(&self, behaviour: i64) -> RawSums {
        let rule = self.policy.table().unwrap();
        let parameters = [ParameterValue::Integer(behaviour)];
        let (limits, snapshot) = (&self.policy.limits, self.home.0.engine.snapshot().unwrap());
        RawSums::gather(rule, (&self.plan, &parameters), limits, &self.guest, &snapshot).unwrap()
    }
}

/// SplitMix64: data that is different for each seed, and the same each time.
fn random(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

fn random_units(seed: u64) -> Vec<Unit> {
    let mut random = random(seed);
    let mut unit = |number| Unit { number, cell: random(12) as usize, fen: random(2_000_000) as i64 };
    (1..=40).map(&mut unit).collect()
}

/// Every behaviour of the hostile contributor, on random data with one unit and without it: the first, one in the midst,
/// the last.
pub fn of_guests(pairs: usize) -> Found {
    let behaviours = (0..=46).chain([1_000_000, 1_000_777, 2_000_000, 2_000_001, 3_000_000]);
    let behaviours: Vec<i64> = behaviours.collect();
    for pair in 0..pairs {
        let units = random_units(pair as u64);
        let target = [units.len() / 2, 0, units.len() - 1][pair % 3];
        let without = units.iter().enumerate().filter(|(place, _)| *place != target).map(|(_, unit)| *unit).collect();
        let cells_per_unit = [1, 3][pair % 2];
        let setup = TableSetup {
            cells_per_unit,
            paid: (-1_000, 700),
            fuel_per_unit: 200_000,
            units_max: 200,
            ..TableSetup::noisy(Vec::new())
        };
        let [with, without] = [units, without].map(|units| Laboratory::new(&setup, units));
        for behaviour in &behaviours {
            let rule = with.policy.table().unwrap();
            are_neighbours(rule, &with.sums(*behaviour), &without.sums(*behaviour))
                .map_err(|told| format!("behaviour {behaviour}, pair {pair}: {told}"))?;
        }
    }
    Ok(format!("{pairs} pairs of homes, {} behaviours each", behaviours.len()))
}

#[test]
fn any_contributions() {
    let _turn = crate::support::strong();
    by_hand(2_000).unwrap();
}

#[test]
fn hostile_guests() {
    let _turn = crate::support::strong();
    of_guests(3).unwrap();
}
