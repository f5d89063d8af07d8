//! Attack 60: drop the connection at any moment of the job, and ask again. The charge has not been lost: the same
//! signing input gives the one bundle, and costs nothing more.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use anshi::env::weaken::Weakness;
use anshi::job::{Answered, Failure, answer};

use super::run::check;
use crate::support::{TestHome, block_on};

/// How often the caller waits before it goes away, and for how long each time: all over the slot of 150 ms.
const WAITS: [(u32, u64); 8] = [(0, 0), (1, 0), (2, 0), (3, 100), (3, 300), (4, 2_000), (4, 40_000), (4, 60_000)];
const PATIENCE: Duration = Duration::from_secs(10);

/// Begins to ask, and drops it.
fn cut(home: &TestHome, token: &str, waits: u32, micros: u64) {
    block_on(async {
        let mut asked = Box::pin(answer(&home.engine, token));
        for _ in 0..=waits {
            if asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
            std::thread::sleep(Duration::from_micros(micros));
        }
    });
}

async fn again(home: &TestHome, token: &str) -> Result<Answered, String> {
    let engine = Arc::clone(&home.engine);
    match tokio::time::timeout(PATIENCE, answer(&engine, token)).await {
        Err(_) => Err("the job that was charged is never answered".to_owned()),
        Ok(Err(Failure::Refused(refusal))) => Err(format!("refused: {}", refusal.code.word())),
        Ok(answered) => Ok(answered.unwrap()),
    }
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    for (party, (waits, micros)) in (1..).zip(WAITS) {
        let token = home.token(0, party);
        let before = home.totals().1;
        cut(&home, &token, waits, micros);
        let first = block_on(again(&home, &token))?;
        let second = block_on(again(&home, &token))?;
        if first.json != second.json {
            return Err(format!("one request has two bundles, cut after {waits} waits"));
        }
        let charges = home.totals().1 - before;
        if charges != 1 {
            return Err(format!("{charges} charges for one job, cut after {waits} waits"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::LeftWithCaller);
}
