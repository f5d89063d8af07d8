//! What may be answered and what a run may use: the part of a policy's check that its kind of answer decides.

use std::collections::BTreeSet;

use super::check::{FUEL_MAX, MEMORY_MIB_MAX, SLOT_MS_MAX, named};
use super::mistake::{Cure, Mistake};
use super::raw::{RawMeasure, RawPolicy, RawPrivacy};
use super::rules::{AnswerRule, Limits};
use super::table::{MeasureRule, TableRule};
use super::worst;
use crate::document::{Finding, Spanned};
use crate::model::{Answer, Billionths, Dimension, NoiseKind, Pace, UnitKind, check_label};

const NANOS_PER_MILLI: u64 = 1_000_000;
pub(super) const DIMENSIONS_MAX: usize = 8;
pub(super) const MEASURES_MAX: usize = 16;
/// Cells times figures: what one batch of noise is drawn for.
pub(super) const FIGURES_MAX: usize = 1 << 20;
pub(super) const CELLS_PER_UNIT_MAX: u32 = 64;
/// Keeps every sum of every unit far within 128 bits, and every scale within the sampler's.
pub(super) const BOUND_MAX: u64 = 1_000_000_000_000_000;
pub(super) const EPSILON_MAX: Billionths = Billionths::new(20 * Billionths::ONE.count());
pub(super) const UNITS_MAX: u32 = 1_000_000_000;
pub(super) const SLOT_S_MAX: u32 = 86_400;
/// What kind of answer the policy is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Label,
    Table,
}

pub(super) fn kind(raw: &RawPolicy, findings: &mut Vec<Finding>) -> Kind {
    match raw.answer.kind.get_ref().as_str() {
        "label" => Kind::Label,
        "table" => Kind::Table,
        other => {
            let mistake = Mistake::AnswerKind(other.to_owned());
            findings.push(Finding::at(raw.answer.kind.span(), mistake).suggest(other, ["label", "table"]));
            Kind::Label
        }
    }
}

pub(super) fn check_answer(raw: &RawPolicy, kind: Kind, findings: &mut Vec<Finding>) -> AnswerRule {
    match kind {
        Kind::Label => AnswerRule::Label(check_label_answer(raw, findings)),
        Kind::Table => AnswerRule::Table(Box::new(check_table_answer(raw, findings))),
    }
}

impl Kind {
    /// The word in TOML.
    const fn word(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Table => "table",
        }
    }

    /// A member that this kind of answer does not have.
    fn stray<T>(self, member: Option<&Spanned<T>>, key: &'static str, findings: &mut Vec<Finding>) {
        if let Some(member) = member {
            let finding = Finding::at(member.span(), Mistake::Stray { key, kind: self.word() });
            findings.push(match self.own(key) {
                Some(own) => finding.help(Cure::Own(own)),
                None => finding,
            });
        }
    }

    /// What this kind has in the place of a member of the other.
    fn own(self, key: &str) -> Option<&'static str> {
        let pairs = [("fuel", "fuel_per_unit"), ("slot_ms", "slot_s")];
        pairs.into_iter().find_map(|(label, table)| match self {
            Self::Label => (key == table).then_some(label),
            Self::Table => (key == label).then_some(table),
        })
    }
}

/// A member that the kind of answer must have.
fn needed<T: Clone + Default>(
    member: Option<&Spanned<T>>,
    (kind, key, place): (Kind, &'static str, std::ops::Range<usize>),
    findings: &mut Vec<Finding>,
) -> T {
    member.map_or_else(
        || {
            findings.push(Finding::at(place, Mistake::Needed { key, kind: kind.word() }));
            T::default()
        },
        |member| member.get_ref().clone(),
    )
}

fn check_label_answer(raw: &RawPolicy, findings: &mut Vec<Finding>) -> Vec<String> {
    let answer = &raw.answer;
    Kind::Label.stray(answer.unit.as_ref(), "unit", findings);
    Kind::Label.stray(answer.cells_per_unit.as_ref(), "cells_per_unit", findings);
    Kind::Label.stray(answer.min_units.as_ref(), "min_units", findings);
    Kind::Label.stray(answer.dimension.first().map(|dimension| &dimension.name), "[[answer.dimension]]", findings);
    Kind::Label.stray(answer.measure.first().map(|measure| &measure.name), "[[answer.measure]]", findings);
    Kind::Label.stray(raw.privacy.as_ref().map(|privacy| &privacy.noise), "[privacy]", findings);
    let labels = answer.labels.as_ref().map(|labels| labels.get_ref().as_slice()).unwrap_or_default();
    if labels.is_empty() {
        findings.push(Finding::at(answer.kind.span(), Mistake::NoLabels));
    }
    for label in labels.iter().filter(|label| Answer::is_reserved(label.get_ref())) {
        findings.push(Finding::at(label.span(), Mistake::Reserved));
    }
    check_labels(labels, findings)
}

/// Labels: printable, none twice.
fn check_labels(labels: &[Spanned<String>], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for label in labels {
        let text = label.get_ref().as_str();
        if let Err(error) = check_label(text) {
            findings.push(Finding::at(label.span(), error));
        }
        if !seen.insert(text) {
            findings.push(Finding::at(label.span(), Mistake::LabelTwice(text.to_owned())));
        }
    }
    labels.iter().map(|label| label.get_ref().clone()).collect()
}

fn check_table_answer(raw: &RawPolicy, findings: &mut Vec<Finding>) -> TableRule {
    let answer = &raw.answer;
    let place = || answer.kind.span();
    Kind::Table.stray(answer.labels.as_ref(), "labels", findings);
    let unit = needed(answer.unit.as_ref(), (Kind::Table, "unit", place()), findings);
    let known = UnitKind::from_word(&unit);
    if let (None, Some(given)) = (known, &answer.unit) {
        let words = [UnitKind::Enterprise, UnitKind::Person].map(UnitKind::word);
        findings.push(Finding::at(given.span(), Mistake::Unit).suggest(&unit, words));
    }
    let unit = known.unwrap_or(UnitKind::Enterprise);
    let cells_per_unit = needed(answer.cells_per_unit.as_ref(), (Kind::Table, "cells_per_unit", place()), findings);
    if let Some(given) = answer.cells_per_unit.as_ref().filter(|_| !(1..=CELLS_PER_UNIT_MAX).contains(&cells_per_unit))
    {
        findings.push(Finding::at(given.span(), Mistake::CellsPerUnit));
    }
    let min_units = needed(answer.min_units.as_ref(), (Kind::Table, "min_units", place()), findings);
    let dimensions = check_dimensions(raw, findings);
    let measures = check_measures(&answer.measure, findings);
    let (noise, epsilon) = check_privacy(raw.privacy.as_ref(), place(), findings);
    let shares = measures.iter().try_fold(Billionths::ZERO, |sum, measure| sum.checked_add(measure.share));
    let count_share = shares.and_then(|shares| Billionths::ONE.checked_sub(shares)).unwrap_or(Billionths::ZERO);
    // A share that is no number was told.
    let numbers = answer.measure.iter().all(|measure| Billionths::parse(measure.share.get_ref()).is_ok());
    if count_share == Billionths::ZERO && numbers {
        let span = answer.measure.last().map_or_else(place, |measure| measure.share.span());
        findings.push(Finding::at(span, Mistake::Shares));
    }
    let units_max = raw.limits.get_ref().units_max.as_ref().map_or(0, |units| *units.get_ref());
    let rule =
        TableRule { unit, cells_per_unit, min_units, dimensions, measures, noise, epsilon, count_share, units_max };
    if rule.cells().saturating_mul(rule.measures.len() + 1) > FIGURES_MAX {
        findings.push(Finding::at(place(), Mistake::Cells));
    }
    rule
}

fn check_dimensions(raw: &RawPolicy, findings: &mut Vec<Finding>) -> Vec<Dimension> {
    let given = &raw.answer.dimension;
    if !(1..=DIMENSIONS_MAX).contains(&given.len()) {
        findings.push(Finding::at(raw.answer.kind.span(), Mistake::Dimensions));
    }
    let mut seen = BTreeSet::new();
    let mut dimensions = Vec::with_capacity(given.len());
    for dimension in given {
        named(&dimension.name, findings);
        let name = dimension.name.get_ref().clone();
        if !seen.insert(name.clone()) {
            findings.push(Finding::at(dimension.name.span(), Mistake::DimensionTwice(name.clone())));
        }
        if dimension.labels.is_empty() {
            findings.push(Finding::at(dimension.name.span(), Mistake::NoLabels));
        }
        dimensions.push(Dimension { name, labels: check_labels(&dimension.labels, findings) });
    }
    dimensions
}

fn check_measures(raw: &[RawMeasure], findings: &mut Vec<Finding>) -> Vec<MeasureRule> {
    if let Some(beyond) = raw.get(MEASURES_MAX) {
        findings.push(Finding::at(beyond.name.span(), Mistake::Measures));
    }
    let mut seen = BTreeSet::new();
    let mut measures = Vec::with_capacity(raw.len());
    for measure in raw {
        named(&measure.name, findings);
        let name = measure.name.get_ref().clone();
        if !seen.insert(name.clone()) {
            findings.push(Finding::at(measure.name.span(), Mistake::MeasureTwice(name.clone())));
        }
        if let Err(error) = check_label(measure.unit.get_ref()) {
            findings.push(Finding::at(measure.unit.span(), error));
        }
        let (lower, upper) = (*measure.lower.get_ref(), *measure.upper.get_ref());
        let share = decimal(&measure.share, findings);
        let rule = MeasureRule { name, unit: measure.unit.get_ref().clone(), lower, upper, share };
        if lower > upper || !(1..=BOUND_MAX).contains(&rule.bound()) {
            findings.push(Finding::at(measure.upper.span(), Mistake::Bounds));
        }
        if share == Billionths::ZERO {
            findings.push(Finding::at(measure.share.span(), Mistake::Share));
        }
        measures.push(rule);
    }
    measures
}

fn decimal(text: &Spanned<String>, findings: &mut Vec<Finding>) -> Billionths {
    Billionths::parse(text.get_ref()).unwrap_or_else(|error| {
        findings.push(Finding::at(text.span(), Mistake::Number(error)).help(Cure::Decimal));
        Billionths::ONE
    })
}

fn check_privacy(
    raw: Option<&RawPrivacy>,
    place: std::ops::Range<usize>,
    findings: &mut Vec<Finding>,
) -> (NoiseKind, Billionths) {
    let Some(raw) = raw else {
        findings.push(Finding::at(place, Mistake::Needed { key: "[privacy]", kind: "table" }));
        return (NoiseKind::DiscreteLaplace, Billionths::ONE);
    };
    let noise = NoiseKind::from_word(raw.noise.get_ref()).unwrap_or_else(|| {
        let known = [NoiseKind::DiscreteLaplace, NoiseKind::DiscreteGaussian].map(NoiseKind::word);
        findings.push(Finding::at(raw.noise.span(), Mistake::Noise).suggest(raw.noise.get_ref(), known));
        NoiseKind::DiscreteLaplace
    });
    let epsilon = decimal(&raw.epsilon_per_job, findings);
    if epsilon == Billionths::ZERO || epsilon > EPSILON_MAX {
        findings.push(Finding::at(raw.epsilon_per_job.span(), Mistake::Epsilon));
    }
    (noise, epsilon)
}

/// Fuel, memory, pace, and the slot that must hold the worst case on this machine; and how many nanoseconds a run takes at
/// worst.
pub(super) fn check_limits(raw: &RawPolicy, kind: Kind, pace: Pace, findings: &mut Vec<Finding>) -> (Limits, u64) {
    let limits = raw.limits.get_ref();
    let memory_mib = *limits.memory_mib.get_ref();
    if !(1..=MEMORY_MIB_MAX).contains(&memory_mib) {
        findings.push(Finding::at(limits.memory_mib.span(), Mistake::Memory));
    }
    if *limits.jobs_per_minute.get_ref() == 0 {
        findings.push(Finding::at(limits.jobs_per_minute.span(), Mistake::Rate));
    }
    let Checked { fuel, slot_ms, run_nanos } = match kind {
        Kind::Label => check_label_limits(raw, pace, findings),
        Kind::Table => check_table_limits(raw, pace, findings),
    };
    let limits = Limits {
        fuel,
        memory_bytes: u64::from(memory_mib) << 20,
        slot_ms,
        jobs_per_minute: *limits.jobs_per_minute.get_ref(),
    };
    (limits, run_nanos)
}

struct Checked {
    fuel: u64,
    slot_ms: u32,
    run_nanos: u64,
}

fn check_label_limits(raw: &RawPolicy, pace: Pace, findings: &mut Vec<Finding>) -> Checked {
    let limits = raw.limits.get_ref();
    Kind::Label.stray(limits.fuel_per_unit.as_ref(), "fuel_per_unit", findings);
    Kind::Label.stray(limits.units_max.as_ref(), "units_max", findings);
    Kind::Label.stray(limits.slot_s.as_ref(), "slot_s", findings);
    let place = || raw.limits.span();
    let fuel = needed(limits.fuel.as_ref(), (Kind::Label, "fuel", place()), findings);
    let slot_ms = needed(limits.slot_ms.as_ref(), (Kind::Label, "slot_ms", place()), findings);
    if let Some(given) = limits.fuel.as_ref().filter(|_| !(1..=FUEL_MAX).contains(&fuel)) {
        findings.push(Finding::at(given.span(), Mistake::Fuel));
    }
    let run_nanos = worst::run_nanos(raw, Kind::Label, fuel, pace);
    let worst_ms = worst::label_slot_nanos(run_nanos).div_ceil(NANOS_PER_MILLI);
    let holds = u64::from(slot_ms) >= worst_ms && slot_ms > 0 && slot_ms <= SLOT_MS_MAX;
    if let Some(given) = limits.slot_ms.as_ref().filter(|_| !holds) {
        findings.push(Finding::at(given.span(), Mistake::Slot { worst_ms }).help(Cure::Slot));
    }
    Checked { fuel, slot_ms, run_nanos }
}

fn check_table_limits(raw: &RawPolicy, pace: Pace, findings: &mut Vec<Finding>) -> Checked {
    let limits = raw.limits.get_ref();
    Kind::Table.stray(limits.fuel.as_ref(), "fuel", findings);
    Kind::Table.stray(limits.slot_ms.as_ref(), "slot_ms", findings);
    let place = || raw.limits.span();
    let fuel = needed(limits.fuel_per_unit.as_ref(), (Kind::Table, "fuel_per_unit", place()), findings);
    let units = needed(limits.units_max.as_ref(), (Kind::Table, "units_max", place()), findings);
    let slot_s = needed(limits.slot_s.as_ref(), (Kind::Table, "slot_s", place()), findings);
    if let Some(given) = limits.fuel_per_unit.as_ref().filter(|_| !(1..=FUEL_MAX).contains(&fuel)) {
        findings.push(Finding::at(given.span(), Mistake::FuelPerUnit));
    }
    if let Some(given) = limits.units_max.as_ref().filter(|_| !(1..=UNITS_MAX).contains(&units)) {
        findings.push(Finding::at(given.span(), Mistake::Units));
    }
    let cells = raw.answer.dimension.iter().map(|dimension| dimension.labels.len() as u64);
    let figures = cells.fold(raw.answer.measure.len() as u64 + 1, u64::saturating_mul);
    let run_nanos = worst::run_nanos(raw, Kind::Table, fuel, pace);
    let worst_s = worst::table_nanos(run_nanos, units, figures).div_ceil(1_000 * NANOS_PER_MILLI);
    let holds = u64::from(slot_s) >= worst_s && (1..=SLOT_S_MAX).contains(&slot_s);
    if let Some(given) = limits.slot_s.as_ref().filter(|_| !holds) {
        findings.push(Finding::at(given.span(), Mistake::TableSlot { worst_s }).help(Cure::Slot));
    }
    Checked { fuel, slot_ms: slot_s.saturating_mul(1_000), run_nanos }
}
