//! How useful a table is, in short: that what a release adds at ε = 1 has the variance that the policy's bounds ask for. In
//! integers; `tests/utility.rs` (`make utility`) does it at length.

use super::sums::Sums;
use super::table::release;
use crate::model::{Billionths, Dimension, NoiseKind, UnitKind};
use crate::policy::{MeasureRule, TableRule};

const CELLS: usize = 320;
const RELEASES: i128 = 100;
/// Every cell's true count: none is ever suppressed.
const UNITS: i128 = 10_000;
/// Of a variance of 32,000 draws, Laplace's has a standard error of 1.3 %, the Gaussian's of 0.8 %.
const TOLERANCE_PERCENT: i128 = 8;
const CELLS_PER_UNIT: u32 = 9;
const BOUND: i64 = 1_000;

fn rule(noise: NoiseKind) -> TableRule {
    let labels = (0..CELLS).map(|label| label.to_string()).collect();
    let (name, unit, share) = ("paid".to_owned(), "fen".to_owned(), Billionths::new(Billionths::ONE.count() / 4));
    TableRule {
        unit: UnitKind::Enterprise,
        cells_per_unit: CELLS_PER_UNIT,
        min_units: 0,
        dimensions: vec![Dimension { name: "county".to_owned(), labels }],
        measures: vec![MeasureRule { name, unit, lower: -BOUND, upper: 3, share }],
        noise,
        epsilon: Billionths::ONE,
        count_share: Billionths::new(Billionths::ONE.count() / 4 * 3),
        units_max: 1,
    }
}

/// The variances of count and measure over many releases, times as many draws as there are.
fn squares(rule: &TableRule) -> [i128; 2] {
    let mut sums = Sums::new(rule);
    (0..CELLS).for_each(|cell| sums.add_bounded(cell, UNITS, std::iter::once(0)));
    let mut squares = [0; 2];
    for _ in 0..RELEASES {
        for cell in release(rule, &sums).unwrap().cells {
            let cell = cell.unwrap();
            let noise = [cell.count.parse::<i128>().unwrap() - UNITS, cell.sums[0].parse::<i128>().unwrap()];
            squares.iter_mut().zip(noise).for_each(|(sum, noise)| *sum += noise * noise);
        }
    }
    squares
}

#[test]
fn noise_has_the_variance_of_the_stated_bounds() {
    let (cells, bound) = (i128::from(CELLS_PER_UNIT), i128::from(BOUND));
    let draws = RELEASES * CELLS as i128;
    // Laplace of scale b = cells · bound / share: 2b², for the count's b = 12 within a thousandth. The Gaussian:
    // cells · bound² / share.
    let laplace = [2 * (cells * 4 / 3).pow(2), 2 * (cells * bound * 4).pow(2)];
    let gaussian = [cells * 4 / 3, cells * bound.pow(2) * 4];
    for (noise, variances) in [(NoiseKind::DiscreteLaplace, laplace), (NoiseKind::DiscreteGaussian, gaussian)] {
        for (found, variance) in squares(&rule(noise)).into_iter().zip(variances) {
            let off = (found - variance * draws).abs() * 100;
            assert!(off <= TOLERANCE_PERCENT * variance * draws, "{noise:?}: {found} instead of {}", variance * draws);
        }
    }
}
