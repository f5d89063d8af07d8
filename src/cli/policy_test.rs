//! `anshi policy test`: the cases beside each policy, asked of the real engine on invented data. A case that fails is exit code 1.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::desk_words::{CaseProblem, DeskMessage};
use super::error::CliError;
use super::files::text;
use super::guest::read_guest;
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, Place};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::document::Document;
use crate::env::{list_dir, program};
use crate::job::{HomePaths, unpack_catalog};
use crate::model::{Bilingual, Pace};
use crate::policy::{Guests, Policy, check_policy};
use crate::workbench::{
    CASES_FILE, Cases, Cities, Counted, Deviation, Play, Played, PlayedCase, PlayedPopulation, play, play_populations,
};

/// Arguments of `anshi policy test`.
#[derive(Args)]
pub struct TestArgs {
    /// The policies' folders, a folder of policies, or ids (default: all of the home's, or of `--policies`)
    #[arg(value_name = "FOLDER|ID")]
    pub named: Vec<String>,
    /// The home whose policies and catalog count (default: the catalog built in)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// A folder of policies, where ids are looked up
    #[arg(long, value_name = "FOLDER", conflicts_with = "home")]
    pub policies: Option<PathBuf>,
    #[command(flatten)]
    pub guests: GuestArgs,
}

/// `--guest` or `--guests`.
#[derive(Args, Clone, Default)]
pub struct GuestArgs {
    /// The guest that the cases of one policy ask
    #[arg(long, value_name = "FILE", conflicts_with = "guests")]
    pub guest: Option<PathBuf>,
    /// The folder where guests lie by the names that cases call them: `NAME.wasm`
    #[arg(long, value_name = "FOLDER")]
    pub guests: Option<PathBuf>,
}

/// A policy with what its cases are played with.
pub struct Tested {
    /// The policy.
    pub policy: Policy,
    /// The file of its cases.
    pub path: PathBuf,
    /// The guest that they ask, where they name no other.
    pub main_guest: String,
    /// What came of them.
    pub played: Played,
}

/// Tests policies.
pub fn test(args: &TestArgs, terminal: &Terminal) -> Result<(), CliError> {
    let folders = folders(args)?;
    if folders.len() > 1 && args.guests.guest.is_some() {
        return Err(CliError::wrong(CaseProblem::OneGuest));
    }
    if let Some(gone) = args.guests.guests.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(CliError::wrong(CaseProblem::NoFolder(gone.clone())));
    }
    let mut desk = Desk::open(args.home.as_deref())?;
    let (mut told, mut cases, mut wrong) = (Vec::new(), 0, 0);
    for folder in folders {
        let tested = desk.play(&folder, &args.guests, terminal)?;
        say(&tested, terminal);
        cases += tested.played.cases.len() + tested.played.populations.len();
        wrong += tested.played.wrong();
        told.push(as_json(&tested));
    }
    terminal.say(DeskMessage::Counted { cases, wrong });
    terminal.result(&json!({ "policies": told, "cases": cases, "wrong": wrong }));
    if wrong == 0 { Ok(()) } else { Err(CliError::failed(CaseProblem::Wrong(wrong))) }
}

/// The folders of the policies that are named, or of all.
fn folders(args: &TestArgs) -> Result<Vec<PathBuf>, CliError> {
    let place = match (&args.home, &args.policies) {
        (Some(home), _) => Some(Config::load(home)?.policies),
        (None, folder) => folder.clone(),
    };
    if args.named.is_empty() {
        return policies_in(&place.ok_or_else(|| CliError::wrong(CaseProblem::Nothing))?);
    }
    let mut folders = Vec::new();
    for named in &args.named {
        match (Path::new(named), &place) {
            (path, _) if path.join(POLICY_FILE).is_file() => folders.push(path.to_owned()),
            (path, _) if path.is_dir() => folders.extend(policies_in(path)?),
            (_, Some(place)) => folders.push(Place::find(place, args.home.as_deref(), named)?),
            (_, None) => return Err(CliError::wrong(CaseProblem::NoPlace(named.clone()))),
        }
    }
    Ok(folders)
}

fn policies_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let inside: Vec<PathBuf> =
        list_dir(folder)?.into_iter().filter(|folder| folder.join(POLICY_FILE).is_file()).collect();
    if inside.is_empty() { Err(CliError::wrong(CaseProblem::NoPolicies(folder.to_owned()))) } else { Ok(inside) }
}

/// Where policies are tried: with which catalog, whose registered guests are at hand, and which cities are invented already.
pub struct Desk {
    config: Option<Config>,
    catalog: Catalog,
    cities: Cities,
}

impl Desk {
    /// With a home's catalog and guests, or the catalog built in.
    pub fn open(home: Option<&Path>) -> Result<Self, CliError> {
        let config = home.map(Config::load).transpose()?;
        let catalog = match &config {
            Some(config) => Catalog::load(&config.catalog).map_err(CliError::failed)?,
            None => unpack_catalog().map_err(CliError::failed)?,
        };
        Ok(Self { config, catalog, cities: Cities::default() })
    }

    /// Plays the cases of the policy in `folder`.
    pub fn play(&mut self, folder: &Path, guests: &GuestArgs, terminal: &Terminal) -> Result<Tested, CliError> {
        let file = folder.join(POLICY_FILE);
        let policy_text = text(&file)?;
        let document = Document::new(file.display().to_string(), policy_text.as_str());
        // Nobody waits for a slot here: whether they hold, `policy check` asks.
        let policy = check_policy(&document, &self.catalog, Pace::NONE).map_err(CliError::failed)?;
        let path = folder.join(CASES_FILE);
        if !path.is_file() {
            return Err(CliError::failed(CaseProblem::NoCases(folder.to_owned())));
        }
        let document = Document::new(path.display().to_string(), text(&path)?);
        let cases = Cases::check(&document, &policy).map_err(CliError::failed)?;
        let modules = self.modules(&cases, &policy, guests)?;
        let stage = Play {
            policy: &policy,
            folder,
            policy_text: &policy_text,
            accounts_text: &text(&folder.join("..").join(ACCOUNTS_FILE))?,
            catalog: self.config.as_ref().map(|config| config.catalog.as_path()),
            cases: &cases,
            modules: &modules,
            compiler: &program().map_err(CliError::failed)?,
            keep: None,
        };
        let bar = terminal.progress(DeskMessage::Playing, cases.cases.len() as u64);
        let played = play(&stage, &mut |number| bar.set_position(number as u64));
        bar.finish_and_clear();
        let mut played = played.map_err(CliError::failed)?;
        let most = cases.populations.iter().map(|population| u64::from(population.most)).max();
        if let Some(most) = most {
            let bar = terminal.progress(DeskMessage::Asking, most);
            let populations = play_populations(&stage, &mut self.cities, &mut |asked| bar.set_position(asked as u64));
            bar.finish_and_clear();
            played.populations = populations.map_err(CliError::failed)?;
        }
        Ok(Tested { policy, path, main_guest: cases.guest, played })
    }

    /// Every guest that the cases name: the one given, one of the folder given, or the one that the policy lists and the home
    /// has.
    fn modules(&self, cases: &Cases, policy: &Policy, args: &GuestArgs) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
        let mut modules = BTreeMap::new();
        for name in cases.guests() {
            let file = self.guest_file(name, cases, policy, args);
            let file = file.ok_or_else(|| {
                let (guest, cases) = (name.to_owned(), PathBuf::from(&cases.path));
                CliError::failed(match args.guests.clone() {
                    Some(folder) => CaseProblem::NotThere { guest, folder, cases },
                    None => CaseProblem::NoGuest { guest, cases },
                })
            })?;
            modules.insert(name.to_owned(), read_guest(&file)?);
        }
        Ok(modules)
    }

    fn guest_file(&self, name: &str, cases: &Cases, policy: &Policy, args: &GuestArgs) -> Option<PathBuf> {
        if let Some(file) = args.guest.as_ref().filter(|_| name == cases.guest) {
            return Some(file.clone());
        }
        let beside = args.guest.as_ref().and_then(|file| file.parent().map(Path::to_owned));
        let folder = args.guests.clone().or(beside);
        let found = folder.into_iter().flat_map(|folder| guest_files(&folder, name));
        if let Some(file) = found.into_iter().find(|file| file.is_file()) {
            return Some(file);
        }
        let (Guests::Listed(listed), Some(config)) = (&policy.guests, &self.config) else { return None };
        let only = listed.first().filter(|_| listed.len() == 1 && name == cases.guest)?;
        let file = HomePaths::new(&config.home).guests().join(format!("{}.wasm", only.hex()));
        file.is_file().then_some(file)
    }
}

/// Where a guest of this name may lie in a folder: cargo names what it builds with `_`.
pub fn guest_files(folder: &Path, name: &str) -> [PathBuf; 2] {
    [folder.join(format!("{name}.wasm")), folder.join(format!("{}.wasm", name.replace('-', "_")))]
}

/// Says what came of a policy's cases.
fn say(tested: &Tested, terminal: &Terminal) {
    let Tested { policy, path, played, .. } = tested;
    terminal.say(DeskMessage::Policy {
        id: policy.id.clone(),
        version: policy.version_text(),
        guests: played.guests.iter().map(|guest| (guest.name.clone(), guest.digest.to_string())).collect(),
    });
    for case in &played.cases {
        terminal.say(DeskMessage::Case { case: case.clone(), path: path.display().to_string() });
    }
    for population in &played.populations {
        terminal.say(DeskMessage::Population { played: population.clone(), path: path.display().to_string() });
    }
    if !played.unreached.is_empty() {
        terminal.say(DeskMessage::Unreached(played.unreached.clone()));
    }
}

/// A policy's cases for a program, in both languages.
pub fn as_json(tested: &Tested) -> Value {
    let Tested { policy, path, played, .. } = tested;
    let both = |Bilingual { zh, en }: &Bilingual| json!({ "zh": zh, "en": en });
    let deviation = |Deviation { what, expected, got }: &Deviation| json!({ "what": both(what), "expected": both(expected), "got": both(got) });
    let case = |case: &PlayedCase| {
        json!({
            "number": case.number, "line": case.line, "title": both(&case.title), "expected": both(&case.expected),
            "got": both(&case.got), "left": case.left.iter().map(both).collect::<Vec<_>>(), "as_expected": case.deviations.is_empty(),
            "deviations": case.deviations.iter().map(deviation).collect::<Vec<_>>(),
        })
    };
    let guests: serde_json::Map<_, _> =
        played.guests.iter().map(|guest| (guest.name.clone(), json!(guest.digest.to_string()))).collect();
    json!({
        "policy": policy.id, "version": policy.version_text(), "sha256": policy.sha256.to_string(),
        "file": path.display().to_string(), "guests": guests,
        "cases": played.cases.iter().map(case).collect::<Vec<_>>(), "labels_without_case": played.unreached,
        "populations": played.populations.iter().map(population_json).collect::<Vec<_>>(),
    })
}

/// Shares are in ten-thousandths.
fn population_json(played: &PlayedPopulation) -> Value {
    let counted = |Counted { share, count, is_within }: &Counted| {
        json!({
            "label": share.label, "count": count, "share": played.share(*count), "least": share.least, "most": share.most,
            "within": is_within,
        })
    };
    json!({
        "line": played.line, "title": { "zh": played.title.zh, "en": played.title.en }, "asked": played.asked,
        "left_out": played.left_out, "shares": played.counts.iter().map(counted).collect::<Vec<_>>(),
        "refused": played.refused, "as_expected": played.is_as_expected(),
    })
}
