//! Attack 37: fail, and get the charge back. A hundred faults are a hundred charges.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TestHome, label};

const BITS: i64 = 2;

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    // Firms of odd numbers have the secret, at which behaviours 1 to 5 trap.
    let parties = (1..=40).filter(|party| party % 2 == 1);
    let asked = parties.flat_map(|party| (1..=5).map(move |behaviour| (behaviour, party)));
    let tokens: Vec<String> = asked.map(|(behaviour, party)| home.token(behaviour, party)).collect();
    let jobs = i64::try_from(tokens.len()).unwrap();
    assert_eq!(jobs, 100);
    for answer in home.ask_all(tokens) {
        assert_eq!(label(&answer.unwrap()), "undetermined");
    }
    match home.bits_charged() {
        charged if charged == jobs * BITS => Ok(()),
        charged => Err(format!("{jobs} faults left {charged} bits charged instead of {}", jobs * BITS)),
    }
}

#[test]
fn held() {
    check(attack, Weakness::Refund);
}
