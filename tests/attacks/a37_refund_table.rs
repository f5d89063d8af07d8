//! Attack 37 for tables: fail, or call the job off, and get the charge back. Units that trap, all of them, and a job that
//! is cancelled under way cost what a table costs.

use std::time::Duration;

use anshi::env::weaken::Weakness;
use anshi::job::{Answered, cancel};
use anshi::ledger::End;

use super::run::check;
use crate::support::{TableHome, TableSetup, seen, spread};

const COST: i64 = 1_000_000_000;

/// A busy machine may have run all units before it is asked to stop: then there is nothing to call off.
const TRIES: i64 = 10;

/// Asks for a table and calls it off as soon as it is under way.
fn call_off(home: &TableHome, behaviour: i64) -> Result<Answered, String> {
    let token = home.token(behaviour);
    let answered = std::thread::scope(|scope| {
        let asking = scope.spawn(|| home.0.ask(&token));
        let reader = home.0.reader();
        while !asking.is_finished() {
            let jobs = reader.audit_jobs().unwrap();
            if jobs.last().is_some_and(|job| cancel(&home.0.engine, "smart-finance", job.1)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        asking.join().unwrap()
    });
    answered.map_err(|error| error.to_string())
}

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 10, |_| 501)));
    let told = |answered: &Answered| seen(answered).claims["result"]["table"].is_object();
    home.table(1).ok_or("where all units trapped, there was no table")?;
    for number in 0..TRIES {
        let answered = call_off(&home, 3_000_000 + number)?;
        if answered.end == End::Cancelled {
            if told(&answered) {
                return Err("a table that was called off was told".to_owned());
            }
            break;
        }
    }
    let jobs = i64::try_from(home.0.reader().audit_jobs().unwrap().len()).unwrap();
    match home.0.bits_charged() {
        charged if charged == jobs * COST => Ok(()),
        charged => Err(format!("{jobs} tables, one of traps and one called off, left {charged} billionths charged")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::Refund);
}
