//! Attack 55: watch the log and the job's state while a guest runs. Nothing of the outcome is there before the tick.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TestHome, seen};

const SPIN: i64 = 6;
const QUIET: i64 = 100;

/// When the watcher looked last, and what it saw then: entries, finished jobs, the published checkpoint.
struct Look {
    done_ms: i64,
    entries: usize,
    outcomes: usize,
    published: String,
}

fn watch(home: &TestHome, stop: &AtomicBool) -> Vec<Look> {
    let reader = home.reader();
    let mut looks = Vec::new();
    // One look more after the answer: an answer before its tick is seen for sure.
    let mut last = false;
    while !last {
        last = stop.load(Ordering::SeqCst);
        let mut entries = 0;
        reader.audit_entries(|_| entries += 1).unwrap();
        let outcomes = reader.audit_outcomes().unwrap().len();
        let published = std::fs::read_to_string(home.paths().log().join("checkpoint")).unwrap();
        looks.push(Look { done_ms: home.engine.clock().now().0, entries, outcomes, published });
        std::thread::sleep(Duration::from_millis(2));
    }
    looks
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let size = |note: &str| note.lines().nth(1).unwrap().parse::<usize>().unwrap();
    for behaviour in [SPIN, QUIET, 1, 0, SPIN + 1] {
        let (mut before, finished) = (0, home.reader().audit_outcomes().unwrap().len());
        home.reader().audit_entries(|_| before += 1).unwrap();
        let stop = AtomicBool::new(false);
        let (looks, answered) = std::thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&home, &stop));
            let answered = home.answered(&home.token(behaviour, 1));
            stop.store(true, Ordering::SeqCst);
            (watcher.join().unwrap(), answered)
        });
        let tick_ms = seen(&answered).outcome["tick_ms"].as_i64().unwrap();
        // The intent is there from the admission on; the outcome is the second entry.
        for look in looks.iter().filter(|look| look.done_ms < tick_ms) {
            if look.entries > before + 1 || look.outcomes > finished || size(&look.published) > before + 1 {
                let early = tick_ms - look.done_ms;
                return Err(format!("behaviour {behaviour}: the outcome was to be seen {early} ms before its tick"));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::OutcomeEarly);
}
