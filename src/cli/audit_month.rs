//! `anshi audit show` and `export`: what was asked of a home. Reads its ledger, with no key, while an engine may run.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use super::audit_words::AuditMessage;
use super::error::CliError;
use super::files::text;
use super::help::ArgumentError;
use super::problem::FileProblem;
use super::terminal::Terminal;
use crate::config::Config;
use crate::document::Document;
use crate::env::{Clock, Durable, create_dir, read_text, write_atomic};
use crate::job::HomePaths;
use crate::keys::sha256;
use crate::ledger::LedgerReader;
use crate::log::LogVerifier;
use crate::model::Digest;
use crate::policy::{ACCOUNTS_FILE, Accounts};
use crate::review::{
    Asked, BUDGET_COLUMNS, BudgetLine, JOB_COLUMNS, JobLine, Month, MonthPage, Wanted, asked, budgets_csv, jobs_csv,
    month_html,
};

/// Arguments of `anshi audit show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// Only what was asked in this month, in UTC
    #[arg(long, value_name = "YYYY-MM", value_parser = read_month)]
    pub month: Option<Month>,
    /// Only what this client asked
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// Only what was asked under this policy
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
}

/// Arguments of `anshi audit export`.
#[derive(Args)]
pub struct ExportArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The month, in UTC
    #[arg(long, value_name = "YYYY-MM", value_parser = read_month)]
    pub month: Month,
    /// The folder for the files
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
}

fn read_month(text: &str) -> Result<Month, ArgumentError> {
    text.parse().map_err(|_| ArgumentError::Month)
}

/// What was read, and the log that it stands in.
struct Read {
    asked: Asked,
    ledger: String,
    log: (u64, Digest),
}

fn read(home: &Path, wanted: &Wanted, clock: &Clock) -> Result<Read, CliError> {
    let config = Config::load(home)?;
    let paths = HomePaths::new(home);
    let path = config.policies.join(ACCOUNTS_FILE);
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let accounts = Accounts::check(&document).map_err(CliError::failed)?;
    let verifier = LogVerifier::new(&text(&paths.log_key())?).map_err(CliError::failed)?;
    let reader = LedgerReader::open_for_audit(&paths.store()).map_err(CliError::failed)?;
    let checkpoint = reader.frontier(&verifier).map_err(CliError::failed)?;
    let asked = asked(&reader, &accounts, wanted, clock.now().day()).map_err(CliError::failed)?;
    Ok(Read { asked, ledger: config.ledger, log: (checkpoint.size, checkpoint.root) })
}

/// Shows what was asked.
pub fn show(args: &ShowArgs, terminal: &Terminal) -> Result<(), CliError> {
    let ShowArgs { home, month, client, policy } = args;
    let wanted = Wanted { month: *month, client: client.clone(), policy: policy.clone() };
    let Read { asked, .. } = read(home, &wanted, &Clock::System)?;
    for line in &asked.jobs {
        terminal.say(AuditMessage::Job(Box::new(line.clone())));
    }
    terminal.say(if asked.jobs.is_empty() { AuditMessage::Nothing } else { AuditMessage::Sum(asked.total) });
    for line in &asked.budgets {
        terminal.say(AuditMessage::Budget(line.clone()));
    }
    if asked.unreadable > 0 {
        terminal.say(AuditMessage::Unreadable(asked.unreadable));
    }
    terminal.result(&as_json(&asked));
    Ok(())
}

/// Every line by its columns, as in the files of an export.
fn as_json(asked: &Asked) -> Value {
    let object = |columns: &[&str], cells: &[String]| -> Value {
        let members = columns.iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), member(column, cell)));
        Value::Object(members.collect::<Map<_, _>>())
    };
    let job = |line: &JobLine| object(&JOB_COLUMNS, &line.cells());
    let budget = |line: &BudgetLine| object(&BUDGET_COLUMNS, &line.cells());
    let total = &asked.total;
    json!({
        "jobs": asked.jobs.iter().map(job).collect::<Vec<_>>(),
        "total": {
            "jobs": total.jobs, "parties": total.parties, "answered": total.answered,
            "undetermined": total.undetermined, "abandoned": total.abandoned, "open": total.open,
            "reused": total.reused, "bits": total.bits, "epsilon": total.epsilon_text(),
        },
        "budgets": asked.budgets.iter().map(budget).collect::<Vec<_>>(),
        "unreadable": asked.unreadable,
    })
}

/// Columns that count something; amounts of an account can be of ε, which is an exact decimal and so a text.
const COUNTS: [&str; 7] = ["index", "parties", "consents", "bits", "window_days", "window_used_up", "lifetime_used_up"];

/// A cell as JSON: what is not known is null.
fn member(column: &str, cell: &str) -> Value {
    match cell.parse::<u64>() {
        Ok(count) if COUNTS.contains(&column) => json!(count),
        _ if cell.is_empty() => Value::Null,
        _ => json!(cell),
    }
}

/// Writes a month as files.
pub fn export(args: &ExportArgs, terminal: &Terminal) -> Result<(), CliError> {
    let ExportArgs { home, month, out, force } = args;
    let names = [format!("jobs-{month}.csv"), format!("budgets-{month}.csv"), format!("asked-{month}.html")];
    let there = names.iter().map(|name| out.join(name)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = there.filter(|_| !force) {
        return Err(CliError::misuse(FileProblem::OutThere(path)));
    }
    let wanted = Wanted { month: Some(*month), ..Wanted::default() };
    let Read { asked, ledger, log } = read(home, &wanted, &Clock::System)?;
    let [jobs, budgets, page] = names;
    let mut files = vec![(jobs, jobs_csv(&asked)), (budgets, budgets_csv(&asked))];
    let digests: Vec<(String, Digest)> =
        files.iter().map(|(name, text)| (name.clone(), sha256(text.as_bytes()))).collect();
    let made = Clock::System.now();
    let facts = MonthPage { ledger: &ledger, month: *month, wanted: &wanted, made, log, files: &digests };
    files.push((page, month_html(&asked, &facts, terminal.lang())));
    create_dir(out)?;
    let mut written = Vec::with_capacity(files.len());
    for (name, text) in files {
        let (path, digest) = (out.join(&name), sha256(text.as_bytes()).to_string());
        write_atomic(&path, text.as_bytes(), Durable::Private)?;
        let out = path.display().to_string();
        written.push(json!({ "file": out, "sha256": digest }));
        terminal.say(AuditMessage::Written { out, sha256: digest });
    }
    terminal.result(&json!({ "month": month.to_string(), "jobs": asked.total.jobs, "files": written }));
    Ok(())
}
