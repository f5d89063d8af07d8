//! Attack 32: many random subsets (Dinur and Nissim 2003). The attacker knows all of 2,000 units but one bit of each, asks
//! for random halves of them until it is refused, and takes the bits that fit the answers best.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;

use super::guess::Guesses;
use super::run::check;
use crate::support::{CELLS, Table, TableHome, TableSetup, Unit, refusal, spread};

/// A random half of all units, for each number another.
const HALF: i64 = 2_000_000;
const PER_CELL: usize = 9;
const AFFORDED: i64 = 3;
const EPSILON: f64 = 3.0;

/// What a unit paid but for its last fen, which is its secret.
const fn even_fen(number: u32) -> i64 {
    2 * (100 + 37 * number as i64 % 400)
}

fn secret(number: u32) -> bool {
    number.wrapping_mul(0x9e37_79b9) >> 31 == 1
}

/// The guest's own coin, which the attacker wrote.
const fn is_in_half(paid_fen: i64, number: i64) -> bool {
    let mixed = (paid_fen as u64).wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) & 1 == 1
}

/// The bits of one cell's units that make the printed figures most likely.
fn best_bits(units: &[&Unit], answers: &[(i64, [i128; 3])], scales: [f64; 3]) -> usize {
    let distance = |bits: usize| -> f64 {
        let off = answers.iter().map(|(number, printed)| {
            let mut sums = [0_i128; 3];
            for (place, unit) in units.iter().enumerate() {
                let bit = (bits >> place & 1) as i64;
                let fen = even_fen(unit.number) + bit;
                if is_in_half(fen, *number) {
                    let own = [1, i128::from(fen), i128::from(bit)];
                    sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                }
            }
            (0..3).map(|figure| (printed[figure] - sums[figure]).abs() as f64 / scales[figure]).sum::<f64>()
        });
        off.sum()
    };
    (0..1 << units.len()).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(0)
}

pub fn attack() -> Result<(), String> {
    let units = spread(1, PER_CELL, |number| even_fen(number) + i64::from(secret(number)));
    let home = TableHome::with(&TableSetup { quota: ("3", "3"), ..TableSetup::noisy(units.clone()) });
    let mut tables = Vec::new();
    for number in 0.. {
        let answer = home.ask(HALF + number);
        match &answer {
            // What was not done at its tick is paid for, and lost.
            Ok(answered) if number < AFFORDED + 2 => tables.extend(Table::of(answered).map(|table| (number, table))),
            _ if refusal(&answer) == Some(RefusalCode::Budget) && number == AFFORDED => break,
            _ => return Err(format!("{number} random halves were answered, of {AFFORDED} that are paid for")),
        }
    }
    if tables.is_empty() {
        return Err("no table was done at its tick".to_owned());
    }
    let scales = super::guess::scales(&tables[0].1);
    let mut guesses = Guesses::default();
    for cell in (0..CELLS).step_by(4) {
        let own: Vec<&Unit> = units.iter().filter(|unit| unit.cell == cell).collect();
        let answers: Vec<_> = tables.iter().filter_map(|(number, table)| Some((*number, table.cell(cell)?))).collect();
        let bits = best_bits(&own, &answers, scales);
        own.iter().enumerate().for_each(|(place, unit)| guesses.add((bits >> place & 1 == 1) == secret(unit.number)));
    }
    guesses.within(EPSILON)
}

#[test]
fn held() {
    check(attack, Weakness::BudgetUnchecked);
}
