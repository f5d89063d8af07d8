//! What a table may be: its closed domain, its bounds, and its noise. All of it comes from the policy; a guest chooses none.

use crate::model::{Billionths, Dimension, NoiseKind, UnitKind};

/// A statistical table over all units of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRule {
    /// Whom it is about, one by one: the privacy unit.
    pub unit: UnitKind,
    /// To how many cells one unit adds at most.
    pub cells_per_unit: u32,
    /// Cells whose noisy count of units is smaller are printed as suppressed.
    pub min_units: u32,
    /// The closed domain: every combination of labels is a cell, and always appears.
    pub dimensions: Vec<Dimension>,
    /// What is summed in each cell, beside the count of units.
    pub measures: Vec<MeasureRule>,
    /// The distribution of the noise.
    pub noise: NoiseKind,
    /// What one table costs.
    pub epsilon: Billionths,
    /// The count's share of ε: what the measures leave.
    pub count_share: Billionths,
    /// How many units the slot has time for.
    pub units_max: u32,
}

/// A sum over units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureRule {
    /// Its name.
    pub name: String,
    /// What it is counted in, for people.
    pub unit: String,
    /// What one unit adds to one cell at least.
    pub lower: i64,
    /// What one unit adds to one cell at most.
    pub upper: i64,
    /// Its share of the job's ε.
    pub share: Billionths,
}

/// What one unit may add at most: all that is known of a table where units are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitBounds {
    /// To how many cells.
    pub cells_per_unit: u32,
    /// How many cells there are.
    pub cells: usize,
    /// For each measure, the least and the most that is added to one cell.
    pub measures: Vec<(i64, i64)>,
}

impl MeasureRule {
    /// The most that one unit can change one cell by: max(|lower|, |upper|), since a unit that is absent adds nothing.
    pub fn bound(&self) -> u64 {
        self.lower.unsigned_abs().max(self.upper.unsigned_abs())
    }
}

impl TableRule {
    /// What one unit may add at most.
    pub fn bounds(&self) -> UnitBounds {
        UnitBounds {
            cells_per_unit: self.cells_per_unit,
            cells: self.cells(),
            measures: self.measures.iter().map(|measure| (measure.lower, measure.upper)).collect(),
        }
    }

    /// How many cells the domain has.
    pub fn cells(&self) -> usize {
        self.dimensions.iter().fold(1, |cells, dimension| cells.saturating_mul(dimension.labels.len()))
    }
}
