//! Attack 5: answer late iff a secret bit is set. Answers come behind their ticks, never before, and how far behind
//! says nothing of how long the guest ran.

use std::time::{SystemTime, UNIX_EPOCH};

use anshi::env::weaken::Weakness;
use anshi::job::answer;

use super::run::check;
use crate::support::{TestHome, block_on_all, seen};

/// Spins where the firm's number is odd.
const SPIN: i64 = 6;
const PAIRS_DEFAULT: u32 = 60;
const PAIRS_AT_ONCE: u32 = 6;

/// From tick to answer, in microseconds, for each firm; negative where the answer came first.
fn lateness(home: &TestHome, firms: &[u32]) -> Vec<i64> {
    let tokens: Vec<String> = firms.iter().map(|firm| home.token(SPIN, *firm)).collect();
    block_on_all(tokens.into_iter().map(|token| {
        let engine = std::sync::Arc::clone(&home.engine);
        async move {
            let answered = answer(&engine, &token).await.unwrap();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
            let tick_ms = seen(&answered).outcome["tick_ms"].as_i64().unwrap();
            i64::try_from(now).unwrap() - tick_ms * 1_000
        }
    }))
}

pub fn attack() -> Result<(), String> {
    let pairs = std::env::var("ANSHI_ATTACK_PAIRS").ok().and_then(|pairs| pairs.parse().ok());
    let pairs: u32 = pairs.unwrap_or(PAIRS_DEFAULT);
    let home = TestHome::new();
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    for first in (0..pairs).step_by(PAIRS_AT_ONCE as usize) {
        let mut firms: Vec<u32> = (2 * first + 1..=2 * (first + PAIRS_AT_ONCE)).collect();
        if first % (2 * PAIRS_AT_ONCE) == 0 {
            // Who goes first changes, so that the order of asking tells nothing.
            firms.reverse();
        }
        for (firm, late) in firms.iter().zip(lateness(&home, &firms)) {
            if late < 0 {
                return Err(format!("an answer came {} µs before its tick", -late));
            }
            if firm % 2 == 1 { slow.push(late) } else { fast.push(late) }
        }
    }
    judge(&slow, &fast)
}

/// How often a slow run's answer is later than a fast one's, of all pairs: half of them, if time tells nothing.
fn judge(slow: &[i64], fast: &[i64]) -> Result<(), String> {
    let all = slow.len() * fast.len();
    let later = |slow: &i64| fast.iter().map(|fast| 1 + i64::from(slow > fast) - i64::from(slow < fast)).sum::<i64>();
    let permille = slow.iter().map(later).sum::<i64>() * 500 / i64::try_from(all).unwrap();
    // Few runs on a busy machine; the bound is narrower where more pairs are asked for.
    let bounds = if slow.len() >= 500 { 450..=550 } else { 300..=700 };
    match bounds.contains(&permille) {
        true => Ok(()),
        false => Err(format!("slow and fast runs are told apart: AUC {permille} ‰ over {} pairs", slow.len())),
    }
}

#[test]
fn held() {
    check(attack, Weakness::OutcomeEarly);
}
