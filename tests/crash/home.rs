//! A synthetic home to crash, and a client who asks: made once, then worked on by worker processes and
//! by the parent in turn.

use std::path::{Path, PathBuf};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{IngestOptions, ingest};
use anshi::env::{Clock, Entropy};
use anshi::job::{
    ConsentOrder, Engine, EngineOptions, HomePaths, InitError, InitOptions, JobOrder, KeyFile, OpenError,
    compose_consent, compose_job, initialise, load_key,
};
use anshi::keys::SigningKey;
use anshi::model::{Date, Digest, Millis, RawParameter, RawRows, UnitId, UnitKind};

pub const POLICY: &str = "sme-credit-check";
/// The window's bits of one firm for the development client, as in `policies/accounts.toml`.
pub const WINDOW_BITS: i64 = 24;
/// The values of the one parameter: enough different questions to use up a firm's budget.
pub const MINIMA_FEN: [i64; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const CLIENT: &str = "smart-finance";
/// How long 1,000 fuel is said to take.
const NANOS_PER_KILOFUEL: u64 = 2_000;
const CONSENT_MILLIS: i64 = 24 * 3_600 * 1_000;

/// Where a test's things are.
#[derive(Clone)]
pub struct Place {
    pub root: PathBuf,
    /// The clock of engines that are opened here.
    pub clock: Clock,
}

impl Place {
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), clock: Clock::System }
    }

    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub fn mirror(&self) -> PathBuf {
        self.root.join("home.mirror")
    }

    /// Requests as sent, bundles as released.
    pub fn jobs(&self) -> PathBuf {
        self.root.join("jobs")
    }

    pub fn paths(&self) -> HomePaths {
        HomePaths::new(&self.home())
    }

    /// A small home that a busy machine does not disturb; `slot_ms` takes the policy's place.
    pub fn make(root: &Path, slot_ms: u32) -> Self {
        Self::make_with(root, slot_ms, 1_000, Some(NANOS_PER_KILOFUEL))
    }

    /// Makes the home: invented data, ingested, and the guest registered. Without `nanos_per_kilofuel` the
    /// machine's own, as `anshi init` measured it.
    pub fn make_with(root: &Path, slot_ms: u32, scale_ppm: u64, nanos_per_kilofuel: Option<u64>) -> Self {
        let place = Self::at(root);
        std::fs::create_dir_all(place.jobs()).unwrap();
        let home = place.home();
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        // A busy machine must not make the policy's slot too short, nor the pace refuse what is asked.
        if let Some(nanos) = nanos_per_kilofuel {
            edit(&home.join("anshi.toml"), "nanos_per_kilofuel = ", &nanos.to_string());
            edit(&home.join("anshi.toml"), "nanos_per_mib = ", "500000");
        }
        let policy = home.join("policies").join(POLICY).join("policy.toml");
        edit(&policy, "slot_ms = ", &slot_ms.to_string());
        edit(&policy, "jobs_per_minute = ", "1000000");
        edit(&policy, "values = ", &format!("{MINIMA_FEN:?}"));
        let catalog = Catalog::load(&Config::load(&home).unwrap().catalog).unwrap();
        let delivery = root.join("delivery");
        std::fs::create_dir_all(&delivery).unwrap();
        let as_of = Date::from_ymd(2026, 9, 30).unwrap();
        let options = SynthOptions { scale_ppm, seed: 1, as_of };
        synthesise(&catalog, &delivery, &options, &mut |_, _| {}).unwrap();
        let paths = place.paths();
        let options = IngestOptions { as_of, only: None };
        let report = ingest(&paths.data(), &paths.rejects(), &catalog, &delivery, &options, &mut |_| {}).unwrap();
        assert!(!report.failed());
        let engine = place.open().unwrap();
        let module = std::fs::read(guests().join("sme_credit_check.wasm")).unwrap();
        let guest = runtime().block_on(engine.register(&module)).unwrap();
        std::fs::write(root.join("guest"), guest.to_string()).unwrap();
        place
    }

    pub fn open(&self) -> Result<Engine, OpenError> {
        let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
        Engine::open(&self.home(), EngineOptions { clock: self.clock.clone(), compiler })
    }
}

/// Gives the line that begins with `key` the value `value`.
fn edit(path: &Path, key: &str, value: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    let set = |line: &str| if line.starts_with(key) { format!("{key}{value}\n") } else { format!("{line}\n") };
    assert!(text.lines().any(|line| line.starts_with(key)), "`{key}` stands in {}", path.display());
    std::fs::write(path, text.lines().map(set).collect::<String>()).unwrap();
}

/// Where `make guests` puts the guests.
pub fn guests() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests");
    std::env::var_os("ANSHI_GUESTS_DIR").map_or_else(default, PathBuf::from)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// The development client, with the development authority at its side.
pub struct Asker {
    client: SigningKey,
    authority: SigningKey,
    audience: String,
    public_url: String,
    purpose: String,
    guest: Digest,
    /// Firms of the snapshot.
    pub units: Vec<UnitId>,
}

impl Asker {
    pub fn new(engine: &Engine, place: &Place) -> Self {
        Self::prepare(engine, place).unwrap()
    }

    /// The same where the files of the keys may fail, too.
    pub fn prepare(engine: &Engine, place: &Place) -> Result<Self, InitError> {
        let (snapshot, policies) = (engine.snapshot().unwrap(), engine.policies());
        let dataset = snapshot.dataset("tax_payment").unwrap();
        let unit = |id: &[u8; 18]| UnitId::parse(UnitKind::Enterprise, std::str::from_utf8(id).unwrap()).unwrap();
        let policy = policies.policies().find(|policy| policy.id == POLICY).unwrap();
        Ok(Self {
            client: load_key(&place.paths().key(KeyFile::Client))?,
            authority: load_key(&place.paths().key(KeyFile::Authority))?,
            audience: engine.config().ledger.clone(),
            public_url: engine.config().public_url.clone(),
            purpose: policy.purpose.clone(),
            guest: std::fs::read_to_string(place.root.join("guest")).unwrap().parse().unwrap(),
            units: dataset.unit_ids().iter().map(unit).collect(),
        })
    }

    /// A signed request with a fresh consent.
    pub fn token(&self, unit: &UnitId, min_paid_fen: i64) -> String {
        let now = Millis(Clock::System.now().seconds() * 1_000);
        let consent = ConsentOrder {
            issuer: "development-authority".to_owned(),
            audience: self.audience.clone(),
            subject: *unit,
            client: CLIENT.to_owned(),
            purpose: self.purpose.clone(),
            policy: POLICY.to_owned(),
            versions: ("2.0.0".to_owned(), "3.0.0".to_owned()),
            role: "enterprise".to_owned(),
            max_uses: 1,
            valid: (now, now.plus(CONSENT_MILLIS)),
        };
        let order = JobOrder {
            client: CLIENT.to_owned(),
            audience: self.audience.clone(),
            public_url: self.public_url.clone(),
            policy: (POLICY.to_owned(), "2.0.0".to_owned()),
            guest: self.guest,
            parameters: vec![("min_paid_fen".to_owned(), RawParameter::Integer(min_paid_fen))],
            parties: vec![("enterprise".to_owned(), unit.to_string())],
            consents: vec![compose_consent(&consent, &self.authority, &Entropy).unwrap()],
            rows: RawRows::default(),
            purpose: self.purpose.clone(),
        };
        compose_job(&order, &self.client, now, &Entropy).unwrap()
    }
}

/// A small generator (SplitMix64), so that a run's delays can be had again from its seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
