//! Attack 28: known units and the target. All units of a cell but one are the attacker's own, and it wants the value of
//! that one. A threshold would not help, there are enough units; the noise does.

use anshi::env::weaken::Weakness;

use super::guess::{Guesses, log_ratio, scales};
use super::run::check;
use crate::support::{CELLS, TableHome, TableSetup, spread};

const EPSILON: f64 = 1.0;
const OWN: i128 = 9;
const OWN_FEN: i128 = 100;
/// What a target may have paid: the attacker knows that it is one of the two.
const LITTLE: i64 = 0;
const MUCH: i64 = 1_000;

pub fn attack() -> Result<(), String> {
    // Of the targets every second one has paid much: those in odd cells.
    let targets = spread(5_000, 1, |number| if number % 2 == 1 { MUCH } else { LITTLE });
    let units = spread(1, OWN as usize, |_| OWN_FEN as i64).into_iter().chain(targets).collect();
    let home = TableHome::with(&TableSetup { min_units: 10, ..TableSetup::noisy(units) });
    let (mut by_ratio, mut by_count) = (Guesses::default(), Guesses::default());
    for table in home.tables(&[0, 3_000_001])? {
        let scales = scales(&table);
        for cell in 0..CELLS {
            let Some(printed) = table.cell(cell) else { continue };
            let paid_much = (5_000 + cell) % 2 == 1;
            let known = [OWN + 1, OWN * OWN_FEN, 0];
            let unit = [0, i128::from(MUCH), 0];
            by_ratio.add((log_ratio(Some(printed), known, unit, scales) > 0.0) == paid_much);
            // If the noise of one figure were that of the other, what is known of the count would be the key.
            let stretched = (printed[0] - known[0]) * (scales[1] / scales[0]).round() as i128;
            let left = printed[1] - known[1] - stretched;
            by_count.add((left > i128::from(MUCH) / 2) == paid_much);
        }
    }
    by_ratio.within(EPSILON).map_err(|told| format!("by the likelihood: {told}"))?;
    by_count.within(EPSILON).map_err(|told| format!("by the noise of the count: {told}"))
}

#[test]
fn held() {
    check(attack, Weakness::NoiseShared);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::NoiseOff);
}
