//! Attack 34: one enterprise joined to many units: its rows many times over, under other spellings of its id, in every
//! dataset, and contributed again and again. The engine makes units of canonical ids: it is one, and adds what one may.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, Unit, cell, firm, spread};

const HOME: usize = cell(7, 3);
const FEN: i64 = 501;
/// Honest; the largest value twice in one cell; one cell 300 times.
const BEHAVIOURS: [i64; 3] = [0, 13, 14];

pub fn attack() -> Result<(), String> {
    let id = firm(1).to_string();
    let wide: String = id.chars().map(|c| char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap()).collect();
    let spellings = [id.clone(), id.to_lowercase(), format!(" {id} "), wide];
    let register = spellings.iter().map(|id| format!("{id},2015-03-01,ACTIVE,LIMITED,D,371427,1000000.00\n")).collect();
    let taxes = spellings
        .iter()
        .flat_map(|id| (1..=5).map(move |day| format!("{id},202605{day:02},VAT,0.02,0.02,20260531,20260531\n")));
    // Others, so that a few refused rows are no reason to refuse the delivery.
    let mut units = spread(10, 2, |_| 0);
    units.retain(|unit| unit.cell != HOME);
    units.push(Unit { number: 1, cell: HOME, fen: FEN });
    let lines = [register, taxes.collect()];
    let home = TableHome::with(&TableSetup { lines, ..TableSetup::clear(units) });
    for (behaviour, table) in BEHAVIOURS.iter().zip(home.tables(&BEHAVIOURS)?) {
        let [count, paid, odd] = table.figures()[HOME];
        // One unit, with all of its rows; four bounds of noise.
        if (count - 1).abs() > 2 || !(-4_000..=5_000).contains(&paid) || !(-4..=5).contains(&odd) {
            return Err(format!(
                "behaviour {behaviour}: one enterprise is counted {count} times, and adds {paid}, {odd}"
            ));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::DuplicatesApart);
}
