//! The ledger's side of the log: every record opens its leaf, every checkpoint and every stored hash
//! follows from the leaves.

use super::audit::{Check, Counted};
use super::audit_tree::{Tree, UNKNOWN, completion_order, hash_leaf};
use crate::keys::Hasher;
use crate::ledger::{AuditEntry, LeafRows, LedgerError, LedgerReader};
use crate::log::{Checkpoint, LogVerifier, stored_index};
use crate::model::Digest;

/// A longer gap is told once, and what lies behind it is not looked at.
const GAP_MAX: u64 = 1 << 16;

/// The leaf of a record: written down from the format once more.
fn open_leaf(entry: &AuditEntry) -> Result<Digest, &'static str> {
    if !["intent", "outcome", "registration", "revocation", "rotation"].contains(&entry.kind.as_str()) {
        return Err("is of no known kind");
    }
    if entry.salt.len() != 32 {
        return Err("has a salt that is not 32 bytes long");
    }
    let mut hasher = Hasher::new();
    hasher.update(&entry.salt);
    hasher.update(&(entry.record.len() as u64).to_be_bytes());
    hasher.update(&entry.record);
    let mut bytes = format!("anshi/leaf/v1\n{}\n", entry.kind).into_bytes();
    bytes.extend_from_slice(hasher.finish().as_bytes());
    Ok(hash_leaf(&bytes))
}

/// The walk over the entries.
pub(super) struct Entries<'a> {
    reader: &'a LedgerReader,
    published: &'a Tree,
    check: Check,
    tree: Tree,
    opened: u64,
}

impl<'a> Entries<'a> {
    /// Nothing seen yet. Leaves are compared with those of the published log.
    pub fn new(reader: &'a LedgerReader, published: &'a Tree) -> Self {
        Self { reader, published, check: Check::new("ledger"), tree: Tree::default(), opened: 0 }
    }

    /// Takes in the next leaf's rows.
    pub fn visit(&mut self, rows: &LeafRows) {
        let Some(entry) = &rows.entry else {
            return;
        };
        let index = rows.index;
        let reached = u64::try_from(index).is_ok_and(|index| self.fill_gap(index));
        if !reached {
            self.check.find(format!("entry {index} is not where the log ends"));
            return;
        }
        let leaf = open_leaf(entry);
        let public = self.published.leaf(entry.index);
        match leaf {
            Err(what) => self.check.find(format!("entry {index} {what}")),
            Ok(leaf) if public.is_some_and(|public| public != leaf) => {
                self.check.find(format!("entry {index}: salt and record do not open its leaf in the published log"));
            }
            Ok(_) => self.opened += 1,
        }
        let leaf = leaf.unwrap_or_else(|_| self.leaf_of_others(entry.index));
        self.tree.push(leaf);
    }

    /// Tells the entries between the last one and `index`, and takes their leaves from elsewhere, so that
    /// one missing record does not make everything behind it look wrong.
    fn fill_gap(&mut self, index: u64) -> bool {
        let size = self.tree.size();
        if index < size || index - size > GAP_MAX {
            return false;
        }
        for missing in size..index {
            self.check.find(format!("entry {missing} is missing"));
            self.tree.push(self.leaf_of_others(missing));
        }
        true
    }

    fn leaf_of_others(&self, index: u64) -> Digest {
        let stored = || self.reader.audit_hash(stored_index(0, index));
        self.published.leaf(index).or_else(stored).unwrap_or(UNKNOWN)
    }

    /// Ends the walk; the newest checkpoint says how many entries there must be.
    pub fn finish(mut self, newest: Option<u64>) -> (Check, Tree) {
        if let Some(newest) = newest {
            let size = self.tree.size();
            if size > newest {
                self.check.find(format!("the newest checkpoint covers {newest} entries, there are {size}"));
            } else if !self.fill_gap(newest) {
                self.check.find(format!("the newest checkpoint covers {newest} entries, there are only {size}"));
            }
        }
        self.check.count(self.opened, Counted::Entries);
        (self.check, self.tree)
    }
}

/// The checkpoints that the ledger has signed.
pub(super) struct Checkpoints {
    believed: Vec<Checkpoint>,
    findings: Vec<String>,
}

impl Checkpoints {
    /// Reads and verifies every note.
    pub fn read(reader: &LedgerReader, verifier: &LogVerifier) -> Result<Self, LedgerError> {
        let (mut believed, mut findings) = (Vec::new(), Vec::new());
        reader.audit_notes(|size, note| match verifier.verify(note) {
            Ok(checkpoint) if i64::try_from(checkpoint.size) == Ok(size) => believed.push(checkpoint),
            Ok(other) => {
                findings.push(format!("the checkpoint of size {size} is one of size {}", other.size));
                believed.push(other);
            }
            Err(error) => findings.push(format!("the checkpoint of size {size}: {error}")),
        })?;
        believed.sort_by_key(|checkpoint| checkpoint.size);
        Ok(Self { believed, findings })
    }

    /// The size of the newest one.
    pub fn newest(&self) -> Option<u64> {
        self.believed.last().map(|checkpoint| checkpoint.size)
    }

    /// All sizes, ascending.
    pub fn sizes(&self) -> Vec<u64> {
        self.believed.iter().map(|checkpoint| checkpoint.size).collect()
    }

    /// Every root must follow from the entries.
    pub fn check(self, tree: &Tree, check: &mut Check) {
        self.findings.into_iter().for_each(|finding| check.find(finding));
        if self.believed.is_empty() {
            check.find("there is no checkpoint");
        }
        for checkpoint in &self.believed {
            let (size, told) = (checkpoint.size, checkpoint.root);
            match tree.root(size) {
                None => check.find(format!("the checkpoint of size {size} covers more than there is")),
                Some(root) if root != told => {
                    check.find(format!("the checkpoint of size {size} says {told}, the entries have the root {root}"));
                }
                Some(_) => {}
            }
        }
        check.count(self.believed.len() as u64, Counted::Checkpoints);
    }
}

/// The stored hashes must be the tree's nodes, in the order in which they are completed, and no others.
pub(super) fn check_hashes(reader: &LedgerReader, tree: &Tree, check: &mut Check) -> Result<(), LedgerError> {
    let mut nodes = (0i64..).zip(completion_order(tree.size())).peekable();
    let mut fitting = 0;
    reader.audit_hashes(|id, hash| {
        while let Some((missing, _)) = nodes.next_if(|(expected, _)| *expected < id) {
            check.find(format!("stored hash {missing} is missing"));
        }
        match nodes.next_if(|(expected, _)| *expected == id) {
            None => check.find(format!("stored hash {id} belongs to no entry")),
            Some((_, (level, n))) if tree.node(level, n).is_none_or(|node| node.as_bytes() != hash) => {
                check.find(format!("stored hash {id} does not follow from the entries"));
            }
            Some(_) => fitting += 1,
        }
    })?;
    for (missing, _) in nodes {
        check.find(format!("stored hash {missing} is missing"));
    }
    check.count(fitting, Counted::StoredHashes);
    Ok(())
}
