//! The city's calls, played again to the last one: every call gets an answer, and a typed refusal is one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anshi::receipt::verify_bundle;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, channel};

use super::calls::{Call, Calls, GUESTS, arrange};
use super::city::City;
use super::line::{Latencies, Line, Said, job_request};
use super::served::Served;

const SEED: u64 = 520_000;
const LINES: usize = 320;
/// So many calls are signed ahead: a request is fresh for two minutes.
const AHEAD: usize = 2_048;
/// One bundle of so many is verified as its client would.
const VERIFIED_OF: usize = 200;
/// A call that is told to come again does so, no more often than this.
const TRIES_MAX: usize = 1_000;
const COME_AGAIN: Duration = Duration::from_millis(50);

/// What the calls came to.
#[derive(Default)]
struct Tally {
    /// Answers by their word: `answered`, or the problem's.
    words: BTreeMap<String, usize>,
    latencies: Vec<Duration>,
    /// Bundles to verify.
    kept: Vec<String>,
    /// Calls that were told once that there was too much to do.
    put_off: usize,
}

/// Plays `calls` calls; each must be answered, and as it must be.
pub fn replay(calls: u64, scale_ppm: u64, nanos_per_kilofuel: Option<u64>) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::make(folder.path(), scale_ppm, &GUESTS, &|home| arrange(home, nanos_per_kilofuel));
    let engine = Served::engine(&city.home, &folder.path().join("log"));
    let (sender, receiver) = channel(AHEAD);
    let receiver = Arc::new(Mutex::new(receiver));
    let address = engine.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let tally = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut drawn = Calls::new(&city, SEED);
            for _ in 0..calls {
                sender.blocking_send(drawn.draw()).unwrap();
            }
            drop(sender);
        });
        runtime.block_on(async {
            let mut tasks = Vec::new();
            for _ in 0..LINES {
                tasks.push(tokio::spawn(play(address, Arc::clone(&receiver))));
            }
            let mut tally = Tally::default();
            for task in tasks {
                tally.add(task.await.unwrap());
            }
            tally
        })
    });
    let took = started.elapsed();
    let (processor, memory) = (engine.processor(), engine.anonymous_kb().unwrap_or(0));
    engine.stop();
    let paths = city.paths();
    let read = |path| std::fs::read_to_string(path).unwrap();
    let (jwks, log_key) = (read(paths.jwks()), read(paths.log_key()));
    for bundle in &tally.kept {
        verify_bundle(bundle, &jwks, log_key.trim_end()).unwrap_or_else(|error| panic!("{error}: {bundle}"));
    }
    tally.print(calls, took, processor, memory);
    assert_eq!(tally.latencies.len() as u64, calls, "every call is answered");
}

/// One line's calls, until there are no more.
async fn play(address: std::net::SocketAddr, calls: Arc<Mutex<Receiver<Call>>>) -> Tally {
    let mut line = Line::open(address).await.unwrap();
    let mut tally = Tally::default();
    loop {
        let call = calls.lock().await.recv().await;
        let Some(call) = call else { return tally };
        let request = job_request(&call.token);
        let asked = Instant::now();
        for attempt in 1.. {
            let said = line.ask(&request).await.unwrap();
            if said.status != 503 {
                tally.note(&call, &said, asked.elapsed());
                break;
            }
            assert!(attempt < TRIES_MAX, "a call is put off for ever");
            tally.put_off += usize::from(attempt == 1);
            tokio::time::sleep(COME_AGAIN).await;
        }
    }
}

/// `answered`, or the problem's word.
pub fn word(said: &Said) -> String {
    if said.status == 200 {
        return "answered".to_owned();
    }
    let text = || String::from_utf8_lossy(&said.body).into_owned();
    let problem: serde_json::Value = serde_json::from_slice(&said.body).unwrap_or_else(|_| panic!("{}", text()));
    let kind = problem["type"].as_str().and_then(|kind| kind.strip_prefix("urn:anshi:problem:"));
    kind.unwrap_or_else(|| panic!("no problem of the list: {}", text())).to_owned()
}

impl Tally {
    fn note(&mut self, call: &Call, said: &Said, took: Duration) {
        let word = word(said);
        match call.wrong {
            Some(wrong) => assert_eq!(word, wrong),
            None => assert!(word == "answered" || word == "budget-exhausted", "{word}"),
        }
        if word == "answered" && self.latencies.len().is_multiple_of(VERIFIED_OF) {
            self.kept.push(String::from_utf8(said.body.clone()).unwrap());
        }
        *self.words.entry(word).or_default() += 1;
        self.latencies.push(took);
    }

    fn add(&mut self, other: Self) {
        for (word, count) in other.words {
            *self.words.entry(word).or_default() += count;
        }
        self.latencies.extend(other.latencies);
        self.kept.extend(other.kept);
        self.put_off += other.put_off;
    }

    fn print(&self, calls: u64, took: Duration, processor: Duration, memory_kb: u64) {
        let latencies = Latencies::of(self.latencies.clone());
        let shown = |permille| format!("{:.0} ms", latencies.permille(permille).as_secs_f64() * 1e3);
        println!(
            "replay: {calls} calls in {:.1} s, {:.0} a second",
            took.as_secs_f64(),
            calls as f64 / took.as_secs_f64()
        );
        println!("p50 {}, p99 {}, p99.9 {}", shown(500), shown(990), shown(999));
        for (word, count) in &self.words {
            println!("  {count:>8}  {word}");
        }
        println!(
            "the server: {:.1} s of processor time, {memory_kb} kB anonymous; {} put off once; {} bundles verified",
            processor.as_secs_f64(),
            self.put_off,
            self.kept.len()
        );
    }
}
