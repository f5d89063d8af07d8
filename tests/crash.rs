//! Killed at any moment: every bundle that was released is in the log, charges cover what was released,
//! nothing is answered twice at two prices, and the log only grows.

mod check;
mod home;
mod round;
mod worker;

pub use check::{Auditor, Tables, job_of};
pub use home::{Asker, Dice, Place, guests, runtime};
pub use round::{Tally, check, crash};
pub use worker::{ask_many, start as start_worker};

use anshi::env::Entropy;
use anshi::ledger::LedgerReader;

/// Rounds without `make crash ROUNDS=…`.
const ROUNDS_DEFAULT: u64 = 6;
const SLOT_MS: u32 = 20;

/// The seed of `CRASH_SEED`, or one from the operating system.
fn seed() -> u64 {
    let given = std::env::var("CRASH_SEED").ok().map(|seed| seed.parse().expect("`CRASH_SEED` is a number"));
    given.unwrap_or_else(|| u64::from_be_bytes(Entropy.bytes().unwrap()))
}

#[test]
fn killed_at_any_moment() {
    let rounds = std::env::var("CRASH_ROUNDS").map_or(ROUNDS_DEFAULT, |rounds| rounds.parse().expect("a number"));
    let seed = seed();
    println!("CRASH_SEED={seed} has the same delays again");
    let folder = tempfile::tempdir().unwrap();
    let place = Place::make(folder.path(), SLOT_MS);
    let (mut auditor, mut dice, mut tally) = (Auditor::new(&place), Dice(seed), Tally::default());
    while tally.rounds < rounds {
        round::crash(&place, &mut auditor, &mut dice, &mut tally);
    }
    let tables = Tables::read(&LedgerReader::open(&place.paths().store()).unwrap());
    println!(
        "crash: {} rounds, {} kills, {} jobs admitted, {} released, {} abandoned, {} leaves; sent again: {} checked, \
         of them {} answered only then, {} never admitted before, {} refused for budget",
        tally.rounds,
        tally.kills,
        tables.jobs.len(),
        auditor.released_count(),
        tables.abandoned(),
        auditor.size(),
        tally.replays,
        tally.unreleased,
        tally.never_admitted,
        tally.refused,
    );
}

/// Not a test: the process that `killed_at_any_moment` starts and kills.
#[test]
#[ignore = "a worker: started by the tests that kill it"]
fn worker() {
    worker::work();
}
