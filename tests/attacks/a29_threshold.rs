//! Attack 29: a threshold on the true count. A cell with one unit too few and one with just enough are suppressed at
//! rates that the count's ε allows; and the threshold is where it is stated.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::dp_audit::statistics::{probability_at_least, probability_at_most};
use crate::support::{CELLS, TableHome, TableSetup, Unit};

const MIN_UNITS: u32 = 5;
/// The count's half of ε = 1.
const EPSILON: f64 = 0.5;
const BEHAVIOURS: [i64; 3] = [0, 3_000_001, 3_000_002];
const ALPHA: f64 = 1e-7;

/// Cells of even numbers have just enough units, the others one too few.
fn units() -> Vec<Unit> {
    let per_cell = |cell: usize| MIN_UNITS as usize - cell % 2;
    let cells = (0..CELLS).flat_map(|cell| std::iter::repeat_n(cell, per_cell(cell)));
    (1..).zip(cells).map(|(number, cell)| Unit { number, cell, fen: 500 }).collect()
}

/// The largest ratio that the hits prove.
fn ratio(above: u64, below: u64, of: u64) -> f64 {
    probability_at_least(above, of, ALPHA) / probability_at_most(below, of, ALPHA)
}

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup { min_units: MIN_UNITS, ..TableSetup::noisy(units()) });
    // Suppressed cells with enough units, and with one too few.
    let mut suppressed = [0, 0];
    let mut printed = Vec::new();
    for table in home.tables(&BEHAVIOURS)? {
        for cell in 0..CELLS {
            suppressed[cell % 2] += u64::from(table.cell(cell).is_none());
            printed.extend(table.cell(cell).map(|[count, ..]| count));
        }
    }
    let of = (BEHAVIOURS.len() * CELLS / 2) as u64;
    let shown = suppressed.map(|hits| of - hits);
    let proven = [ratio(suppressed[1], suppressed[0], of), ratio(shown[0], shown[1], of)];
    if let Some(proven) = proven.iter().find(|proven| **proven > EPSILON.exp()) {
        return Err(format!("{suppressed:?} of {of} cells each are suppressed: rates differ by {proven:.2} at least"));
    }
    match printed.iter().min() {
        Some(least) if *least == i128::from(MIN_UNITS) => Ok(()),
        least => Err(format!("the least count printed is {least:?}: the threshold is not {MIN_UNITS}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::ThresholdTrue);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::ThresholdOffByOne);
}
