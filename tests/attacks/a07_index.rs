//! Attack 7: answers beyond the labels. However many parties and behaviours, there are no more distinct answers
//! than the policy has labels, and one.

use std::collections::BTreeSet;

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TestHome, seen};

const LABELS: usize = 2;

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    // 8: an index far outside; 12: sixteen bits of a figure; 13: memory; 14: rows.
    let asked = (1..=10).flat_map(|party| [0, 8, 12, 13, 14].map(|behaviour| (behaviour, party)));
    let tokens = asked.map(|(behaviour, party)| home.token(behaviour, party)).collect();
    let answers = home.ask_all(tokens);
    let labels: BTreeSet<String> = answers.iter().map(|answer| seen(answer.as_ref().unwrap()).label).collect();
    if labels.len() > LABELS + 1 {
        return Err(format!("{} distinct answers of {LABELS} labels: {labels:?}", labels.len()));
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::IndexRaw);
}
