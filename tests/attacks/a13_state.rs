//! Attack 13: state from one run to the next: a counter in a global, a canary planted all over memory.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TestHome, label};

const COUNT: i64 = 10;
const CANARY: i64 = 11;
const PARTIES: u32 = 40;

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    for behaviour in [COUNT, CANARY] {
        let tokens = (1..=PARTIES).map(|party| home.token(behaviour, party)).collect();
        for (party, answer) in (1..).zip(home.ask_all(tokens)) {
            let label = label(&answer.unwrap());
            if label == "yes" {
                return Err(format!("behaviour {behaviour} about firm {party} met what an earlier run had left"));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::InstanceReused);
}

#[test]
fn the_guest_looks_and_is_not_cut_off() {
    let _turn = crate::support::strong();
    let home = TestHome::new();
    let labels = [COUNT, CANARY].map(|behaviour| label(&home.answered(&home.token(behaviour, 1))));
    assert_eq!(labels, ["no", "no"], "an attack that ends as `undetermined` would have tried nothing");
}
