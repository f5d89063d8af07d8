//! Whole label jobs: signed request in, bundle out, slot included.

use std::sync::Arc;
use std::time::Instant;

use anshi::job::answer;

use crate::home::{Asker, POLICY, Place, runtime};
use crate::table::{Sample, Table};

const ROUNDS: usize = 20;

pub fn jobs(place: &Place, scale: u64, table: &mut Table) {
    let engine = Arc::new(place.open().unwrap());
    let asker = Asker::new(&engine, place);
    let policies = engine.policies();
    let policy = policies.policies().find(|policy| policy.id == POLICY).unwrap();
    let worst_ms = policy.run_nanos as f64 / 1e6;
    let cores = std::thread::available_parallelism().unwrap().get() as f64;
    let bound = format!("{:.0}/s ({worst_ms:.2} ms × 1/{cores} cores)", cores * 1_000.0 / worst_ms);
    table.note("bound of the slots: cores ÷ a run's worst case", bound);
    let mut units = asker.units.iter().rev().cycle();
    let runtime = runtime();
    for in_flight in [1, 64] {
        let mut batches = Vec::new();
        for round in 0..ROUNDS + 2 {
            let tokens: Vec<String> = units.by_ref().take(in_flight).map(|unit| asker.token(unit, 2)).collect();
            let started = Instant::now();
            runtime.block_on(async {
                let ask = |token: String| {
                    let engine = Arc::clone(&engine);
                    tokio::spawn(async move { answer(&engine, &token).await.unwrap() })
                };
                for job in tokens.into_iter().map(ask).collect::<Vec<_>>() {
                    job.await.unwrap();
                }
            });
            if round >= 2 {
                batches.push(started.elapsed());
            }
        }
        let what = format!(
            "whole label jobs, {in_flight} in flight, slot {} ms, scale {}",
            policy.limits.slot_ms,
            scale as f64 / 1e6
        );
        table.rate(&what, in_flight, &Sample::of(batches), None);
    }
}
