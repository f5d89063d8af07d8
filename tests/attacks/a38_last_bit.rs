//! Attack 38: many jobs at once on the last of the quota. Exactly one wins, in every round.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{Setup, TestHome, refusal};

const JOBS: i64 = 64;
const ROUNDS_DEFAULT: u32 = 20;
/// Rounds that run side by side, each about a firm of its own.
const ROUNDS_AT_ONCE: u32 = 5;

pub fn attack() -> Result<(), String> {
    let rounds = std::env::var("ANSHI_ATTACK_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: u32 = rounds.unwrap_or(ROUNDS_DEFAULT);
    // One answer costs two bits, which is all there is; a short slot, because only admission matters.
    let home = TestHome::with(&Setup { bits: 2, slot_ms: 20, jobs_per_minute: 1_000_000, ..Setup::default() });
    for first in (1..=rounds).step_by(ROUNDS_AT_ONCE as usize) {
        let firms: Vec<u32> = (first..first + ROUNDS_AT_ONCE).collect();
        let jobs = |firm: &u32| (0..JOBS).map(|job| (100 + job, *firm)).collect::<Vec<_>>();
        let tokens = firms.iter().flat_map(jobs).map(|(behaviour, firm)| home.token(behaviour, firm)).collect();
        for (answers, firm) in home.ask_all(tokens).chunks(JOBS as usize).zip(&firms) {
            let won = answers.iter().filter(|answer| answer.is_ok()).count();
            let refused = answers.iter().filter(|answer| refusal(answer) == Some(RefusalCode::Budget)).count();
            if won != 1 || won + refused != answers.len() {
                return Err(format!("round {firm}: {won} of {JOBS} jobs won the last bits, {refused} were refused"));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::CheckThenCharge);
}
