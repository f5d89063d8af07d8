//! Attack 38 over HTTP: many jobs at once on the last of the quota, each on a connection of its own, in one batch, and in
//! both at a time. Exactly one wins, in every round.

use anshi::env::weaken::Weakness;
use anshi::job::JobOrder;

use super::run::check;
use crate::support::{Reply, Served, Setup};

const JOBS: i64 = 64;
const BUDGET: &str = "budget-exhausted";

/// Won and refused jobs among those that were sent alone.
fn alone(replies: &[Reply]) -> (usize, usize) {
    let refused = replies.iter().filter(|reply| reply.problem() == BUDGET).count();
    (replies.iter().filter(|reply| reply.status == 200).count(), refused)
}

/// The same of a batch's.
fn together(reply: &Reply) -> (usize, usize) {
    let claims = reply.payload_of("result");
    let lines = claims["results"].as_array().unwrap();
    let refused = lines.iter().filter(|line| line["refused"]["code"] == BUDGET).count();
    (lines.iter().filter(|line| line["label"].is_string()).count(), refused)
}

/// So many jobs alone and so many in a batch, all about one firm and all at once.
fn round(served: &Served, firm: u32, alone_count: i64, batch_count: i64) -> Result<(), String> {
    let orders =
        |jobs: std::ops::Range<i64>| jobs.map(|job| served.home.order(100 + job, firm)).collect::<Vec<JobOrder>>();
    let tokens: Vec<String> = orders(0..alone_count).iter().map(|order| served.home.sign(order)).collect();
    let batch = (batch_count > 0).then(|| served.batch_token(&orders(alone_count..alone_count + batch_count)));
    let (mut won, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        let batch = batch.map(|token| scope.spawn(move || served.submit_batch(&token)));
        let jobs: Vec<_> = tokens.iter().map(|token| scope.spawn(move || served.submit(token))).collect();
        let replies: Vec<Reply> = jobs.into_iter().map(|job| job.join().unwrap()).collect();
        let batch = batch.map(|batch| together(&batch.join().unwrap())).unwrap_or_default();
        let alone = alone(&replies);
        (won, refused) = (alone.0 + batch.0, alone.1 + batch.1);
    });
    let all = usize::try_from(alone_count + batch_count).unwrap();
    match won == 1 && won + refused == all {
        true => Ok(()),
        false => Err(format!(
            "{won} of {alone_count} jobs alone and {batch_count} in a batch won the last bits, {refused} were refused"
        )),
    }
}

pub fn attack() -> Result<(), String> {
    // One answer costs two bits, which is all there is; a short slot, because only admission matters.
    let served = Served::with(&Setup { bits: 2, slot_ms: 20, jobs_per_minute: 1_000_000, ..Setup::default() });
    for firm in (1..=9).step_by(3) {
        round(&served, firm, JOBS, 0)?;
        round(&served, firm + 1, 0, JOBS)?;
        round(&served, firm + 2, JOBS / 2, JOBS / 2)?;
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::CheckThenCharge);
}
