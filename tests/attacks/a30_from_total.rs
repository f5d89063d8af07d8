//! Attack 30: a suppressed cell from the total. Everything that is printed is one system of equations; its only
//! unknowns are the suppressed cells. They stand in none of them: the total is the sum of what is printed, the means follow
//! from it, so the system's solutions leave them free.

use anshi::disclosure::ReleasedCell;
use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{CELLS, Table, TableHome, TableSetup, Unit};

/// The means that the figures of a cell have, to a hundredth.
fn means(cell: &ReleasedCell) -> Vec<f64> {
    let count: f64 = cell.count.parse().unwrap();
    let sums = cell.sums.iter().filter(|_| count > 0.0);
    sums.map(|sum| sum.parse::<f64>().unwrap() / count).collect()
}

/// What is left of the total, for count and measures, once the printed cells are taken off.
fn left_over(table: &Table) -> [i128; 3] {
    let total = &table.0.total;
    let mut left = [&total.count, &total.sums[0], &total.sums[1]].map(|text| text.parse::<i128>().unwrap());
    for cell in (0..CELLS).filter_map(|cell| table.cell(cell)) {
        left.iter_mut().zip(cell).for_each(|(left, figure)| *left -= figure);
    }
    left
}

pub fn attack() -> Result<(), String> {
    // One cell has few units, and rich ones; the others have many.
    let many = (0..CELLS).flat_map(|cell| std::iter::repeat_n(cell, if cell == 17 { 2 } else { 10 }));
    let units = (1..).zip(many).map(|(number, cell)| Unit { number, cell, fen: 901 }).collect();
    let home = TableHome::with(&TableSetup { min_units: 6, ..TableSetup::clear(units) });
    let table = home.tables(&[0])?.remove(0);
    if table.cell(17).is_some() {
        return Err("the small cell is printed".to_owned());
    }
    let left = left_over(&table);
    if left != [0; 3] {
        return Err(format!("the suppressed cell is what is left of the total: {left:?}"));
    }
    for cell in table.0.cells.iter().flatten().chain([&table.0.total]) {
        let told: Vec<f64> = cell.means.iter().map(|mean| mean.parse().unwrap()).collect();
        let follow = means(cell);
        if told.len() != follow.len() || told.iter().zip(&follow).any(|(told, mean)| (told - mean).abs() > 0.0051) {
            return Err(format!("the means {told:?} are not those of what is printed, {follow:?}: they tell more"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::TotalsTrue);
}
