//! The audit of a home: derives log, leaves, ledger sums and snapshots again, from what lies there and
//! with public keys alone. Never locks, mends or believes; tells everything that it finds, not the first thing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::audit_entries::{Checkpoints, Entries, check_hashes};
use super::audit_files::{check_guests, check_snapshots};
use super::audit_jobs::Jobs;
use super::audit_log::Published;
use super::audit_mirror::Mirrored;
use super::audit_sums::check_sums;
use crate::ledger::{LedgerError, LedgerReader};
use crate::log::{CheckpointError, LogVerifier};
use crate::model::Digest;

/// How many stages an audit tells the progress of.
pub const AUDIT_STAGES: u64 = 6;
/// Findings that one check lists; the others are counted.
const FINDINGS_MAX: usize = 1_000;

/// What an audit reads: places and one public key, nothing of the home's configuration.
#[derive(Clone, Debug)]
pub struct AuditInputs {
    /// The ledger's SQLite file.
    pub store: PathBuf,
    /// The folder of the published log.
    pub log: PathBuf,
    /// The folder of the checkpoint mirror.
    pub mirror: PathBuf,
    /// The folder of the snapshots.
    pub data: PathBuf,
    /// The folder of the guests.
    pub guests: PathBuf,
    /// The folder of the catalog, which says what snapshots mean.
    pub catalog: PathBuf,
    /// The log's verifier key: the text of `log.vkey`.
    pub log_key: String,
}

/// An audit cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log's verifier key is none.
    #[error("the log's verifier key cannot be used: {0}")]
    LogKey(#[from] CheckpointError),
}

/// What an audit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// Every check, in the order of the audit.
    pub checks: Vec<Check>,
}

impl AuditReport {
    /// Whether no check found anything.
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.findings.is_empty())
    }

    /// All findings, each behind its check's name.
    pub fn findings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.checks.iter().flat_map(|check| check.findings.iter().map(|finding| (check.name, finding.as_str())))
    }
}

/// What a check counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Entries of the log.
    Entries,
    /// Files of the published log.
    Files,
    /// Nodes of the tree that the ledger keeps.
    StoredHashes,
    /// Signed checkpoints.
    Checkpoints,
    /// Records of admitted jobs.
    Intents,
    /// Charges in those records.
    Charges,
    /// Records of ended jobs.
    Outcomes,
    /// Records of registered guests.
    Registrations,
    /// Records of revoked consents.
    Revocations,
    /// Records of rotated keys.
    Rotations,
    /// Sums of an account, a party and a client.
    Sums,
    /// Guests as they were submitted.
    Guests,
    /// Guests as they were compiled.
    Artefacts,
    /// Snapshots that are there.
    Snapshots,
}

impl Counted {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Files => "files",
            Self::StoredHashes => "stored hashes",
            Self::Checkpoints => "checkpoints",
            Self::Intents => "intents",
            Self::Charges => "charges",
            Self::Outcomes => "outcomes",
            Self::Registrations => "registrations",
            Self::Revocations => "revocations",
            Self::Rotations => "rotations",
            Self::Sums => "sums",
            Self::Guests => "guests",
            Self::Artefacts => "artefacts",
            Self::Snapshots => "snapshots",
        }
    }

    /// The word for one of them.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Entries => "entry",
            Self::Files => "file",
            Self::StoredHashes => "stored hash",
            Self::Checkpoints => "checkpoint",
            Self::Intents => "intent",
            Self::Charges => "charge",
            Self::Outcomes => "outcome",
            Self::Registrations => "registration",
            Self::Revocations => "revocation",
            Self::Rotations => "rotation",
            Self::Sums => "sum",
            Self::Guests => "guest",
            Self::Artefacts => "artefact",
            Self::Snapshots => "snapshot",
        }
    }
}

/// `1 entry`, `2 entries`.
pub(super) fn some(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// One check of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it looked at, and how many of them.
    pub counts: Vec<(u64, Counted)>,
    /// What is not as it must be. Beyond a thousand, the last one says how many more there are.
    pub findings: Vec<String>,
    /// What is worth knowing, and in order.
    pub notes: Vec<String>,
    more: u64,
}

impl Check {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, counts: Vec::new(), findings: Vec::new(), notes: Vec::new(), more: 0 }
    }

    /// What it looked at, in words: `12 entries, 7 checkpoints`.
    pub fn counted(&self) -> String {
        self.counts.iter().map(|(number, of)| some(*number, of.one(), of.word())).collect::<Vec<_>>().join(", ")
    }

    /// Tells something that is not as it must be.
    pub(super) fn find(&mut self, finding: impl Into<String>) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.findings.push(finding.into());
        }
    }

    /// Tells what of several things is not so.
    pub(super) fn expect<const N: usize>(&mut self, subject: &str, facts: [(bool, &str); N]) {
        for (holds, otherwise) in facts {
            if !holds {
                self.find(format!("{subject} {otherwise}"));
            }
        }
    }

    /// Tells something that is worth knowing.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        if self.notes.len() < FINDINGS_MAX {
            self.notes.push(note.into());
        }
    }

    /// Whether further findings are only counted.
    pub(super) const fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }

    /// Tells how many of something were looked at.
    pub(super) fn count(&mut self, number: u64, of: Counted) {
        self.counts.push((number, of));
    }

    fn sealed(mut self) -> Self {
        if self.more > 0 {
            self.findings.push(format!("and {} more", self.more));
        }
        self
    }
}

/// What the records name, for the checks of files.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub snapshots: BTreeSet<Digest>,
    pub guests: BTreeSet<Digest>,
}

/// Audits a home. `progress` hears the name of each check before it begins.
///
/// An engine may run meanwhile: it writes store, mirror and published log in this order, and they are read
/// in the opposite one, so that nothing seems later than what it came from.
pub fn audit_home(inputs: &AuditInputs, progress: &mut dyn FnMut(&'static str)) -> Result<AuditReport, AuditError> {
    let verifier = LogVerifier::new(&inputs.log_key)?;
    let origin = verifier.origin().to_owned();
    let ledger = origin.strip_suffix("/log").unwrap_or(&origin);
    progress("published log");
    let published = Published::read(&inputs.log, &verifier);
    let mirrored = Mirrored::read(&inputs.mirror, &verifier);

    progress("ledger");
    let reader = LedgerReader::open_for_audit(&inputs.store)?;
    let checkpoints = Checkpoints::read(&reader, &verifier)?;
    let mut entries = Entries::new(&reader, published.tree());
    let mut jobs = Jobs::new(ledger, &origin, checkpoints.sizes());
    reader.audit_leaves(|rows| {
        entries.visit(&rows);
        jobs.visit(&rows);
    })?;
    let (mut entries, tree) = entries.finish(checkpoints.newest());
    check_hashes(&reader, &tree, &mut entries)?;
    checkpoints.check(&tree, &mut entries);
    let published = published.check_against(&tree);
    progress("mirror");
    let mirror = mirrored.check_against(&tree);
    let (records, outcomes, charged, named) = jobs.finish();
    progress("sums");
    let sums = check_sums(&reader, &charged);
    progress("guests");
    let guests = check_guests(&reader, &inputs.guests, &named);
    drop(reader);
    progress("snapshots");
    let snapshots = check_snapshots(&inputs.catalog, &inputs.data, &named);
    let checks = [published, entries, mirror, records, outcomes, sums, guests, snapshots];
    Ok(AuditReport { checks: checks.map(Check::sealed).into() })
}
