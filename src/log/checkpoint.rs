//! Checkpoints: signed notes (C2SP) that say how large the log is and what its root is.

use data_encoding::BASE64;
use signed_note::{Note, NoteError, Signature, StandardVerifier, Verifier, VerifierList};

use crate::keys::SigningKey;
use crate::model::Digest;

/// The first byte of an Ed25519 key in a signed note's verifier key.
const NOTE_ALGORITHM_ED25519: u8 = 1;

/// What a checkpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves.
    pub size: u64,
    /// The root of the first `size` leaves.
    pub root: Digest,
}

/// A checkpoint cannot be made or believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note with a checkpoint in it.
    #[error("not a signed checkpoint")]
    Form,
    /// Another log's.
    #[error("the checkpoint is of another log: its origin is `{0}`")]
    Origin(String),
    /// No valid signature by the log's key.
    #[error("the checkpoint is not signed by the log's key")]
    Signature,
    /// The signature of the log's key does not fit: the note was changed, or torn in a crash.
    #[error("the checkpoint was changed after the log's key signed it")]
    Changed,
    /// Not a verifier key.
    #[error("not a verifier key: `name+id+key` is needed")]
    Key,
}

/// Signs the log's checkpoints.
pub struct LogSigner {
    origin: String,
    key: SigningKey,
    id: u32,
}

impl LogSigner {
    /// The signer of the log `origin`.
    pub fn new(origin: String, key: SigningKey) -> Result<Self, CheckpointError> {
        if !signed_note::is_key_name_valid(&origin) {
            return Err(CheckpointError::Key);
        }
        let id = signed_note::key_id(&origin, &note_key(&key)?);
        Ok(Self { origin, key, id })
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The verifier key, `origin+id+key`, as Go's `note` package reads it.
    pub fn verifier_key(&self) -> Result<String, CheckpointError> {
        Ok(format!("{}+{:08x}+{}", self.origin, self.id, BASE64.encode(&note_key(&self.key)?)))
    }

    /// The signed note of a checkpoint.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, CheckpointError> {
        let text = format!("{}\n{}\n{}\n", self.origin, checkpoint.size, BASE64.encode(checkpoint.root.as_bytes()));
        let signature = self.key.sign(text.as_bytes());
        let signature =
            Signature::new(self.origin.clone(), self.id, signature.into()).map_err(|_| CheckpointError::Form)?;
        let note = Note::new(text.as_bytes(), &[signature]).map_err(|_| CheckpointError::Form)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Form)
    }
}

fn note_key(key: &SigningKey) -> Result<Vec<u8>, CheckpointError> {
    let bytes = key.public().ed25519_bytes().ok_or(CheckpointError::Key)?;
    Ok([&[NOTE_ALGORITHM_ED25519], bytes.as_slice()].concat())
}

/// Verifies the log's checkpoints.
#[derive(Clone)]
pub struct LogVerifier {
    origin: String,
    verifier: StandardVerifier,
}

impl LogVerifier {
    /// From a verifier key `origin+id+key`.
    pub fn new(verifier_key: &str) -> Result<Self, CheckpointError> {
        let verifier = StandardVerifier::new(verifier_key.trim_end()).map_err(|_| CheckpointError::Key)?;
        Ok(Self { origin: verifier.name().to_owned(), verifier })
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Reads a signed note; believes it only with a valid signature by the log's key.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Form)?;
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(parsed.text()).map_err(|_| CheckpointError::Form)?;
        if checkpoint.origin() != self.origin {
            return Err(CheckpointError::Origin(checkpoint.origin().escape_debug().to_string()));
        }
        let known = VerifierList::new(vec![Box::new(self.verifier.clone())]);
        parsed.verify(&known).map_err(|error| match error {
            NoteError::InvalidSignature { .. } => CheckpointError::Changed,
            _ => CheckpointError::Signature,
        })?;
        Ok(Checkpoint { size: checkpoint.size(), root: Digest::from_bytes(checkpoint.hash().0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8) -> LogSigner {
        LogSigner::new("example.org/log".into(), SigningKey::from_seed([seed; 32])).unwrap()
    }

    #[test]
    fn only_the_logs_own_checkpoints_are_believed() {
        let checkpoint = Checkpoint { size: 3, root: Digest::from_bytes([9; 32]) };
        let note = signer(1).sign(&checkpoint).unwrap();
        let verifier = LogVerifier::new(&signer(1).verifier_key().unwrap()).unwrap();
        assert_eq!(verifier.verify(&note), Ok(checkpoint));
        assert_eq!(verifier.verify(&note.replacen("3\n", "4\n", 1)), Err(CheckpointError::Changed));
        assert_eq!(verifier.verify(&signer(2).sign(&checkpoint).unwrap()), Err(CheckpointError::Signature));
        let other = LogSigner::new("other.org/log".into(), SigningKey::from_seed([1; 32])).unwrap();
        assert!(matches!(verifier.verify(&other.sign(&checkpoint).unwrap()), Err(CheckpointError::Origin(_))));
    }
}
