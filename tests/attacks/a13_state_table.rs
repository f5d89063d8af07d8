//! Attack 13 for tables: state from one unit to the next. Every unit counts the units before it in its instance, and
//! looks for what they left in all of memory.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, spread};

const COUNT: i64 = 40;
const CANARY: i64 = 41;
/// A scan of all memory takes so much.
const FUEL: u64 = 200_000;

pub fn attack() -> Result<(), String> {
    let units = spread(1, 2, |_| 500);
    let counted = units.len() as i128;
    let home = TableHome::with(&TableSetup { fuel_per_unit: FUEL, units_max: 450, ..TableSetup::clear(units) });
    for (behaviour, table) in [COUNT, CANARY].iter().zip(home.tables(&[COUNT, CANARY])?) {
        let sum = |figure: usize| table.figures().iter().map(|cell| cell[figure]).sum::<i128>();
        // 220 draws of noise of scale 1/5 are never 40 together; who was cut off would not be counted.
        if (sum(0) - counted).abs() > 30 {
            return Err(format!("behaviour {behaviour}: {} units of {counted} answered", sum(0)));
        }
        if sum(2) > 40 {
            return Err(format!("behaviour {behaviour}: {} of {counted} units met what another had left", sum(2)));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::UnitInstanceReused);
}
