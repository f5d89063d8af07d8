//! The mirror against the ledger: an old copy of a home is behind it, a forked one beside it.

use std::path::Path;

use super::audit::{Check, Counted, some};
use super::audit_tree::Tree;
use crate::env::read_text;
use crate::log::{Checkpoint, CheckpointError, LogVerifier};

/// The mirror as it was read, before the ledger.
pub(super) struct Mirrored {
    check: Check,
    checkpoints: Vec<(&'static str, Checkpoint)>,
}

impl Mirrored {
    /// Reads both files. One that a crash left half-written is no finding while the other is whole.
    pub fn read(folder: &Path, verifier: &LogVerifier) -> Self {
        let mut check = Check::new("mirror");
        let mut checkpoints = Vec::new();
        let mut torn = Vec::new();
        for name in ["checkpoint.0", "checkpoint.1"] {
            match read_text(&folder.join(name)) {
                Err(error) => check.find(error.to_string()),
                Ok(note) => match verifier.verify(&note) {
                    Ok(checkpoint) => checkpoints.push((name, checkpoint)),
                    Err(CheckpointError::Form | CheckpointError::Changed) => torn.push(name),
                    Err(error) => check.find(format!("`{name}`: {error}")),
                },
            }
        }
        for name in torn {
            let message = format!("`{name}` is no checkpoint that the log's key signed");
            if checkpoints.is_empty() {
                check.find(message);
            } else {
                check.note(format!("{message}: a crash while it was written leaves it so"));
            }
        }
        check.count(checkpoints.len() as u64, Counted::Checkpoints);
        Self { check, checkpoints }
    }

    /// Every mirrored checkpoint must be one of the ledger's own tree.
    pub fn check_against(self, tree: &Tree) -> Check {
        let Self { mut check, checkpoints } = self;
        let size = tree.size();
        for (name, checkpoint) in &checkpoints {
            match tree.root(checkpoint.size) {
                None => check.find(format!(
                    "the home is behind its mirror: its log has {}, `{name}` has seen {}; it was rolled back",
                    some(size, "entry", "entries"),
                    checkpoint.size
                )),
                Some(root) if root != checkpoint.root => check.find(format!(
                    "the home is not the one that was mirrored: the first {} entries have the root {root}, `{name}` has seen {}",
                    checkpoint.size, checkpoint.root
                )),
                Some(_) => {}
            }
        }
        let newest = checkpoints.iter().map(|(_, checkpoint)| checkpoint.size).max();
        if let Some(behind) = newest.and_then(|newest| size.checked_sub(newest)).filter(|behind| *behind > 0) {
            check.note(format!("the mirror is {} behind the ledger", some(behind, "entry", "entries")));
        }
        check
    }
}
