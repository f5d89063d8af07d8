//! One round: a worker is killed at some moment, perhaps another one while it recovers, then everything
//! is checked and every request is sent again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anshi::job::{Answered, Engine, Failure, answer};
use anshi::ledger::LedgerError;
use anshi::model::RefusalCode;

use super::check::{Auditor, Tables, job_of};
use super::home::{Dice, Place, runtime};
use super::worker::{errors, kept, ready, start};

/// So many released bundles are asked for again in a round; requests without an answer all are.
const REPLAYS_MAX: usize = 32;
const PATIENCE: Duration = Duration::from_secs(60);

/// What a series of rounds came to.
#[derive(Default)]
pub struct Tally {
    pub rounds: u64,
    pub kills: u64,
    pub replays: usize,
    pub refused: usize,
    pub never_admitted: usize,
    pub unreleased: usize,
    /// Requests that a worker saw fail, because its ledger stopped.
    pub failed: usize,
}

/// One request on disk and what came back before the crash.
struct Sent {
    token: String,
    /// The bundle as released; the second of two calls with one request counts as well.
    bundle: Option<String>,
    refused: bool,
}

/// Kills a worker: while it starts and recovers, or at work.
fn kill(place: &Place, run: u64, dice: &mut Dice) {
    let mut worker = start(place, run, dice.next(), None);
    let started = Instant::now();
    let delay = match dice.below(4) {
        0 => dice.below(50),
        1 => dice.below(400),
        _ => {
            while !ready(place).exists() && started.elapsed() < PATIENCE {
                assert!(worker.try_wait().unwrap().is_none(), "{}", complaint(place));
                std::thread::sleep(Duration::from_millis(1));
            }
            dice.below(250)
        }
    };
    std::thread::sleep(Duration::from_millis(delay) + Duration::from_micros(dice.below(1_000)));
    let ended = worker.try_wait().unwrap();
    assert!(ended.is_none(), "the worker ended by itself: {}", complaint(place));
    worker.kill().unwrap();
    worker.wait().unwrap();
}

fn complaint(place: &Place) -> String {
    std::fs::read_to_string(errors(place)).unwrap_or_default()
}

/// One to three kills in a row, then the check.
pub fn crash(place: &Place, auditor: &mut Auditor, dice: &mut Dice, tally: &mut Tally) {
    let kills = if dice.below(3) == 0 { 1 + dice.below(3) } else { 1 };
    for kill_number in 0..kills {
        kill(place, tally.rounds * 4 + kill_number, dice);
    }
    tally.kills += kills;
    check(place, auditor, tally);
}

/// Opens the engine on what is there, checks it all, sends every request of the round again.
pub fn check(place: &Place, auditor: &mut Auditor, tally: &mut Tally) {
    let before = auditor.size();
    let mirrored = auditor.mirrored();
    let sent = take(place, tally);
    for sent in &sent {
        let size = sent.bundle.as_ref().map_or(0, |bundle| auditor.verify(bundle).checkpoint.size);
        assert!(size <= mirrored.size, "a bundle was released before the mirror had its checkpoint");
    }
    let engine = place.open().unwrap_or_else(|error| panic!("the engine must start again: {error}"));
    let engine = Arc::new(engine);
    let tables = {
        let reader = engine.reader();
        for bundle in sent.iter().filter_map(|sent| sent.bundle.as_ref()) {
            auditor.released(bundle, &reader);
        }
        let tables = Tables::read(&reader);
        auditor.check(&reader, &tables);
        tables
    };
    replay(&engine, auditor, &sent, &tables, tally);
    drop(Arc::try_unwrap(engine).unwrap_or_else(|_| panic!("nobody else holds the engine")));
    auditor.check_published(before);
    tally.rounds += 1;
}

/// The round's requests; their files are removed.
fn take(place: &Place, tally: &mut Tally) -> Vec<Sent> {
    let mut files: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(place.jobs()).unwrap() {
        let path = entry.unwrap().path();
        files.entry(path.with_extension("")).or_default().push(path);
    }
    let mut all = Vec::new();
    for (stem, paths) in files {
        // A request that is not whole was never sent.
        if let Some(token) = kept(&stem.with_extension("token")) {
            let failed = kept(&stem.with_extension("failed"));
            assert!(
                failed.as_ref().is_none_or(|text| text.contains("stopped") || text.contains("ledger")),
                "{failed:?}"
            );
            tally.failed += usize::from(failed.is_some());
            let (first, second) = (kept(&stem.with_extension("bundle")), kept(&stem.with_extension("again")));
            if let (Some(first), Some(second)) = (&first, &second) {
                assert_eq!(first, second, "one request had two bundles");
            }
            let refused = kept(&stem.with_extension("refused"));
            assert!(refused.as_ref().is_none_or(|code| code == RefusalCode::Budget.word()), "refused: {refused:?}");
            all.push(Sent { token, bundle: first.or(second), refused: refused.is_some() });
        }
        for path in paths {
            std::fs::remove_file(path).unwrap();
        }
    }
    all
}

/// Sends the requests again, all at once, and checks answers and charges.
fn replay(engine: &Arc<Engine>, auditor: &mut Auditor, sent: &[Sent], before: &Tables, tally: &mut Tally) {
    let (released, open): (Vec<&Sent>, Vec<&Sent>) = sent.iter().partition(|sent| sent.bundle.is_some());
    let chosen: Vec<&Sent> = released.into_iter().rev().take(REPLAYS_MAX).chain(open).collect();
    let answers = runtime().block_on(async {
        let ask = |sent: &&Sent| {
            let (engine, token) = (Arc::clone(engine), sent.token.clone());
            tokio::spawn(async move { tokio::time::timeout(PATIENCE, answer(&engine, &token)).await })
        };
        let mut answers = Vec::new();
        for asked in chosen.iter().map(ask).collect::<Vec<_>>() {
            answers.push(asked.await.unwrap().expect("a request that is sent again ends"));
        }
        answers
    });
    let reader = engine.reader();
    let after = Tables::read(&reader);
    for (sent, answer) in chosen.iter().zip(answers) {
        let job = job_of(&sent.token);
        let admitted = before.jobs.get(&job);
        let answered = admitted.and_then(|intent| before.outcomes.get(intent).copied());
        match (&sent.bundle, answered, answer) {
            (Some(bundle), Some(true), Ok(again)) => assert_eq!(*bundle, json(&again), "the same bytes"),
            // Logged before the crash, released only now.
            (None, Some(true), Ok(late)) => {
                tally.unreleased += 1;
                auditor.released(&json(&late), &reader);
            }
            (None, Some(false), Err(Failure::Ledger(LedgerError::Abandoned))) => {}
            // Never admitted: answered now, or refused as it was before.
            (None, None, Ok(late)) => {
                assert!(after.jobs.contains_key(&job));
                tally.never_admitted += usize::from(!sent.refused);
                auditor.released(&json(&late), &reader);
            }
            (None, None, Err(Failure::Refused(refusal))) => {
                assert_eq!(refusal.code, RefusalCode::Budget);
                assert!(!after.jobs.contains_key(&job));
                tally.refused += 1;
            }
            (bundle, answered, answer) => {
                panic!("released {}, answered {answered:?}, sent again: {answer:?}", bundle.is_some());
            }
        }
        // What was admitted before costs nothing more.
        if let Some(intent) = admitted {
            assert_eq!(after.jobs.get(&job), Some(intent));
            assert_eq!(after.charges.get(intent), before.charges.get(intent));
        }
        tally.replays += 1;
    }
    auditor.check(&reader, &after);
}

fn json(answered: &Answered) -> String {
    answered.json.clone()
}
