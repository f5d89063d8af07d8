//! What is disturbed: the stages of a home's life, each the whole life of one worker process, and what must
//! hold afterwards, whatever became of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, OnceLock};
use std::{fs, io};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::data::synth::{SynthOptions, synthesise};
use anshi::data::{IngestOptions, Outcome, ingest};
use anshi::env::weaken::Weakness;
use anshi::env::{Clock, Entropy};
use anshi::job::{Engine, InitOptions, OpenError, initialise};
use anshi::keys::sha256;
use anshi::model::{Date, Millis};
use anshi::review::{AuditInputs, audit_home};
use tempfile::TempDir;

use super::shim::{Fault, put_before};
use crate::crash::{Asker, Auditor, Place, Tally, ask_many, check, guests, runtime};

const SLOT_MS: u32 = 20;
/// Jobs of the base: a tile is nearly full, so that the next jobs fill it.
const BASE_ROUNDS: u64 = 15;
/// Jobs of each of the eight callers.
const ROUNDS: u64 = 3;
const FIRMS_PPM: u64 = 200;

const STAGE: &str = "FAULTS_STAGE";
const PLACE: &str = "FAULTS_PLACE";
const WEAKNESS: &str = "FAULTS_WEAKNESS";
/// In the world's folder: the worker has said that its work is done.
const DONE: &str = "done.ack";

/// A stage of a home's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A home is made.
    Init,
    /// A later delivery is taken.
    Ingest,
    /// A guest is registered, a consent revoked.
    Register,
    /// Jobs are answered, some in one commit; tiles are filled, the store is checkpointed at the end.
    Jobs,
    /// The engine starts behind a power cut in the middle of jobs.
    Start,
}

impl Stage {
    pub const ALL: [Self; 5] = [Self::Init, Self::Ingest, Self::Register, Self::Jobs, Self::Start];

    fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|stage| format!("{stage:?}") == word).unwrap()
    }

    /// A fresh place in `root` in which the stage can be worked, `base` being what it starts from.
    pub fn begin(self, base: &Path, root: &Path) -> Place {
        fs::create_dir_all(root.join("jobs")).unwrap();
        if self != Self::Init {
            copy_tree(base, root).unwrap();
        }
        Place::at(root)
    }
}

/// The home that all stages but the first and the last start from, made once.
pub fn base() -> &'static Path {
    static BASE: OnceLock<TempDir> = OnceLock::new();
    BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::make_with(folder.path(), SLOT_MS, FIRMS_PPM, Some(2_000));
        let catalog = Catalog::load(&Config::load(&place.home()).unwrap().catalog).unwrap();
        let options = SynthOptions { scale_ppm: FIRMS_PPM, seed: 2, as_of: later() };
        let delivery = delivery(&place);
        fs::create_dir_all(&delivery).unwrap();
        synthesise(&catalog, &delivery, &options, &mut |_, _| {}).unwrap();
        let engine = Arc::new(place.open().unwrap());
        let asker = Arc::new(Asker::new(&engine, &place));
        ask_many(&engine, &asker, &place, (0, 1), BASE_ROUNDS);
        drop((engine, asker));
        fs::remove_dir_all(place.jobs()).unwrap();
        folder
    })
    .path()
}

fn later() -> Date {
    Date::from_ymd(2026, 10, 31).unwrap()
}

fn delivery(place: &Place) -> PathBuf {
    place.root.join("delivery-later")
}

fn module() -> Vec<u8> {
    fs::read(guests().join("adversary.wasm")).unwrap()
}

/// Files that nobody changes again are linked.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if from.is_dir() {
            copy_tree(&from, &to)?;
        } else if fs::metadata(&from)?.permissions().readonly() {
            fs::hard_link(from, to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// How a worker ended.
#[derive(Debug)]
pub struct Ended {
    /// It said that its work is done.
    pub done: bool,
    /// What it had to say on its standard error.
    pub said: String,
}

/// Works one stage in a process of its own, behind the shim.
pub fn work(stage: Stage, place: &Place, fault: Option<Fault>, weakness: Option<Weakness>) -> Ended {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "faults::worker", "--ignored", "--nocapture", "--test-threads=1"])
        .env(STAGE, format!("{stage:?}"))
        .env(PLACE, &place.root)
        .env(WEAKNESS, weakness.map_or(0, |weakness| weakness as u32).to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    put_before(&mut command, place, fault);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let done = place.jobs().join(DONE).exists();
    let exit = output.status.code().unwrap_or_else(|| panic!("the worker died of {fault:?}: {}", output.status));
    assert!(!said.contains("panicked"), "the worker panicked at {fault:?}: {said}");
    assert_eq!(exit == 0, done, "{said}");
    assert!(done || said.contains("error: "), "a worker that fails says why: {said}");
    Ended { done, said }
}

/// The worker's side; does nothing in a process that no test has started as one.
pub fn worker() {
    let Ok(stage) = std::env::var(STAGE) else { return };
    let number: u32 = std::env::var(WEAKNESS).unwrap().parse().unwrap();
    weaken(number);
    let place = Place::at(Path::new(&std::env::var(PLACE).unwrap()));
    match step(Stage::from_word(&stage), &place) {
        Ok(()) => fs::write(place.jobs().join(DONE), "done\n").unwrap(),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
}

#[cfg(feature = "weaken")]
fn weaken(number: u32) {
    let found = super::WEAKNESSES.iter().find(|(weakness, ..)| *weakness as u32 == number);
    anshi::env::weaken::set(found.map(|(weakness, ..)| *weakness));
}

#[cfg(not(feature = "weaken"))]
fn weaken(number: u32) {
    assert_eq!(number, 0, "this build cannot be weakened");
}

fn step(stage: Stage, place: &Place) -> Result<(), String> {
    match stage {
        Stage::Init => initialise(&InitOptions { home: place.home(), kind: HomeKind::Synthetic }, &Entropy)
            .map_err(|error| error.to_string()),
        Stage::Ingest => take_delivery(place),
        Stage::Register => register(place),
        Stage::Jobs => {
            let engine = Arc::new(place.open().map_err(|error| error.to_string())?);
            let asker = Arc::new(Asker::prepare(&engine, place).map_err(|error| error.to_string())?);
            ask_many(&engine, &asker, place, (1, 2), ROUNDS);
            match engine.ledger().check_running() {
                Ok(()) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        }
        Stage::Start => place.open().map(drop).map_err(|error| error.to_string()),
    }
}

fn take_delivery(place: &Place) -> Result<(), String> {
    let config = Config::load(&place.home()).map_err(|error| error.to_string())?;
    let catalog = Catalog::load(&config.catalog).map_err(|error| error.to_string())?;
    let (paths, options) = (place.paths(), IngestOptions { as_of: later(), only: None });
    let report = ingest(&paths.data(), &paths.rejects(), &catalog, &delivery(place), &options, &mut |_| {});
    let report = report.map_err(|error| error.to_string())?;
    let failed = report.datasets.iter().find_map(|dataset| match &dataset.outcome {
        Outcome::Failed { error, .. } => Some(error.to_string()),
        _ => None,
    });
    failed.map_or(Ok(()), Err)
}

const REVOKED: (&str, &str) = ("development-authority", "a-consent-that-is-revoked");

fn register(place: &Place) -> Result<(), String> {
    let engine = place.open().map_err(|error| error.to_string())?;
    runtime().block_on(async {
        engine.register(&module()).await.map_err(|error| error.to_string())?;
        let (issuer, jti) = (REVOKED.0.to_owned(), REVOKED.1.to_owned());
        engine.ledger().revoke_consent(issuer, jti).await.map_err(|error| error.to_string())
    })
}

/// What must hold in `place` after the stage was disturbed, and what was told (`done`, bundles) was told.
/// `made_ms` is when: requests are fresh only for minutes, and checks come later.
pub fn hold(stage: Stage, place: &Place, made_ms: i64) {
    let clock = Clock::Shifted(Arc::new(AtomicI64::new(made_ms - Clock::System.now().0)));
    let place = Place { root: place.root.clone(), clock };
    let done = place.jobs().join(DONE).exists();
    match stage {
        Stage::Init => return made(&place, done),
        Stage::Ingest => taken(&place, done),
        Stage::Register => registered(&place, done),
        Stage::Jobs | Stage::Start => check(&place, &mut Auditor::new(&place), &mut Tally::default()),
    }
    audit(&place);
}

/// Now, as a worker's requests are dated.
pub fn now() -> Millis {
    Clock::System.now()
}

/// A home that is not finished is none, and says so; one that is finished works.
fn made(place: &Place, done: bool) {
    match place.open() {
        Ok(engine) => {
            drop(engine);
            audit(place);
        }
        Err(error) => {
            assert!(!done, "the home was said to be made: {error}");
            assert!(matches!(error, OpenError::Config(_)), "{error}");
            assert!(error.to_string().contains("anshi init"), "{error}");
            // The cure: away with the remains, and once more.
            for folder in [place.home(), place.mirror()] {
                if folder.exists() {
                    fs::remove_dir_all(folder).unwrap();
                }
            }
        }
    }
}

fn open(place: &Place) -> Engine {
    place.open().unwrap_or_else(|error| panic!("the engine must start: {error}"))
}

fn taken(place: &Place, done: bool) {
    let snapshot = |engine: &Engine| {
        let snapshot = engine.snapshot().unwrap();
        snapshot.verify_files(&mut |_| {}).unwrap();
        snapshot.name()
    };
    let found = snapshot(&open(place));
    take_delivery(place).unwrap();
    let new = snapshot(&open(place));
    assert!(!done || found == new, "the delivery was said to be taken");
}

fn registered(place: &Place, done: bool) {
    let engine = open(place);
    let digest = sha256(&module());
    let is_revoked = |engine: &Engine| {
        let mut kinds = BTreeSet::new();
        engine.reader().audit_entries(|entry| _ = kinds.insert(entry.kind)).unwrap();
        kinds.contains("revocation")
    };
    if done {
        assert!(engine.guest(digest).unwrap().is_some(), "the guest was said to be registered");
        assert!(is_revoked(&engine), "the consent was said to be revoked");
    }
    drop(engine);
    register(place).unwrap();
    let engine = open(place);
    assert!(engine.guest(digest).unwrap().is_some() && is_revoked(&engine));
}

/// The audit derives everything again, and finds nothing.
fn audit(place: &Place) {
    let config = Config::load(&place.home()).unwrap();
    let paths = place.paths();
    let inputs = AuditInputs {
        store: paths.store(),
        log: paths.log(),
        mirror: config.checkpoint_mirror.clone(),
        data: paths.data(),
        guests: paths.guests(),
        catalog: config.catalog.clone(),
        log_key: fs::read_to_string(paths.log_key()).unwrap(),
    };
    let report = audit_home(&inputs, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings().collect::<Vec<_>>());
}
