//! The raw sums of a table. They live here alone: nothing outside the gate can read one.

use crate::env::weaken::{self, Weakness};
use crate::guest::Contributions;
use crate::policy::{CellMap, TableRule};

/// Counts of units and sums of measures, for every cell of the domain; only ever added to, within the policy's bounds.
pub(super) struct Sums {
    counts: Vec<i128>,
    /// For each of the policy's measures.
    measures: Vec<Vec<i128>>,
    /// For each cell: the unit, by number, that last touched it, and where its values lie in `kept`.
    touched: Vec<(u64, usize)>,
    units: u64,
    kept: Vec<usize>,
    values: Vec<i128>,
}

impl Sums {
    /// All zero.
    pub fn new(table: &TableRule) -> Self {
        let cells = table.cells();
        Self {
            counts: vec![0; cells],
            measures: table.measures.iter().map(|_| vec![0; cells]).collect(),
            touched: vec![(0, 0); cells],
            units: 0,
            kept: Vec::new(),
            values: Vec::new(),
        }
    }

    /// These sums, to be released in a test.
    #[cfg(test)]
    pub const fn of(counts: Vec<i128>, measures: Vec<Vec<i128>>) -> Self {
        Self { counts, measures, touched: Vec::new(), units: 0, kept: Vec::new(), values: Vec::new() }
    }

    /// Adds what one unit contributes: of its first `cells_per_unit` distinct cells of the domain each once, what stands
    /// for one cell several times merged, every value clamped. Lists that do not fit together contribute nothing.
    pub fn add(&mut self, table: &TableRule, map: &CellMap, given: &Contributions) {
        let (dimensions, measures) = (map.dimensions(), map.measures().len());
        let cells = given.cells.len() / dimensions.max(1);
        if dimensions == 0 || given.cells.len() != cells * dimensions || given.values.len() != cells * measures {
            return;
        }
        self.units += 1;
        self.kept.clear();
        self.values.clear();
        let most = usize::try_from(table.cells_per_unit).unwrap_or(usize::MAX);
        for (number, indices) in given.cells.chunks_exact(dimensions).enumerate() {
            let Some(cell) = map.cell(indices) else { continue };
            let Some(at) = self.keep(cell, measures, most) else { continue };
            let own = given.values.get(number * measures..(number + 1) * measures).unwrap_or_default();
            for (value, more) in self.values.iter_mut().skip(at * measures).zip(own) {
                // At most 2^14 values of 63 bits.
                *value += i128::from(*more);
            }
            if weaken::on(Weakness::DuplicatesApart) {
                self.settle(table, map);
                self.touched.iter_mut().for_each(|touched| touched.0 = 0);
                self.kept.clear();
                self.values.clear();
            }
        }
        self.settle(table, map);
    }

    /// Where the values of this unit's cell lie; `None` where the unit has its cells already.
    fn keep(&mut self, cell: usize, measures: usize, most: usize) -> Option<usize> {
        let touched = self.touched.get_mut(cell)?;
        if touched.0 == self.units {
            return Some(touched.1);
        }
        if self.kept.len() >= most && !weaken::on(Weakness::CellsUnbounded) {
            return None;
        }
        *touched = (self.units, self.kept.len());
        self.kept.push(cell);
        self.values.extend(std::iter::repeat_n(0, measures));
        Some(touched.1)
    }

    /// Clamps what was merged, and adds it.
    fn settle(&mut self, table: &TableRule, map: &CellMap) {
        let measures = map.measures();
        for (at, cell) in self.kept.iter().enumerate() {
            if let Some(count) = self.counts.get_mut(*cell) {
                *count += 1;
            }
            for (value, place) in self.values.iter().skip(at * measures.len()).zip(measures) {
                let (Some(rule), Some(sums)) = (table.measures.get(*place), self.measures.get_mut(*place)) else {
                    continue;
                };
                let clamped = (*value).clamp(i128::from(rule.lower), i128::from(rule.upper));
                let bounded = if weaken::on(Weakness::Unclamped) { *value } else { clamped };
                if let Some(sum) = sums.get_mut(*cell) {
                    // Bounds of 50 bits times at most 2^64 units.
                    *sum += bounded;
                }
            }
        }
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
