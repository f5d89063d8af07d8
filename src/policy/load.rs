//! Reads the folder of policies: which are in force, and why others are not.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::accounts::Accounts;
use super::approval::{APPROVALS_FOLDER, ApprovalTrust, Approvals};
use super::check::{check, places};
use super::fit::Plans;
use super::mistake::{Cure, Mistake};
use super::rules::Policy;
use super::worst::label_slot_nanos;
use crate::catalog::Catalog;
use crate::document::{Document, DocumentError, Finding};
use crate::env::{FileError, list_dir, read_text};
use crate::model::{Digest, Millis, Pace};

/// A policy in its folder.
pub const POLICY_FILE: &str = "policy.toml";
/// The accounts, beside the policies' folders.
pub const ACCOUNTS_FILE: &str = "accounts.toml";

/// Policies cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Files have mistakes; all of them are listed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Documents(Vec<DocumentError>),
    /// The accounts lack the auditors' approvals.
    #[error("`accounts.toml` lacks the approvals that the configuration asks for ({0} needed)")]
    AccountsUnapproved(u32),
}

/// A policy in force and the approvals that put it there.
#[derive(Debug)]
pub(super) struct InForce {
    pub policy: Arc<Policy>,
    pub approvals: Approvals,
    /// Its file, as it was read.
    text: String,
}

/// The policies and accounts in force.
#[derive(Debug)]
pub struct PolicySet {
    in_force: BTreeMap<String, InForce>,
    unapproved: Vec<String>,
    accounts: Accounts,
    accounts_approvals: Approvals,
    pub(super) plans: Plans,
}

/// Checks the text of one policy. `pace` is the machine's calibrated worst case.
pub fn check_policy(document: &Document, catalog: &Catalog, pace: Pace) -> Result<Policy, DocumentError> {
    check(document, catalog, pace)
}

/// Checks one policy file.
pub fn check_policy_file(path: &Path, catalog: &Catalog, pace: Pace) -> Result<Policy, PolicyError> {
    let document = Document::new(path.display().to_string(), read_text(path)?);
    check(&document, catalog, pace).map_err(|error| PolicyError::Documents(vec![error]))
}

/// A folder of policies, every file of it checked.
#[derive(Debug, Default)]
pub struct FolderCheck {
    /// The accounts; `None` where there are none, or none that are right.
    pub accounts: Option<Accounts>,
    /// The policies that are right, with their folders, and their files as they were read.
    pub policies: Vec<(PathBuf, Policy, String)>,
    /// What is wrong, file by file.
    pub errors: Vec<DocumentError>,
}

/// Checks `folder/accounts.toml`, every `folder/<id>/policy.toml`, and what each of them asks of the others: names and slots.
pub fn check_folder(folder: &Path, catalog: &Catalog, pace: Pace) -> Result<FolderCheck, FileError> {
    let mut found = FolderCheck::default();
    if let Some(document) = read_found(&folder.join(ACCOUNTS_FILE), &mut found.errors)? {
        match Accounts::check(&document) {
            Ok(accounts) => found.accounts = Some(accounts),
            Err(error) => found.errors.push(error),
        }
    }
    let mut labels = Vec::new();
    for folder in list_dir(folder)? {
        // Beside policies lie the accounts and their approvals.
        let Some(document) = read_found(&folder.join(POLICY_FILE), &mut found.errors)? else { continue };
        match check(&document, catalog, pace) {
            Err(error) => found.errors.push(error),
            Ok(policy) if folder.file_name().is_none_or(|name| name != policy.id.as_str()) => {
                let mistake = Mistake::FolderName(policy.id);
                let finding = match places(&document) {
                    Some((id, _)) => Finding::at(id, mistake),
                    None => Finding::whole(mistake),
                };
                found.errors.push(document.error(vec![finding]));
            }
            Ok(policy) => {
                let text = document.text.clone();
                if policy.table().is_none() {
                    labels.push((policy.limits.slot_ms, policy.run_nanos, policy.id.clone(), document));
                }
                found.policies.push((folder, policy, text));
            }
        }
    }
    found.errors.extend(too_short(&labels));
    Ok(found)
}

/// A file, if there is one; where it is no text, that is its mistake, and the others are looked at all the same.
fn read_found(path: &Path, errors: &mut Vec<DocumentError>) -> Result<Option<Document>, FileError> {
    match read_if_there(path) {
        Err(error) if error.source.kind() == ErrorKind::InvalidData => {
            let document = Document::new(path.display().to_string(), "");
            errors.push(document.error(vec![Finding::whole(Mistake::Encoding)]));
            Ok(None)
        }
        read => read,
    }
}

/// A file, if there is one. One that cannot be read is no missing one.
fn read_if_there(path: &Path) -> Result<Option<Document>, FileError> {
    match read_text(path) {
        Ok(text) => Ok(Some(Document::new(path.display().to_string(), text))),
        Err(error) if matches!(error.source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Label jobs wait for each other: the shortest slot must have time for the longest run of another policy too.
fn too_short(labels: &[(u32, u64, String, Document)]) -> Option<DocumentError> {
    let (slot_ms, _, _, document) = labels.iter().min_by_key(|(slot_ms, ..)| *slot_ms)?;
    let (_, run_nanos, other, _) = labels.iter().max_by_key(|(_, run_nanos, ..)| *run_nanos)?;
    let worst_ms = label_slot_nanos(*run_nanos).div_ceil(1_000_000);
    let mistake = Mistake::SlotBeside { other: other.clone(), worst_ms };
    (u64::from(*slot_ms) < worst_ms).then(|| {
        let finding = match places(document) {
            Some((_, slot)) => Finding::at(slot, mistake),
            None => Finding::whole(mistake),
        };
        document.error(vec![finding.help(Cure::Slot)])
    })
}

impl PolicySet {
    /// Reads `folder/accounts.toml` and every `folder/<id>/policy.toml`. A mistake anywhere is an error;
    /// a policy without its approvals is left out and listed.
    pub fn load(folder: &Path, catalog: &Catalog, pace: Pace, trust: &ApprovalTrust) -> Result<Self, PolicyError> {
        read_text(&folder.join(ACCOUNTS_FILE))?;
        let FolderCheck { accounts, policies, errors } = check_folder(folder, catalog, pace)?;
        let Some(accounts) = accounts.filter(|_| errors.is_empty()) else { return Err(PolicyError::Documents(errors)) };
        let accounts_approvals = trust.approvals(&folder.join(APPROVALS_FOLDER), accounts.sha256())?;
        if accounts_approvals.at(trust.now).is_none() {
            return Err(PolicyError::AccountsUnapproved(trust.needed));
        }
        let (in_force, unapproved, plans) = (BTreeMap::new(), Vec::new(), Plans::default());
        let mut set = Self { in_force, unapproved, accounts, accounts_approvals, plans };
        for (folder, policy, text) in policies {
            set.admit((policy, text), trust, &folder)?;
        }
        Ok(set)
    }

    fn admit(
        &mut self,
        (policy, text): (Policy, String),
        trust: &ApprovalTrust,
        folder: &Path,
    ) -> Result<(), FileError> {
        let approvals = trust.approvals(&folder.join(APPROVALS_FOLDER), policy.sha256)?;
        if approvals.at(trust.now).is_some() {
            self.in_force.insert(policy.id.clone(), InForce { policy: Arc::new(policy), approvals, text });
        } else {
            self.unapproved.push(policy.id);
        }
        Ok(())
    }

    pub(super) fn get(&self, id: &str) -> Option<&InForce> {
        self.in_force.get(id)
    }

    /// The policy `id`, where it was in force when it was read. Its approvals can have expired since ([`Self::approvals`]).
    pub fn policy(&self, id: &str) -> Option<&Arc<Policy>> {
        self.get(id).map(|in_force| &in_force.policy)
    }

    /// The digests of the approvals of the policy `id` that hold at `now`; `None` where they, or those of the accounts, are
    /// too few by then.
    pub fn approvals(&self, id: &str, now: Millis) -> Option<Vec<Digest>> {
        self.accounts_approvals.at(now)?;
        self.get(id)?.approvals.at(now)
    }

    /// The policies that were in force when they were read. Approvals can have expired since ([`Self::approvals`]).
    pub fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.in_force.values().map(|in_force| &in_force.policy)
    }

    /// The files of the policies in force, as they were read, by the policies' digests: for the archive.
    pub fn texts(&self) -> impl Iterator<Item = (Digest, &str)> {
        self.in_force.values().map(|in_force| (in_force.policy.sha256, in_force.text.as_str()))
    }

    /// The ids of policies that lack approvals.
    pub fn unapproved(&self) -> &[String] {
        &self.unapproved
    }

    /// The accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}
