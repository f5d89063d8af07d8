//! Attack 26: equivalent but different guests, policies and parameters, for a mean without noise. Each is another job,
//! and each is charged, until there is nothing left.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{TableHome, TableSetup, refusal, spread};

const AFFORDED: usize = 3;
const VARIANTS: usize = 100;

pub fn attack() -> Result<(), String> {
    let setup = TableSetup { quota: ("3", "3"), policies: 2, ..TableSetup::noisy(spread(1, 1, |_| 501)) };
    let home = TableHome::with(&setup);
    // Another module, another policy, another number for the same table.
    let kinds = [home.order_of(home.variant(1), 0, 0), home.order_of(home.0.contributor, 1, 0), home.order(0)];
    let more = (0..).map(|number| home.order(3_000_000 + number));
    let mut orders = kinds.into_iter().chain(more).take(VARIANTS);
    let first = orders.by_ref().take(AFFORDED).map(|order| home.0.sign(&order)).collect();
    for answer in home.0.ask_all(first) {
        answer.map_err(|error| format!("within the budget: {error}"))?;
    }
    for (number, order) in (AFFORDED..).zip(orders) {
        if refusal(&home.0.ask(&home.0.sign(&order))) != Some(RefusalCode::Budget) {
            return Err(format!("variant {number} was answered on an empty account"));
        }
    }
    match home.charges().len() {
        AFFORDED => Ok(()),
        charges => Err(format!("{AFFORDED} tables of the same sums were charged {charges} times")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::BudgetUnchecked);
}
