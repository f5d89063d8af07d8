//! The process that is killed: opens the engine and asks, eight at a time, until it dies. A request is on
//! disk before it is sent; a bundle is on disk before the next request is made.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anshi::job::{Engine, Failure, answer};
use anshi::model::{UnitId, UnitKind};

use super::home::{Asker, Dice, MINIMA_FEN, Place, runtime};

const AT_ONCE: u64 = 8;
/// Firms that are asked about again and again, so that their budgets run out.
const HOT_UNITS: u64 = 3;

const PLACE: &str = "ANSHI_CRASH_PLACE";
const RUN: &str = "ANSHI_CRASH_RUN";
const SEED: &str = "ANSHI_CRASH_SEED";

/// Starts a worker: this test program again, at the one test that works. `blocks` limits the size of
/// every file that it writes, in units of 512 bytes, as a full disk would.
pub fn start(place: &Place, run: u64, seed: u64, blocks: Option<u64>) -> Child {
    let _ = std::fs::remove_file(ready(place));
    let program = std::env::current_exe().unwrap();
    let mut command = match blocks {
        None => Command::new(program),
        Some(blocks) => {
            // Ignoring SIGXFSZ turns the limit into an error of `write`, like a full disk's.
            let mut shell = Command::new("sh");
            shell.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()]).arg(program);
            shell
        }
    };
    let errors = File::create(errors(place)).unwrap();
    command
        .args(["--exact", "crash::worker", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PLACE, &place.root)
        .env(RUN, run.to_string())
        .env(SEED, seed.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .unwrap()
}

/// There once the engine is open.
pub fn ready(place: &Place) -> PathBuf {
    place.root.join("ready")
}

/// What the worker had to say.
pub fn errors(place: &Place) -> PathBuf {
    place.root.join("stderr")
}

/// The worker's side; does nothing in a process that no parent has started as one.
pub fn work() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let place = Place::at(&PathBuf::from(place));
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (run, seed) = (number(RUN), number(SEED));
    let engine = Arc::new(place.open().unwrap());
    let asker = Arc::new(Asker::new(&engine, &place));
    File::create(ready(&place)).unwrap();
    ask_many(&engine, &asker, &place, (run, seed), u64::MAX);
}

/// Asks, eight at a time, `each` times in turn; ends earlier only where the ledger has stopped.
pub fn ask_many(engine: &Arc<Engine>, asker: &Arc<Asker>, place: &Place, (run, seed): (u64, u64), each: u64) {
    runtime().block_on(async {
        let ask = |task| {
            let (engine, asker, jobs) = (Arc::clone(engine), Arc::clone(asker), place.jobs());
            let stem = jobs.join(format!("{run:05}-{task}"));
            tokio::spawn(ask_on(engine, asker, stem, Dice(seed ^ (task << 32)), each))
        };
        for task in (0..AT_ONCE).map(ask).collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

async fn ask_on(engine: Arc<Engine>, asker: Arc<Asker>, stem: PathBuf, mut dice: Dice, each: u64) {
    for number in 0..each {
        let stem = PathBuf::from(format!("{}-{number:05}", stem.display()));
        let unit = choose(&asker, &mut dice);
        let token = asker.token(&unit, MINIMA_FEN[dice.below(MINIMA_FEN.len() as u64) as usize]);
        keep(&stem.with_extension("token"), &token, true);
        let twice = dice.below(6) == 0;
        let again = twice.then(|| {
            let (engine, token, stem) = (Arc::clone(&engine), token.clone(), stem.clone());
            tokio::spawn(async move { send(&engine, &token, &stem, "again").await })
        });
        let once = send(&engine, &token, &stem, "bundle").await;
        let again = match again {
            Some(again) => again.await.unwrap(),
            None => true,
        };
        if !(once && again) {
            return;
        }
    }
}

/// A firm of the snapshot, one that is in no dataset, or one of the few that everybody asks about.
fn choose(asker: &Asker, dice: &mut Dice) -> UnitId {
    match dice.below(8) {
        0 => asker.units[dice.below(HOT_UNITS) as usize],
        1 => {
            let head = format!("91371400M{:08}", dice.below(100_000_000));
            UnitId::with_check(UnitKind::Enterprise, head.as_bytes().try_into().unwrap()).unwrap()
        }
        _ => asker.units[dice.below(asker.units.len() as u64) as usize],
    }
}

/// Sends one request and keeps what comes back; whether the ledger still works.
async fn send(engine: &Arc<Engine>, token: &str, stem: &Path, extension: &str) -> bool {
    match answer(engine, token).await {
        Ok(answered) => {
            keep(&stem.with_extension(extension), &answered.json, false);
            true
        }
        Err(Failure::Refused(refusal)) => {
            keep(&stem.with_extension("refused"), refusal.code.word(), false);
            true
        }
        Err(failure) => {
            keep(&stem.with_extension("failed"), &failure.to_string(), false);
            false
        }
    }
}

/// Writes a file that ends in a line feed once it is whole.
fn keep(path: &Path, text: &str, durable: bool) {
    let mut file = File::create(path).unwrap();
    file.write_all(format!("{text}\n").as_bytes()).unwrap();
    if durable {
        file.sync_data().unwrap();
    }
}

/// The text of a file that was written to its end.
pub fn kept(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.strip_suffix('\n').map(str::to_owned)
}
