//! Sums of invented units, to be compared: whether two runs of a guest come to the same table before noise. No figure of them
//! can be read, here or anywhere outside of the gate.

use super::sums::Sums;
use crate::data::Invented;
use crate::guest::Contributions;
use crate::policy::{CellMap, TableRule};

/// What units add to a table within the policy's bounds, before noise.
pub struct ComparedSums(Sums);

impl ComparedSums {
    /// Nothing yet, of units that are invented.
    pub fn new(table: &TableRule, _invented: &Invented) -> Self {
        Self(Sums::new(table))
    }

    /// Adds what one unit contributes, within the policy's bounds.
    pub fn add(&mut self, map: &CellMap, given: &Contributions) {
        self.0.add(map, given);
    }

    /// Whether every figure of every cell is the same.
    pub fn same(&self, other: &Self) -> bool {
        self.0.counts() == other.0.counts() && self.0.measures() == other.0.measures()
    }
}
