//! Attack 1: trap iff a secret bit is set. No kind of trap may be told from another, or from anything but its label.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Setup, Twins};

/// `unreachable`, division, memory, stack, panic, memory limit.
const TRAPS: [i64; 6] = [1, 2, 3, 4, 5, 7];

pub fn attack() -> Result<(), String> {
    let twins = Twins::new(&Setup::default());
    let mut shapes = Vec::new();
    for behaviour in TRAPS {
        let [trapped, quiet] = twins.compare(behaviour)?;
        if trapped != "undetermined" || quiet != "no" {
            return Err(format!("behaviour {behaviour} ended as `{trapped}` and `{quiet}`"));
        }
        shapes.push(twins.ask(behaviour)[0].class());
    }
    match shapes.iter().find(|shape| **shape != shapes[0]) {
        Some(shape) => Err(format!("one trap is told from another: {} and {shape}", shapes[0])),
        None => Ok(()),
    }
}

#[test]
fn held() {
    check(attack, Weakness::FaultTold);
}
