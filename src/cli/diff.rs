//! `anshi policy diff`: two versions of a policy, of the accounts, or of a whole folder of policies. Looser is exit code 3.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::edition::{Edition, accounts_of, policy_of};
use super::error::CliError;
use super::policy_place::ACCOUNTS_FILE;
use super::policy_words::{DiffProblem, PolicyMessage};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::document::Document;
use crate::job::unpack_catalog;
use crate::model::{Bilingual, Chinese};
use crate::review::{Change, Difference, Direction, compare, compare_accounts};

/// Arguments of `anshi policy diff`.
#[derive(Args)]
pub struct DiffArgs {
    /// The old version: a policy's file or folder, an accounts file, or a folder of policies; `REVISION:PATH` of git; with `-- PATH` a revision
    pub old: String,
    /// The new version, of the same kind
    pub new: String,
    /// What to compare of both revisions of git, from the working folder
    #[arg(last = true, value_name = "PATH")]
    pub path: Option<String>,
    /// The home whose catalog counts (default: the catalog built in)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
}

/// Both versions that are named.
fn editions(args: &DiffArgs) -> Result<(Edition, Edition), CliError> {
    match &args.path {
        None => Ok((Edition::find(&args.old)?, Edition::find(&args.new)?)),
        Some(path) => {
            let here = format!("./{path}");
            Ok((Edition::in_git(&args.old, &here)?, Edition::in_git(&args.new, &here)?))
        }
    }
}

/// Compares, says every change, and is refused where anything is looser.
pub fn diff(args: &DiffArgs, terminal: &Terminal) -> Result<(), CliError> {
    let catalog = match &args.home {
        Some(home) => Catalog::load(&crate::config::Config::load(home)?.catalog).map_err(CliError::failed)?,
        None => unpack_catalog().map_err(CliError::failed)?,
    };
    let found = match editions(args)? {
        (Edition::Policy(old), Edition::Policy(new)) => vec![policies(&old, &new, &catalog)?],
        (Edition::Accounts(old), Edition::Accounts(new)) => vec![(ACCOUNTS_FILE.to_owned(), accounts(&old, &new)?)],
        (Edition::Folder(old_accounts, old), Edition::Folder(new_accounts, new)) => {
            let mut found = vec![(ACCOUNTS_FILE.to_owned(), accounts(&old_accounts, &new_accounts)?)];
            found.extend(folders(&old, &new, &catalog)?);
            found
        }
        _ => return Err(CliError::wrong(DiffProblem::Kinds)),
    };
    let verdict = found.iter().filter_map(|(_, difference)| difference.verdict()).max();
    let all = found.iter().flat_map(|(of, difference)| difference.changes.iter().map(move |change| (of, change)));
    terminal.result(&json!({
        "verdict": verdict.map_or("same", Direction::word),
        "changes": all.map(|(of, change)| as_json(of, change)).collect::<Vec<_>>(),
    }));
    for (of, difference) in found {
        for change in difference.changes {
            terminal.say(PolicyMessage::Changed { policy: of.clone(), change });
        }
    }
    terminal.say(PolicyMessage::Verdict(verdict));
    match verdict {
        Some(Direction::Looser) => {
            let Bilingual { zh, en } = DiffProblem::Looser.bilingual();
            Err(CliError::RefusedThere(super::problem::Problem::Library(Bilingual { zh, en })))
        }
        _ => Ok(()),
    }
}

fn as_json(of: &str, change: &Change) -> serde_json::Value {
    json!({
        "policy": of, "field": change.field, "of": change.of, "old": change.old, "new": change.new,
        "direction": change.direction.word(),
    })
}

fn policies(old: &Document, new: &Document, catalog: &Catalog) -> Result<(String, Difference), CliError> {
    let (old, new) = (policy_of(old, catalog)?, policy_of(new, catalog)?);
    Ok((new.id.clone(), compare(&old, &new)))
}

fn accounts(old: &Document, new: &Document) -> Result<Difference, CliError> {
    Ok(compare_accounts(&accounts_of(old)?, &accounts_of(new)?))
}

fn folders(
    old: &BTreeMap<String, Document>,
    new: &BTreeMap<String, Document>,
    catalog: &Catalog,
) -> Result<Vec<(String, Difference)>, CliError> {
    let mut found = Vec::new();
    for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        found.push(match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => policies(old, new, catalog)?,
            (None, _) => (name.clone(), Difference::added(name)),
            (Some(_), None) => (name.clone(), Difference::removed(name)),
        });
    }
    Ok(found)
}
