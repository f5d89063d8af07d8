//! `anshi run`: one question, signed, answered, its bundle written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::runtime::Runtime;

use super::error::CliError;
use super::guest::read_guest;
use super::message::WorkMessage;
use super::terminal::Terminal;
use crate::env::{Clock, Durable, Entropy, program, read_text, write_atomic};
use crate::job::{
    Answered, ConsentOrder, Engine, EngineOptions, HomePaths, JobOrder, KeyFile, answer, compose_consent, compose_job,
    load_key,
};
use crate::ledger::End;
use crate::model::{Digest, Millis, RawParameter, Refusal, RefusalCode, UnitId};
use crate::policy::Policy;

/// How long a consent of the development authority holds.
const CONSENT_MILLIS: i64 = 24 * 3_600 * 1_000;

/// Arguments of `anshi run`.
#[derive(Args)]
#[command(
    after_help = "Example: anshi run --home /tmp/anshi-demo --policy sme-credit-check --guest sme-credit-check.wasm \\\n  --party enterprise=91350100M000100Y43 --param min_paid_fen=10000000 --consent auto --out bundle.json"
)]
pub struct RunArgs {
    /// The home
    #[arg(long)]
    pub home: PathBuf,
    /// The policy to ask under
    #[arg(long)]
    pub policy: String,
    /// The guest that answers; registered on the way
    #[arg(long)]
    pub guest: PathBuf,
    /// A party, ROLE=ID; once for each
    #[arg(long = "party", value_parser = read_pair, required = true)]
    pub parties: Vec<(String, String)>,
    /// A parameter, NAME=VALUE; once for each
    #[arg(long = "param", value_parser = read_pair)]
    pub parameters: Vec<(String, String)>,
    /// A consent's file; once for each. `auto`, in a synthetic home: missing ones come from the development authority
    #[arg(long = "consent")]
    pub consents: Vec<String>,
    /// The client that asks
    #[arg(long, default_value = "smart-finance")]
    pub client: String,
    /// The client's private key (default: the synthetic home's development client)
    #[arg(long)]
    pub client_key: Option<PathBuf>,
    /// Where to write the bundle
    #[arg(long)]
    pub out: PathBuf,
}

/// `NAME=VALUE`.
pub fn read_pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

/// Opens a home's engine, and the runtime that its jobs wait on.
pub fn open_engine(home: &Path) -> Result<(Arc<Engine>, Runtime), CliError> {
    let compiler = program().map_err(CliError::failed)?;
    let options = EngineOptions { clock: Clock::System, compiler };
    let engine = Arc::new(Engine::open(home, options).map_err(CliError::failed)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(CliError::failed)?;
    Ok((engine, runtime))
}

/// Asks.
pub fn run(args: &RunArgs, terminal: &Terminal) -> Result<(), CliError> {
    let module = read_guest(&args.guest)?;
    let (engine, runtime) = open_engine(&args.home)?;
    let guest = runtime.block_on(engine.register(&module)).map_err(CliError::failed)?;
    let answered = ask(&engine, &runtime, args, guest)?;
    let summary = summarise(&answered)?;
    write_bundle(&answered, &args.out)?;
    terminal.say(WorkMessage::Answered {
        label: summary.label.clone(),
        bits: summary.bits,
        out: args.out.display().to_string(),
    });
    let mut result = json!({
        "result": summary.label, "cost": { "bits": summary.bits }, "job": summary.job, "out": args.out.display().to_string(),
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

/// What a bundle says, for a line on the terminal.
pub struct Summary {
    /// The label.
    pub label: String,
    /// Bits charged.
    pub bits: u64,
    /// The job.
    pub job: String,
}

/// Reads the receipt inside an answer.
pub fn summarise(answered: &Answered) -> Result<Summary, CliError> {
    let claims = answered.bundle.claims().ok_or_else(|| CliError::Failed("the receipt cannot be read".to_owned()))?;
    Ok(Summary { label: claims.result.label, bits: u64::from(claims.cost.bits), job: claims.jti })
}

/// Writes a bundle.
pub fn write_bundle(answered: &Answered, path: &Path) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(&answered.bundle).map_err(CliError::failed)? + "\n";
    write_atomic(path, json.as_bytes(), Durable::Shared).map_err(CliError::failed)
}

/// Composes, signs and sends the question to the engine in this process.
pub fn ask(engine: &Arc<Engine>, runtime: &Runtime, args: &RunArgs, guest: Digest) -> Result<Answered, CliError> {
    let policy = find_policy(engine, &args.policy)?;
    let paths = HomePaths::new(&args.home);
    let key_path = args.client_key.clone().unwrap_or_else(|| paths.key(KeyFile::Client));
    if args.client_key.is_none() && !engine.config().is_synthetic() {
        return Err(CliError::Use(
            "a production home has no development client: name the client's key with --client-key".to_owned(),
        ));
    }
    let key = load_key(&key_path).map_err(CliError::failed)?;
    let order = JobOrder {
        client: args.client.clone(),
        audience: engine.config().ledger.clone(),
        public_url: engine.config().public_url.clone(),
        policy: (policy.id.clone(), policy.version_text()),
        guest,
        parameters: args.parameters.iter().map(parameter).collect(),
        parties: args.parties.clone(),
        consents: consents(engine, &policy, args, &paths)?,
        purpose: policy.purpose.clone(),
    };
    let token = compose_job(&order, &key, engine.clock().now(), &Entropy).map_err(CliError::failed)?;
    Ok(runtime.block_on(answer(engine, &token))?)
}

fn find_policy(engine: &Engine, id: &str) -> Result<Arc<Policy>, CliError> {
    let found = engine.policies().policies().find(|policy| policy.id == id);
    found.cloned().ok_or_else(|| CliError::Refused(Refusal::new(RefusalCode::Policy, id)))
}

fn parameter((name, value): &(String, String)) -> (String, RawParameter) {
    let value = value.parse().map_or_else(|_| RawParameter::Text(value.clone()), RawParameter::Integer);
    (name.clone(), value)
}

/// The consents of files, and, with `auto`, those that the development authority mints for parties that need one.
fn consents(engine: &Engine, policy: &Policy, args: &RunArgs, paths: &HomePaths) -> Result<Vec<String>, CliError> {
    let auto = args.consents.iter().any(|consent| consent == "auto");
    let files = args.consents.iter().filter(|consent| *consent != "auto");
    let mut tokens: Vec<String> = Vec::new();
    for file in files {
        tokens.push(read_text(Path::new(file)).map_err(CliError::failed)?.trim_end().to_owned());
    }
    if !auto {
        return Ok(tokens);
    }
    if !engine.config().is_synthetic() {
        return Err(CliError::Use("`--consent auto` exists in a synthetic home alone".to_owned()));
    }
    let key = load_key(&paths.key(KeyFile::Authority)).map_err(CliError::failed)?;
    let needing =
        args.parties.iter().filter(|(role, _)| policy.roles.get(role).is_some_and(|rule| rule.consent_required));
    // Given consents serve the first parties.
    for (role, id) in needing.skip(tokens.len()) {
        let unit = policy.roles.get(role).and_then(|rule| UnitId::parse(rule.unit, id).ok());
        let subject =
            unit.ok_or_else(|| CliError::Refused(Refusal::new(RefusalCode::Parties, format!("role `{role}`"))))?;
        let now = engine.clock().now();
        let order = ConsentOrder {
            issuer: "development-authority".to_owned(),
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
