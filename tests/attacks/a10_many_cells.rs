//! Attack 10: very many contributions of one unit. Of whatever it says, its first `cells_per_unit` distinct cells count,
//! each once.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, Unit, cell};

/// All cells; a million of them; all cells by turns; one cell 300 times; many outside before the honest one.
const BEHAVIOURS: [i64; 5] = [20, 21, 22, 14, 25];
const CELLS_PER_UNIT: u32 = 3;
/// Noise makes one of 400 counts another.
const CHANGED_BY_NOISE_MOST: usize = 12;

pub fn attack() -> Result<(), String> {
    let unit = Unit { number: 1, cell: cell(5, 5), fen: 501 };
    let setup = TableSetup { cells_per_unit: CELLS_PER_UNIT, epsilon: "20", ..TableSetup::clear(vec![unit]) };
    // Three cells a unit widen the noise by three; all of ε but a little is for the count.
    let home = TableHome::with(&TableSetup { shares: ["0.05", "0.05"], ..setup });
    for (behaviour, table) in BEHAVIOURS.iter().zip(home.tables(&BEHAVIOURS)?) {
        let counts: Vec<i128> = table.figures().iter().map(|[count, ..]| *count).collect();
        let changed = counts.iter().filter(|count| **count != 0).count();
        let most = counts.iter().max().copied().unwrap_or(0);
        if changed > CHANGED_BY_NOISE_MOST + CELLS_PER_UNIT as usize || most > 4 {
            return Err(format!("behaviour {behaviour}: one unit is in {changed} cells, in one of them {most} times"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::CellsUnbounded);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::DuplicatesApart);
}
