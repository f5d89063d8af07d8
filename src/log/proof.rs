//! Inclusion proofs in the C2SP `tlog-proof` form: a checkpoint, an index and the hashes between.

use data_encoding::BASE64;

use super::checkpoint::{Checkpoint, CheckpointError, LogVerifier};
use super::entry::leaf_hash;
use super::tree::is_included;
use crate::model::Digest;

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// No line above the checkpoint is longer: 32 bytes in base64.
const LINE_BYTES_MAX: usize = 45;

/// A proof that an entry is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's index.
    pub index: u64,
    /// The sibling hashes, from the leaf up.
    pub hashes: Vec<Digest>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// A proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not a `tlog-proof`.
    #[error("not a `tlog-proof` text")]
    Form,
    /// Its checkpoint is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the entry to the checkpoint's root.
    #[error("the entry is not in the log where the proof says")]
    Inclusion,
}

impl InclusionProof {
    /// The text form.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.checkpoint.len() + (self.hashes.len() + 2) * LINE_BYTES_MAX);
        text.push_str(HEADER);
        text.push_str("\nindex ");
        text.push_str(&self.index.to_string());
        text.push('\n');
        for hash in &self.hashes {
            BASE64.encode_append(hash.as_bytes(), &mut text);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the text form. `extra` lines are not used by Anshi and refused.
    pub fn from_text(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Form)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Form);
        }
        let index_text = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(ProofError::Form)?;
        let index: u64 = index_text.parse().map_err(|_| ProofError::Form)?;
        if index.to_string() != index_text {
            return Err(ProofError::Form);
        }
        let hash = |line: &str| {
            let bytes = BASE64.decode(line.as_bytes()).ok()?;
            bytes.try_into().ok().map(Digest::from_bytes)
        };
        let hashes: Option<Vec<Digest>> = lines.map(hash).collect();
        Ok(Self { index, hashes: hashes.ok_or(ProofError::Form)?, checkpoint: checkpoint.to_owned() })
    }

    /// Verifies that `entry` is in the log, under a checkpoint of the log's own key.
    pub fn verify(&self, entry: &[u8], log: &LogVerifier) -> Result<Checkpoint, ProofError> {
        let checkpoint = log.verify(&self.checkpoint)?;
        if is_included(&self.hashes, checkpoint.size, checkpoint.root, self.index, leaf_hash(entry)) {
            Ok(checkpoint)
        } else {
            Err(ProofError::Inclusion)
        }
    }
}
