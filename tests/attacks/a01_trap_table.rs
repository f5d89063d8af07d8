//! Attack 1 for tables: one unit traps iff its secret bit is set. The job ends as any other, at its tick, with its table;
//! the unit adds nothing, and nothing else changes.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableSetup, TableTwins, Unit, cell};

/// `unreachable`, division, memory, stack, panic, memory limit.
const TRAPS: [i64; 6] = [1, 2, 3, 4, 5, 7];
const HOME: usize = cell(3, 2);
/// Far beyond any noise of a count whose scale is 1/10.
const NOISE_MOST: i128 = 2;

/// Ten units in one cell, all of them with the secret, or none.
fn units(secret: bool) -> Vec<Unit> {
    (1..=10).map(|number| Unit { number, cell: HOME, fen: 500 + i64::from(secret) }).collect()
}

pub fn attack() -> Result<(), String> {
    let twins = TableTwins::new(&TableSetup::clear(Vec::new()), [units(true), units(false)]);
    for behaviour in TRAPS {
        let tables = twins.compare(behaviour)?;
        let [Some(trapped), Some(quiet)] = tables else { return Err(format!("behaviour {behaviour} left no table")) };
        let counts = [&trapped, &quiet].map(|table| table.figures()[HOME][0]);
        if counts[0] > NOISE_MOST || (counts[1] - 10).abs() > NOISE_MOST {
            return Err(format!("behaviour {behaviour}: units that trap or not are counted as {counts:?}"));
        }
        let elsewhere = trapped.figures().iter().map(|[count, ..]| count.abs()).max().unwrap_or(0);
        if elsewhere > NOISE_MOST {
            return Err(format!("behaviour {behaviour}: units that trapped are counted in a cell, {elsewhere} times"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::UnitFaultTold);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::FaultCounted);
}
