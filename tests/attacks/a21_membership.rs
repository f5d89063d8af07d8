//! Attack 21: whether a party is in the data, by another kind of answer. A party that no dataset knows, one without
//! rows, one with old rows alone, and one with rows: the same classes of answers, each of them charged.

use std::collections::BTreeSet;

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{ABSENT, BARE, OLD, TestHome, seen};

const LABELS: usize = 2;
const BITS: i64 = 2;

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let asked: Vec<(i64, u32)> =
        (0..=14).flat_map(|behaviour| [1, 2, OLD, BARE, ABSENT].map(|party| (behaviour, party))).collect();
    let tokens = asked.iter().map(|(behaviour, party)| home.token(*behaviour, *party)).collect();
    let mut classes = BTreeSet::new();
    for ((behaviour, party), answer) in asked.iter().zip(home.ask_all(tokens)) {
        let answered = answer.map_err(|error| format!("behaviour {behaviour} about firm {party}: {error}"))?;
        classes.insert(seen(&answered).class().to_string());
    }
    if classes.len() > LABELS + 1 {
        let last = classes.last().unwrap();
        return Err(format!("{} classes of answers of {LABELS} labels; one is {last}", classes.len()));
    }
    let due = BITS * i64::try_from(asked.len()).unwrap();
    match home.bits_charged() {
        charged if charged == due => Ok(()),
        charged => Err(format!("{charged} bits charged for {} answers", asked.len())),
    }
}

#[test]
fn held() {
    check(attack, Weakness::AbsentTold);
}
