//! Where a guest's cells lie in the policy's closed domain.

use super::misfit::Misfit;
use super::table::TableRule;
use crate::model::Dimension;

/// From a guest's indices to the policy's cells and measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellMap {
    /// For each of the guest's dimensions and each of its labels: what it adds to the cell's place.
    places: Vec<Vec<usize>>,
    /// For each of the guest's measures: its place among the policy's.
    measures: Vec<usize>,
    cells: usize,
}

impl CellMap {
    /// The cell that the guest's indices mean, one for each of its dimensions; `None` where one of them is no label.
    pub fn cell(&self, indices: &[u32]) -> Option<usize> {
        let mut cell = 0;
        for (place, index) in self.places.iter().zip(indices) {
            cell += place.get(usize::try_from(*index).ok()?)?;
        }
        Some(cell)
    }

    /// How many indices make a cell.
    pub const fn dimensions(&self) -> usize {
        self.places.len()
    }

    /// The map of a guest that has the policy's own dimensions and measures: for the audit of the gate.
    #[cfg(feature = "weaken")]
    pub fn whole(table: &TableRule) -> Self {
        let measures: Vec<String> = table.measures.iter().map(|measure| measure.name.clone()).collect();
        fit_cells(table, &table.dimensions, &measures, &mut Vec::new())
    }

    /// For each of the guest's measures, its place among the policy's.
    pub fn measures(&self) -> &[usize] {
        &self.measures
    }

    /// How many cells the domain has.
    pub const fn cells(&self) -> usize {
        self.cells
    }
}

/// Fits the guest's dimensions and measures to the policy's. They must be the same ones, in any order; a guest may
/// know fewer labels, but none that the policy lacks.
pub(super) fn fit_cells(
    table: &TableRule,
    dimensions: &[Dimension],
    measures: &[String],
    misfits: &mut Vec<Misfit>,
) -> CellMap {
    for wanted in &table.dimensions {
        if !dimensions.iter().any(|dimension| dimension.name == wanted.name) {
            misfits.push(Misfit::DimensionUnknown(wanted.name.clone()));
        }
    }
    for wanted in &table.measures {
        if !measures.contains(&wanted.name) {
            misfits.push(Misfit::MeasureUnknown(wanted.name.clone()));
        }
    }
    let places = dimensions.iter().map(|dimension| fit_dimension(table, dimension, misfits)).collect();
    let mut places_of_measures = Vec::with_capacity(measures.len());
    for measure in measures {
        match table.measures.iter().position(|rule| rule.name == *measure) {
            Some(place) => places_of_measures.push(place),
            None => misfits.push(Misfit::Measure(measure.clone())),
        }
    }
    CellMap { places, measures: places_of_measures, cells: table.cells() }
}

fn fit_dimension(table: &TableRule, dimension: &Dimension, misfits: &mut Vec<Misfit>) -> Vec<usize> {
    let Some(at) = table.dimensions.iter().position(|rule| rule.name == dimension.name) else {
        misfits.push(Misfit::Dimension(dimension.name.clone()));
        return Vec::new();
    };
    // Row-major: the last dimension's labels lie side by side.
    let behind = table.dimensions.iter().skip(at + 1);
    let stride = behind.fold(1, |stride: usize, dimension| stride.saturating_mul(dimension.labels.len()));
    let known = table.dimensions.get(at).map(|rule| rule.labels.as_slice()).unwrap_or_default();
    let mut places = Vec::with_capacity(dimension.labels.len());
    for label in &dimension.labels {
        match known.iter().position(|known| known == label) {
            Some(place) => places.push(place.saturating_mul(stride)),
            None => misfits.push(Misfit::DimensionLabel { dimension: dimension.name.clone(), label: label.clone() }),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Billionths, NoiseKind, UnitKind};
    use crate::policy::table::MeasureRule;

    fn dimension(name: &str, labels: &[&str]) -> Dimension {
        Dimension { name: name.to_owned(), labels: labels.iter().map(|label| (*label).to_owned()).collect() }
    }

    fn table() -> TableRule {
        let measure = |name: &str| MeasureRule {
            name: name.to_owned(),
            unit: "fen".to_owned(),
            lower: -3,
            upper: 2,
            share: Billionths::new(1),
        };
        TableRule {
            unit: UnitKind::Enterprise,
            cells_per_unit: 1,
            min_units: 0,
            dimensions: vec![dimension("county", &["a", "b"]), dimension("industry", &["x", "y", "z"])],
            measures: vec![measure("paid"), measure("late")],
            noise: NoiseKind::DiscreteLaplace,
            epsilon: Billionths::ONE,
            count_share: Billionths::ONE,
            units_max: 1,
        }
    }

    #[test]
    fn a_guests_order_is_its_own() {
        let mut misfits = Vec::new();
        let dimensions = [dimension("industry", &["z", "x"]), dimension("county", &["b", "a"])];
        let map = fit_cells(&table(), &dimensions, &["late".to_owned(), "paid".to_owned()], &mut misfits);
        assert_eq!(misfits, []);
        assert_eq!(map.cell(&[0, 0]), Some(5));
        assert_eq!(map.cell(&[1, 1]), Some(0));
        assert_eq!(map.cell(&[0, 1]), Some(2));
        assert_eq!((map.cell(&[2, 0]), map.cell(&[0, u32::MAX])), (None, None));
        assert_eq!((map.measures(), map.cells(), map.dimensions()), ([1, 0].as_slice(), 6, 2));
        assert_eq!(table().measures[0].bound(), 3);
    }

    #[test]
    fn what_the_policy_lacks_is_told() {
        let mut misfits = Vec::new();
        let dimensions = [dimension("county", &["a", "c"]), dimension("size", &["s"])];
        fit_cells(&table(), &dimensions, &["paid".to_owned(), "profit".to_owned()], &mut misfits);
        let text: Vec<String> = misfits.iter().map(ToString::to_string).collect();
        for told in ["`industry`", "`late`", "`size`", "`profit`", "`county` has no label `c`"] {
            assert!(text.iter().any(|line| line.contains(told)), "{told}: {text:?}");
        }
        assert_eq!(misfits.len(), 5);
    }
}
