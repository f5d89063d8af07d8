//! Slots: how long a job holds its share of the processors.

use std::thread;
use std::time::Duration;

use anshi::env::cores;
use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Setup, TestHome, strong};

const SLOT_MS: u32 = 300;
/// At 4 ns for each, somewhat less than half of a slot: few jobs are under way at a time, on any number of processors.
const FUEL: u64 = 33_000_000;
/// Nothing can be written for so long: several slots.
const LOCKED: Duration = Duration::from_millis(1_500);

/// The slots bound how many jobs are answered; were they held until their outcomes are durable, a disk would, too.
#[test]
fn a_slot_ends_at_its_tick_whenever_its_outcome_is_written() {
    let _turn = strong();
    let home = TestHome::with(&Setup { slot_ms: SLOT_MS, fuel: FUEL, ..Setup::default() });
    // At least three times as many as are under way at once.
    let jobs = usize::try_from(cores()).unwrap() * 7 + 3;
    let tokens = (0..jobs).map(|number| home.token(100, 1 + u32::try_from(number % 2).unwrap())).collect();
    let (locked, unlocked) = thread::scope(|scope| {
        let asking = scope.spawn(|| home.ask_all(tokens));
        while home.totals().0 < jobs {
            thread::sleep(Duration::from_millis(2));
        }
        let store = Connection::open(home.paths().store()).unwrap();
        store.execute_batch("BEGIN IMMEDIATE").unwrap();
        let locked = home.engine.clock().now();
        thread::sleep(LOCKED);
        let unlocked = home.engine.clock().now();
        store.execute_batch("COMMIT").unwrap();
        assert!(asking.join().unwrap().iter().all(Result::is_ok));
        (locked, unlocked)
    });
    let mut ticks = Vec::new();
    let read = |entry: anshi::ledger::AuditEntry| {
        let record: Value = serde_json::from_slice(&entry.record).unwrap();
        ticks.extend(record["tick_ms"].as_i64());
    };
    home.reader().audit_entries(read).unwrap();
    assert_eq!(ticks.len(), jobs);
    let dispatched = |tick: &&i64| (locked.0..unlocked.0).contains(&(**tick - i64::from(SLOT_MS)));
    assert!(ticks.iter().filter(dispatched).count() >= 2, "{locked:?} {unlocked:?} {ticks:?}");
}
