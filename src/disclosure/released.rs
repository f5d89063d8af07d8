//! A released table on the wire: what a receipt holds, and what anybody may see. Every number in it is noisy or public.

use serde::{Deserialize, Serialize};

/// A table with noise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedTable {
    /// Whom it is about: the privacy unit.
    pub unit: String,
    /// The mechanism.
    pub noise: String,
    /// What it cost.
    pub epsilon: String,
    /// For Gaussian noise: what the ε above means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaussian: Option<ReleasedLoss>,
    /// To how many cells one unit adds at most.
    pub cells_per_unit: u32,
    /// Cells whose noisy count is smaller are suppressed.
    pub min_units: u32,
    /// The domain; cells are in its order, the last dimension's labels side by side.
    pub dimensions: Vec<ReleasedDimension>,
    /// How the count of units is noised.
    pub count: ReleasedNoise,
    /// The measures, in the order of a cell's sums.
    pub measures: Vec<ReleasedMeasure>,
    /// Every cell; `null` where it is suppressed.
    pub cells: Vec<Option<ReleasedCell>>,
    /// The sum of the cells that are printed.
    pub total: ReleasedCell,
}

/// Zero-concentrated differential privacy, and the approximate kind that it implies, for people to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedLoss {
    /// ρ = ε²/2.
    pub rho: String,
    /// The δ for which `epsilon` holds.
    pub delta: String,
    /// The ε at that δ.
    pub epsilon: String,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedDimension {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Vec<String>,
}

/// How a figure is noised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedNoise {
    /// Its share of ε.
    pub share: String,
    /// The distribution's scale: b of the discrete Laplace, σ of the discrete Gaussian.
    pub scale: String,
    /// The true figure lies within so much of the printed one, with a chance of 95 %.
    pub interval_95: String,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedMeasure {
    /// Its name.
    pub name: String,
    /// What it is counted in.
    pub unit: String,
    /// What one unit adds at least.
    pub lower: i64,
    /// What one unit adds at most.
    pub upper: i64,
    /// How it is noised.
    pub noise: ReleasedNoise,
}

/// A cell's figures, as decimal integers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedCell {
    /// The noisy count of units.
    pub count: String,
    /// The noisy sums, one for each measure.
    pub sums: Vec<String>,
    /// The noisy sums divided by the noisy count, to two decimals; empty where that is not positive.
    pub means: Vec<String>,
}

impl ReleasedCell {
    /// A cell of these noisy figures.
    pub(super) fn new(count: i128, sums: &[i128]) -> Self {
        let means = if count > 0 { sums.iter().map(|sum| mean(*sum, count)).collect() } else { Vec::new() };
        Self { count: count.to_string(), sums: sums.iter().map(i128::to_string).collect(), means }
    }
}

/// `sum` / `count` to two decimals, halves away from zero.
fn mean(sum: i128, count: i128) -> String {
    let scaled = sum.saturating_mul(100);
    let (quotient, rest) = (scaled / count, scaled % count);
    let up = i128::from(rest.saturating_abs() >= count - rest.saturating_abs());
    let rounded = quotient + up * scaled.signum();
    let (whole, cents) = (rounded.unsigned_abs() / 100, rounded.unsigned_abs() % 100);
    let sign = if rounded < 0 { "-" } else { "" };
    format!("{sign}{whole}.{cents:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_to_the_nearest_hundredth() {
        for (sum, count, text) in [
            (10, 4, "2.50"),
            (1, 3, "0.33"),
            (2, 3, "0.67"),
            (-1, 200, "-0.01"),
            (1, 200, "0.01"),
            (1, 201, "0.00"),
            (-7, 2, "-3.50"),
            (0, 5, "0.00"),
        ] {
            assert_eq!(mean(sum, count), text, "{sum}/{count}");
        }
        assert_eq!(ReleasedCell::new(-3, &[5]).means, Vec::<String>::new());
        let _ = mean(i128::MAX, 1);
    }
}
