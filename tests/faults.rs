//! Store, log or mirror that cannot be written: the engine stops its work, releases nothing that is not
//! durable in all of them, and goes on where it was once the fault is mended. Every file call of every stage of
//! a home's life fails in turn, and is in turn the last before a power cut (`make faults`).

mod disk;
mod series;
mod shim;
mod stage;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "weaken")]
use anshi::env::weaken::Weakness;
use anshi::job::{Answered, Engine, Failure, answer};
use anshi::ledger::LedgerError;

use series::{Count, Run, Sample};
use shim::Kind;
use stage::Stage;

use crate::crash::{Asker, Auditor, Dice, Place, Tally, check, job_of, runtime, start_worker};

const PATIENCE: Duration = Duration::from_secs(20);
const MINIMUM_FEN: i64 = 5;

/// Asks, but not for ever.
async fn ask(engine: &Arc<Engine>, token: &str) -> Result<Answered, Failure> {
    tokio::time::timeout(PATIENCE, answer(engine, token)).await.expect("an answer or an error, in time")
}

fn json(answered: &Answered) -> String {
    answered.json.clone()
}

/// Puts folders where the mirror's files were; the files lie beside them.
fn break_mirror(mirror: &Path) {
    for name in ["checkpoint.0", "checkpoint.1"] {
        std::fs::rename(mirror.join(name), mirror.join(format!("{name}.kept"))).unwrap();
        std::fs::create_dir(mirror.join(name)).unwrap();
    }
}

fn mend_mirror(mirror: &Path) {
    for name in ["checkpoint.0", "checkpoint.1"] {
        std::fs::remove_dir(mirror.join(name)).unwrap();
        std::fs::rename(mirror.join(format!("{name}.kept")), mirror.join(name)).unwrap();
    }
}

#[test]
fn nothing_is_released_that_the_mirror_has_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::make(folder.path(), 1_000);
    let mut auditor = Auditor::new(&place);
    let engine = Arc::new(place.open().unwrap());
    let asker = Asker::new(&engine, &place);
    let (token, other) = (asker.token(&asker.units[0], MINIMUM_FEN), asker.token(&asker.units[1], MINIMUM_FEN));
    let job = job_of(&token);
    runtime().block_on(async {
        let first = tokio::spawn({
            let (engine, token) = (Arc::clone(&engine), token.clone());
            async move { ask(&engine, &token).await }
        });
        let since = Instant::now();
        while engine.reader().find(job).unwrap().is_none() {
            assert!(since.elapsed() < PATIENCE, "the job is admitted");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // Between intent and tick; a second call waits for the same job meanwhile.
        tokio::time::sleep(Duration::from_millis(200)).await;
        break_mirror(&place.mirror());
        let second = ask(&engine, &token).await;
        for stopped in [first.await.unwrap(), second, ask(&engine, &token).await, ask(&engine, &other).await] {
            assert!(matches!(stopped, Err(Failure::Ledger(LedgerError::Stopped(_)))), "{stopped:?}");
        }
    });
    drop(Arc::try_unwrap(engine).ok());
    assert!(place.open().is_err(), "an engine without its mirror does not start");
    mend_mirror(&place.mirror());
    let mirrored = auditor.mirrored().size;
    let engine = Arc::new(place.open().unwrap());
    assert!(auditor.mirrored().size > mirrored, "the mirror has caught up before anything is released");
    let answered = runtime().block_on(ask(&engine, &token)).unwrap();
    auditor.released(&json(&answered), &engine.reader());
    assert!(runtime().block_on(ask(&engine, &other)).is_ok(), "the other was never admitted");
}

#[test]
fn a_full_disk_releases_nothing_unpaid() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::make(folder.path(), 20);
    let (mut auditor, mut tally, mut dice) = (Auditor::new(&place), Tally::default(), Dice(7));
    for round in 0..6 {
        // Files grow from the sizes that they have: the limit lies a little above the largest.
        let sizes = std::fs::read_dir(place.home()).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
        let blocks = sizes.max().unwrap() / 512 + 40 + dice.below(1_500);
        let failures = tally.failed;
        let mut worker = start_worker(&place, round, dice.next(), Some(blocks));
        let since = Instant::now();
        while worker.try_wait().unwrap().is_none() && since.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        check(&place, &mut auditor, &mut tally);
        assert!(tally.failed > failures, "the disk was full before the worker was stopped");
    }
    println!("faults: {} released, {} sent again", auditor.released_count(), tally.replays);
}

/// Tries all ways in which the files of one stage can fail.
#[expect(clippy::print_stdout, reason = "the test run shows what was tried")]
fn disturb(stage: Stage, sample: impl Fn(usize) -> Sample) {
    let run = Run::of(stage, None);
    let mut count = Count::default();
    let mut results = vec![run.cuts(sample(6), &mut count)];
    for kind in [Kind::Eio, Kind::Full, Kind::Short] {
        results.push(run.faults(kind, sample(2), None, &mut count));
    }
    println!("faults: {stage:?}: {count:?}");
    let failed: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn calls_fail_and_power_is_cut() {
    for stage in Stage::ALL {
        disturb(stage, Sample::Spread);
    }
}

/// The stages that `FAULTS_STAGES` names, or all.
#[test]
#[ignore = "run by make faults"]
fn every_call_fails_and_power_is_cut_after_each() {
    let named = std::env::var("FAULTS_STAGES").unwrap_or_default();
    for stage in Stage::ALL.into_iter().filter(|stage| named.is_empty() || named.contains(&format!("{stage:?}"))) {
        disturb(stage, |_| Sample::All);
    }
}

/// Not a test: the process that the tests start behind the shim.
#[test]
#[ignore = "a worker: started by the tests that disturb it"]
fn worker() {
    stage::worker();
}

/// What is tried against an engine that lacks a defence.
#[cfg(feature = "weaken")]
enum Try {
    Cuts,
    Fault(Kind),
}

/// Defences that can be taken away, and what must then find that they are gone.
#[cfg(feature = "weaken")]
const WEAKNESSES: [(Weakness, Stage, Try); 4] = [
    (Weakness::CommitUnsynced, Stage::Jobs, Try::Cuts),
    (Weakness::MirrorUnsynced, Stage::Jobs, Try::Cuts),
    (Weakness::MirrorUnawaited, Stage::Jobs, Try::Fault(Kind::Eio)),
    (Weakness::FilesUnsynced, Stage::Ingest, Try::Cuts),
];

#[cfg(feature = "weaken")]
#[test]
fn weakened_engines_are_caught() {
    for (weakness, stage, means) in WEAKNESSES {
        let run = Run::of(stage, Some(weakness));
        let mut count = Count::default();
        let result = match means {
            Try::Cuts => run.cuts(Sample::Spread(60), &mut count),
            Try::Fault(kind) => run.faults(kind, Sample::All, Some(weakness), &mut count),
        };
        let found = result.expect_err("an engine that lacks its defence is found out");
        println!("faults: {weakness:?}: {}", found.lines().take(2).collect::<Vec<_>>().join(" "));
    }
}
