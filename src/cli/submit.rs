//! `anshi submit`: one question to an engine elsewhere, its answer verified and written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::error::CliError;
use super::files::{check_new, text, write};
use super::guest::read_guest;
use super::problem::AskProblem;
use super::remote::{Remote, RemoteArgs, Submitted, now};
use super::run::{parameter, read_parameter, read_party, read_rows};
use super::service_problem::{RemoteProblem, ServiceProblem};
use super::service_words::ServiceMessage;
use super::table_answer::show_table;
use super::terminal::Terminal;
use crate::catalog::Column;
use crate::data::read_client_file;
use crate::document::did_you_mean;
use crate::env::{Durable, Entropy};
use crate::job::{JobOrder, compose_job};
use crate::keys::sha256;
use crate::model::{Digest, RawRows};
use crate::receipt::{Claims, verify_bundle};

/// How often a table is asked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Arguments of `anshi submit`.
#[derive(Args)]
#[command(
    after_help = "Example: anshi submit --server http://localhost:7700 --client smart-finance \\\n  --client-key /tmp/anshi-demo/keys/development-client.jwk --policy sme-credit-check \\\n  --guest /tmp/anshi-demo/demo/sme-credit-check.wasm --party enterprise=91371402MA769M6L9G \\\n  --param min_paid_fen=10000000 --consent consent.jwt --out bundle.json"
)]
pub struct SubmitArgs {
    #[command(flatten)]
    pub remote: RemoteArgs,
    /// The policy to ask under
    #[arg(long, value_name = "ID")]
    pub policy: String,
    /// The guest that answers: its file, or its digest
    #[arg(long, value_name = "FILE|DIGEST")]
    pub guest: String,
    /// A party: its role in the policy, and its identifier; once for each. A table has none
    #[arg(long = "party", value_name = "ROLE=ID", value_parser = read_party)]
    pub parties: Vec<(String, String)>,
    /// A parameter of the policy; once for each
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = read_parameter)]
    pub parameters: Vec<(String, String)>,
    /// The client's own rows for a dataset that the policy declares: a CSV file whose first line names the columns; once for each
    #[arg(long = "rows", value_name = "NAME=FILE", value_parser = read_rows)]
    pub rows: Vec<(String, String)>,
    /// A consent; once for each
    #[arg(long = "consent", value_name = "FILE")]
    pub consents: Vec<PathBuf>,
    /// The keys that sign receipts, kept from before; without it those that the engine shows now
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// The key that signs checkpoints, kept from before; without it the one that the engine shows now
    #[arg(long, value_name = "FILE")]
    pub log_key: Option<PathBuf>,
    /// Where to write the bundle
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file that is there
    #[arg(long)]
    pub force: bool,
}

/// Asks.
pub fn submit(args: &SubmitArgs, terminal: &Terminal) -> Result<(), CliError> {
    check_new([&args.out], args.force)?;
    let guest = guest_digest(&args.guest)?;
    let remote = Remote::open(&args.remote, terminal.lang())?;
    let policy = find_policy(&remote, &args.policy)?;
    let said = |name: &str| policy.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let order = JobOrder {
        client: remote.client().to_owned(),
        audience: remote.discovery.issuer.clone(),
        public_url: remote.discovery.public_url.clone(),
        policy: (args.policy.clone(), said("version")),
        guest,
        parameters: args.parameters.iter().map(parameter).collect(),
        parties: args.parties.clone(),
        consents: args
            .consents
            .iter()
            .map(|path| Ok(text(path)?.trim_end().to_owned()))
            .collect::<Result<_, CliError>>()?,
        rows: rows(&policy, &args.rows)?,
        purpose: said("purpose"),
    };
    let token = compose_job(&order, remote.key(), now(), &Entropy).map_err(CliError::failed)?;
    let bundle = match remote.submit(&token)? {
        Submitted::Bundle(bundle) => bundle,
        Submitted::At(path) => wait(&remote, &path, terminal)?,
    };
    let bundle = serde_json::to_string_pretty(&bundle).map_err(CliError::failed)? + "\n";
    write(&args.out, bundle.as_bytes(), Durable::Shared)?;
    let key = |file: &Option<PathBuf>, path: &str| match file {
        Some(file) => text(file),
        None => remote.public(path),
    };
    let (jwks, log_key) = (key(&args.jwks, "/.well-known/jwks.json")?, key(&args.log_key, "/log/key")?);
    let verified = verify_bundle(&bundle, &jwks, &log_key).map_err(CliError::unverified)?;
    tell(&verified.claims, args, terminal);
    Ok(())
}

/// The policy of this id, as the engine shows it.
fn find_policy(remote: &Remote, id: &str) -> Result<Value, CliError> {
    let policies = remote.get("/v1/policies")?;
    let id_of = |policy: &Value| policy.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let policies = policies.as_array().cloned().unwrap_or_default();
    if let Some(found) = policies.iter().find(|policy| id_of(policy) == id) {
        return Ok(found.clone());
    }
    let known: Vec<String> = policies.iter().map(id_of).collect();
    let close = did_you_mean(id, known.iter().map(String::as_str)).map(str::to_owned);
    Err(CliError::misuse(ServiceProblem::NoPolicyThere { id: id.to_owned(), close, known }))
}

/// The client's own rows, from the files that were named, with the columns that the policy has.
fn rows(policy: &Value, files: &[(String, String)]) -> Result<RawRows, CliError> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let datasets = list(policy, "client_datasets");
    let mut rows = RawRows::default();
    for (name, file) in files {
        let dataset = datasets.iter().find(|dataset| text(dataset, "name") == *name);
        let dataset = dataset.ok_or_else(|| {
            let known: Vec<String> = datasets.iter().map(|dataset| text(dataset, "name")).collect();
            CliError::misuse(ServiceProblem::NoClientDataset { name: name.clone(), known })
        })?;
        let columns = list(dataset, "columns");
        let columns: Vec<Column> = columns.iter().map(|c| Column::plain(&text(c, "name"), &text(c, "type"))).collect();
        let read = read_client_file(Path::new(file), &columns).map_err(CliError::failed)?;
        if rows.0.insert(name.clone(), read).is_some() {
            return Err(CliError::misuse(AskProblem::RowsTwice(name.clone())));
        }
    }
    Ok(rows)
}

fn guest_digest(guest: &str) -> Result<Digest, CliError> {
    match guest.parse() {
        Ok(digest) => Ok(digest),
        Err(_) => Ok(sha256(&read_guest(&PathBuf::from(guest))?)),
    }
}

/// Asks for a table until it is there.
fn wait(remote: &Remote, path: &str, terminal: &Terminal) -> Result<Value, CliError> {
    let _waiting = terminal.waiting(ServiceMessage::Waiting);
    loop {
        let mut state = remote.get(path)?;
        match state.get("state").and_then(Value::as_str) {
            Some("answered") => return Ok(state.get_mut("bundle").map(Value::take).unwrap_or_default()),
            Some("admitted" | "running") => std::thread::sleep(LOOK_EVERY),
            _ => return Err(CliError::failure(RemoteProblem::Abandoned)),
        }
    }
}

fn tell(claims: &Claims, args: &SubmitArgs, terminal: &Terminal) {
    let out = args.out.display().to_string();
    let kept = args.jwks.is_some() && args.log_key.is_some();
    match (&claims.result.label, &claims.result.table) {
        (Some(label), _) => terminal.say(ServiceMessage::Answered { label: label.clone(), out, kept }),
        (None, Some(table)) => {
            show_table(table, terminal);
            terminal.say(ServiceMessage::TableAnswered { out, kept });
        }
        (None, None) => terminal.say(ServiceMessage::TableNone { out }),
    }
    let result = match (&claims.result.label, &claims.result.table) {
        (Some(label), _) => json!(label),
        (None, table) => json!({ "table": table }),
    };
    terminal.result(&json!({
        "result": result, "cost": claims.cost, "job": claims.jti, "out": args.out.display().to_string(), "verified": true,
    }));
}
