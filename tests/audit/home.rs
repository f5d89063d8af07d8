//! A home with a history, made once, and copies of it to do harm to. Never audits by itself what a test should.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::data::synth::{SynthOptions, SynthReport, synthesise};
use anshi::data::{IngestOptions, ingest};
use anshi::env::{Clock, Entropy};
use anshi::job::{
    ConsentOrder, Engine, EngineOptions, HomePaths, InitOptions, JobOrder, KeyFile, OpenError, answer, compose_consent,
    compose_job, initialise, load_key,
};
use anshi::keys::sha256;
use anshi::log::{Checkpoint, LogSigner};
use anshi::model::{Date, Digest, RawParameter, RawRows, UnitId};
use anshi::review::{AuditInputs, AuditReport, audit_home};
use tempfile::TempDir;

/// Two entries each: one full tile and the beginning of a second.
const JOBS: usize = 132;
/// After so many the early copy is taken.
const JOBS_EARLY: usize = 4;

/// The file of a guest.
pub fn guest_path(name: &str) -> PathBuf {
    let built = std::env::var_os("ANSHI_GUESTS_DIR").map(PathBuf::from);
    let folder = built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests"));
    let path = folder.join(format!("{name}.wasm"));
    assert!(path.is_file(), "`{}` is missing: run `make guests` first", path.display());
    path
}

/// The home that all tests copy: `home` with its mirror, and `early`, the home as it was after a few jobs.
struct Base {
    dir: TempDir,
    report: SynthReport,
}

fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        calibrate(&home);
        let report = fill(&home, &dir.path().join("delivery"));
        ask(&home, &report, 0..JOBS_EARLY);
        copy_dir(&home, &dir.path().join("early"));
        ask(&home, &report, JOBS_EARLY..JOBS);
        Base { dir, report }
    })
}

/// A busy machine finds itself slower than the policies' slots allow for, and the home would not open.
fn calibrate(home: &Path) {
    let config = home.join("anshi.toml");
    let fixed = |line: &str| match line.split(' ').next() {
        Some("nanos_per_kilofuel") => "nanos_per_kilofuel = 4_000\n".to_owned(),
        Some("nanos_per_mib") => "nanos_per_mib = 500_000\n".to_owned(),
        _ => format!("{line}\n"),
    };
    let text: String = fs::read_to_string(&config).unwrap().lines().map(fixed).collect();
    fs::write(&config, text).unwrap();
}

fn fill(home: &Path, delivery: &Path) -> SynthReport {
    let config = Config::load(home).unwrap();
    let catalog = Catalog::load(&config.catalog).unwrap();
    let as_of = Date::from_ymd(2026, 9, 30).unwrap();
    let options = SynthOptions { scale_ppm: 100, seed: 1, as_of };
    let report = synthesise(&catalog, delivery, &options, &mut |_, _| {}).unwrap();
    let paths = HomePaths::new(home);
    let options = IngestOptions { as_of, only: None };
    ingest(&paths.data(), &paths.rejects(), &catalog, delivery, &options, &mut |_| {}).unwrap();
    report
}

/// Opens the engine of a home.
pub fn open(home: &Path) -> Result<Arc<Engine>, OpenError> {
    let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
    Engine::open(home, EngineOptions { clock: Clock::System, compiler }).map(Arc::new)
}

/// Asks about a healthy firm and a failing one, with other parameters, and then the same again and again, for free.
fn ask(home: &Path, report: &SynthReport, jobs: std::ops::Range<usize>) {
    let engine = open(home).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let module = fs::read(guest_path("sme_credit_check")).unwrap();
    let guest = runtime.block_on(engine.register(&module)).unwrap();
    for job in jobs {
        let party = if job % 2 == 0 { report.examples.healthy } else { report.examples.failing };
        let paid = if job == 2 { 5_000_000 } else { 50_000_000 };
        let token = compose(&engine, guest, party, paid);
        runtime.block_on(answer(&engine, &token)).unwrap();
    }
}

fn compose(engine: &Engine, guest: Digest, party: UnitId, paid_fen: i64) -> String {
    let paths = HomePaths::new(&engine.config().home);
    let now = engine.clock().now();
    let audience = engine.config().ledger.clone();
    let consent = ConsentOrder {
        issuer: "development-authority".to_owned(),
        audience: audience.clone(),
        subject: party,
        client: "smart-finance".to_owned(),
        purpose: "sme-lending".to_owned(),
        policy: "sme-credit-check".to_owned(),
        versions: ("2.0.0".to_owned(), "3.0.0".to_owned()),
        role: "enterprise".to_owned(),
        max_uses: 1,
        valid: (now.plus(-60_000), now.plus(60_000)),
    };
    let authority = load_key(&paths.key(KeyFile::Authority)).unwrap();
    let order = JobOrder {
        client: "smart-finance".to_owned(),
        audience,
        public_url: engine.config().public_url.clone(),
        policy: ("sme-credit-check".to_owned(), "2.0.0".to_owned()),
        guest,
        parameters: vec![("min_paid_fen".to_owned(), RawParameter::Integer(paid_fen))],
        parties: vec![("enterprise".to_owned(), party.to_string())],
        consents: vec![compose_consent(&consent, &authority, &Entropy).unwrap()],
        rows: RawRows::default(),
        purpose: "sme-lending".to_owned(),
    };
    compose_job(&order, &load_key(&paths.key(KeyFile::Client)).unwrap(), now, &Entropy).unwrap()
}

/// A signed request about the healthy firm, with another parameter than any job before.
pub fn another_job(engine: &Engine) -> String {
    let guest = sha256(&fs::read(guest_path("sme_credit_check")).unwrap());
    compose(engine, guest, base().report.examples.healthy, 10_000_000)
}

/// The firm that half of the jobs are about.
pub fn healthy() -> UnitId {
    base().report.examples.healthy
}

/// A copy of the base home, with its mirror beside it.
pub struct Home {
    dir: TempDir,
}

impl Home {
    /// A copy that nobody has touched: its audit is clean.
    pub fn copy() -> Self {
        let home = Self::of("home");
        assert_eq!(home.findings(), Vec::<String>::new(), "the base home must be clean");
        home
    }

    /// An old copy of the home, beside the mirror of today.
    pub fn rolled_back() -> Self {
        Self::of("early")
    }

    fn of(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(&base().dir.path().join(name), &dir.path().join("home"));
        copy_dir(&base().dir.path().join("home.mirror"), &dir.path().join("home.mirror"));
        Self { dir }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// Admits one more job, of which a crash leaves nothing but that.
    pub fn leave_a_job_open(&self) {
        let before = self.query("SELECT COUNT(*) FROM job");
        let engine = open(&self.path()).unwrap();
        let token = another_job(&engine);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // As far as the reservation, and never on.
        runtime.block_on(async {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move { answer(&engine, &token).await });
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        while self.query("SELECT COUNT(*) FROM job") == before {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        drop(runtime);
        drop(engine);
    }

    /// A file of the home; `../home.mirror/…` for the mirror's.
    pub fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn audit(&self) -> AuditReport {
        let paths = HomePaths::new(&self.path());
        let config = Config::load(&self.path()).unwrap();
        let inputs = AuditInputs {
            store: paths.store(),
            log: paths.log(),
            mirror: config.checkpoint_mirror,
            data: paths.data(),
            guests: paths.guests(),
            catalog: config.catalog,
            log_key: fs::read_to_string(paths.log_key()).unwrap(),
        };
        audit_home(&inputs, &mut |_| {}).unwrap()
    }

    /// All findings, as `check: finding`.
    pub fn findings(&self) -> Vec<String> {
        let report = self.audit();
        let findings: Vec<String> = report.findings().map(|(check, finding)| format!("{check}: {finding}")).collect();
        assert_eq!(report.is_clean(), findings.is_empty());
        findings
    }

    /// The audit must find each of these, as parts of `check: finding`.
    pub fn expect(&self, wanted: &[&str]) {
        let findings = self.findings();
        for part in wanted {
            assert!(findings.iter().any(|finding| finding.contains(part)), "no `{part}` in {findings:#?}");
        }
    }

    /// Runs SQL as whoever owns the file can: the triggers are gone first.
    pub fn tamper(&self, sql: &str) {
        let store = rusqlite::Connection::open(HomePaths::new(&self.path()).store()).unwrap();
        let mut triggers = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let names: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for name in names {
            store.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        let before = store.total_changes();
        store.execute_batch(sql).unwrap();
        assert_ne!(store.total_changes(), before, "`{sql}` changed nothing");
    }

    /// A value of the store.
    pub fn query(&self, sql: &str) -> i64 {
        let store = rusqlite::Connection::open(HomePaths::new(&self.path()).store()).unwrap();
        store.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Flips one bit in the middle of a file, protected or not.
    pub fn flip(&self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        self.overwrite(path, &bytes);
    }

    pub fn overwrite(&self, path: &Path, bytes: &[u8]) {
        assert!(path.starts_with(self.dir.path()));
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The only file of a folder with this extension, or the first.
    pub fn first(&self, folder: &str) -> PathBuf {
        let mut files: Vec<PathBuf> = fs::read_dir(self.file(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|p| p.is_file())
            .collect();
        files.sort();
        files.first().cloned().unwrap()
    }

    /// A checkpoint of another tree, signed with the log's own key, or with another one.
    pub fn other_checkpoint(&self, size: u64, own_key: bool) -> String {
        let config = Config::load(&self.path()).unwrap();
        let key = if own_key { KeyFile::Log } else { KeyFile::Client };
        let key = load_key(&HomePaths::new(&self.path()).key(key)).unwrap();
        let signer = LogSigner::new(format!("{}/log", config.ledger), key).unwrap();
        signer.sign(&Checkpoint { size, root: Digest::from_bytes([7; 32]) }).unwrap()
    }
}

/// Copies a folder with everything in it, and what may be done to it.
fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
