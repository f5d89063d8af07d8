//! `anshi policy check`: everything that is wrong with policies and accounts, all files at once, then what is in order and unwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::error::CliError;
use super::guest::{describe, load, read_guest};
use super::message::{Answers, Cost, WorkMessage};
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, home_guests};
use super::policy_words::{CheckProblem, PolicyMessage};
use super::problem::AskProblem;
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::Invented;
use crate::document::{Document, DocumentError, Finding};
use crate::env::{list_dir, read_text};
use crate::guest::Guest;
use crate::job::{HomePaths, unpack_catalog};
use crate::model::{Bilingual, Chinese, Digest, Manifest, Pace};
use crate::policy::{Accounts, Guests, Policy, check_folder, check_policy, fit};
use crate::review::{Warning, trial, warnings};

/// Where a warning's code is explained.
const REFERENCE: &str = "docs/policies.md#warnings";

/// Arguments of `anshi policy check`.
#[derive(Args)]
pub struct CheckArgs {
    /// Policies, `accounts.toml`, or folders of them (default: those of --policies or --home)
    #[arg(value_name = "PATH", required_unless_present_any = ["home", "policies"])]
    pub paths: Vec<PathBuf>,
    /// The home whose catalog, calibration, accounts and guests count (default: the catalog built in, a cautious calibration)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// A folder of policies to check: all of them, and its accounts
    #[arg(long, value_name = "FOLDER")]
    pub policies: Option<PathBuf>,
    /// A guest that should fit the policy; of several policies, those that it fits
    #[arg(long, value_name = "FILE")]
    pub guest: Option<PathBuf>,
    /// Run the guest on the home's invented data, too: bounds that bias or drown, history that it does not use
    #[arg(long, requires_all = ["home", "guest"])]
    pub trial: bool,
    /// As what: text for people, or JSON for programs, with both languages
    #[arg(long, value_enum, default_value = "human")]
    pub format: CheckFormat,
}

/// What the outcome is written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Text
    Human,
    /// JSON
    Json,
}

/// What policies are checked against.
struct Standard {
    catalog: Catalog,
    pace: Pace,
    /// The accounts of the home, which count wherever a policy lies.
    accounts: Option<Accounts>,
    /// The guest that was named.
    named: Option<Manifest>,
    /// The home's guests, by digest.
    registered: Vec<(Digest, Manifest)>,
    /// What is needed to run the guest that was named.
    trial: Option<(Arc<Guest>, Invented)>,
}

/// A policy that is in order, and the accounts that it is charged to.
struct Good {
    path: PathBuf,
    policy: Policy,
    /// By place in [`Found::accounts`].
    accounts: Option<usize>,
}

/// What was found in all files.
#[derive(Default)]
struct Found {
    files: usize,
    errors: Vec<DocumentError>,
    policies: Vec<Good>,
    accounts: Vec<(PathBuf, Accounts)>,
    /// Accounts that were looked at because a policy beside them was named.
    beside: Vec<PathBuf>,
}

/// Checks everything that was named.
pub fn check(args: &CheckArgs, terminal: &Terminal) -> Result<(), CliError> {
    let config = args.home.as_deref().map(Config::load).transpose()?;
    let mut paths = args.paths.clone();
    paths.extend(args.policies.clone());
    if paths.is_empty() {
        paths.extend(config.as_ref().map(|config| config.policies.clone()));
    }
    let standard = standard(args, config.as_ref(), terminal)?;
    let mut found = Found::default();
    for path in &paths {
        found.take(path, &standard)?;
    }
    if let (Some(manifest), [only], []) = (&standard.named, found.policies.as_slice(), found.errors.as_slice()) {
        fit(&only.policy, manifest, &standard.catalog)
            .map_err(|misfits| CliError::failure(AskProblem::Misfits(misfits)))?;
    }
    tell(found, &standard, args.format, terminal)
}

fn standard(args: &CheckArgs, config: Option<&Config>, terminal: &Terminal) -> Result<Standard, CliError> {
    let module = args.guest.as_deref().map(read_guest).transpose()?;
    let named = module.as_ref().map(|module| describe(module, terminal)).transpose()?;
    let Some(config) = config else {
        let catalog = unpack_catalog().map_err(CliError::failed)?;
        return Ok(Standard {
            catalog,
            pace: Pace::ASSUMED,
            accounts: None,
            named,
            registered: Vec::new(),
            trial: None,
        });
    };
    let path = config.policies.join(ACCOUNTS_FILE);
    // A mistake in them is told where they are checked.
    let accounts = read_text(&path).ok().and_then(|text| Accounts::check(&Document::new(ACCOUNTS_FILE, text)).ok());
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let trial = match &module {
        Some(module) if args.trial => {
            let data = HomePaths::new(&config.home).data();
            let invented = Invented::open(config.kind, &data, &catalog).map_err(CliError::failed)?;
            let invented = invented.ok_or_else(|| CliError::wrong(CheckProblem::TrialOnRealData))?;
            Some((load(module, terminal)?, invented))
        }
        _ => None,
    };
    Ok(Standard { catalog, pace: config.pace, accounts, named, registered: home_guests(config)?, trial })
}

impl Found {
    /// Checks what lies at `path`: a policy, its folder, the accounts, or a folder of policies.
    fn take(&mut self, path: &Path, standard: &Standard) -> Result<(), CliError> {
        if !path.is_dir() {
            return self.take_file(path, standard);
        }
        if path.join(POLICY_FILE).is_file() {
            return self.take_file(&path.join(POLICY_FILE), standard);
        }
        let holds = |folder: PathBuf| folder.join(POLICY_FILE).is_file();
        let files = list_dir(path)?.into_iter().filter(|folder| holds(folder.clone())).count();
        let accounts = usize::from(path.join(ACCOUNTS_FILE).is_file());
        if files + accounts == 0 {
            return Err(CliError::wrong(CheckProblem::NothingThere(path.to_owned())));
        }
        let checked = check_folder(path, &standard.catalog, standard.pace)?;
        self.files += files + accounts;
        self.errors.extend(checked.errors);
        let own = checked.accounts.map(|accounts| {
            self.accounts.push((path.join(ACCOUNTS_FILE), accounts));
            self.accounts.len() - 1
        });
        let good = |(folder, policy, _): (PathBuf, Policy, String)| Good {
            path: folder.join(POLICY_FILE),
            policy,
            accounts: own,
        };
        self.policies.extend(checked.policies.into_iter().map(good));
        Ok(())
    }

    fn take_file(&mut self, path: &Path, standard: &Standard) -> Result<(), CliError> {
        self.files += 1;
        let document = Document::new(path.display().to_string(), read_text(path)?);
        if path.file_name().is_some_and(|name| name == ACCOUNTS_FILE) {
            match Accounts::check(&document) {
                Ok(accounts) => self.accounts.push((path.to_owned(), accounts)),
                Err(error) => self.errors.push(error),
            }
            return Ok(());
        }
        match check_policy(&document, &standard.catalog, standard.pace) {
            Ok(policy) => self.policies.push(Good { path: path.to_owned(), policy, accounts: None }),
            Err(error) => self.errors.push(error),
        }
        if standard.accounts.is_none() {
            self.take_beside(path);
        }
        Ok(())
    }

    /// What is wrong with the accounts that lie beside a policy: without them it cannot be judged whole.
    fn take_beside(&mut self, policy: &Path) {
        let Some(path) = policy.parent().and_then(Path::parent).map(|folder| folder.join(ACCOUNTS_FILE)) else {
            return;
        };
        if self.beside.contains(&path) {
            return;
        }
        if let Ok(text) = read_text(&path)
            && let Err(error) = Accounts::check(&Document::new(path.display().to_string(), text))
        {
            self.errors.push(error);
        }
        self.beside.push(path);
    }

    /// The accounts that `good` is charged to: the home's, its folder's, or those that lie beside it.
    fn accounts_of(&self, good: &Good, standard: &Standard) -> Option<Accounts> {
        let own = || good.accounts.and_then(|place| self.accounts.get(place)).map(|(_, accounts)| accounts.clone());
        let beside = || {
            let path = good.path.parent()?.parent()?.join(ACCOUNTS_FILE);
            Accounts::check(&Document::new(ACCOUNTS_FILE, read_text(&path).ok()?)).ok()
        };
        standard.accounts.clone().or_else(own).or_else(beside)
    }
}

/// The manifests of the guests that may answer under `policy`: the one that was named, where it fits, or the home's.
fn manifests(policy: &Policy, standard: &Standard) -> Vec<Manifest> {
    let fits = |manifest: &&Manifest| fit(policy, manifest, &standard.catalog).is_ok();
    if standard.named.is_some() {
        return standard.named.iter().filter(fits).cloned().collect();
    }
    let admitted = standard.registered.iter().filter(|(digest, _)| match &policy.guests {
        Guests::Any => true,
        Guests::Listed(listed) => listed.contains(digest),
    });
    admitted.map(|(_, manifest)| manifest).filter(fits).cloned().collect()
}

/// Tells mistakes first, then what is in order, and what of that is unwise.
fn tell(found: Found, standard: &Standard, format: CheckFormat, terminal: &Terminal) -> Result<(), CliError> {
    let mistakes = found.errors.iter().map(|error| error.findings.len()).sum();
    let reviewed: Vec<_> = found
        .policies
        .iter()
        .map(|good| {
            let accounts = found.accounts_of(good, standard);
            let tried = standard.trial.as_ref();
            let tried = tried.map(|(guest, invented)| trial(&good.policy, &standard.catalog, guest, invented));
            let manifests = manifests(&good.policy, standard);
            warnings(&good.policy, &standard.catalog, accounts.as_ref(), &manifests, tried)
        })
        .collect();
    let policies = found.policies.iter().zip(&reviewed).map(|(good, reviewed)| policy_json(good, reviewed));
    let accounts = found
        .accounts
        .iter()
        .map(|(path, accounts)| json!({ "file": path.display().to_string(), "sha256": accounts.sha256().to_string() }));
    let value = json!({
        "files": found.files, "mistakes": mistakes,
        "errors": found.errors.iter().flat_map(errors_json).collect::<Vec<_>>(),
        "policies": policies.collect::<Vec<_>>(), "accounts": accounts.collect::<Vec<_>>(),
    });
    terminal.result(&value);
    if format == CheckFormat::Json {
        terminal.say(WorkMessage::Verbatim(serde_json::to_string_pretty(&value).map_err(CliError::failed)?));
    }
    let bad = found.errors.len();
    // A single file's mistakes need no sum.
    if let (1, Some(only)) = (found.files, found.errors.first()) {
        return Err(CliError::failed(only.clone()));
    }
    found.errors.into_iter().for_each(|error| terminal.report(&CliError::failed(error)));
    if format == CheckFormat::Human {
        for (good, (open, accepted)) in found.policies.iter().zip(reviewed) {
            terminal.say(in_order(&good.policy));
            open.into_iter().for_each(|warning| terminal.say(PolicyMessage::Warned(warning)));
            let accepted = accepted.into_iter();
            accepted.for_each(|(warning, reason)| terminal.say(PolicyMessage::Accepted { warning, reason }));
        }
        for (path, accounts) in &found.accounts {
            let (path, digest) = (path.display().to_string(), accounts.sha256().to_string());
            terminal.say(WorkMessage::AccountsGood { path, digest });
        }
    }
    if bad == 0 { Ok(()) } else { Err(CliError::failed(CheckProblem::Mistakes { mistakes, bad, files: found.files })) }
}

fn in_order(policy: &Policy) -> WorkMessage {
    let (answers, cost) = match policy.table() {
        None => (Answers::Labels(policy.labels().to_vec()), Cost::Bits(policy.cost())),
        Some(table) => (Answers::Table(table.cells()), Cost::Epsilon(table.epsilon.to_string())),
    };
    WorkMessage::PolicyGood { id: policy.id.clone(), version: policy.version_text(), answers, cost }
}

fn policy_json(good: &Good, (open, accepted): &(Vec<Warning>, Vec<(Warning, String)>)) -> Value {
    let policy = &good.policy;
    let cost = match policy.table() {
        None => json!({ "bits": policy.cost() }),
        Some(table) => json!({ "epsilon": table.epsilon.to_string() }),
    };
    let warning = |warning: &Warning| {
        let Bilingual { zh, en } = warning.bilingual();
        json!({ "code": warning.code(), "zh": zh, "en": en, "reference": REFERENCE })
    };
    let accepted = accepted.iter().map(|(of, reason)| {
        let mut value = warning(of);
        if let Some(members) = value.as_object_mut() {
            members.insert("reason".to_owned(), reason.as_str().into());
        }
        value
    });
    json!({
        "file": good.path.display().to_string(), "policy": policy.id, "version": policy.version_text(),
        "sha256": policy.sha256.to_string(), "cost": cost,
        "warnings": open.iter().map(warning).collect::<Vec<_>>(), "accepted": accepted.collect::<Vec<_>>(),
    })
}

/// Each finding with its place, as `anshi catalog check` gives it, in both languages.
fn errors_json(error: &DocumentError) -> Vec<Value> {
    let one = |finding: &Finding| {
        let (place, Bilingual { zh, en }) = (error.place(finding), &finding.message);
        json!({
            "file": error.path, "zh": zh, "en": en,
            "help": finding.help.as_ref().map(|Bilingual { zh, en }| json!({ "zh": zh, "en": en })),
            "line": place.map(|(start, _)| start.line), "column": place.map(|(start, _)| start.column),
            "end_line": place.map(|(_, end)| end.line), "end_column": place.map(|(_, end)| end.column),
            "bytes": finding.span.as_ref().map(|span| [span.start, span.end]),
        })
    };
    error.findings.iter().map(one).collect()
}
