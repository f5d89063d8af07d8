//! Attack 25: the same table again and again, for a mean without noise. It is the stored table, byte by byte, and costs
//! nothing.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Table, TableHome, TableSetup, spread};

const AGAIN: usize = 3;

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 3, |_| 501)));
    let first = home.table(0).ok_or("behaviour 0 left no table")?;
    let charged = home.charges();
    let tokens = (0..AGAIN).map(|_| home.token(0)).collect();
    for (number, answer) in home.0.ask_all(tokens).into_iter().enumerate() {
        if Table::of(&answer.unwrap()).as_ref() != Some(&first) {
            return Err(format!("asked again, time {number}: other noise on the same sums"));
        }
    }
    match home.charges() == charged {
        true => Ok(()),
        false => Err(format!("the ledger has {:?} and then {:?}", charged, home.charges())),
    }
}

#[test]
fn held() {
    check(attack, Weakness::SameRenoised);
}
