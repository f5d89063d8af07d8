//! Attack 27: all minus all but one. The difference of the two tables is the target, with the noise of both: who knows
//! everything else guesses whether it is there no better than what it paid for. Every cell has a target of its own, so that
//! one pair of tables is 220 tries.

use anshi::env::weaken::Weakness;

use super::guess::{Guesses, log_ratio, scales};
use super::run::check;
use crate::support::{CELLS, TableSetup, TableTwins, spread};

/// Everybody; everybody but those with the secret, which are the targets.
const ALL: i64 = 3_000_000;
const ALL_BUT_ONE: i64 = 28;
/// Of two tables of ε = 1.
const EPSILON: f64 = 2.0;
const OTHERS: usize = 5;
const TARGET: [i128; 3] = [1, 901, 1];

pub fn attack() -> Result<(), String> {
    let others = spread(1, OTHERS, |_| 100);
    let targets = spread(5_000, 1, |_| 901);
    let with = others.iter().copied().chain(targets).collect();
    let twins = TableTwins::new(&TableSetup::noisy(Vec::new()), [with, others]);
    let (mut by_ratio, mut by_difference) = (Guesses::default(), Guesses::default());
    let tables = [ALL, ALL_BUT_ONE].map(|behaviour| twins.compare(behaviour));
    let [Ok([Some(with), Some(without)]), Ok([Some(with_but_one), Some(without_but_one)])] = tables else {
        return Err("a table is missing".to_owned());
    };
    for (all, all_but_one, is_there) in [(with, with_but_one, true), (without, without_but_one, false)] {
        for cell in 0..CELLS {
            // The others are known; of the second table only that it does not have the target.
            let known = [OTHERS as i128, 100 * OTHERS as i128, 0];
            by_ratio.add((log_ratio(all.cell(cell), known, TARGET, scales(&all)) > 0.0) == is_there);
            let counts = [&all, &all_but_one].map(|table| table.cell(cell).map_or(0, |[count, ..]| count));
            by_difference.add((counts[0] - counts[1] >= 1) == is_there);
        }
    }
    by_ratio.within(EPSILON).map_err(|told| format!("by the likelihood: {told}"))?;
    by_difference.within(EPSILON).map_err(|told| format!("by the difference: {told}"))
}

#[test]
fn held() {
    check(attack, Weakness::NoiseOff);
}
