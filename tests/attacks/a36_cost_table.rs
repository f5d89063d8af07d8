//! Attack 36 for tables: a cost that depends on data. Twins are charged alike, row by row, whatever the guest does.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableHome, TableSetup, TableTwins, Unit, spread};

/// Honest, a spin, everywhere.
const BEHAVIOURS: [i64; 3] = [0, 6, 20];

pub fn attack() -> Result<(), String> {
    let many = spread(1, 10, i64::from);
    let twins = TableTwins::new(&TableSetup::noisy(Vec::new()), [many, vec![Unit { number: 1, cell: 0, fen: 2 }]]);
    for behaviour in BEHAVIOURS {
        twins.ask(behaviour);
    }
    let [many, one] = [&twins.with, &twins.without].map(TableHome::charges);
    match many == one && many.len() == BEHAVIOURS.len() {
        true => Ok(()),
        false => Err(format!("a table of 2,200 units and one of one were charged {many:?} and {one:?}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::CostByData);
}
