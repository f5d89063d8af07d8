//! The engine's side of `make bench-tables`: reserves a table as a job does, then runs the guest on every unit, sums
//! within the bounds and adds noise, on the threads that a job has. What is timed is that job alone: the home is open,
//! the guest compiled. `measure.py` calls it and sets polars beside it.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::float_arithmetic, reason = "a benchmark")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anshi::data::Frame;
use anshi::disclosure::{Halt, Released, disclose_table, gather};
use anshi::env::{Clock, Entropy, cores};
use anshi::job::{Engine, EngineOptions, HomePaths, JobOrder, KeyFile, compose_job, load_key, read_request};
use anshi::keys::SaltKey;
use anshi::ledger::Reservation;
use anshi::model::{Digest, Millis, RawParameter, RawRows};
use anshi::policy::{Asked, Permit, Plan, decide};

const CLIENT: &str = "smart-finance";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test` would run benchmarks as tests; `measure.py` names a home.
    let [_, home, guest, policy, parameter] = arguments.as_slice() else { return };
    let (home, guest) = (PathBuf::from(home), guest.parse::<Digest>().unwrap());
    let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
    let engine = Engine::open(&home, EngineOptions { clock: Clock::System, compiler }).unwrap();
    let snapshot = engine.snapshot().unwrap();
    let loaded = engine.guest(guest).unwrap().unwrap();
    let permit = permit(&engine, &home, guest, (policy, parameter));
    let Plan::Table { frame, .. } = permit.plan() else { return };
    let units = Frame::new(&snapshot, frame).unwrap().units();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let reservation: Arc<Reservation> =
        Arc::new(runtime.block_on(engine.ledger().reserve(Box::new(permit), None)).unwrap());
    let threads = rayon::ThreadPoolBuilder::new().num_threads(cores() as usize).build().unwrap();
    let halt = Halt::at(Millis(i64::MAX), Clock::System);
    let (started, before) = (Instant::now(), Usage::now());
    let disclosed =
        threads.install(|| disclose_table(gather(Arc::clone(&reservation), &loaded, &snapshot, &halt, None)));
    let (wall, after) = (started.elapsed(), Usage::now());
    let Released::Table(table) = disclosed.released() else { return };
    let told = serde_json::json!({
        "cpu": (after.ticks - before.ticks) as f64 / 100.0, "wall": wall.as_secs_f64(), "units": units,
        "threads": cores(), "anonymous_before": before.anonymous, "anonymous": after.anonymous,
        "resident": after.resident, "table": table,
    });
    println!("{told}");
}

/// The permit of a signed request, as `job` makes it.
fn permit(engine: &Engine, home: &std::path::Path, guest: Digest, (id, parameter): (&str, &str)) -> Permit {
    let config = engine.config();
    let policies = engine.policies();
    let policy = policies.policies().find(|policy| policy.id == id).unwrap();
    let now = Clock::System.now();
    let paths = HomePaths::new(home);
    let (name, value) = parameter.split_once('=').unwrap();
    let value = value.parse().map_or_else(|_| RawParameter::Text(value.to_owned()), RawParameter::Integer);
    let order = JobOrder {
        client: CLIENT.to_owned(),
        audience: config.ledger.clone(),
        public_url: config.public_url.clone(),
        policy: (id.to_owned(), policy.version_text()),
        guest,
        parameters: vec![(name.to_owned(), value)],
        parties: Vec::new(),
        consents: Vec::new(),
        rows: RawRows::default(),
        purpose: policy.purpose.clone(),
    };
    let token = compose_job(&order, &load_key(&paths.key(KeyFile::Client)).unwrap(), now, &Entropy).unwrap();
    let guest = engine.guest(guest).unwrap().unwrap();
    let asked = Asked {
        request: read_request(&token, &config).unwrap(),
        consents: Vec::new(),
        manifest: Some(guest.manifest()),
        snapshot: engine.snapshot().unwrap().name(),
        now,
    };
    let salt = SaltKey::from_file_text(&std::fs::read_to_string(paths.salt()).unwrap()).unwrap();
    decide(asked, &engine.policies(), &engine.catalog(), &salt).unwrap()
}

/// What the process has used so far.
struct Usage {
    /// Processor time, in hundredths of a second: the kernel's unit for it.
    ticks: u64,
    /// Anonymous memory now, in kB.
    anonymous: u64,
    /// The most that was resident, in kB, pages of mapped files included.
    resident: u64,
}

impl Usage {
    fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        // Behind the name, which may hold anything: user and system time are the 12th and 13th.
        let fields = stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2);
        let ticks = fields.map(|field| field.parse::<u64>().unwrap()).sum();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        Self { ticks, anonymous: line("RssAnon:"), resident: line("VmHWM:") }
    }
}
