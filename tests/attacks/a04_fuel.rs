//! Attack 4: burn fuel as the secret says, with the same answer either way.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Setup, Twins};

const BURN: i64 = 9;

pub fn attack() -> Result<(), String> {
    let twins = Twins::new(&Setup::default());
    let labels = twins.compare(BURN)?;
    if labels != ["no", "no"] {
        return Err(format!("burning fuel changed the answer: {labels:?}"));
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::FuelTold);
}
