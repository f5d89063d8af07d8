//! Attack 14 for tables: how much memory is granted, how much is there at the start, how deep the stack is. It is the
//! same for every unit, whatever ran before it.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{CELLS, TableHome, TableSetup, spread};

/// Pages granted, pages at the start, a dive as deep as a fresh stack bears.
const BEHAVIOURS: [i64; 3] = [42, 43, 44];
const PER_CELL: usize = 2;
/// To ask for a page costs as much as filling it.
const FUEL: u64 = 200_000;

pub fn attack() -> Result<(), String> {
    // Nearly all of ε is for the measure: 16 pages at most, with noise of a scale below one.
    let setup = TableSetup { paid: (0, 16), shares: ["0.9", "0.05"], ..TableSetup::clear(spread(1, PER_CELL, |_| 12)) };
    let home = TableHome::with(&TableSetup { fuel_per_unit: FUEL, units_max: 450, ..setup });
    for (behaviour, table) in BEHAVIOURS.iter().zip(home.tables(&BEHAVIOURS)?) {
        // A cell whose count is made negative by its noise is not printed.
        let sums: Vec<i128> = (0..CELLS).filter_map(|cell| table.cell(cell)).map(|[_, sum, _]| sum).collect();
        let units = (sums.len() * PER_CELL) as i128;
        if sums.len() < CELLS / 2 {
            return Err(format!("behaviour {behaviour}: only {} cells are printed", sums.len()));
        }
        let each = (2 * sums.iter().sum::<i128>() + units) / (2 * units);
        if each == 0 {
            return Err(format!("behaviour {behaviour} saw nothing"));
        }
        // A noise of 18 scales or more is a chance of 10⁻⁸.
        let all_alike = each * PER_CELL as i128;
        if let Some(odd) = sums.iter().find(|sum| (**sum - all_alike).abs() > 16) {
            return Err(format!("behaviour {behaviour}: units that are alike saw {odd} and not {all_alike} in a cell"));
        }
        // 220 draws at that scale differ by about 200 from nothing.
        let off: i128 = sums.iter().map(|sum| (sum - all_alike).abs()).sum();
        if off > 350 {
            return Err(format!("behaviour {behaviour}: not every unit saw {each}: cells differ by {off}"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::LimitsByLoad);
}
