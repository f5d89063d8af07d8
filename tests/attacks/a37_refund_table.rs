//! Attack 37 for tables: fail, or call the job off, and get the charge back. Units that trap, all of them, and a job that
//! is cancelled under way cost what a table costs.

use std::time::Duration;

use anshi::env::weaken::Weakness;
use anshi::job::cancel;
use anshi::ledger::End;
use anshi::model::Digest;

use super::run::check;
use crate::support::{TableHome, TableSetup, seen, spread};

const COST: i64 = 1_000_000_000;

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 10, |_| 501)));
    let all_trap = home.ask(1).map_err(|error| error.to_string())?;
    let token = home.token(0);
    let called_off = std::thread::scope(|scope| {
        let asking = scope.spawn(|| home.0.ask(&token));
        while !asking.is_finished() {
            let jobs: Vec<Digest> = home.0.reader().audit_jobs().unwrap().into_iter().map(|job| job.1).collect();
            if jobs.into_iter().any(|job| cancel(&home.0.engine, "smart-finance", job)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        asking.join().unwrap()
    });
    let called_off = called_off.map_err(|error| error.to_string())?;
    let told = |answered| seen(answered).claims["result"]["table"].is_object();
    if (all_trap.end, told(&all_trap), called_off.end, told(&called_off))
        != (End::Answered, true, End::Cancelled, false)
    {
        return Err(format!("they ended as {:?} and {:?}", all_trap.end, called_off.end));
    }
    match home.0.bits_charged() {
        charged if charged == 2 * COST => Ok(()),
        charged => Err(format!("two tables, one of traps and one called off, left {charged} billionths charged")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::Refund);
}
