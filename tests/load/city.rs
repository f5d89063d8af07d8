//! A city's home to ask by the thousand: invented data, the shipped policies, the guests, and a client and an authority who
//! sign for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{IngestOptions, ingest};
use anshi::env::{Clock, Entropy};
use anshi::job::{
    ConsentOrder, Engine, EngineOptions, HomePaths, InitOptions, JobOrder, KeyFile, compose_consent, compose_job,
    initialise, load_key,
};
use anshi::keys::SigningKey;
use anshi::model::{Date, Digest, Millis, RawParameter, RawRows, UnitId, UnitKind};

pub const CLIENT: &str = "smart-finance";
/// As many connections and jobs as one busy client's load may have.
const SERVER: &str = "\n[server]\nlisten = \"127.0.0.1:0\"\nconnections_max = 2_000\njobs_waiting_max = 4_000\n";
const AUTHORITY: &str = "development-authority";
const CONSENT_MILLIS: i64 = 24 * 3_600 * 1_000;
/// Beyond any pace that a machine has.
pub const JOBS_PER_MINUTE: &str = "10000000";

/// A home, and everything that is needed to ask it.
pub struct City {
    pub home: PathBuf,
    client: SigningKey,
    authority: SigningKey,
    audience: String,
    public_url: String,
    guests: BTreeMap<String, Digest>,
    /// Firms that have paid tax.
    pub firms: Vec<UnitId>,
    /// Persons with a housing fund account.
    pub persons: Vec<UnitId>,
    /// How many label jobs of each policy the slots hold, in a second.
    pub held: BTreeMap<String, f64>,
}

/// One question.
#[derive(Clone)]
pub struct Question {
    pub policy: &'static str,
    pub version: &'static str,
    pub purpose: &'static str,
    pub guest: &'static str,
    pub parameters: Vec<(String, RawParameter)>,
    /// By role.
    pub parties: Vec<(&'static str, UnitId)>,
    pub rows: RawRows,
}

impl City {
    /// Makes the home: initialised, arranged by the caller, filled, its guests registered.
    pub fn make(root: &Path, scale_ppm: u64, guests: &[&str], arrange: &dyn Fn(&Path)) -> Self {
        let home = root.join("home");
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        append(&home.join("anshi.toml"), SERVER);
        arrange(&home);
        let catalog = Catalog::load(&Config::load(&home).unwrap().catalog).unwrap();
        let delivery = root.join("delivery");
        std::fs::create_dir_all(&delivery).unwrap();
        let as_of = Date::from_ymd(2026, 9, 30).unwrap();
        synthesise(&catalog, &delivery, &SynthOptions { scale_ppm, seed: 1, as_of }, &mut |_, _| {}).unwrap();
        let paths = HomePaths::new(&home);
        let options = IngestOptions { as_of, only: None };
        let report = ingest(&paths.data(), &paths.rejects(), &catalog, &delivery, &options, &mut |_| {}).unwrap();
        assert!(!report.failed());
        std::fs::remove_dir_all(&delivery).unwrap();
        Self::open(home, guests)
    }

    fn open(home: PathBuf, guests: &[&str]) -> Self {
        let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
        let engine = Engine::open(&home, EngineOptions { clock: Clock::System, compiler }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let register = |name: &&str| {
            let module = std::fs::read(guest_folder().join(format!("{name}.wasm"))).unwrap();
            ((*name).to_owned(), runtime.block_on(engine.register(&module)).unwrap())
        };
        let guests = guests.iter().map(register).collect();
        let snapshot = engine.snapshot().unwrap();
        let units = |dataset: &str, kind| {
            let unit = |id: &[u8; 18]| UnitId::parse(kind, std::str::from_utf8(id).unwrap()).unwrap();
            snapshot.dataset(dataset).unwrap().unit_ids().iter().map(unit).collect()
        };
        let cores = f64::from(anshi::env::cores());
        let policies = engine.policies();
        let labels = policies.policies().filter(|policy| policy.table().is_none());
        let paths = HomePaths::new(&home);
        Self {
            client: load_key(&paths.key(KeyFile::Client)).unwrap(),
            authority: load_key(&paths.key(KeyFile::Authority)).unwrap(),
            audience: engine.config().ledger.clone(),
            public_url: engine.config().public_url.clone(),
            guests,
            firms: units("tax_payment", UnitKind::Enterprise),
            persons: units("housing_fund", UnitKind::Person),
            held: labels.map(|policy| (policy.id.clone(), cores * 1e9 / policy.run_nanos as f64)).collect(),
            home,
        }
    }

    pub fn paths(&self) -> HomePaths {
        HomePaths::new(&self.home)
    }

    /// A fresh consent of one party to one question.
    pub fn consent(&self, question: &Question, role: &str, subject: UnitId) -> String {
        let now = Millis(Clock::System.now().seconds() * 1_000);
        let next = question.version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap() + 1;
        let order = ConsentOrder {
            issuer: AUTHORITY.to_owned(),
            audience: self.audience.clone(),
            subject,
            client: CLIENT.to_owned(),
            purpose: question.purpose.to_owned(),
            policy: question.policy.to_owned(),
            versions: (question.version.to_owned(), format!("{next}.0.0")),
            role: role.to_owned(),
            max_uses: 1,
            valid: (now, now.plus(CONSENT_MILLIS)),
        };
        compose_consent(&order, &self.authority, &Entropy).unwrap()
    }

    /// A signed request with a fresh consent of every party.
    pub fn token(&self, question: &Question) -> String {
        let consents = question.parties.iter().map(|(role, unit)| self.consent(question, role, *unit)).collect();
        self.token_with(question, consents)
    }

    /// A signed request with these consents.
    pub fn token_with(&self, question: &Question, consents: Vec<String>) -> String {
        let order = JobOrder {
            client: CLIENT.to_owned(),
            audience: self.audience.clone(),
            public_url: self.public_url.clone(),
            policy: (question.policy.to_owned(), question.version.to_owned()),
            guest: self.guests[question.guest],
            parameters: question.parameters.clone(),
            parties: question.parties.iter().map(|(role, unit)| ((*role).to_owned(), unit.to_string())).collect(),
            consents,
            rows: question.rows.clone(),
            purpose: question.purpose.to_owned(),
        };
        compose_job(&order, &self.client, Millis(Clock::System.now().seconds() * 1_000), &Entropy).unwrap()
    }
}

/// Gives every line of a file that begins with `key` the value `value`.
pub fn edit(path: &Path, key: &str, value: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    let set = |line: &str| if line.starts_with(key) { format!("{key}{value}\n") } else { format!("{line}\n") };
    assert!(text.lines().any(|line| line.starts_with(key)), "`{key}` stands in {}", path.display());
    std::fs::write(path, text.lines().map(set).collect::<String>()).unwrap();
}

pub fn append(path: &Path, text: &str) {
    let before = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, before + text).unwrap();
}

/// Where `make guests` puts the guests.
fn guest_folder() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/guests");
    std::env::var_os("ANSHI_GUESTS_DIR").map_or_else(default, PathBuf::from)
}
