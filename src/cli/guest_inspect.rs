//! `anshi guest inspect`: what a file imports, reads and may answer; which policies accept it and why others do not; and the
//! smallest that would, as a draft. Without data; a file that is no guest is exit code 1, with the reason.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::desk_words::CaseProblem;
use super::error::CliError;
use super::files::{check_new, write};
use super::guest::{guest_registry, read_guest};
use super::guest_import_words::Cause;
use super::guest_inspect_words::{InspectMessage, unlisted};
use super::guest_policies::unpack_built_in;
use super::guest_test_words::TestProblem;
use super::message::WorkMessage;
use super::policy_place::Place;
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::document::did_you_mean;
use crate::env::{Clock, Durable, TemporaryDir};
use crate::guest::{Inspected, Look, inspect, look};
use crate::job::unpack_catalog;
use crate::keys::sha256;
use crate::model::{Bilingual, Chinese, Digest, Dimension, Lang, Manifest, Pace, Role, TableRead, World, check_name};
use crate::policy::{DraftOf, Guests, NoPolicy, Policy, fit, smallest_policy};

/// Arguments of `anshi guest inspect`.
#[derive(Args)]
pub struct InspectArgs {
    /// The guest
    pub file: PathBuf,
    /// A folder of policies that it is held against (default: those built in)
    #[arg(long, value_name = "FOLDER", conflicts_with = "home")]
    pub policies: Option<PathBuf>,
    /// A folder with the catalog (default: the catalog built in)
    #[arg(long, value_name = "FOLDER", conflicts_with = "home")]
    pub catalog: Option<PathBuf>,
    /// A pack's folder: its policies and its catalog
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["home", "policies", "catalog"])]
    pub pack: Option<PathBuf>,
    /// Hold it against this policy alone, and tell every reason why not
    #[arg(long, value_name = "ID")]
    pub policy: Option<String>,
    /// The home whose policies and catalog it is held against
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// Write the smallest policy that accepts it, as a draft: what a person must decide is marked
    #[arg(long, value_name = "FILE")]
    pub draft: Option<PathBuf>,
    /// Replace a draft that is there
    #[arg(long, requires = "draft")]
    pub force: bool,
}

/// What a policy says of the guest.
struct Judged {
    policy: Policy,
    /// Why it does not accept it; nothing where it does.
    reasons: Vec<Bilingual>,
    /// Whether the guest could be meant for it.
    is_near: bool,
}

/// What guests are held against.
struct Standard {
    catalog: Catalog,
    policies: Vec<Policy>,
    pace: Pace,
}

/// Runs the command.
pub fn inspect_command(args: &InspectArgs, terminal: &Terminal) -> Result<(), CliError> {
    check_new(args.draft.iter(), args.force)?;
    let module = read_guest(&args.file)?;
    let (manifest, inspected) = described(&module, terminal)?;
    let digest = sha256(&module);
    let standard = standard(args)?;
    let judged = standard.policies.into_iter().map(|policy| {
        let reasons = reasons(&policy, digest, &manifest, &standard.catalog);
        let is_near = args.policy.is_some() || is_near(&policy, &manifest);
        Judged { policy, reasons, is_near }
    });
    let mut judged: Vec<Judged> = judged.collect();
    // Those that accept it first; each kind by id, as they were read.
    judged.sort_by_key(|judged| !judged.reasons.is_empty());
    let today = Clock::System.now().day();
    let (id, catalog, pace) = (draft_id(&args.file), &standard.catalog, standard.pace);
    let of = DraftOf { id: &id, guest: digest, manifest: &manifest, catalog, today, pace };
    let smallest = smallest_policy(&of, &|note| note.text(terminal.lang()));
    say(&module, &manifest, &inspected, terminal);
    tell_judged(&judged, terminal);
    match (&smallest, &args.draft) {
        (Ok(text), Some(path)) => {
            write(path, text.as_bytes(), Durable::Shared)?;
            terminal.say(InspectMessage::Drafted { path: path.display().to_string() });
        }
        (Ok(_), None) => terminal.say(InspectMessage::CanBeDrafted),
        (Err(none), _) => terminal.say(InspectMessage::NoPolicy { reasons: told_none(none) }),
    }
    terminal.result(&json!({
        "guest": digest.to_string(), "bytes": module.len(), "imports": [], "world": manifest.world.word(),
        "functions": inspected.functions, "memory_bytes": inspected.memory_bytes, "tier": inspected.tier.word(),
        "manifest": manifest_json(&manifest), "policies": judged.iter().map(judged_json).collect::<Vec<_>>(),
        "smallest": smallest_json(&smallest, args.draft.as_deref()),
    }));
    match (smallest, &args.draft) {
        (Err(_), Some(_)) => Err(CliError::failed(super::guest_inspect_words::NotDrafted)),
        _ => Ok(()),
    }
}

/// Each policy that accepts the guest, or could be meant for it, with the reasons why it does not; the others by their names.
fn tell_judged(judged: &[Judged], terminal: &Terminal) {
    let (near, far): (Vec<&Judged>, Vec<&Judged>) =
        judged.iter().partition(|judged| judged.is_near || judged.reasons.is_empty());
    for Judged { policy, reasons, .. } in near {
        let (id, version) = (policy.id.clone(), policy.version_text());
        terminal.say(InspectMessage::Judged { id, version, reasons: reasons.clone() });
    }
    if !far.is_empty() {
        let ids = far.iter().map(|judged| judged.policy.id.clone()).collect();
        terminal.say(InspectMessage::NotMeant { ids });
    }
}

/// Whether the guest gives the policy's kind of answer, and half of the tables that it reads, or more, are granted.
fn is_near(policy: &Policy, manifest: &Manifest) -> bool {
    let grants = |role: Option<&str>, table: &TableRead| {
        policy.grants.iter().any(|grant| grant.role.as_deref() == role && grant.dataset == table.dataset)
            || policy.client_datasets.iter().any(|own| Some(own.role.as_str()) == role && own.name == table.dataset)
    };
    let granted: Vec<bool> = match &manifest.world {
        World::Verifier { roles, .. } => {
            let of = |role: &Role| role.tables.iter().map(|table| grants(Some(&role.name), table)).collect::<Vec<_>>();
            roles.iter().flat_map(of).collect()
        }
        World::Contributor { tables, .. } => tables.iter().map(|table| grants(None, table)).collect(),
    };
    let answers_with_a_table = matches!(manifest.world, World::Contributor { .. });
    let count = granted.iter().filter(|granted| **granted).count();
    policy.table().is_some() == answers_with_a_table && count * 2 >= granted.len()
}

/// What the compiling child says of the file; what it is refused for, with every import and what usually brings it.
fn described(module: &[u8], terminal: &Terminal) -> Result<(Manifest, Inspected), CliError> {
    let folder = TemporaryDir::new().map_err(CliError::failed)?;
    let registry = guest_registry(folder.path())?;
    let registered = {
        let _waiting = terminal.waiting(WorkMessage::Compiling);
        registry.register(module)
    };
    match registered {
        // The child has looked at it, so that this process may.
        Ok(registered) => Ok((registered.manifest, inspect(module).map_err(CliError::failed)?)),
        Err(error) => {
            let look = look(module);
            let said = error.bilingual();
            if !look.imports.is_empty() {
                tell_imports(&look, terminal);
            }
            terminal.result(&json!({
                "error": "failed", "message": both(&said), "imports": imports_json(&look), "made_by": look.made_by,
            }));
            Err(CliError::failed(error))
        }
    }
}

/// Every import, under what usually brings it.
fn tell_imports(look: &Look, terminal: &Terminal) {
    for cause in Cause::ALL {
        let of = look.imports.iter().filter(|import| Cause::of(import) == cause);
        let names = of.map(|import| match import.name.as_str() {
            "" => import.from.clone(),
            name => format!("{}.{name}", import.from),
        });
        let names = names.collect::<Vec<_>>();
        if !names.is_empty() {
            terminal.say(InspectMessage::Imports { names, cause, made_by: look.made_by.clone() });
        }
    }
}

fn imports_json(look: &Look) -> Vec<Value> {
    let import = |import: &crate::guest::Import| {
        let cures = Cause::of(import).cures(&look.made_by);
        json!({ "from": import.from, "name": import.name, "cures": cures.iter().map(both).collect::<Vec<_>>() })
    };
    look.imports.iter().map(import).collect()
}

/// The policies and the catalog, and how slow the machine may be that a draft is for.
fn standard(args: &InspectArgs) -> Result<Standard, CliError> {
    let mut standard = match &args.home {
        Some(home) => {
            let place = Place::of_home(home)?;
            let policies = place.all()?.into_iter().map(|(policy, _)| policy).collect();
            let pace = place.config.as_ref().map_or(Pace::ASSUMED, |config| config.pace);
            Standard { catalog: place.catalog, policies, pace }
        }
        None => standard_of_folders(args)?,
    };
    if let Some(id) = &args.policy {
        let known: Vec<String> = standard.policies.iter().map(|policy| policy.id.clone()).collect();
        standard.policies.retain(|policy| policy.id == *id);
        if standard.policies.is_empty() && Path::new(id).exists() {
            return Err(CliError::wrong(TestProblem::PolicyPath(id.clone())));
        }
        if standard.policies.is_empty() {
            let close = did_you_mean(id, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(CliError::wrong(TestProblem::UnknownPolicy { id: id.clone(), known, close }));
        }
    }
    Ok(standard)
}

/// The same without a home.
fn standard_of_folders(args: &InspectArgs) -> Result<Standard, CliError> {
    let of_pack = |folder: &str| args.pack.as_ref().map(|pack| pack.join(folder));
    let catalog = match args.catalog.clone().or_else(|| of_pack("catalog")) {
        Some(folder) => Catalog::load(&folder).map_err(CliError::failed)?,
        None => unpack_catalog().map_err(CliError::failed)?,
    };
    // The built-in policies lie here as long as they are read.
    let built_in = TemporaryDir::new().map_err(CliError::failed)?;
    let named = args.policies.clone().or_else(|| of_pack("policies"));
    let folders = match &named {
        Some(folder) => vec![folder.clone()],
        None => unpack_built_in(built_in.path())?,
    };
    let mut policies = Vec::new();
    for folder in folders {
        let place = Place::of_folder(folder, catalog.clone());
        policies.extend(place.all()?.into_iter().map(|(policy, _)| policy));
    }
    if let (true, Some(folder)) = (policies.is_empty(), named) {
        return Err(CliError::wrong(CaseProblem::NoPolicies(folder)));
    }
    // Of one that the kit has, too, the kit's comes first, as it does for `guest test`.
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    policies.dedup_by(|later, earlier| later.id == earlier.id);
    Ok(Standard { catalog, policies, pace: Pace::ASSUMED })
}

/// Everything that keeps the guest from the policy.
fn reasons(policy: &Policy, digest: Digest, manifest: &Manifest, catalog: &Catalog) -> Vec<Bilingual> {
    let listed = match &policy.guests {
        Guests::Any => None,
        Guests::Listed(listed) => (!listed.contains(&digest)).then(|| unlisted(listed.len())),
    };
    let misfits = fit(policy, manifest, catalog).err().unwrap_or_default();
    listed.into_iter().chain(misfits.iter().map(Chinese::bilingual)).collect()
}

/// What a drafted policy is called: as the file, where that is a name.
fn draft_id(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    if check_name(&stem).is_ok() { stem } else { "draft".to_owned() }
}

fn told_none(none: &NoPolicy) -> Vec<Bilingual> {
    match none {
        NoPolicy::Misfits(misfits) => misfits.iter().map(Chinese::bilingual).collect(),
        NoPolicy::Mistakes(error) => error.findings.iter().map(|finding| finding.message.clone()).collect(),
    }
}

fn say(module: &[u8], manifest: &Manifest, inspected: &Inspected, terminal: &Terminal) {
    terminal.say(InspectMessage::Inspected { digest: sha256(module).to_string(), bytes: module.len() as u64 });
    terminal.say(InspectMessage::Shape {
        world: manifest.world.word(),
        functions: inspected.functions,
        memory_bytes: inspected.memory_bytes,
        tier: inspected.tier,
    });
    for parameter in &manifest.parameters {
        terminal.say(InspectMessage::Parameter { name: parameter.name.clone(), kind: parameter.kind });
    }
    let between = if terminal.lang() == Lang::Zh { "、" } else { ", " };
    let reads = |role: Option<&String>, table: &TableRead| {
        let columns = table.reads.iter().map(|read| match read.values.is_empty() {
            true => read.column.clone(),
            false => format!("{} ({})", read.column, read.values.join(between)),
        });
        let columns = columns.collect::<Vec<_>>().join(between);
        terminal.say(InspectMessage::Reads { role: role.cloned(), dataset: table.dataset.clone(), columns });
    };
    match &manifest.world {
        World::Verifier { roles, labels } => {
            roles.iter().for_each(|role| role.tables.iter().for_each(|table| reads(Some(&role.name), table)));
            terminal.say(InspectMessage::Answers { labels: labels.join(between) });
        }
        World::Contributor { tables, dimensions, measures } => {
            tables.iter().for_each(|table| reads(None, table));
            for dimension in dimensions {
                let (name, labels) = (dimension.name.clone(), dimension.labels.join(between));
                terminal.say(InspectMessage::Dimension { name, count: dimension.labels.len(), labels });
            }
            terminal.say(InspectMessage::Measures { measures: measures.join(between) });
        }
    }
}

fn both(Bilingual { zh, en }: &Bilingual) -> Value {
    json!({ "zh": zh, "en": en })
}

fn judged_json(Judged { policy, reasons, .. }: &Judged) -> Value {
    json!({
        "policy": policy.id, "version": policy.version_text(), "sha256": policy.sha256.to_string(),
        "accepts": reasons.is_empty(), "reasons": reasons.iter().map(both).collect::<Vec<_>>(),
    })
}

fn smallest_json(smallest: &Result<String, NoPolicy>, written: Option<&Path>) -> Value {
    match smallest {
        Ok(text) => json!({ "toml": text, "file": written.map(|path| path.display().to_string()) }),
        Err(none) => json!({ "toml": null, "reasons": told_none(none).iter().map(both).collect::<Vec<_>>() }),
    }
}

fn manifest_json(manifest: &Manifest) -> Value {
    let table = |table: &TableRead| {
        let coded = table.reads.iter().filter(|read| !read.values.is_empty());
        let values: serde_json::Map<_, _> = coded.map(|read| (read.column.clone(), json!(read.values))).collect();
        let columns = table.reads.iter().map(|read| &read.column).collect::<Vec<_>>();
        json!({ "dataset": table.dataset, "columns": columns, "values": values })
    };
    let tables = |tables: &[TableRead]| tables.iter().map(table).collect::<Vec<_>>();
    let parameters = manifest.parameters.iter().map(|p| json!({ "name": p.name, "kind": p.kind.word() }));
    let mut json = json!({ "world": manifest.world.word(), "parameters": parameters.collect::<Vec<_>>() });
    let own = match &manifest.world {
        World::Verifier { roles, labels } => {
            let role = |role: &Role| json!({ "name": role.name, "tables": tables(&role.tables) });
            vec![("roles", roles.iter().map(role).collect()), ("labels", json!(labels))]
        }
        World::Contributor { tables: reads, dimensions, measures } => {
            let dimension = |dimension: &Dimension| json!({ "name": dimension.name, "labels": dimension.labels });
            vec![
                ("tables", json!(tables(reads))),
                ("dimensions", dimensions.iter().map(dimension).collect()),
                ("measures", json!(measures)),
            ]
        }
    };
    if let Some(members) = json.as_object_mut() {
        members.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    json
}
