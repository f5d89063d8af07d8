//! A home of one test: the base home's copy with the test's own rows, policy and quotas.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anshi::catalog::Catalog;
use anshi::config::{CallerKind, caller_text};
use anshi::data::{IngestOptions, ingest};
use anshi::job::{Engine, EngineOptions, HomePaths, KeyFile, load_key};
use anshi::keys::SigningKey;
use anshi::ledger::LedgerReader;
use anshi::model::Digest;
use tokio::runtime::Runtime;

use super::base::{base, copy_folder, engine_options};
use super::rows::{ODD_FEN, deliver};

/// What a test wants of its home.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What firm 1 has paid.
    pub paid_fen: i64,
    /// The client's quota for each party, in the window and ever.
    pub bits: u32,
    /// From dispatch to tick.
    pub slot_ms: u32,
    /// Of one run.
    pub fuel: u64,
    /// Of the one client under the one policy.
    pub jobs_per_minute: u32,
    /// Whom the policy names, and who has a quota.
    pub clients: &'static [&'static str],
    /// The policy's `guests`, as TOML.
    pub guests: String,
    /// Further files of the home, or of the delivery where the path begins with `delivery/`.
    pub files: Vec<(String, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        let guests = "\"any\"".to_owned();
        let clients: &[&str] = &["smart-finance"];
        Self {
            paid_fen: ODD_FEN,
            bits: 10_000,
            slot_ms: 150,
            fuel: 500_000,
            jobs_per_minute: 100_000,
            clients,
            guests,
            files: Vec::new(),
        }
    }
}

/// A home with an open engine. Dropping it closes the engine, then removes the folder.
pub struct TestHome {
    pub engine: Arc<Engine>,
    pub path: PathBuf,
    pub client: SigningKey,
    pub authority: SigningKey,
    pub adversary: Digest,
    pub credit_check: Digest,
    pub contributor: Digest,
    pub _folder: tempfile::TempDir,
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// Starts a task beside the test.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    runtime().spawn(task)
}

/// Runs all futures at once, each as a task of its own; results in their order.
pub fn block_on_all<F>(futures: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    block_on(async {
        let tasks: Vec<_> = futures.map(tokio::spawn).collect();
        let mut results = Vec::with_capacity(tasks.len());
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    })
}

impl TestHome {
    /// A home with the default setup.
    pub fn new() -> Self {
        Self::with(&Setup::default())
    }

    /// A home of its own for the caller.
    pub fn with(setup: &Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = base();
        copy_folder(&base.folder, folder.path());
        let path = folder.path().join("home");
        configure(&path, setup);
        take_delivery(&path, setup);
        let paths = HomePaths::new(&path);
        Self {
            engine: Arc::new(Engine::open(&path, engine_options()).unwrap()),
            client: load_key(&paths.key(KeyFile::Client)).unwrap(),
            authority: load_key(&paths.key(KeyFile::Authority)).unwrap(),
            adversary: base.adversary,
            credit_check: base.credit_check,
            contributor: base.contributor,
            path,
            _folder: folder,
        }
    }

    /// The same home after its engine was closed and opened again.
    pub fn reopened(self) -> Self {
        self.while_closed(|_| ()).0
    }

    /// The same home after its engine was closed, something was done, and it was opened again.
    pub fn while_closed<T>(self, act: impl FnOnce(&Path) -> T) -> (Self, T) {
        self.opened_as(engine_options(), act)
    }

    /// The same with another clock from then on.
    pub fn opened_as<T>(mut self, options: EngineOptions, act: impl FnOnce(&Path) -> T) -> (Self, T) {
        let Self { engine, path, .. } = self;
        drop(engine);
        let done = act(&path);
        self.engine = Arc::new(Engine::open(&path, options).unwrap());
        self.path = path;
        (self, done)
    }

    /// The home's paths.
    pub fn paths(&self) -> HomePaths {
        HomePaths::new(&self.path)
    }

    /// A reader of its own of the ledger.
    pub fn reader(&self) -> LedgerReader {
        LedgerReader::open(&self.paths().store()).unwrap()
    }

    /// How many entries of jobs the log has, and how many charges there are.
    pub fn totals(&self) -> (usize, usize) {
        let mut entries = 0;
        let of_job = |kind: &str| ["intent", "outcome"].contains(&kind);
        self.reader().audit_entries(|entry| entries += usize::from(of_job(&entry.kind))).unwrap();
        (entries, self.reader().audit_charges().unwrap().len())
    }

    /// Bits charged so far, credits taken off.
    pub fn bits_charged(&self) -> i64 {
        self.reader().audit_charges().unwrap().iter().map(|charge| charge.5).sum()
    }

    /// Verifies a bundle with the home's public keys alone.
    pub fn verify(&self, bundle: &str) -> Result<anshi::receipt::VerifiedBundle, anshi::receipt::VerifyError> {
        let read = |path| fs::read_to_string(path).unwrap();
        anshi::receipt::verify_bundle(bundle, &read(self.paths().jwks()), &read(self.paths().log_key()))
    }
}

/// Puts the test's policy and accounts in the place of the repository's, and makes the calibration a fixed one.
pub fn configure(home: &Path, setup: &Setup) {
    let config = home.join("anshi.toml");
    let fixed = |line: &str| match line.split(' ').next() {
        Some("nanos_per_kilofuel") => "nanos_per_kilofuel = 4_000\n".to_owned(),
        Some("nanos_per_mib") => "nanos_per_mib = 500_000\n".to_owned(),
        _ => format!("{line}\n"),
    };
    let text: String = fs::read_to_string(&config).unwrap().lines().map(fixed).collect();
    let keys = [TestHome::stranger().1.public().clone()];
    let stranger = caller_text(STRANGER, CallerKind::Platform, &keys);
    fs::write(home.join("clients.d").join(format!("{STRANGER}.toml")), stranger).unwrap();
    let served = if text.contains("[server]") { "" } else { "[server]\nlisten = \"127.0.0.1:0\"\n" };
    fs::write(&config, text + served).unwrap();
    let policies = home.join("policies");
    fs::remove_dir_all(&policies).unwrap();
    fs::create_dir_all(policies.join("adversary")).unwrap();
    fs::write(policies.join("adversary/policy.toml"), policy(setup)).unwrap();
    fs::write(policies.join("accounts.toml"), accounts(setup)).unwrap();
}

/// A client whom the engine knows and the policy does not name.
const STRANGER: &str = "housing-fund";

impl TestHome {
    /// The key of a client whom the engine knows and the policy does not name, and its name.
    pub fn stranger() -> (&'static str, SigningKey) {
        (STRANGER, SigningKey::from_seed([7; 32]))
    }
}

/// Ingests the test's rows: a new snapshot.
pub fn take_delivery(home: &Path, setup: &Setup) {
    let delivery = tempfile::tempdir().unwrap();
    deliver(delivery.path(), setup.paid_fen);
    for (path, text) in &setup.files {
        let path = match path.strip_prefix("delivery/") {
            Some(path) => delivery.path().join(path),
            None => home.join(path),
        };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let paths = HomePaths::new(home);
    let catalog = Catalog::load(&home.join("catalog")).unwrap();
    let options = IngestOptions { as_of: "2026-06-30".parse().unwrap(), only: None };
    let report = ingest(&paths.data(), &paths.rejects(), &catalog, delivery.path(), &options, &mut |_| {}).unwrap();
    assert!(report.published && !report.failed(), "{report:?}");
}

fn accounts(setup: &Setup) -> String {
    let (bits, clients) = (setup.bits, setup.clients);
    let quota = |client: &&str| format!("{client} = {{ bits = {bits}, lifetime = {bits} }}");
    let quotas: Vec<String> = clients.iter().map(quota).collect();
    let limit = bits * u32::try_from(clients.len()).unwrap();
    format!(
        "[label.enterprise]\nclients = {{ {} }}\nlimit = {{ bits = {limit}, lifetime = {limit} }}\nwindow_days = 90\n",
        quotas.join(", ")
    )
}

fn policy(setup: &Setup) -> String {
    let Setup { slot_ms, fuel, jobs_per_minute, clients, guests, .. } = setup;
    format!(
        r#"id = "adversary"
version = "1.0.0"
title = {{ zh = "对抗", en = "Adversary" }}
purpose = "testing"
basis = ["test"]
valid = {{ from = 2020-01-01, until = 2099-12-31 }}
[who]
clients = {clients:?}
guests = {guests}
[role.enterprise]
unit = "enterprise"
count = {{ min = 1, max = 1 }}
consent = "required"
[[grant]]
role = "enterprise"
dataset = "tax_payment"
columns = ["period_end", "paid_fen", "payable_fen"]
history_months = 24
rows_max = 500
[[grant]]
role = "enterprise"
dataset = "business_registration"
columns = ["established"]
rows_max = 1
[[parameter]]
name = "behaviour"                 # beyond the guest's last one it does nothing: room for distinct jobs
kind = "integer"
min = 0
max = 200
step = 1
[answer]
kind = "label"
labels = ["no", "yes"]
[limits]
fuel = {fuel}
memory_mib = 2
slot_ms = {slot_ms}
jobs_per_minute = {jobs_per_minute}
"#
    )
}
