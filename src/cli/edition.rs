//! One version of a policy, of the accounts, or of a whole folder of policies, from a disk or from a revision of git. Owns
//! where its texts come from; compares nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::desk_words::GitProblem;
use super::error::CliError;
use super::files::text;
use super::git::{Commit, Object};
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE};
use super::policy_words::DiffProblem;
use crate::catalog::Catalog;
use crate::document::Document;
use crate::env::list_dir;
use crate::model::Pace;
use crate::policy::{Accounts, Policy, check_policy};

/// A version's texts.
pub enum Edition {
    /// A policy.
    Policy(Document),
    /// The accounts.
    Accounts(Document),
    /// The accounts and every policy, by its folder's name.
    Folder(Document, BTreeMap<String, Document>),
}

impl Edition {
    /// What `named` names: a file or folder, or `REVISION:PATH` of git.
    pub fn find(named: &str) -> Result<Self, CliError> {
        let path = Path::new(named);
        if path.exists() {
            return Self::on_disk(path);
        }
        match named.split_once(':') {
            Some((revision, path)) => Self::in_git(revision, path),
            None => Err(CliError::wrong(DiffProblem::Nothing(path.to_owned()))),
        }
    }

    /// What a file or folder holds.
    fn on_disk(path: &Path) -> Result<Self, CliError> {
        let read = |path: &Path| Ok::<_, CliError>(Document::new(path.display().to_string(), text(path)?));
        let nothing = || CliError::wrong(DiffProblem::Nothing(path.to_owned()));
        let (policy, accounts) = (path.join(POLICY_FILE), path.join(ACCOUNTS_FILE));
        match (path.is_dir(), path.is_file()) {
            (true, _) if policy.is_file() => Ok(Self::Policy(read(&policy)?)),
            (true, _) if accounts.is_file() => {
                let mut policies = BTreeMap::new();
                for folder in list_dir(path)?.into_iter().filter(|folder| folder.join(POLICY_FILE).is_file()) {
                    if let Some(name) = folder.file_name().and_then(std::ffi::OsStr::to_str) {
                        policies.insert(name.to_owned(), read(&folder.join(POLICY_FILE))?);
                    }
                }
                Ok(Self::Folder(read(&accounts)?, policies))
            }
            (_, true) if path.file_name().is_some_and(|name| name == ACCOUNTS_FILE) => Ok(Self::Accounts(read(path)?)),
            (_, true) => Ok(Self::Policy(read(path)?)),
            _ => Err(nothing()),
        }
    }

    /// What a revision holds at `path`: from the repository's root, or from the working folder where it begins with `./`.
    pub fn in_git(revision: &str, path: &str) -> Result<Self, CliError> {
        let nothing = || CliError::wrong(GitProblem::Nothing { revision: revision.to_owned(), path: path.to_owned() });
        let plain = path.trim_end_matches('/');
        let found = Commit::find(revision)?.at(plain)?.ok_or_else(nothing)?;
        let name = |inside: &str| match (inside, plain) {
            ("", _) => format!("{revision}:{path}"),
            (_, "") => format!("{revision}:{inside}"),
            _ => format!("{revision}:{plain}/{inside}"),
        };
        let read = |inside: &str, object: &Object| Ok::<_, CliError>(Document::new(name(inside), object.text()?));
        if !found.is_tree {
            let is_accounts = plain.rsplit('/').next() == Some(ACCOUNTS_FILE);
            let document = read("", &found)?;
            return Ok(if is_accounts { Self::Accounts(document) } else { Self::Policy(document) });
        }
        let file = |path: &str| Ok::<_, CliError>(found.at(path)?.filter(|object| !object.is_tree));
        if let Some(policy) = file(POLICY_FILE)? {
            return Ok(Self::Policy(read(POLICY_FILE, &policy)?));
        }
        let accounts = file(ACCOUNTS_FILE)?.ok_or_else(nothing)?;
        let mut policies = BTreeMap::new();
        for folder in found.names()? {
            let inside = format!("{folder}/{POLICY_FILE}");
            if let Some(policy) = file(&inside)? {
                policies.insert(folder, read(&inside, &policy)?);
            }
        }
        Ok(Self::Folder(read(ACCOUNTS_FILE, &accounts)?, policies))
    }
}

/// A policy of a version. Whether slots hold is another machine's question: `policy check` asks it.
pub fn policy_of(document: &Document, catalog: &Catalog) -> Result<Policy, CliError> {
    check_policy(document, catalog, Pace::NONE).map_err(CliError::failed)
}

/// The accounts of a version.
pub fn accounts_of(document: &Document) -> Result<Accounts, CliError> {
    Accounts::check(document).map_err(CliError::failed)
}
