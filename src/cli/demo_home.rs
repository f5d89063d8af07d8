//! A demo's home, from nothing to data and a policy for one guest: invented, ingested, pinned. Says each step; asks nothing.

use std::path::{Path, PathBuf};

use super::demo_problem::DemoProblem;
use super::demo_scene::{Scenario, pinned, with_value};
use super::demo_words::DemoMessage;
use super::error::CliError;
use super::ingest::IngestArgs;
use super::message::WorkMessage;
use super::policy_place::POLICY_FILE;
use super::problem::AskProblem;
use super::terminal::Terminal;
use super::{ingest, synth};
use crate::catalog::Catalog;
use crate::config::{Config, HomeKind};
use crate::data::synth::{SCALE_ONE_PPM, SynthOptions, SynthReport};
use crate::data::{Frame, Invented};
use crate::document::Document;
use crate::env::{
    Durable, Entropy, copy_durable, create_dir, list_dir, list_tree, read_text, remove_tree, write_atomic,
};
use crate::job::{HomePaths, InitOptions, initialise};
use crate::model::{Digest, Pace, UnitKind};
use crate::policy::{Policy, check_policy};
use crate::workbench::asks_many;

/// The slot of label policies in a demo's home: a machine that is busy with other things misses no tick.
const SLOT_MS: u64 = 500;
/// The slots of a table that are tried, in seconds: the first that surely holds all units of the demo on this machine.
const TABLE_SLOTS_S: [u64; 8] = [5, 10, 15, 20, 30, 45, 60, 120];
/// The longest slot that a policy can have.
const SLOT_S_MAX: u64 = 86_400;
/// A table of few is all noise: a tenth of the city, as long as nobody says otherwise, and as its runs at worst take no longer.
const TABLE_SCALE_PPM: u64 = 100_000;
const TABLE_RUNS_NANOS: u64 = 10_000_000_000;
/// About how many firms and persons there are at scale 1.
const FIRMS_AT_ONE: u64 = 50_000;
const PERSONS_AT_ONE: u64 = 320_000;
/// So many units are counted together where a table is given a slot.
const UNITS_STEP: u64 = 100;
/// Of a batch, too, so that it has some hundreds to ask about.
const BATCH_SCALE_PPM: u64 = 80_000;
/// Where no scenario is named all datasets are there, of a hundredth of the city.
const WHOLE_SCALE_PPM: u64 = 10_000;

/// Where a demo makes its home.
pub struct DemoHome<'a> {
    /// The home.
    pub home: &'a Path,
    /// What is made beside what every home has: delivery, guest, bundles.
    pub folder: PathBuf,
    /// Where its steps are said.
    pub terminal: &'a Terminal,
}

/// What a demo's data are to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How much was asked for.
    pub scale_ppm: Option<u64>,
    /// Whether every dataset is invented, or those alone that the policy grants.
    pub whole: bool,
}

impl DemoHome<'_> {
    /// Whether the policy's table is surely for fewer units than were asked for. How many there are to the one, nobody knows before
    /// they are invented; then it is asked again.
    pub fn foresee(scenario: &Scenario, wanted: Wanted) -> Result<(), CliError> {
        let (Some(table), Some(scale_ppm)) = (scenario.policy.table(), wanted.scale_ppm) else { return Ok(()) };
        // Of persons, most tables count a part alone.
        if table.unit != UnitKind::Enterprise {
            return Ok(());
        }
        let units = FIRMS_AT_ONE.saturating_mul(scale_ppm) / SCALE_ONE_PPM;
        let surely = u64::from(table.units_max).saturating_mul(3) / 2;
        if units > surely { Err(many(&scenario.policy, units)) } else { Ok(()) }
    }

    /// A synthetic home, with the policies of another folder where one is named, and of all of them this one alone where that is
    /// what is shown.
    pub fn make(&self, policies: Option<&Path>, only: Option<&str>) -> Result<(), CliError> {
        let options = InitOptions { home: self.home.to_owned(), kind: HomeKind::Synthetic };
        let waiting = self.terminal.waiting(WorkMessage::Calibrating);
        initialise(&options, &Entropy)?;
        drop(waiting);
        create_dir(&self.folder).map_err(CliError::failed)?;
        if let Some(from) = policies {
            replace(&self.home.join("policies"), from)?;
        }
        for folder in list_dir(&self.home.join("policies")).map_err(CliError::failed)? {
            let other = only.is_some_and(|only| folder.file_name().is_none_or(|name| name != only));
            if other && folder.is_dir() {
                remove_tree(&folder).map_err(CliError::failed)?;
            }
        }
        self.terminal.say(DemoMessage::Home { home: self.home.display().to_string() });
        Ok(())
    }

    /// Invents what is needed, and takes it in.
    pub fn fill(&self, scenario: &Scenario, wanted: Wanted) -> Result<SynthReport, CliError> {
        let config = Config::load(self.home)?;
        let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
        let datasets = datasets(scenario);
        let is_wanted = |name: &str| wanted.whole || datasets.iter().any(|dataset| dataset == name);
        let path = config.policies.join(&scenario.policy.id).join(POLICY_FILE);
        let policy = check(&path, &at_ease(&read_text(&path).map_err(CliError::failed)?), (&catalog, config.pace))?;
        let options = SynthOptions { scale_ppm: scale(scenario, &policy, wanted), ..scenario.cases.data };
        let delivery = self.folder.join("delivery");
        let report = synth::write(&catalog, &is_wanted, &delivery, &options, self.terminal)?;
        let rows = report.datasets.iter().map(|(_, rows)| rows).sum();
        let (firms, persons, count) = (report.firms, report.persons, report.datasets.len());
        self.terminal.say(DemoMessage::Invented { rows, firms, persons, datasets: count });
        let only = if wanted.whole { Vec::new() } else { datasets };
        let taken =
            ingest::take(&IngestArgs { datasets: only, ..IngestArgs::whole(self.home, &delivery) }, self.terminal)?;
        if taken.failed() {
            return Err(CliError::failure(AskProblem::DatasetsFailed));
        }
        let name = taken.snapshot.map(|name| name.to_string()).unwrap_or_default();
        let rejected = taken.datasets.iter().map(|dataset| match dataset.outcome {
            crate::data::Outcome::Published { rejected, .. } => rejected,
            _ => 0,
        });
        self.terminal.say(DemoMessage::Ingested { name, rejected: rejected.sum() });
        Ok(report)
    }

    /// Reviews the policy for this one guest, with a slot that a demo can wait for; the other policies stay as they are but for
    /// what a machine that is slow or busy would not hold.
    pub fn review(&self, id: &str, guest: Digest) -> Result<Policy, CliError> {
        let config = Config::load(self.home)?;
        let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
        let data = HomePaths::new(self.home).data();
        let invented = Invented::open(config.kind, &data, &catalog).map_err(CliError::failed)?;
        for folder in list_dir(&config.policies).map_err(CliError::failed)? {
            let path = folder.join(POLICY_FILE);
            if path.is_file() {
                let text = with_value(&read_text(&path).map_err(CliError::failed)?, "slot_ms", SLOT_MS);
                put(&path, &fewer(&path, &text, &catalog, invented.as_ref())?)?;
            }
        }
        let path = config.policies.join(id).join(POLICY_FILE);
        let text = pinned(&read_text(&path).map_err(CliError::failed)?, guest, &path)?;
        put(&path, &text)?;
        let check = |text: &str| check(&path, text, (&catalog, config.pace));
        let policy = check(&at_ease(&text))?;
        let Some(most) = policy.table().map(|table| u64::from(table.units_max)) else { return Ok(policy) };
        let frame = invented.as_ref().and_then(|invented| Frame::new(invented.snapshot(), &policy.frame()));
        if let Some(units) = frame.map(|frame| frame.units()).filter(|units| *units > most) {
            return Err(many(&policy, units));
        }
        // Fewer units than the city has need a shorter slot; that it holds, the engine's own check says.
        for slot_s in TABLE_SLOTS_S {
            let shorter = with_value(&text, "slot_s", slot_s);
            if let Ok(policy) = check(&shorter) {
                put(&path, &shorter)?;
                return Ok(policy);
            }
        }
        Err(CliError::wrong(DemoProblem::LongTable { policy: policy.id }))
    }
}

/// That a table of the policy is for fewer units.
fn many(policy: &Policy, units: u64) -> CliError {
    let most = policy.table().map_or(0, |table| table.units_max);
    CliError::wrong(DemoProblem::ManyUnits { policy: policy.id.clone(), units, most })
}

/// A policy's file with slots that hold on any machine, to be read and not to be kept.
fn at_ease(text: &str) -> String {
    with_value(&with_value(text, "slot_ms", SLOT_MS), "slot_s", SLOT_S_MAX)
}

/// A table's file, where it is one, with room for twice as many units as there are instead of the city's: its slot holds then on a
/// machine that is slower than the city's, or busy.
fn fewer(path: &Path, text: &str, catalog: &Catalog, invented: Option<&Invented>) -> Result<String, CliError> {
    let policy = check(path, text, (catalog, Pace::NONE))?;
    let frame = invented.and_then(|invented| Frame::new(invented.snapshot(), &policy.frame()));
    let (Some(table), Some(frame)) = (policy.table(), frame) else { return Ok(text.to_owned()) };
    let units = frame.units().saturating_mul(2).next_multiple_of(UNITS_STEP).max(UNITS_STEP);
    Ok(with_value(text, "units_max", units.min(u64::from(table.units_max))))
}

/// The policy as this machine would run it.
fn check(path: &Path, text: &str, (catalog, pace): (&Catalog, Pace)) -> Result<Policy, CliError> {
    let document = Document::new(path.display().to_string(), text);
    check_policy(&document, catalog, pace).map_err(CliError::failed)
}

fn put(path: &Path, text: &str) -> Result<(), CliError> {
    write_atomic(path, text.as_bytes(), Durable::Shared).map_err(CliError::failed)
}

/// The files of another folder in the place of a home's.
fn replace(folder: &Path, from: &Path) -> Result<(), CliError> {
    remove_tree(folder).map_err(CliError::failed)?;
    for file in list_tree(from).map_err(CliError::failed)? {
        // Every file lies below the folder that was listed.
        let Ok(inside) = file.strip_prefix(from) else { continue };
        let place = folder.join(inside);
        create_dir(place.parent().unwrap_or(folder)).map_err(CliError::failed)?;
        copy_durable(&file, &place, Durable::Shared, &mut |_| {}).map_err(CliError::failed)?;
    }
    Ok(())
}

/// What the policy grants, and what its batch's parties are found in.
fn datasets(scenario: &Scenario) -> Vec<String> {
    let mut datasets = scenario.policy.frame();
    if let Some(many) = scenario.cases.populations.first().filter(|_| asks_many(&scenario.cases, &scenario.policy)) {
        datasets.extend(many.others.iter().map(|other| other.dataset.clone()).chain([many.dataset.clone()]));
    }
    datasets.sort();
    datasets.dedup();
    datasets
}

/// As much as was asked for, and never less than what the cases are about.
fn scale(scenario: &Scenario, policy: &Policy, wanted: Wanted) -> u64 {
    let cases = &scenario.cases;
    let usual = match (wanted.whole, policy.table()) {
        (true, _) => WHOLE_SCALE_PPM,
        (false, Some(table)) => {
            let units = if table.unit == UnitKind::Enterprise { FIRMS_AT_ONE } else { PERSONS_AT_ONE };
            (TABLE_RUNS_NANOS / policy.run_nanos.max(1) * SCALE_ONE_PPM / units).min(TABLE_SCALE_PPM)
        }
        (false, None) if asks_many(cases, policy) => BATCH_SCALE_PPM,
        (false, None) => 0,
    };
    let many = cases.populations.first().filter(|_| asks_many(cases, policy)).map_or(0, |many| many.data.scale_ppm);
    wanted.scale_ppm.unwrap_or(usual).max(cases.data.scale_ppm).max(many)
}
