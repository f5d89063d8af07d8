//! Attack 8: huge, negative, extreme contributions. The target is alone in its cell, so what is printed there is what it
//! was let add: never more than a bound, and never less than the other.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, Unit};

/// Largest, smallest, either by the secret, 300 times, the amount a million times, bits of a float that is no number.
const BEHAVIOURS: [i64; 6] = [10, 11, 12, 14, 16, 17];
const BOUNDS: (i64, i64) = (-400, 1_000);
/// Four bounds: with a scale of a fifth of one a chance of exp(-20).
const NOISE_MOST: i128 = 4_000;
/// Units with and without the secret.
const UNITS: [Unit; 2] = [Unit { number: 1, cell: 30, fen: 900_001 }, Unit { number: 2, cell: 150, fen: 900_002 }];

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup { paid: BOUNDS, ..TableSetup::clear(UNITS.to_vec()) });
    for (behaviour, table) in BEHAVIOURS.iter().zip(home.tables(&BEHAVIOURS)?) {
        for (at, [_, paid, odd]) in table.figures().into_iter().enumerate() {
            let least = i128::from(BOUNDS.0) - NOISE_MOST;
            let most = i128::from(BOUNDS.1) + NOISE_MOST;
            if !(least..=most).contains(&paid) || !(-4..=5).contains(&odd) {
                return Err(format!(
                    "behaviour {behaviour}: cell {at} reads {paid} and {odd}: one unit beyond its bounds"
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::Unclamped);
}
