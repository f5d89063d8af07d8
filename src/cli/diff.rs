//! `anshi policy diff`: two versions of a policy, of the accounts, or of a whole folder of policies. Looser is exit code 3.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, read_accounts, read_policy};
use super::policy_words::{DiffProblem, PolicyMessage};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::env::list_dir;
use crate::job::unpack_catalog;
use crate::model::{Bilingual, Chinese, Pace};
use crate::review::{Change, Difference, Direction, compare, compare_accounts};

/// Arguments of `anshi policy diff`.
#[derive(Args)]
pub struct DiffArgs {
    /// The old version: a policy's file or folder, an accounts file, or a folder of policies
    pub old: PathBuf,
    /// The new version, of the same kind
    pub new: PathBuf,
    /// The home whose catalog counts (default: the catalog built in)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
}

/// What two paths are versions of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Policy,
    Accounts,
    Folder,
}

fn kind(path: &Path) -> Result<Kind, CliError> {
    match (path.is_dir(), path.is_file()) {
        (true, _) if path.join(POLICY_FILE).is_file() => Ok(Kind::Policy),
        (true, _) if path.join(ACCOUNTS_FILE).is_file() => Ok(Kind::Folder),
        (_, true) if path.file_name().is_some_and(|name| name == ACCOUNTS_FILE) => Ok(Kind::Accounts),
        (_, true) => Ok(Kind::Policy),
        _ => Err(CliError::wrong(DiffProblem::Nothing(path.to_owned()))),
    }
}

/// Compares, says every change, and is refused where anything is looser.
pub fn diff(args: &DiffArgs, terminal: &Terminal) -> Result<(), CliError> {
    let catalog = match &args.home {
        Some(home) => Catalog::load(&crate::config::Config::load(home)?.catalog).map_err(CliError::failed)?,
        None => unpack_catalog().map_err(CliError::failed)?,
    };
    let (old, new) = (args.old.as_path(), args.new.as_path());
    let found = match (kind(old)?, kind(new)?) {
        (Kind::Policy, Kind::Policy) => vec![policies(old, new, &catalog)?],
        (Kind::Accounts, Kind::Accounts) => vec![(ACCOUNTS_FILE.to_owned(), accounts(old, new)?)],
        (Kind::Folder, Kind::Folder) => folders(old, new, &catalog)?,
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

fn file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(POLICY_FILE) } else { path.to_owned() }
}

fn policies(old: &Path, new: &Path, catalog: &Catalog) -> Result<(String, Difference), CliError> {
    // Whether slots hold is another machine's question: `policy check` asks it.
    let read = |path: &Path| read_policy(&file(path), catalog, Pace::NONE);
    let (old, new) = (read(old)?, read(new)?);
    Ok((new.id.clone(), compare(&old, &new)))
}

fn accounts(old: &Path, new: &Path) -> Result<Difference, CliError> {
    Ok(compare_accounts(&read_accounts(old)?, &read_accounts(new)?))
}

fn names(folder: &Path) -> Result<BTreeSet<String>, CliError> {
    let inside = list_dir(folder)?.into_iter().filter(|path| path.join(POLICY_FILE).is_file());
    Ok(inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
}

fn folders(old: &Path, new: &Path, catalog: &Catalog) -> Result<Vec<(String, Difference)>, CliError> {
    let (before, after) = (names(old)?, names(new)?);
    let mut found = vec![(ACCOUNTS_FILE.to_owned(), accounts(&old.join(ACCOUNTS_FILE), &new.join(ACCOUNTS_FILE))?)];
    for name in before.union(&after) {
        found.push(match (before.contains(name), after.contains(name)) {
            (true, true) => policies(&old.join(name), &new.join(name), catalog)?,
            (false, _) => (name.clone(), Difference::added(name)),
            (true, false) => (name.clone(), Difference::removed(name)),
        });
    }
    Ok(found)
}
