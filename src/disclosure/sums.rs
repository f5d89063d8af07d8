//! The raw sums of a table. They live here alone: nothing outside the gate can read one.

use super::bounds::Bounding;
use crate::env::weaken::{self, Weakness};
use crate::guest::Contributions;
use crate::policy::{CellMap, TableRule};

/// Counts of units and sums of measures, for every cell of the domain; only ever added to, within the policy's bounds.
pub(super) struct Sums {
    counts: Vec<i128>,
    /// For each of the policy's measures.
    measures: Vec<Vec<i128>>,
    bounding: Bounding,
}

impl Sums {
    /// All zero.
    pub fn new(table: &TableRule) -> Self {
        let cells = table.cells();
        Self {
            counts: vec![0; cells],
            measures: table.measures.iter().map(|_| vec![0; cells]).collect(),
            bounding: Bounding::new(table.bounds()),
        }
    }

    /// Adds what one unit contributes, within the policy's bounds.
    pub fn add(&mut self, map: &CellMap, given: &Contributions) {
        let Self { counts, measures, bounding } = self;
        bounding.bound(map, given, &mut |cell, values| add(counts, measures, cell, 1, values.iter().copied()));
    }

    /// Adds what a worker has bounded: of so many units, to one cell.
    pub fn add_bounded(&mut self, cell: usize, units: i128, values: impl Iterator<Item = i128>) {
        add(&mut self.counts, &mut self.measures, cell, units, values);
    }

    /// What a weakened build adds for a unit whose run failed.
    pub fn add_fault(&mut self) {
        if let Some(count) = self.counts.first_mut().filter(|_| weaken::on(Weakness::FaultCounted)) {
            *count += 1;
        }
    }

    /// The sums of other units, added to these.
    pub fn merge(&mut self, other: &Self) {
        let add = |into: &mut [i128], from: &[i128]| into.iter_mut().zip(from).for_each(|(into, from)| *into += from);
        add(&mut self.counts, &other.counts);
        for (into, from) in self.measures.iter_mut().zip(&other.measures) {
            add(into, from);
        }
    }

    /// The true counts: for the noise to be added to.
    pub fn counts(&self) -> &[i128] {
        &self.counts
    }

    /// The true sums of each measure: for the noise to be added to.
    pub fn measures(&self) -> &[Vec<i128>] {
        &self.measures
    }
}

/// Adds to one cell. Bounds of 50 bits times at most 2^64 units: no sum overflows.
fn add(counts: &mut [i128], measures: &mut [Vec<i128>], cell: usize, units: i128, values: impl Iterator<Item = i128>) {
    if let Some(count) = counts.get_mut(cell) {
        *count += units;
    }
    for (sums, value) in measures.iter_mut().zip(values) {
        if let Some(sum) = sums.get_mut(cell) {
            *sum += value;
        }
    }
}
