//! Attack 6: one slow unit among many. Whether the target spins, grows or burns, or is not there at all: the answer
//! comes at the tick that was fixed at dispatch, never before, and no byte but the noise differs.

use std::time::{SystemTime, UNIX_EPOCH};

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableSetup, TableTwins, Unit, seen, spread};

/// The target spins for ever, burns fuel, grows.
const SLOW: [i64; 3] = [6, 8, 9];
const TARGET: Unit = Unit { number: 5_000, cell: 100, fen: 501 };

/// How long before its tick an answer was there; none may be.
pub(super) fn early_ms(answered: &anshi::job::Answered) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let tick_ms = seen(answered).outcome["tick_ms"].as_i64().unwrap();
    Some(tick_ms - i64::try_from(now).unwrap()).filter(|early| *early > 0)
}

pub fn attack() -> Result<(), String> {
    let others = spread(1, 2, |_| 500);
    let present = others.iter().copied().chain([TARGET]).collect();
    let twins = TableTwins::new(&TableSetup::noisy(Vec::new()), [present, others]);
    for behaviour in SLOW {
        match twins.compare(behaviour)? {
            [Some(_), Some(_)] => {}
            _ => return Err(format!("behaviour {behaviour} left no table")),
        }
    }
    for answered in twins.ask(0) {
        if let Some(early) = early_ms(&answered) {
            return Err(format!("a table was there {early} ms before its tick: how long it took is told"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::OutcomeEarly);
}
