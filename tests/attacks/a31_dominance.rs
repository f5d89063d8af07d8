//! Attack 31: one firm that is most of a cell. The second largest takes its own figure off and has the other's, if there
//! is nothing but the sum; what is printed is the same whether that firm paid a thousand times the bound or the bound.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{ODD_FEN, TableSetup, TableTwins, Unit, cell};

const BOUND: i64 = 1_000;
const HOME: usize = cell(2, 2);
/// What the second largest has paid.
const OWN_FEN: i64 = 900;
const BEHAVIOURS: [i64; 2] = [0, 16];

/// A cell of four, where the largest has paid so much.
fn units(largest_fen: i64) -> Vec<Unit> {
    let paid = [largest_fen, OWN_FEN, 10, 10];
    (1..).zip(paid).map(|(number, fen)| Unit { number, cell: HOME, fen }).collect()
}

pub fn attack() -> Result<(), String> {
    let setup = TableSetup { paid: (0, BOUND), ..TableSetup::clear(Vec::new()) };
    let twins = TableTwins::new(&setup, [units(ODD_FEN), units(BOUND + 1)]);
    for behaviour in BEHAVIOURS {
        let [Some(huge), Some(bound)] = twins.compare(behaviour)? else {
            return Err(format!("behaviour {behaviour} left no table"));
        };
        let estimates = [huge, bound].map(|table| table.figures()[HOME][1] - i128::from(OWN_FEN));
        // Four bounds of noise for each of the two.
        if (estimates[0] - estimates[1]).abs() > 8 * i128::from(BOUND) {
            return Err(format!("behaviour {behaviour}: the largest is estimated at {estimates:?}"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::Unclamped);
}
