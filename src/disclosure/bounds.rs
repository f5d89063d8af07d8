//! What one unit may add: its first cells, each once, its values clamped. All that a table's privacy asks of the map step,
//! in one place, for threads and workers alike. Sums nothing.

use crate::env::weaken::{self, Weakness};
use crate::guest::Contributions;
use crate::policy::{CellMap, UnitBounds};

/// Bounds what one unit after the other contributes.
pub(super) struct Bounding {
    bounds: UnitBounds,
    /// For each cell: the unit, by number, that last touched it, and where its values lie in `kept`.
    touched: Vec<(u64, usize)>,
    units: u64,
    kept: Vec<usize>,
    values: Vec<i128>,
    bounded: Vec<i128>,
}

impl Bounding {
    /// No unit yet.
    pub fn new(bounds: UnitBounds) -> Self {
        Self {
            touched: vec![(0, 0); bounds.cells],
            units: 0,
            kept: Vec::new(),
            values: Vec::new(),
            bounded: vec![0; bounds.measures.len()],
            bounds,
        }
    }

    /// Shows what one unit adds: of its first `cells_per_unit` distinct cells of the domain each once, what stands for one
    /// cell several times merged, every value clamped; for each of the policy's measures one. Lists that do not fit
    /// together add nothing.
    pub fn bound(&mut self, map: &CellMap, given: &Contributions, add: &mut impl FnMut(usize, &[i128])) {
        let (dimensions, measures) = (map.dimensions(), map.measures().len());
        let cells = given.cells.len() / dimensions.max(1);
        if dimensions == 0 || given.cells.len() != cells * dimensions || given.values.len() != cells * measures {
            return;
        }
        self.units += 1;
        self.kept.clear();
        self.values.clear();
        let most = usize::try_from(self.bounds.cells_per_unit).unwrap_or(usize::MAX);
        for (number, indices) in given.cells.chunks_exact(dimensions).enumerate() {
            let Some(cell) = map.cell(indices) else { continue };
            let Some(at) = self.keep(cell, measures, most) else { continue };
            let own = given.values.get(number * measures..(number + 1) * measures).unwrap_or_default();
            for (value, more) in self.values.iter_mut().skip(at * measures).zip(own) {
                // At most 2^14 values of 63 bits.
                *value += i128::from(*more);
            }
            if weaken::on(Weakness::DuplicatesApart) {
                self.settle(map, add);
                self.touched.iter_mut().for_each(|touched| touched.0 = 0);
                self.kept.clear();
                self.values.clear();
            }
        }
        self.settle(map, add);
    }

    /// Where the values of this unit's cell lie; `None` where the unit has its cells already, or there is no such cell.
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

    /// Clamps what was merged, and shows it.
    fn settle(&mut self, map: &CellMap, add: &mut impl FnMut(usize, &[i128])) {
        let measures = map.measures();
        for (at, cell) in self.kept.iter().enumerate() {
            self.bounded.fill(0);
            for (value, place) in self.values.iter().skip(at * measures.len()).zip(measures) {
                let bounds = self.bounds.measures.get(*place).zip(self.bounded.get_mut(*place));
                let Some(((lower, upper), bounded)) = bounds else { continue };
                let clamped = (*value).clamp(i128::from(*lower), i128::from(*upper));
                *bounded = if weaken::on(Weakness::Unclamped) { *value } else { clamped };
            }
            add(*cell, &self.bounded);
        }
    }
}
