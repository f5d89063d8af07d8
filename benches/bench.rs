//! `make bench`: what one job costs, part by part, each beside a baseline in the same run. Prints medians
//! and ratios; asserts nothing, because machines are shared and noisy.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{IngestOptions, Window, ingest};
use anshi::env::{Clock, Entropy, Stopwatch};
use anshi::guest::{Guest, RunInput, build_input};
use anshi::job::{Engine, EngineOptions, HomePaths, InitOptions, JobOrder, KeyFile, compose_job, initialise, load_key};
use anshi::keys::{SaltKey, TokenKind, verify};
use anshi::model::{Date, Digest, ParameterValue, Party, PolicyRef, RawParameter, Request, UnitId, UnitKind};
use anshi::policy::{Asked, Permit, PermittedParty, Plan, Policy, decide, fit};

const BATCHES: usize = 40;
const CALLS: usize = 250;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(folder.path());
    println!("{:<58} {:>10} {:>10} {:>8}", "µs, median and best of 40 batches of 250", "median", "best", "ratio");
    bench.calls();
    bench.lookups();
    println!("\n{:<58} {:>10} {:>10} {:>8}", "durable commits of one intent, per second", "ledger", "bare", "ratio");
    for waiting in [1, 32, 256] {
        bench.commits(waiting);
    }
}

/// Median and best of a number of batches, in microseconds for one call.
fn measure(mut call: impl FnMut()) -> (f64, f64) {
    let mut times = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES + 2 {
        let watch = Stopwatch::new();
        for _ in 0..CALLS {
            call();
        }
        times.push(watch.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
    }
    // The first two batches warm up.
    let mut times = times.split_off(2);
    times.sort_by(f64::total_cmp);
    (times.get(times.len() / 2).copied().unwrap(), times.first().copied().unwrap())
}

fn line(what: &str, (median, best): (f64, f64), baseline: Option<f64>) {
    let ratio = baseline.map(|baseline| format!("{:.1}×", median / baseline)).unwrap_or_default();
    println!("{what:<58} {median:>10.2} {best:>10.2} {ratio:>8}");
}

struct Bench {
    engine: Arc<Engine>,
    home: PathBuf,
    guests: Vec<(&'static str, Arc<Guest>)>,
    units: Vec<UnitId>,
}

fn guest_file(name: &str) -> Vec<u8> {
    let folder = std::env::var_os("ANSHI_GUESTS_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests"));
    std::fs::read(folder.join(format!("{name}.wasm"))).expect("run `make guests` first")
}

fn edit(path: &Path, changes: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "`{from}`");
        text = text.replace(from, to);
    }
    std::fs::write(path, text).unwrap();
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let home = folder.join("home");
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        let as_of = Date::from_ymd(2026, 9, 30).unwrap();
        let config = Config::load(&home).unwrap();
        let catalog = Catalog::load(&config.catalog).unwrap();
        let scale_ppm = std::env::var("BENCH_SCALE_PPM").ok().and_then(|scale| scale.parse().ok()).unwrap_or(100_000);
        let delivery = folder.join("delivery");
        synthesise(&catalog, &delivery, &SynthOptions { scale_ppm, seed: 1, as_of }, &mut |_, _| {}).unwrap();
        let paths = HomePaths::new(&home);
        let options = IngestOptions { as_of, only: None };
        ingest(&paths.data(), &paths.rejects(), &catalog, &delivery, &options, &mut |_| {}).unwrap();
        let policy = config.policies.join("sme-credit-check/policy.toml");
        edit(
            &policy,
            &[
                ("consent = \"required\"", "consent = \"not-required\"\nbasis = \"benchmark\""),
                ("jobs_per_minute = 600", "jobs_per_minute = 4_000_000"),
            ],
        );
        edit(
            &config.policies.join("accounts.toml"),
            &[("bits = 24, lifetime = 240", "bits = 4_000_000, lifetime = 4_000_000")],
        );
        let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
        let engine = Engine::open(&home, EngineOptions { clock: Clock::System, compiler }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut guests = Vec::new();
        for name in ["adversary", "sme_credit_check"] {
            let digest = runtime.block_on(engine.register(&guest_file(name))).unwrap();
            guests.push((name, engine.guest(digest).unwrap().unwrap()));
        }
        let snapshot = engine.snapshot().unwrap();
        let ids = snapshot.dataset("tax_payment").unwrap().unit_ids();
        let unit = |id: &[u8; 18]| UnitId::parse(UnitKind::Enterprise, std::str::from_utf8(id).unwrap()).unwrap();
        let units = ids.iter().step_by((ids.len() / 500).max(1)).map(unit).collect();
        Self { engine: Arc::new(engine), home, guests, units }
    }

    fn policy(&self) -> Arc<Policy> {
        Arc::clone(self.engine.policies().policies().next().unwrap())
    }

    /// A plan that reads what the guest wants, whatever a policy would grant, and the input of one unit.
    fn input(&self, guest: &Guest, unit: UnitId) -> (Plan, RunInput) {
        let table = |table: &anshi::model::TableRead| anshi::policy::TablePlan {
            dataset: table.dataset.clone(),
            reads: table.reads.clone(),
            history_months: (table.dataset != "business_registration").then_some(24),
            rows_max: 24,
        };
        let role = |role: &anshi::model::Role| anshi::policy::RolePlan {
            role: role.name.clone(),
            tables: role.tables.iter().map(table).collect(),
        };
        let manifest = guest.manifest();
        let plan = Plan { roles: manifest.roles.iter().map(role).collect(), labels: manifest.labels.clone() };
        let input = self.build(&plan, unit);
        (plan, input)
    }

    fn build(&self, plan: &Plan, unit: UnitId) -> RunInput {
        let party = PermittedParty { role: 0, role_name: "enterprise".into(), id: unit };
        let parameters = [ParameterValue::Integer(0)];
        build_input(plan, &[party], &parameters, self.engine.snapshot().unwrap()).unwrap()
    }

    fn calls(&self) {
        let limits = self.policy().limits;
        for (name, guest) in &self.guests {
            let (plan, input) = self.input(guest, self.units.first().copied().unwrap());
            // Its memory is never given back between calls, so it gets more of it.
            let roomy = anshi::policy::Limits { memory_bytes: 256 << 20, ..limits };
            let mut reused = guest.reused(&roomy).unwrap();
            let columns: usize = plan.roles.iter().flat_map(|role| &role.tables).map(|table| table.reads.len()).sum();
            let kept = measure(|| assert!(reused.run(&input).is_ok()));
            line(&format!("{name}: {columns} columns, one instance reused (not allowed)"), kept, None);
            let fresh = measure(|| assert!(guest.run(&input, &limits).0.is_ok()));
            line(&format!("{name}: {columns} columns, a fresh instance and its call"), fresh, Some(kept.0));
            let mut units = self.units.iter().cycle();
            let whole = measure(|| drop(guest.run(&self.build(&plan, *units.next().unwrap()), &limits)));
            line(&format!("{name}: one label job without I/O: rows, input, run"), whole, Some(fresh.0));
        }
    }

    fn lookups(&self) {
        let snapshot = self.engine.snapshot().unwrap();
        let files = snapshot.dataset("tax_payment").unwrap();
        let ids = files.unit_ids();
        let mut units = self.units.iter().cycle();
        let scan = measure(|| {
            let unit = units.next().unwrap();
            std::hint::black_box(ids.binary_search(unit.as_bytes()).ok());
        });
        line("a bare binary search over the units' ids", scan, None);
        let window = Window::new(snapshot.as_of(), Some(24), 24);
        let lookup = measure(|| {
            let unit = units.next().unwrap();
            std::hint::black_box(files.rows(files.ordinal(unit), &window, &[1, 4, 5]).rows);
        });
        line("a unit's lookup: ordinal, window, 3 columns", lookup, Some(scan.0));
    }

    fn permit(&self, unit: &UnitId) -> Permit {
        let policy = self.policy();
        let (_, guest) = self.guests.last().unwrap();
        let order = JobOrder {
            client: "smart-finance".into(),
            audience: self.engine.config().ledger.clone(),
            public_url: String::new(),
            policy: (policy.id.clone(), policy.version_text()),
            guest: guest.digest(),
            parameters: vec![("min_paid_fen".into(), RawParameter::Integer(5_000_000))],
            parties: vec![("enterprise".into(), unit.to_string())],
            consents: Vec::new(),
            purpose: policy.purpose.clone(),
        };
        let key = load_key(&HomePaths::new(&self.home).key(KeyFile::Client)).unwrap();
        let token = compose_job(&order, &key, self.engine.clock().now(), &Entropy).unwrap();
        let verified = verify(&token, TokenKind::Job, &self.engine.config().clients).unwrap();
        let request = verified.try_map(|client, input, _| {
            Ok::<_, ()>(Request {
                job: Digest::from_bytes(Entropy.bytes().unwrap()),
                input,
                client: client.to_owned(),
                issued_seconds: 0,
                expires_seconds: 0,
                policy: PolicyRef { id: policy.id.clone(), version: policy.version_text() },
                guest: guest.digest(),
                parameters: order.parameters.iter().cloned().collect(),
                parties: vec![Party { role: "enterprise".into(), id: unit.to_string() }],
                purpose: policy.purpose.clone(),
            })
        });
        assert!(fit(&policy, guest.manifest(), self.engine.catalog()).is_ok());
        let asked = Asked {
            request: request.unwrap(),
            consents: Vec::new(),
            manifest: Some(guest.manifest()),
            snapshot: self.engine.snapshot().unwrap().name(),
            now: self.engine.clock().now(),
        };
        decide(asked, self.engine.policies(), self.engine.catalog(), &SaltKey::from_bytes([7; 32])).unwrap()
    }

    /// Intents made durable per second while `waiting` callers wait, beside bare SQLite inserting as many 400-byte rows.
    fn commits(&self, waiting: usize) {
        let rounds = if waiting == 1 { 60 } else { 15 };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut rates = (Vec::new(), Vec::new());
        let bare = Bare::new(self.home.with_file_name(format!("bare-{waiting}.sqlite")));
        for _ in 0..rounds {
            let permits: Vec<Permit> = self.units.iter().cycle().take(waiting).map(|unit| self.permit(unit)).collect();
            let watch = Stopwatch::new();
            runtime.block_on(async {
                let mut set = tokio::task::JoinSet::new();
                for permit in permits {
                    let engine = Arc::clone(&self.engine);
                    set.spawn(async move { drop(engine.ledger().reserve(permit).await.unwrap()) });
                }
                while let Some(done) = set.join_next().await {
                    done.unwrap();
                }
            });
            rates.0.push(waiting as f64 / watch.elapsed().as_secs_f64());
            let watch = Stopwatch::new();
            bare.commit(waiting);
            rates.1.push(waiting as f64 / watch.elapsed().as_secs_f64());
        }
        let median = |rates: &mut Vec<f64>| {
            rates.sort_by(f64::total_cmp);
            rates.get(rates.len() / 2).copied().unwrap()
        };
        let (ledger, bare) = (median(&mut rates.0), median(&mut rates.1));
        let what = format!("{waiting} waiting: intent, charge, leaf, checkpoint, mirror");
        println!("{what:<58} {ledger:>10.0} {bare:>10.0} {:>7.0}%", 100.0 * ledger / bare);
    }
}

/// The baseline: SQLite with the same durability, one insert for each caller, one transaction.
struct Bare(rusqlite::Connection);

impl Bare {
    fn new(path: PathBuf) -> Self {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT").unwrap();
        Self(connection)
    }

    fn commit(&self, rows: usize) {
        self.0.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..rows {
            let mut insert = self.0.prepare_cached("INSERT INTO row (bytes) VALUES (?1)").unwrap();
            insert.execute([[7u8; 400].as_slice()]).unwrap();
        }
        self.0.execute_batch("COMMIT").unwrap();
    }
}
