//! What only runs show of a policy: a guest, run on some of a synthetic home's invented units under the policy and under variants of
//! it. For advice to those who write policies, on data that are nobody's; nothing here is released, and no production home
//! runs it.

use super::warn::Warning;
use crate::catalog::Catalog;
use crate::data::{Frame, FramePart, Invented, Snapshot};
use crate::guest::{Contributions, Guest, UnitRuns, build_input};
use crate::model::{NoiseKind, ParameterValue, UNIT_ID_BYTES, UnitId};
use crate::policy::{Allowed, CellMap, ClientRows, MeasureRule, Origin, PermittedParty, Plan, Policy, TableRule, fit};

/// So many units are run for the bounds of measures.
const BOUND_UNITS: usize = 4_000;
/// And so many, twice for each grant, for its history.
const HISTORY_UNITS: usize = 400;
/// A bound that takes away more of a sum than this many of 100 biases it.
const BIAS_PERCENT: u128 = 5;

/// What the runs of `guest` warn of. None where the guest does not fit, or the snapshot lacks what it reads.
pub fn trial(policy: &Policy, catalog: &Catalog, guest: &Guest, invented: &Invented) -> Vec<Warning> {
    let snapshot = invented.snapshot();
    let Ok(plan) = fit(policy, guest.manifest(), catalog) else { return Vec::new() };
    let mut found = Vec::new();
    let parameters = parameters(policy, guest, Choice::Last);
    if let (Some(table), Plan::Table { cells, frame, .. }) = (policy.table(), &plan)
        && let Some(units) = Frame::new(snapshot, frame)
        && let Some(runs) = UnitRuns::new(guest, (&plan, &parameters), &policy.limits, snapshot)
    {
        let (mut given, mut runner) = (Given::new(table), runs.runner());
        let mut count = 0;
        each_unit(&units, BOUND_UNITS, |id, ordinals| {
            count += 1;
            runner.run(id, ordinals).into_iter().for_each(|contributions| given.add(table, cells, &contributions));
        });
        found.extend(given.warnings(table, count));
    }
    found.extend(histories(policy, catalog, guest, snapshot));
    found
}

/// Gives `see` some units, from the first on.
fn each_unit<'s>(frame: &Frame<'s>, most: usize, mut see: impl FnMut(&'s str, &[Option<u64>])) {
    let mut part = FramePart::default();
    if frame.walk().take(most, &mut part) {
        part.units().for_each(|(id, ordinals)| see(id, ordinals));
    }
}

/// Which of the allowed values a parameter gets.
#[derive(Clone, Copy)]
enum Choice {
    First,
    Last,
}

fn parameters(policy: &Policy, guest: &Guest, choice: Choice) -> Vec<ParameterValue> {
    let value = |allowed: &Allowed| match (allowed, choice) {
        (Allowed::Integers(values), Choice::First) => values.first().map(|value| ParameterValue::Integer(*value)),
        (Allowed::Integers(values), Choice::Last) => values.last().map(|value| ParameterValue::Integer(*value)),
        (Allowed::Range { min, .. }, Choice::First) => Some(ParameterValue::Integer(*min)),
        (Allowed::Range { min, max, step }, Choice::Last) => {
            let steps = (i128::from(*max) - i128::from(*min)) / i128::from(*step).max(1);
            let last = i128::from(*min) + steps * i128::from(*step);
            i64::try_from(last).ok().map(ParameterValue::Integer)
        }
        (Allowed::Dates(values), Choice::First) => values.first().map(|value| ParameterValue::Date(*value)),
        (Allowed::Dates(values), Choice::Last) => values.last().map(|value| ParameterValue::Date(*value)),
        (Allowed::Texts(values), Choice::First) => values.first().cloned().map(ParameterValue::Text),
        (Allowed::Texts(values), Choice::Last) => values.last().cloned().map(ParameterValue::Text),
        // Nobody's: a guest compares it and finds it nowhere.
        (Allowed::AnyIdentifier, _) => Some(ParameterValue::Identifier("0".to_owned())),
    };
    let named = |name: &str| policy.parameters.iter().find(|rule| rule.name == name);
    let specs = guest.manifest().parameters.iter();
    specs.filter_map(|spec| named(&spec.name).and_then(|rule| value(&rule.allowed))).collect()
}

/// What units contribute, before and after the policy's bounds.
struct Given {
    counts: Vec<u128>,
    /// For each measure: what all units give, without signs, and how much of it the bounds take away.
    whole: Vec<u128>,
    cut: Vec<u128>,
    /// For each measure its sums by cell, within the bounds.
    sums: Vec<Vec<i128>>,
}

impl Given {
    fn new(table: &TableRule) -> Self {
        let measures = table.measures.len();
        let sums = vec![vec![0; table.cells()]; measures];
        Self { counts: vec![0; table.cells()], whole: vec![0; measures], cut: vec![0; measures], sums }
    }

    fn add(&mut self, table: &TableRule, cells: &CellMap, given: &Contributions) {
        let (dimensions, measures) = (cells.dimensions().max(1), cells.measures().len());
        let entries = given.cells.chunks_exact(dimensions).take(usize::try_from(table.cells_per_unit).unwrap_or(1));
        for (place, indices) in entries.enumerate() {
            let Some(cell) = cells.cell(indices) else { continue };
            self.counts.get_mut(cell).into_iter().for_each(|count| *count += 1);
            for (at, measure) in cells.measures().iter().enumerate() {
                let value = given.values.get(place * measures + at).copied().unwrap_or_default();
                let Some(MeasureRule { lower, upper, .. }) = table.measures.get(*measure) else { continue };
                let kept = value.clamp(*lower, *upper);
                let cut = (i128::from(value) - i128::from(kept)).unsigned_abs();
                self.whole.get_mut(*measure).into_iter().for_each(|whole| *whole += u128::from(value.unsigned_abs()));
                self.cut.get_mut(*measure).into_iter().for_each(|sum| *sum += cut);
                let sum = self.sums.get_mut(*measure).and_then(|sums| sums.get_mut(cell));
                sum.into_iter().for_each(|sum| *sum += i128::from(kept));
            }
        }
    }

    /// `units` were run: figures are what as many units as the policy has time for would give.
    fn warnings(&self, table: &TableRule, units: u32) -> Vec<Warning> {
        let mut found = Vec::new();
        let full = table.units_max.max(units);
        let scaled = |figure: u128| figure.saturating_mul(full.into()) / u128::from(units.max(1));
        for (place, measure) in table.measures.iter().enumerate() {
            let part = |of: &[u128]| of.get(place).copied().unwrap_or_default();
            let (whole, cut) = (part(&self.whole), part(&self.cut));
            let (name, percent) = (measure.name.clone(), cut.saturating_mul(100) / whole.max(1));
            if percent > BIAS_PERCENT {
                found.push(Warning::Narrow { name: name.clone(), percent: u64::try_from(percent).unwrap_or(100) });
            }
            let sums = self.sums.get(place).map(Vec::as_slice).unwrap_or_default();
            let printed = sums.iter().zip(&self.counts).filter(|(_, count)| scaled(**count) >= table.min_units.into());
            let mut sizes: Vec<u128> = printed.map(|(sum, _)| scaled(sum.unsigned_abs())).collect();
            sizes.sort_unstable();
            let noise = noise(table, measure);
            if let Some(median) = sizes.get(sizes.len() / 2).filter(|median| **median < noise) {
                found.push(Warning::Wide { name, median: *median, noise, units: full });
            }
        }
        found
    }
}

/// What 95 of 100 draws of a measure's noise stay within, as in `drowns` of `warn`: 3 scales of Laplace, 1.96 of Gaussian.
fn noise(table: &TableRule, measure: &MeasureRule) -> u128 {
    const BILLION: u128 = 1_000_000_000;
    let (cells, bound) = (u128::from(table.cells_per_unit), u128::from(measure.bound()));
    let (epsilon, share) = (u128::from(table.epsilon.count()).max(1), u128::from(measure.share.count()).max(1));
    let by_epsilon = bound.saturating_mul(BILLION) / epsilon;
    match table.noise {
        NoiseKind::DiscreteLaplace => by_epsilon.saturating_mul(3 * cells).saturating_mul(BILLION) / share,
        NoiseKind::DiscreteGaussian => {
            // √(k ÷ s), in thousandths.
            let root = (cells * BILLION * 1_000_000 / share).isqrt();
            by_epsilon.saturating_mul(root).saturating_mul(196) / (100 * 1_000)
        }
    }
}

/// Grants whose history could be half as long, and nothing that was run would answer otherwise.
fn histories(policy: &Policy, catalog: &Catalog, guest: &Guest, snapshot: &Snapshot) -> Vec<Warning> {
    let mut found = Vec::new();
    let whole = answers(policy, catalog, guest, snapshot);
    if whole.is_empty() {
        return found;
    }
    for (place, grant) in policy.grants.iter().enumerate() {
        let Some(months) = grant.history_months.filter(|months| *months > 1) else { continue };
        let mut shorter = policy.clone();
        shorter.grants.get_mut(place).into_iter().for_each(|grant| grant.history_months = Some(months / 2));
        if answers(&shorter, catalog, guest, snapshot) == whole {
            found.push(Warning::History { dataset: grant.dataset.clone(), months, runs: whole.len() });
        }
    }
    found
}

/// What the guest answers for some units, with the first and the last of the allowed parameters.
fn answers(policy: &Policy, catalog: &Catalog, guest: &Guest, snapshot: &Snapshot) -> Vec<String> {
    let Ok(plan) = fit(policy, guest.manifest(), catalog) else { return Vec::new() };
    let mut found = Vec::new();
    for choice in [Choice::First, Choice::Last] {
        let parameters = parameters(policy, guest, choice);
        match &plan {
            Plan::Table { frame, .. } => {
                let runs = UnitRuns::new(guest, (&plan, &parameters), &policy.limits, snapshot);
                let (Some(units), Some(runs)) = (Frame::new(snapshot, frame), runs) else { continue };
                let mut runner = runs.runner();
                each_unit(&units, HISTORY_UNITS, |id, ordinals| {
                    found.push(runner.run(id, ordinals).map_or_else(|_| String::new(), |given| format!("{given:?}")));
                });
            }
            Plan::Label { .. } => labels(policy, (&plan, guest), (snapshot, &parameters), &mut found),
        }
    }
    found
}

/// A label for each of some units: the n-th of every role together. A guest that reads a client's own rows is not run: nobody sent any.
fn labels(
    policy: &Policy,
    (plan, guest): (&Plan, &Guest),
    (snapshot, parameters): (&Snapshot, &[ParameterValue]),
    found: &mut Vec<String>,
) {
    let roles = plan.roles();
    if roles.iter().flat_map(|role| &role.tables).any(|table| table.origin == Origin::Client) {
        return;
    }
    let units = |role: &str| {
        let datasets = policy.grants.iter().filter(|grant| grant.role.as_deref() == Some(role));
        datasets
            .filter_map(|grant| snapshot.dataset(&grant.dataset))
            .map(|files| files.unit_ids())
            .max_by_key(|ids| ids.len())
    };
    let all: Vec<_> = roles.iter().filter_map(|role| Some((role, units(&role.role)?))).collect();
    let count = all.iter().map(|(_, ids)| ids.len()).min().unwrap_or_default().min(HISTORY_UNITS);
    for nth in 0..count {
        let party = |(place, (role, ids)): (usize, &(&crate::policy::RolePlan, &[[u8; UNIT_ID_BYTES]]))| {
            let kind = policy.roles.get(&role.role)?.unit;
            let id = UnitId::parse(kind, std::str::from_utf8(ids.get(nth)?).ok()?).ok()?;
            Some(PermittedParty { role: u32::try_from(place).ok()?, role_name: role.role.clone(), id })
        };
        let parties: Vec<PermittedParty> = all.iter().enumerate().filter_map(party).collect();
        let input = build_input(roles, &parties, parameters, (snapshot, &ClientRows::default()));
        found.extend(input.map(|input| format!("{:?}", guest.run(&input, &policy.limits).0.ok())));
    }
}
