//! Attack 22: fifty guests and policies, one table each. They are all paid from one account, which is empty after two.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{TableHome, TableSetup, refusal, spread};

const GUESTS: u8 = 5;
const POLICIES: usize = 10;
const AFFORDED: usize = 2;

pub fn attack() -> Result<(), String> {
    let setup = TableSetup { quota: ("2", "2"), policies: POLICIES, ..TableSetup::noisy(spread(1, 1, |_| 500)) };
    let home = TableHome::with(&setup);
    let guests: Vec<_> = (0..GUESTS).map(|number| home.variant(number)).collect();
    let mut asked = guests.iter().flat_map(|guest| (0..POLICIES).map(|policy| home.order_of(*guest, policy, 0)));
    let first: Vec<String> = asked.by_ref().take(AFFORDED).map(|order| home.0.sign(&order)).collect();
    for answer in home.0.ask_all(first) {
        answer.map_err(|error| format!("within the budget: {error}"))?;
    }
    for (number, order) in asked.enumerate() {
        if refusal(&home.0.ask(&home.0.sign(&order))) != Some(RefusalCode::Budget) {
            return Err(format!(
                "guest and policy number {} were answered after the account was empty",
                number + AFFORDED
            ));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::BudgetUnchecked);
}
