//! `anshi guest test`: a guest's cases on invented data under the real policy, and what its runs use. Exit code 1: a case came out
//! otherwise or the guest does not build; 3: the policy refuses the guest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::desk_words::{CaseProblem, DeskMessage};
use super::error::CliError;
use super::files::{check_new, text};
use super::guest::{describe, read_guest};
use super::guest_build::build;
use super::guest_policies::find_built_in;
use super::guest_test_words::{Limit, TestMessage, TestProblem, percent};
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, Place};
use super::policy_test::{Tested, as_json};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::document::Document;
use crate::env::{Changes, TemporaryDir, list_dir, program};
use crate::job::unpack_catalog;
use crate::keys::sha256;
use crate::kit::Project;
use crate::model::{Bilingual, Chinese, Detail, Digest, Pace, Refusal, RefusalCode};
use crate::policy::{Guests, Policy, check_policy, fit};
use crate::workbench::{CASES_FILE, Cases, ColumnName, Figures, MeasuredGuest, Play, play_measured};

/// Arguments of `anshi guest test`.
#[derive(Args, Clone)]
pub struct GuestTestArgs {
    /// The guest's project, with its guest.toml; it is built first (default: this folder)
    #[arg(value_name = "FOLDER", conflicts_with = "guest")]
    pub folder: Option<PathBuf>,
    /// A guest that is built, without a project
    #[arg(long, value_name = "FILE", requires = "policy")]
    pub guest: Option<PathBuf>,
    /// The policy: its folder, or an id among `--policies` or those built in (default: the project's)
    #[arg(long, value_name = "FOLDER|ID")]
    pub policy: Option<PathBuf>,
    /// The cases (default: the project's, or those beside the policy)
    #[arg(long, value_name = "FILE")]
    pub cases: Option<PathBuf>,
    /// The accounts (default: those beside the policy)
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// A folder of policies, where ids are looked up (default: those built in)
    #[arg(long, value_name = "FOLDER")]
    pub policies: Option<PathBuf>,
    /// A folder with the catalog (default: the catalog built in)
    #[arg(long, value_name = "FOLDER")]
    pub catalog: Option<PathBuf>,
    /// A pack's folder: its policies and its catalog, instead of `--policies` and `--catalog`
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["policies", "catalog"])]
    pub pack: Option<PathBuf>,
    /// Test what the last build has made
    #[arg(long, conflicts_with = "guest")]
    pub no_build: bool,
    /// Test again whenever a source, the cases or the policy changes, until Ctrl-C
    #[arg(long, conflicts_with = "keep")]
    pub watch: bool,
    /// A new folder for the invented home as it is before the first case, every request and every bundle
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,
}

/// What is tested.
struct Subject {
    module: Vec<u8>,
    file: PathBuf,
    catalog: Catalog,
    policy: Policy,
    policy_text: String,
    accounts_text: String,
    cases_file: PathBuf,
    cases: Cases,
}

/// Tests a guest.
pub fn guest_test(args: &GuestTestArgs, terminal: &Terminal) -> Result<(), CliError> {
    check_new(args.keep.iter(), false)?;
    let args = &args.with_the_packs_folders();
    if args.watch { watch(args, terminal) } else { test_once(args, terminal) }
}

impl GuestTestArgs {
    /// The same, as if the pack's folders had been named each.
    fn with_the_packs_folders(&self) -> Self {
        let of_pack = |folder: &str| self.pack.as_ref().map(|pack| pack.join(folder));
        let policies = of_pack("policies").or_else(|| self.policies.clone());
        let catalog = of_pack("catalog").or_else(|| self.catalog.clone());
        Self { policies, catalog, ..self.clone() }
    }
}

fn test_once(args: &GuestTestArgs, terminal: &Terminal) -> Result<(), CliError> {
    // Read whole before anything is played; the built-in policies lie here as long as they are read.
    let built_in = TemporaryDir::new().map_err(CliError::failed)?;
    let subject = subject(args, built_in.path(), terminal)?;
    let digest = sha256(&subject.module);
    refuse(&subject, digest, terminal)?;
    let (tested, measured) = play(&subject, args, terminal)?;
    tell(&tested, &measured, terminal);
    let wrong = tested.played.wrong();
    terminal.result(&told(&subject, &tested, &measured));
    if wrong == 0 { Ok(()) } else { Err(CliError::failed(CaseProblem::Wrong(wrong))) }
}

fn subject(args: &GuestTestArgs, built_in: &Path, terminal: &Terminal) -> Result<Subject, CliError> {
    let project = project(args)?;
    let catalog = match &args.catalog {
        Some(folder) => Catalog::load(folder).map_err(CliError::failed)?,
        None => unpack_catalog().map_err(CliError::failed)?,
    };
    let folder = policy_folder(args, project.as_ref(), built_in)?;
    let policy_text = text(&folder.join(POLICY_FILE))?;
    let document = Document::new(folder.join(POLICY_FILE).display().to_string(), policy_text.as_str());
    // Nobody waits for a slot here: whether they hold, `policy check` asks.
    let policy = check_policy(&document, &catalog, Pace::NONE).map_err(CliError::failed)?;
    let accounts = args.accounts.clone().unwrap_or_else(|| folder.join("..").join(ACCOUNTS_FILE));
    let accounts_text = text(&accounts)?;
    let cases_file = cases_file(args, project.as_ref(), &folder);
    if !cases_file.is_file() {
        return Err(CliError::wrong(TestProblem::CasesMissing(cases_file)));
    }
    let document = Document::new(cases_file.display().to_string(), text(&cases_file)?);
    let cases = Cases::check(&document, &policy).map_err(CliError::failed)?;
    let (file, module) = module(args, project.as_ref(), terminal)?;
    Ok(Subject { module, file, catalog, policy, policy_text, accounts_text, cases_file, cases })
}

/// The project, where no guest is named.
fn project(args: &GuestTestArgs) -> Result<Option<Project>, CliError> {
    if args.guest.is_some() {
        return Ok(None);
    }
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    if !Project::is_at(folder) {
        return Err(CliError::wrong(TestProblem::NotAProject(folder.to_owned())));
    }
    Project::read(folder).map(Some).map_err(CliError::failed)
}

/// The guest: the one that is named, or the project's, built anew.
fn module(
    args: &GuestTestArgs,
    project: Option<&Project>,
    terminal: &Terminal,
) -> Result<(PathBuf, Vec<u8>), CliError> {
    match (&args.guest, project) {
        (None, Some(project)) if !args.no_build => build(&project.folder, None, terminal),
        (named, project) => {
            let file = named.clone().or_else(|| project.map(Project::component)).unwrap_or_default();
            let module = read_guest(&file)?;
            Ok((file, module))
        }
    }
}

/// The folder of the policy: the one that is named, or that of its id among those given or built in.
fn policy_folder(args: &GuestTestArgs, project: Option<&Project>, built_in: &Path) -> Result<PathBuf, CliError> {
    let named = args.policy.clone().or_else(|| project.map(|project| PathBuf::from(&project.policy)));
    let named = named.unwrap_or_default();
    if args.policy.is_some() && named.join(POLICY_FILE).is_file() {
        return Ok(named);
    }
    let id = named.to_string_lossy();
    match &args.policies {
        Some(folder) => Place::find(folder, None, &id),
        None => find_built_in(built_in, &id),
    }
}

fn cases_file(args: &GuestTestArgs, project: Option<&Project>, policy: &Path) -> PathBuf {
    let own = project.map(|project| project.folder.join(CASES_FILE));
    args.cases.clone().or(own).unwrap_or_else(|| policy.join(CASES_FILE))
}

/// Tests again and again. Whatever goes wrong is told, and does not end it.
fn watch(args: &GuestTestArgs, terminal: &Terminal) -> Result<(), CliError> {
    for round in 0u64.. {
        // From before the test on: what is saved meanwhile is tested next.
        let folders = watched(args)?;
        let changes = Changes::watch(&folders, concerns(args)).map_err(CliError::failed)?;
        terminal.clear();
        match test_once(args, terminal) {
            Ok(()) => {}
            // What was typed does not come right by itself.
            Err(error @ CliError::Use(_)) if round == 0 => return Err(error),
            Err(error) => terminal.report(&error),
        }
        terminal.say(TestMessage::Watching);
        changes.wait().map_err(CliError::failed)?;
    }
    Ok(())
}

/// The folders with what a test depends on.
fn watched(args: &GuestTestArgs) -> Result<Vec<PathBuf>, CliError> {
    let mut folders = Vec::new();
    if args.guest.is_none() {
        folders.extend(source_folders(args.folder.as_deref().unwrap_or(Path::new(".")))?);
    }
    let above = |file: &PathBuf| match file.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        folder => folder.map(Path::to_owned).unwrap_or_default(),
    };
    folders.extend([&args.guest, &args.cases, &args.accounts].into_iter().flatten().map(above));
    let named = |folder: &&PathBuf| folder.is_dir();
    folders.extend([&args.policy, &args.policies, &args.catalog].into_iter().flatten().filter(named).cloned());
    folders.sort();
    folders.dedup();
    Ok(folders)
}

/// A project's folders, without those that builds write.
fn source_folders(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut found = vec![folder.to_owned()];
    for path in list_dir(folder)? {
        if path.is_dir() && is_source(&path) {
            found.extend(source_folders(&path)?);
        }
    }
    Ok(found)
}

/// What builds and tools write into a project, and no person does.
const NOT_SOURCES: [&str; 4] = ["build", "target", "node_modules", "__pycache__"];

fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !NOT_SOURCES.contains(&name.as_ref())
}

/// Whether a file that has changed is one that the test depends on. Of a folder where a named file lies, only that file is.
fn concerns(args: &GuestTestArgs) -> impl Fn(&Path) -> bool + Send + use<> {
    let (guest, has_project) = (args.guest.clone(), args.guest.is_none());
    let named: Vec<PathBuf> = [guest, args.cases.clone(), args.accounts.clone()].into_iter().flatten().collect();
    move |path| {
        let same = |named: &PathBuf| named.file_name() == path.file_name();
        is_source(path) && (has_project || named.iter().any(same) || path.extension().is_some_and(|end| end == "toml"))
    }
}

/// What the engine would refuse every request with: the same words, and exit code 3.
fn refuse(subject: &Subject, digest: Digest, terminal: &Terminal) -> Result<(), CliError> {
    let Subject { policy, module, catalog, .. } = subject;
    let manifest = describe(module, terminal)?;
    let refused = match (&policy.guests, fit(policy, &manifest, catalog)) {
        (_, Err(misfits)) => {
            let misfits = misfits.iter().map(Chinese::bilingual).collect();
            Refusal::about(RefusalCode::GuestManifest, Detail::Misfits(misfits))
        }
        (Guests::Listed(listed), Ok(_)) if !listed.contains(&digest) => {
            Refusal::about(RefusalCode::GuestPolicy, Detail::Guest(digest))
        }
        _ => return Ok(()),
    };
    let reasons = match &refused.detail {
        Some(Detail::Misfits(misfits)) => misfits.clone(),
        detail => detail.iter().map(Chinese::bilingual).collect(),
    };
    let (id, version) = (policy.id.clone(), policy.version_text());
    terminal.say(TestMessage::Refused { id, version, digest: digest.to_string(), reasons: reasons.clone() });
    terminal.result(&json!({
        "guest": digest.to_string(), "policy": policy.id, "version": policy.version_text(), "error": refused.code.word(),
        "refused": reasons.iter().map(both).collect::<Vec<_>>(),
    }));
    Err(CliError::Refused(refused))
}

fn play(
    subject: &Subject,
    args: &GuestTestArgs,
    terminal: &Terminal,
) -> Result<(Tested, Vec<MeasuredGuest>), CliError> {
    let Subject { policy, policy_text, accounts_text, cases, cases_file, .. } = subject;
    let bar = terminal.progress(DeskMessage::Playing, cases.cases.len() as u64);
    let played = play_measured(
        &Play {
            policy,
            folder: cases_file.parent().unwrap_or(Path::new(".")),
            policy_text,
            accounts_text,
            catalog: args.catalog.as_deref(),
            cases,
            modules: &modules(subject)?,
            compiler: &program().map_err(CliError::failed)?,
            keep: args.keep.as_deref(),
        },
        &mut |number| bar.set_position(number as u64),
    );
    bar.finish_and_clear();
    let (played, measured) = played.map_err(CliError::failed)?;
    let (policy, path, main_guest) = (policy.clone(), cases_file.clone(), cases.guest.clone());
    Ok((Tested { policy, path, main_guest, played }, measured))
}

/// The guest under test, by the name that the cases call it; any other that they name lies beside it.
fn modules(subject: &Subject) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let mut modules = BTreeMap::new();
    for name in subject.cases.guests() {
        let module = if name == subject.cases.guest {
            subject.module.clone()
        } else {
            let file = subject.file.with_file_name(format!("{name}.wasm"));
            let (guest, cases) = (name.to_owned(), subject.cases_file.clone());
            let missing = || CliError::failed(CaseProblem::NoGuest { guest, cases });
            read_guest(Some(&file).filter(|file| file.is_file()).ok_or_else(missing)?)?
        };
        modules.insert(name.to_owned(), module);
    }
    Ok(modules)
}

fn tell(tested: &Tested, measured: &[MeasuredGuest], terminal: &Terminal) {
    let Tested { policy, path, played, .. } = tested;
    terminal.say(DeskMessage::Policy {
        id: policy.id.clone(),
        version: policy.version_text(),
        guests: played.guests.iter().map(|guest| (guest.name.clone(), guest.digest.to_string())).collect(),
    });
    for case in &played.cases {
        terminal.say(DeskMessage::Case { case: case.clone(), path: path.display().to_string() });
    }
    if !played.unreached.is_empty() {
        terminal.say(DeskMessage::Unreached(played.unreached.clone()));
    }
    for guest in measured {
        say_measured(guest, policy, terminal);
    }
    let (cases, wrong) = (played.cases.len(), played.wrong());
    terminal.say(DeskMessage::Counted { cases, wrong });
}

fn say_measured(guest: &MeasuredGuest, policy: &Policy, terminal: &Terminal) {
    let MeasuredGuest { name, cases, most, unneeded, unread, .. } = guest;
    if cases.is_empty() {
        terminal.say(TestMessage::NothingMeasured { guest: name.clone() });
        return;
    }
    let units = policy.table().map(|_| most.runs);
    let limits = &policy.limits;
    terminal.say(TestMessage::Measured { guest: name.clone(), units });
    terminal.say(TestMessage::Used { of: Limit::Fuel, used: most.fuel, limit: limits.fuel });
    terminal.say(TestMessage::Used { of: Limit::Memory, used: most.memory_bytes, limit: limits.memory_bytes });
    terminal.say(TestMessage::Took { median: most.median, timed: most.timed, slot_ms: limits.slot_ms });
    if let Some(fault) = &most.fault {
        terminal.say(TestMessage::Failed { failed: most.failed, fault: fault.clone() });
    }
    if !unneeded.is_empty() {
        terminal.say(TestMessage::Unneeded(unneeded.clone()));
    }
    if !unread.is_empty() {
        terminal.say(TestMessage::Unread(unread.clone()));
    }
}

fn both(Bilingual { zh, en }: &Bilingual) -> Value {
    json!({ "zh": zh, "en": en })
}

/// All of it for a program. Times are this machine's.
fn told(subject: &Subject, tested: &Tested, measured: &[MeasuredGuest]) -> Value {
    let Policy { limits, .. } = &tested.policy;
    let mut told = as_json(tested);
    let of_case = |number: usize| {
        let mut all = measured.iter().flat_map(|guest| &guest.cases);
        all.find(|(case, _)| *case == number).map(|(_, figures)| used(figures))
    };
    let cases = told.get_mut("cases").and_then(Value::as_array_mut).into_iter().flatten();
    for (number, case) in (1..).zip(cases) {
        if let (Some(members), Some(figures)) = (case.as_object_mut(), of_case(number)) {
            members.insert("used".to_owned(), figures);
        }
    }
    let names = |columns: &[ColumnName]| columns.iter().map(ToString::to_string).collect::<Vec<_>>();
    let guest = |guest: &MeasuredGuest| {
        let MeasuredGuest { name, digest, cases, most, unneeded, unread } = guest;
        json!({
            "name": name, "guest": digest.to_string(), "cases_answered": cases.len(), "most": used(most),
            "fuel_percent": percent(most.fuel, limits.fuel),
            "memory_percent": percent(most.memory_bytes, limits.memory_bytes),
            "columns_no_case_needs": names(unneeded), "columns_granted_and_not_read": names(unread),
        })
    };
    if let Some(members) = told.as_object_mut() {
        members.insert("measured".to_owned(), measured.iter().map(guest).collect());
        let limits = json!({ "fuel": limits.fuel, "memory_bytes": limits.memory_bytes, "slot_ms": limits.slot_ms });
        members.insert("limits".to_owned(), limits);
        members.insert("bytes".to_owned(), subject.module.len().into());
        members.insert("wrong".to_owned(), tested.played.wrong().into());
    }
    told
}

fn used(figures: &Figures) -> Value {
    let Figures { runs, fuel, memory_bytes, median, timed, failed, fault } = figures;
    let fault = fault.as_ref().map(super::guest_test_words::fault);
    json!({
        "runs": runs, "fuel": fuel, "memory_bytes": memory_bytes, "failed": failed, "fault": fault.as_ref().map(both),
        "median_nanos": u64::try_from(median.as_nanos()).unwrap_or(u64::MAX), "timed": timed,
    })
}
