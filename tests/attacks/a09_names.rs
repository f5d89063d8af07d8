//! Attack 9: invented names of cells, and cells that come and go. The printed cells are the policy's whole domain,
//! whoever is in them; an index beyond it adds nothing anywhere.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{CELLS, INDUSTRIES, TableHome, TableSetup, Unit, cell};

/// Honest; far outside; outside by one in a way that would name the next county; outside many times before the honest cell.
const BEHAVIOURS: [i64; 4] = [0, 23, 24, 25];
const HOME: usize = cell(5, 5);
/// Noise suppresses an empty cell once in some 1,500 times, at a threshold of 0.
const SUPPRESSED_MOST: usize = 12;

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::clear(vec![Unit { number: 1, cell: HOME, fen: 501 }]));
    for (behaviour, table) in BEHAVIOURS.iter().zip(home.tables(&BEHAVIOURS)?) {
        let labels: Vec<usize> = table.0.dimensions.iter().map(|dimension| dimension.labels.len()).collect();
        if table.0.cells.len() != CELLS || labels != [CELLS / INDUSTRIES, INDUSTRIES] {
            return Err(format!("behaviour {behaviour}: {} cells of {labels:?}", table.0.cells.len()));
        }
        let suppressed = table.0.cells.iter().filter(|cell| cell.is_none()).count();
        if suppressed > SUPPRESSED_MOST {
            return Err(format!("behaviour {behaviour}: {suppressed} cells are left out: who is where is told"));
        }
        let expected = i128::from([0, 25].contains(behaviour));
        let counts = table.figures();
        let wrong = |at: usize| (counts[at][0] - if at == HOME { expected } else { 0 }).abs() > 2;
        if let Some(at) = (0..CELLS).find(|at| wrong(*at)) {
            return Err(format!("behaviour {behaviour}: cell {at} counts {}", counts[at][0]));
        }
        let all: i128 = counts.iter().map(|[count, ..]| count).sum();
        if (all - expected).abs() > 6 {
            return Err(format!("behaviour {behaviour}: one unit is counted {all} times"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::EmptyLeftOut);
}
