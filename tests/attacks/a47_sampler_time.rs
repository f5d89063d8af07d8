//! Attack 47: the time of the sampler, which grows with the noise (Jin et al. 2022). All noise of a table is drawn in one
//! batch before its tick, and nothing of the job is to be seen before then; so its time is in nobody's sight.

use anshi::env::weaken::Weakness;

use super::a06_slow_unit::early_ms;
use super::run::check;
use crate::support::{TableHome, TableSetup, spread};

const BEHAVIOURS: [i64; 3] = [0, 3_000_001, 3_000_002];

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 1, |_| 500)));
    for behaviour in BEHAVIOURS {
        let answered = home.ask(behaviour).map_err(|error| error.to_string())?;
        if let Some(early) = early_ms(&answered) {
            return Err(format!("a table was there {early} ms before its tick: when its noise was drawn is told"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::OutcomeEarly);
}
