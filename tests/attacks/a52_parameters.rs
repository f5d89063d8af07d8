//! Attack 52: the caller's parameters choose one unit. They may: bounds and noise stay, and who wants to know whether
//! that unit is there guesses no better than what it paid for. Every cell has a target, so that one table is 220 tries.

use anshi::env::weaken::Weakness;

use super::guess::{Guesses, log_ratio, scales};
use super::run::check;
use crate::support::{CELLS, TableSetup, TableTwins, spread};

/// The unit whose tax ends in these digits.
const CHOSEN: i64 = 777;
const CHOOSE: i64 = 1_000_000 + CHOSEN;
const EPSILON: f64 = 1.0;

pub fn attack() -> Result<(), String> {
    let others = spread(1, 3, |_| 100);
    let with = others.iter().copied().chain(spread(5_000, 1, |_| CHOSEN)).collect();
    let twins = TableTwins::new(&TableSetup::noisy(Vec::new()), [with, others]);
    let [Some(with), Some(without)] = twins.compare(CHOOSE)? else { return Err("a table is missing".to_owned()) };
    let mut guesses = Guesses::default();
    for (table, is_there) in [(with, true), (without, false)] {
        for cell in 0..CELLS {
            let ratio = log_ratio(table.cell(cell), [0; 3], [1, i128::from(CHOSEN), 1], scales(&table));
            guesses.add((ratio > 0.0) == is_there);
        }
    }
    guesses.within(EPSILON)
}

#[test]
fn held() {
    check(attack, Weakness::NoiseOff);
}
