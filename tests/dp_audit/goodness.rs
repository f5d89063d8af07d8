//! Pearson's χ²: whether draws are of a distribution, and whether two samples are of the same.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::statistics::chi_squared_p;

/// No bin with fewer draws expected: the χ² distribution is only the limit of many.
const EXPECTED_MIN: f64 = 10.0;
/// Bins for each scale's width.
const BINS_PER_SCALE: f64 = 8.0;
/// How far bins go, in scales; what is beyond is pooled.
const REACH: f64 = 10.0;

/// How well draws fit.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    pub p: f64,
    pub statistic: f64,
    pub degrees: usize,
}

/// The draws against the distribution.
pub fn fit(draws: &[i128], exact: &Exact) -> Fit {
    let step = (exact.scale() / BINS_PER_SCALE).ceil() as i64;
    let bins = (REACH * exact.scale()).ceil() as i64 / step + 1;
    let mut observed = vec![0_u64; 2 * bins as usize + 2];
    for draw in draws {
        let bin = (draw.div_euclid(i128::from(step)) + i128::from(bins) + 1).clamp(0, 2 * i128::from(bins) + 1);
        observed[bin as usize] += 1;
    }
    let below = 1.0 - exact.from(-bins * step);
    let above = exact.from(bins * step);
    let inside = (-bins..bins).map(|bin| exact.between(bin * step, (bin + 1) * step));
    let probabilities: Vec<f64> = std::iter::once(below).chain(inside).chain([above]).collect();
    fit_bins(&observed, &probabilities)
}

/// Counts against the probabilities of their bins; neighbours are pooled until enough is expected.
pub fn fit_bins(observed: &[u64], probabilities: &[f64]) -> Fit {
    let draws = observed.iter().sum::<u64>() as f64;
    let mut pools: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for (count, probability) in observed.iter().zip(probabilities) {
        if pools[pools.len() - 1].1 >= EXPECTED_MIN {
            pools.push((0.0, 0.0));
        }
        let last = pools.len() - 1;
        pools[last].0 += *count as f64;
        pools[last].1 += probability * draws;
    }
    // What is left over at the end is too little for a bin of its own.
    if pools.len() > 1 && pools[pools.len() - 1].1 < EXPECTED_MIN {
        let (count, expected) = pools.pop().unwrap();
        let last = pools.len() - 1;
        pools[last].0 += count;
        pools[last].1 += expected;
    }
    let statistic = pools.iter().map(|(count, expected)| (count - expected).powi(2) / expected).sum();
    judged(statistic, pools.len())
}

/// Two samples, as counts of each value: whether one distribution has made both.
pub fn same(one: &BTreeMap<i128, u64>, other: &BTreeMap<i128, u64>) -> Fit {
    let values: std::collections::BTreeSet<i128> = one.keys().chain(other.keys()).copied().collect();
    let total = |counts: &BTreeMap<i128, u64>| counts.values().sum::<u64>() as f64;
    let (ours, theirs) = (total(one), total(other));
    let count = |counts: &BTreeMap<i128, u64>, value| counts.get(value).copied().unwrap_or(0) as f64;
    let mut pools = vec![(0.0, 0.0)];
    for value in &values {
        let last: &mut (f64, f64) = pools.last_mut().unwrap();
        if last.0 + last.1 >= 2.0 * EXPECTED_MIN {
            pools.push((count(one, value), count(other, value)));
        } else {
            *last = (last.0 + count(one, value), last.1 + count(other, value));
        }
    }
    let term = |(a, b): &(f64, f64)| {
        let share = (a + b) / (ours + theirs);
        (a - ours * share).powi(2) / (ours * share) + (b - theirs * share).powi(2) / (theirs * share)
    };
    judged(pools.iter().map(term).sum(), pools.len())
}

/// Draws as counts of each value.
pub fn counted(draws: &[i128]) -> BTreeMap<i128, u64> {
    let mut counts = BTreeMap::new();
    draws.iter().for_each(|draw| *counts.entry(*draw).or_default() += 1);
    counts
}

/// One bin leaves no freedom: it fits if it must.
fn judged(statistic: f64, bins: usize) -> Fit {
    let degrees = bins - 1;
    let p = if degrees == 0 { 1.0 } else { chi_squared_p(statistic, degrees) };
    Fit { p, statistic, degrees }
}
