//! The examination of a home: everything that can be wrong with it before a job meets it, each with a cure. Looks, and
//! changes nothing but one probe file, which it removes. An engine may run meanwhile.

use std::path::PathBuf;

use super::doctor_data::{check_calibration, check_guests, check_policies, check_snapshot};
use super::doctor_files::{check_clock, check_folder, check_keys, check_room, check_writing};
use super::doctor_ledger::{check_accounts, check_ledger, check_mirror, check_published, read_published};
use crate::catalog::{Catalog, Update};
use crate::config::Config;
use crate::env::{Clock, read_text};
use crate::job::HomePaths;
use crate::ledger::LedgerReader;
use crate::log::{LogVerifier, Mirror};
use crate::model::{Bilingual, Chinese, Date, Digest, Millis, Pace};

/// How many steps an examination tells the progress of.
pub const EXAMINATIONS: u64 = 12;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it must be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work, or not safely.
    Error,
}

/// When a value is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Less room than this is a warning.
    pub free_low_bytes: u64,
    /// Less room than this is an error: a full disk stops the ledger.
    pub free_least_bytes: u64,
    /// A sync that takes longer is a warning: every job waits for two.
    pub sync_slow_ms: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { free_low_bytes: 4 << 30, free_least_bytes: 256 << 20, sync_slow_ms: 250 }
    }
}

/// What to examine.
#[derive(Clone, Debug)]
pub struct DoctorOptions {
    /// The home.
    pub home: PathBuf,
    /// Whether every file is read and hashed.
    pub deep: bool,
    /// Whether the machine's speed is measured, which takes a second or two of it.
    pub calibrate: bool,
    /// When a value is worth a word.
    pub thresholds: Thresholds,
}

/// One finding, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckUp {
    /// What was looked at: a stable word.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What it is.
    pub diagnosis: Diagnosis,
}

/// A policy's days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The policy.
    pub id: String,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
}

/// What a check found; `cli` has the words, and the cures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// Of what people set up.
    Setup(Setup),
    /// Of what changes while a home is in use.
    State(State),
    /// Of what is in it.
    Content(Content),
}

impl From<Content> for Diagnosis {
    fn from(content: Content) -> Self {
        Self::Content(content)
    }
}

impl From<Setup> for Diagnosis {
    fn from(setup: Setup) -> Self {
        Self::Setup(setup)
    }
}

impl From<State> for Diagnosis {
    fn from(state: State) -> Self {
        Self::State(state)
    }
}

/// What was found of configuration, catalog, policies, calibration and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are")]
pub enum Setup {
    /// The configuration is in order.
    Config { kind: &'static str, ledger: String },
    /// It is not; nothing else was looked at.
    ConfigBad(Bilingual),
    /// The catalog is in order.
    Catalog { datasets: u64 },
    /// It is not.
    CatalogBad(Bilingual),
    /// So many policies are in force.
    Policies { in_force: u64 },
    /// Policies or accounts have mistakes.
    PoliciesBad(Bilingual),
    /// Policies lack approvals.
    PoliciesUnapproved { ids: Vec<String>, needed: u32 },
    /// The accounts lack approvals: nothing is answered.
    AccountsUnapproved { needed: u32 },
    /// What was spent and what may be spent fit the accounts' limits.
    Accounts,
    /// They do not: the home does not start.
    AccountsExceeded(Bilingual),
    /// A policy is not valid today.
    PolicyOutside(Validity),
    /// No policy is in force.
    PoliciesNone,
    /// Slots are long enough for this machine.
    Pace { measured: Pace, configured: Pace },
    /// They are, but with less to spare than calibration asks for.
    PaceTight { measured: Pace, configured: Pace },
    /// They are too short: jobs that use their fuel would miss their ticks.
    PaceSlow { measured: Pace, configured: Pace },
    /// It could not be measured.
    PaceBad(Bilingual),
    /// The keys are in order.
    Keys { count: u64 },
    /// Nobody but its owner enters the home.
    FolderPrivate,
    /// Others can enter it.
    FolderOpen { path: String, mode: u32 },
    /// The mode cannot be read.
    FolderBad(Bilingual),
    /// A key is missing.
    KeyMissing { path: String },
    /// Others can read a key.
    KeyExposed { path: String, mode: u32 },
    /// A file is no key.
    KeyBad { path: String, error: Bilingual },
    /// A key is not the private half of what is published.
    KeyMixed { path: String, public: String },
    /// A rotation was cut off.
    RotationOpen,
}

/// What was found of clock, disk, ledger, log and mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are")]
pub enum State {
    /// The clock is plausible.
    Clock { now: Millis },
    /// It is behind what the ledger has seen.
    ClockBack { now: Millis, seen: Date },
    /// It shows a year that cannot be.
    ClockWrong { now: Millis },
    /// It is far ahead of the last job.
    ClockAhead { now: Millis, last: Date },
    /// There is room.
    Room { free: u64 },
    /// There is little.
    RoomLow { free: u64, place: String },
    /// It cannot be told.
    RoomBad(Bilingual),
    /// The home can be written.
    Writing { millis: u64 },
    /// Slowly.
    WritingSlow { millis: u64 },
    /// It cannot.
    WritingBad(Bilingual),
    /// The ledger is in order.
    Ledger { entries: u64, open: u64 },
    /// It has another schema than this program.
    SchemaOther { found: i64, needed: i64 },
    /// It cannot be used.
    LedgerBad(Bilingual),
    /// The published log is there.
    Published { entries: u64 },
    /// It lacks entries; the next start publishes them.
    PublishedBehind { entries: u64, published: u64 },
    /// It is not this ledger's, or gone.
    PublishedBad(Bilingual),
    /// The mirror is in order.
    Mirror { entries: u64 },
    /// It lacks entries; the next start gives them to it.
    MirrorBehind { entries: u64, seen: u64 },
    /// It has seen more than the home has: the home does not start.
    MirrorAhead { entries: u64, seen: u64 },
    /// It lies on the home's own file system.
    MirrorBeside { mirror: String },
    /// It is gone, another log's, or of another tree.
    MirrorBad(Bilingual),
}

/// What was found of snapshot and guests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are")]
pub enum Content {
    /// The current snapshot is in order.
    Snapshot { name: Digest, datasets: u64, deep: bool },
    /// There is none.
    SnapshotNone,
    /// It cannot be used.
    SnapshotBad(Bilingual),
    /// A dataset is older than its rhythm allows.
    DatasetOld { name: String, as_of: Date, days: i32, update: Update },
    /// A dataset is of a day that has not come.
    DatasetAhead { name: String, as_of: Date },
    /// A dataset of the catalog was never delivered.
    DatasetAbsent { name: String },
    /// A dataset of the snapshot does not fit the catalog.
    DatasetRefused { reason: Bilingual },
    /// The guests are in order.
    Guests { count: u64 },
    /// A file of a guest is missing or changed.
    GuestBad { guest: Digest, error: Bilingual },
    /// A guest is not compiled for this program.
    GuestOther { guest: Digest },
}

/// What a check tells its findings to.
pub(super) type Findings<'a> = &'a mut Vec<CheckUp>;

/// Notes a finding.
pub(super) fn find(findings: Findings<'_>, check: &'static str, level: Level, diagnosis: impl Into<Diagnosis>) {
    findings.push(CheckUp { check, level, diagnosis: diagnosis.into() });
}

/// Notes that a check found nothing, unless it has.
pub(super) fn settle(findings: Findings<'_>, check: &'static str, healthy: impl Into<Diagnosis>) {
    if !findings.iter().any(|found| found.check == check) {
        find(findings, check, Level::Ok, healthy);
    }
}

/// Examines a home. `progress` hears each check before it begins.
pub fn examine(options: &DoctorOptions, clock: &Clock, progress: &mut dyn FnMut(&'static str)) -> Vec<CheckUp> {
    let mut findings = Vec::new();
    progress("configuration");
    let config = match Config::load(&options.home) {
        Ok(config) => config,
        Err(error) => {
            find(&mut findings, "configuration", Level::Error, Setup::ConfigBad(error.bilingual()));
            return findings;
        }
    };
    let healthy = Setup::Config { kind: config.kind.word(), ledger: config.ledger.clone() };
    find(&mut findings, "configuration", Level::Ok, healthy);
    progress("catalog");
    let catalog = check_catalog(&config, &mut findings);
    progress("policies");
    let (now, today) = (clock.now(), clock.now().day());
    let policies = catalog.as_ref().and_then(|catalog| check_policies(&config, catalog, now, &mut findings));
    progress("calibration");
    if options.calibrate {
        check_calibration(&config, &mut findings);
    }
    check_folder(&config, &mut findings);
    let paths = HomePaths::new(&options.home);
    progress("keys");
    check_keys(&config, &paths, &mut findings);
    progress("disk");
    check_room(&options.home, &options.thresholds, &mut findings);
    progress("writing");
    check_writing(&options.home, &options.thresholds, &mut findings);
    progress("ledger");
    let verifier = read_text(&paths.log_key()).ok().and_then(|key| LogVerifier::new(&key).ok());
    // A running engine writes store, mirror and published log in this order: read in the opposite one, none seems
    // later than what it came from.
    let shown = verifier.as_ref().map(|verifier| read_published(&paths.log(), verifier));
    let mirrored = verifier.as_ref().map(|verifier| Mirror::latest(&config.checkpoint_mirror, verifier));
    let reader = LedgerReader::open_for_audit(&paths.store());
    let frontier = check_ledger(&reader, verifier.as_ref(), options.deep, &mut findings);
    if let (Ok(reader), Some(frontier)) = (&reader, frontier) {
        if let Some(policies) = &policies {
            check_accounts(reader, policies.accounts(), today, &mut findings);
        }
        if let Some(shown) = shown {
            check_published(reader, shown, frontier, &mut findings);
        }
        progress("mirror");
        if let Some(mirrored) = mirrored {
            check_mirror(reader, &config, mirrored, frontier, &mut findings);
        }
    }
    progress("clock");
    check_clock(reader.as_ref().ok(), clock.now(), &mut findings);
    progress("snapshot");
    if let Some(catalog) = &catalog {
        check_snapshot(&paths.data(), catalog, today, options.deep, &mut findings);
    }
    progress("guests");
    if let Ok(reader) = &reader {
        check_guests(reader, &paths.guests(), &mut findings);
    }
    findings
}

fn check_catalog(config: &Config, findings: Findings<'_>) -> Option<Catalog> {
    match Catalog::load(&config.catalog) {
        Ok(catalog) => {
            let datasets = catalog.datasets().count() as u64;
            find(findings, "catalog", Level::Ok, Setup::Catalog { datasets });
            Some(catalog)
        }
        Err(error) => {
            find(findings, "catalog", Level::Error, Setup::CatalogBad(error.bilingual()));
            None
        }
    }
}
