//! Reads the folder of policies: which are in force, and why others are not.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::accounts::Accounts;
use super::approval::{APPROVALS_FOLDER, ApprovalTrust, Approvals};
use super::check::check;
use super::mistake::{Cure, Mistake};
use super::rules::Policy;
use super::worst::label_slot_nanos;
use crate::catalog::Catalog;
use crate::document::{Document, DocumentError, Finding};
use crate::env::{FileError, list_dir, read_text};
use crate::model::{Digest, Millis, Pace};

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
}

/// The policies and accounts in force.
#[derive(Debug)]
pub struct PolicySet {
    in_force: BTreeMap<String, InForce>,
    unapproved: Vec<String>,
    accounts: Accounts,
    accounts_approvals: Approvals,
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

/// Label jobs wait for each other: the shortest slot must have time for the longest run of another policy too.
fn too_short(labels: &[(u32, u64, String, Document)]) -> Option<DocumentError> {
    let (slot_ms, _, _, document) = labels.iter().min_by_key(|(slot_ms, ..)| *slot_ms)?;
    let (_, run_nanos, other, _) = labels.iter().max_by_key(|(_, run_nanos, ..)| *run_nanos)?;
    let worst_ms = label_slot_nanos(*run_nanos).div_ceil(1_000_000);
    let mistake = Mistake::SlotBeside { other: other.clone(), worst_ms };
    (u64::from(*slot_ms) < worst_ms).then(|| document.error(vec![Finding::whole(mistake).help(Cure::Slot)]))
}

impl PolicySet {
    /// Reads `folder/accounts.toml` and every `folder/<id>/policy.toml`. A mistake anywhere is an error;
    /// a policy without its approvals is left out and listed.
    pub fn load(folder: &Path, catalog: &Catalog, pace: Pace, trust: &ApprovalTrust) -> Result<Self, PolicyError> {
        let path = folder.join("accounts.toml");
        let document = Document::new(path.display().to_string(), read_text(&path)?);
        let accounts = Accounts::check(&document).map_err(|error| PolicyError::Documents(vec![error]))?;
        let accounts_approvals = trust.approvals(&folder.join(APPROVALS_FOLDER), accounts.sha256())?;
        if accounts_approvals.at(trust.now).is_none() {
            return Err(PolicyError::AccountsUnapproved(trust.needed));
        }
        let mut set = Self { in_force: BTreeMap::new(), unapproved: Vec::new(), accounts, accounts_approvals };
        let mut errors = Vec::new();
        let mut labels = Vec::new();
        for folder in list_dir(folder)? {
            let path = folder.join("policy.toml");
            let text = match read_text(&path) {
                // Beside policies lie the accounts and their approvals. A policy that cannot be read is no missing one.
                Err(error) if matches!(error.source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                text => text?,
            };
            let document = Document::new(path.display().to_string(), text);
            match check(&document, catalog, pace) {
                Err(error) => errors.push(error),
                Ok(policy) if folder.file_name().is_none_or(|name| name != policy.id.as_str()) => {
                    errors.push(document.error(vec![Finding::whole(Mistake::FolderName(policy.id))]));
                }
                Ok(policy) => {
                    if policy.table().is_none() {
                        labels.push((policy.limits.slot_ms, policy.run_nanos, policy.id.clone(), document));
                    }
                    set.admit(policy, trust, &folder)?;
                }
            }
        }
        errors.extend(too_short(&labels));
        if errors.is_empty() { Ok(set) } else { Err(PolicyError::Documents(errors)) }
    }

    fn admit(&mut self, policy: Policy, trust: &ApprovalTrust, folder: &Path) -> Result<(), FileError> {
        let approvals = trust.approvals(&folder.join(APPROVALS_FOLDER), policy.sha256)?;
        if approvals.at(trust.now).is_some() {
            self.in_force.insert(policy.id.clone(), InForce { policy: Arc::new(policy), approvals });
        } else {
            self.unapproved.push(policy.id);
        }
        Ok(())
    }

    pub(super) fn get(&self, id: &str) -> Option<&InForce> {
        self.in_force.get(id)
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

    /// The ids of policies that lack approvals.
    pub fn unapproved(&self) -> &[String] {
        &self.unapproved
    }

    /// The accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}
