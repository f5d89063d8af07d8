//! `anshi run`: one question, signed, answered, its bundle written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::runtime::Runtime;

use super::error::CliError;
use super::files::{check_new, text, write};
use super::guest::{read_guest, register_with};
use super::help::ArgumentError;
use super::message::{Cost, WorkMessage};
use super::problem::AskProblem;
use super::table_answer::{show_table, wait, write_table};
use super::table_words::TableMessage;
use super::terminal::Terminal;
use crate::data::{ClientFileError, read_client_file};
use crate::document::did_you_mean;
use crate::env::{Clock, Durable, Entropy, program};
use crate::job::{
    Answered, ConsentOrder, Engine, EngineOptions, HomePaths, JobOrder, KeyFile, answer, compose_consent, compose_job,
    load_key,
};
use crate::ledger::End;
use crate::model::{Detail, Digest, Millis, RawParameter, RawRows, Refusal, RefusalCode, UnitId};
use crate::policy::Policy;
use crate::receipt::{Claims, CostClaim};

/// The client whose key every synthetic home has.
const DEVELOPMENT_CLIENT: &str = "smart-finance";
/// The consent authority whose key every synthetic home has.
pub const DEVELOPMENT_AUTHORITY: &str = "development-authority";
/// How long a consent of the development authority holds.
const CONSENT_MILLIS: i64 = 24 * 3_600 * 1_000;

/// Arguments of `anshi run`.
#[derive(Args)]
#[command(
    after_help = "Example: anshi run --home /tmp/anshi-demo --policy sme-credit-check \\\n  --guest /tmp/anshi-demo/demo/sme-credit-check.wasm \\\n  --party enterprise=91371402MA769M6L9G --param min_paid_fen=10000000 \\\n  --consent auto --out bundle.json"
)]
pub struct RunArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The policy to ask under; `anshi policy list` shows which there are
    #[arg(long, value_name = "ID")]
    pub policy: String,
    /// The guest that answers; registered on the way
    #[arg(long, value_name = "FILE")]
    pub guest: PathBuf,
    /// A party: its role in the policy, and its identifier; once for each. A table has none
    #[arg(long = "party", value_name = "ROLE=ID", value_parser = read_party)]
    pub parties: Vec<(String, String)>,
    /// A parameter of the policy; once for each
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = read_parameter)]
    pub parameters: Vec<(String, String)>,
    /// A consent; once for each. `auto`, in a synthetic home: missing ones come from the development authority
    #[arg(long = "consent", value_name = "FILE")]
    pub consents: Vec<String>,
    /// The client's own rows for a dataset that the policy declares: a CSV file whose first line names the columns; once for each
    #[arg(long = "rows", value_name = "NAME=FILE", value_parser = read_rows)]
    pub rows: Vec<(String, String)>,
    /// The client that asks
    #[arg(long, value_name = "ID", default_value = DEVELOPMENT_CLIENT)]
    pub client: String,
    /// The client's private key (default: the synthetic home's development client's)
    #[arg(long, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// Where to write the bundle
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Where to write the table as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Where to draw the table, as SVG: a bar with its 95 % interval for each cell
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// Run a table's units in processes of `anshi worker`, one for each core: the form in which a cluster would run them
    #[arg(long)]
    pub via_worker: bool,
}

/// `ROLE=ID`.
pub fn read_party(text: &str) -> Result<(String, String), ArgumentError> {
    read_pair(text).ok_or(ArgumentError::Party)
}

/// `NAME=VALUE`.
pub fn read_parameter(text: &str) -> Result<(String, String), ArgumentError> {
    read_pair(text).ok_or(ArgumentError::Parameter)
}

/// `NAME=FILE`.
pub fn read_rows(text: &str) -> Result<(String, String), ArgumentError> {
    read_pair(text).ok_or(ArgumentError::Rows)
}

fn read_pair(text: &str) -> Option<(String, String)> {
    let pair = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// Opens a home's engine, and the runtime that its jobs wait on.
pub fn open_engine(home: &Path) -> Result<(Arc<Engine>, Runtime), CliError> {
    let compiler = program().map_err(CliError::failed)?;
    let options = EngineOptions { clock: Clock::System, compiler };
    let engine = Arc::new(Engine::open(home, options)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::failed)?;
    Ok((engine, runtime))
}

/// Asks.
pub fn run(args: &RunArgs, terminal: &Terminal) -> Result<(), CliError> {
    let module = read_guest(&args.guest)?;
    // An answer that cannot be kept would be paid for all the same.
    check_new([Some(&args.out), args.csv.as_ref(), args.plot.as_ref()].into_iter().flatten(), args.force)?;
    // The last one would count, and the answer to another question be paid for.
    let twice = args
        .parameters
        .iter()
        .enumerate()
        .find(|(n, (name, _))| args.parameters.iter().take(*n).any(|(other, _)| other == name));
    if let Some((_, (name, _))) = twice {
        return Err(CliError::misuse(AskProblem::ParameterTwice(name.clone())));
    }
    let (engine, runtime) = open_engine(&args.home)?;
    if args.csv.is_some() || args.plot.is_some() || args.via_worker {
        let policy = find_policy(&engine, &args.policy)?;
        policy.table().ok_or_else(|| CliError::misuse(AskProblem::NoTable(args.policy.clone())))?;
    }
    if args.via_worker {
        engine.send_tables_to_workers();
    }
    let guest = register_with(&engine, &runtime, &module, terminal)?;
    let answered = ask(&engine, &runtime, args, guest, terminal)?;
    let claims = claims(&answered)?;
    write_bundle(&answered, &args.out)?;
    let (cost, out) = (cost(&claims.cost), args.out.display().to_string());
    let result = match (&claims.result.label, &claims.result.table) {
        (Some(label), _) => {
            terminal.say(WorkMessage::Answered { label: label.clone(), cost, out });
            json!(label)
        }
        (None, Some(table)) => {
            show_table(table, terminal);
            terminal.say(TableMessage::TableAnswered { cost, out });
            write_table(table, (args.csv.as_deref(), args.plot.as_deref()), terminal)?;
            json!({ "table": table })
        }
        (None, None) => {
            terminal.say(TableMessage::TableNone { cost, out });
            json!({ "table": null })
        }
    };
    let mut result = json!({
        "result": result, "cost": claims.cost, "job": claims.jti, "out": args.out.display().to_string(),
    });
    if engine.config().is_synthetic() {
        if answered.end != End::Answered && answered.end != End::Reused {
            terminal.say(WorkMessage::DebugEnd { end: answered.end.word() });
        }
        if let Some(members) = result.as_object_mut() {
            members.insert("debug".to_owned(), json!({ "end": answered.end.word() }));
        }
    }
    terminal.result(&result);
    Ok(())
}

/// What an answer cost.
pub fn cost(claim: &CostClaim) -> Cost {
    match &claim.epsilon {
        Some(epsilon) => Cost::Epsilon(epsilon.clone()),
        None => Cost::Bits(claim.bits.unwrap_or_default()),
    }
}

/// Reads the receipt inside an answer.
pub fn claims(answered: &Answered) -> Result<Claims, CliError> {
    answered.claims().ok_or_else(|| CliError::failure(AskProblem::ReceiptUnreadable))
}

/// Writes a bundle.
pub fn write_bundle(answered: &Answered, path: &Path) -> Result<(), CliError> {
    let bundle = answered.bundle().map_err(CliError::failed)?;
    let json = serde_json::to_string_pretty(&bundle).map_err(CliError::failed)? + "\n";
    write(path, json.as_bytes(), Durable::Shared)
}

/// Composes, signs and sends the question to the engine in this process.
pub fn ask(
    engine: &Arc<Engine>,
    runtime: &Runtime,
    args: &RunArgs,
    guest: Digest,
    terminal: &Terminal,
) -> Result<Answered, CliError> {
    let policy = find_policy(engine, &args.policy)?;
    let paths = HomePaths::new(&args.home);
    let key_path = args.client_key.clone().unwrap_or_else(|| paths.key(KeyFile::Client));
    if args.client_key.is_none() && !engine.config().is_synthetic() {
        return Err(CliError::misuse(AskProblem::ProductionClient));
    }
    if args.client_key.is_none() && args.client != DEVELOPMENT_CLIENT {
        return Err(CliError::misuse(AskProblem::ClientKeyNeeded(args.client.clone())));
    }
    let key = load_key(&key_path)?;
    let order = JobOrder {
        client: args.client.clone(),
        audience: engine.config().ledger.clone(),
        public_url: engine.config().public_url.clone(),
        policy: (policy.id.clone(), policy.version_text()),
        guest,
        parameters: args.parameters.iter().map(parameter).collect(),
        parties: args.parties.clone(),
        consents: consents(engine, &policy, args, &paths)?,
        rows: rows(&policy, args)?,
        purpose: policy.purpose.clone(),
    };
    let token = compose_job(&order, &key, engine.clock().now(), &Entropy).map_err(CliError::failed)?;
    match policy.table() {
        None => Ok(runtime.block_on(answer(engine, &token))?),
        Some(_) => runtime.block_on(wait(Arc::clone(engine), token, terminal)),
    }
}

fn find_policy(engine: &Engine, id: &str) -> Result<Arc<Policy>, CliError> {
    let policies = engine.policies();
    policies.policy(id).cloned().ok_or_else(|| {
        let known = policies.policies().map(|policy| policy.id.as_str());
        let meant = did_you_mean(id, known).map(str::to_owned);
        CliError::Refused(Refusal::about(RefusalCode::Policy, Detail::PolicyClose(id.to_owned(), meant)))
    })
}

/// The client's own rows, from the files that were named.
fn rows(policy: &Policy, args: &RunArgs) -> Result<RawRows, CliError> {
    let mut rows = RawRows::default();
    for (name, file) in &args.rows {
        let declared = policy.client_datasets.iter().find(|dataset| dataset.name == *name);
        let dataset = declared.ok_or_else(|| {
            let known = policy.client_datasets.iter().map(|dataset| dataset.name.clone()).collect();
            CliError::Refused(Refusal::about(RefusalCode::Rows, Detail::RowsUnknown(name.clone(), known)))
        })?;
        let read = read_client_file(Path::new(file), &dataset.columns).map_err(|error| match error {
            ClientFileError::File(error) => error.into(),
            fault @ ClientFileError::Fault { .. } => CliError::failed(fault),
        })?;
        if rows.0.insert(name.clone(), read).is_some() {
            return Err(CliError::misuse(AskProblem::RowsTwice(name.clone())));
        }
    }
    Ok(rows)
}

/// A parameter as JSON carries it: a number where it is written as one.
pub fn parameter((name, value): &(String, String)) -> (String, RawParameter) {
    let value = value.parse().map_or_else(|_| RawParameter::Text(value.clone()), RawParameter::Integer);
    (name.clone(), value)
}

/// The consents of files, and, with `auto`, those that the development authority mints for parties that need one.
fn consents(engine: &Engine, policy: &Policy, args: &RunArgs, paths: &HomePaths) -> Result<Vec<String>, CliError> {
    let auto = args.consents.iter().any(|consent| consent == "auto");
    let files = args.consents.iter().filter(|consent| *consent != "auto");
    let mut tokens: Vec<String> = Vec::new();
    for file in files {
        tokens.push(text(Path::new(file))?.trim_end().to_owned());
    }
    if !auto {
        return Ok(tokens);
    }
    if !engine.config().is_synthetic() {
        return Err(CliError::misuse(AskProblem::AutoInProduction));
    }
    let key = load_key(&paths.key(KeyFile::Authority))?;
    let needing =
        args.parties.iter().filter(|(role, _)| policy.roles.get(role).is_some_and(|rule| rule.consent_required));
    // Given consents serve the first parties.
    for (role, id) in needing.skip(tokens.len()) {
        let refused = |detail: Detail| CliError::Refused(Refusal::about(RefusalCode::Parties, detail));
        let rule = policy.roles.get(role).ok_or_else(|| refused(Detail::NoRole(role.clone())))?;
        let subject = UnitId::parse(rule.unit, id).map_err(|error| refused(Detail::PartyId(role.clone(), error)))?;
        let now = engine.clock().now();
        let order = ConsentOrder {
            issuer: DEVELOPMENT_AUTHORITY.to_owned(),
            audience: engine.config().ledger.clone(),
            subject,
            client: args.client.clone(),
            purpose: policy.purpose.clone(),
            policy: policy.id.clone(),
            versions: (policy.version_text(), next_major(policy)),
            role: role.clone(),
            max_uses: 1,
            valid: (Millis(now.seconds().saturating_mul(1_000)), now.plus(CONSENT_MILLIS)),
        };
        tokens.push(compose_consent(&order, &key, &Entropy).map_err(CliError::failed)?);
    }
    Ok(tokens)
}

/// The first version that a consent to this one covers no more.
pub fn next_major(policy: &Policy) -> String {
    format!("{}.0.0", policy.version.0.saturating_add(1))
}
