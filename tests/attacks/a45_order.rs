//! Attack 45: overflow, and the order of summing (Casacuberta et al. 2022). Values that overflow 64 bits together, values
//! that cancel in one order and not in another: they are merged in 128 bits, clamped once, and added.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, TableTwins, Unit, cell, spread};

const HOME: usize = cell(9, 1);
const BOUND: i128 = 1_000;
const UNITS: usize = 12;
/// Largest and smallest in one cell, which cancel to -1: clamped each alone they would add a bound, and count twice.
const CANCEL: i64 = 15;
/// The largest twice, which 64 bits cannot hold.
const OVERFLOW: i64 = 13;

/// In one cell, those with the secret before or behind the others.
fn units(secret_first: bool) -> Vec<Unit> {
    let secret = |place: usize| (place < UNITS / 2) == secret_first;
    let unit = |place: usize| Unit {
        number: 1 + u32::try_from(place).unwrap(),
        cell: HOME,
        fen: 10 + i64::from(secret(place)),
    };
    // And others elsewhere, so that there is more than one part to sum up.
    (0..UNITS).map(unit).chain(spread(100, 2, |_| 10)).collect()
}

fn home_cell(home: &TableHome, behaviour: i64) -> Result<[i128; 3], String> {
    Ok(home.tables(&[behaviour])?[0].figures()[HOME])
}

pub fn attack() -> Result<(), String> {
    let twins = TableTwins::new(&TableSetup::clear(Vec::new()), [units(true), units(false)]);
    // Half of the units add nothing or one bound, the others and the two that are spread 10 each.
    let rest = 10 * (UNITS as i128 / 2 + 2);
    for (behaviour, secret) in [(CANCEL, 0), (OVERFLOW, BOUND)] {
        for home in [&twins.with, &twins.without] {
            let [count, paid, _] = home_cell(home, behaviour)?;
            let (units, sum) = (UNITS as i128 + 2, secret * UNITS as i128 / 2 + rest);
            if (count - units).abs() > 2 || (paid - sum).abs() > 4 * BOUND {
                return Err(format!("behaviour {behaviour}: {count} units and {paid} fen, not {units} and {sum}"));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::DuplicatesApart);
}
