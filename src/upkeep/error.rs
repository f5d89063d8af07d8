//! Why an operator's command fails. The words here are English; `chinese` has the others.

use std::path::Path;

use crate::catalog::CatalogError;
use crate::config::ConfigError;
use crate::data::{SnapshotError, StoreError};
use crate::env::{EntropyError, FileError, read_text};
use crate::job::InitError;
use crate::keys::{CanonicalError, KeySet, KeySetError};
use crate::ledger::LedgerError;
use crate::log::CheckpointError;
use crate::model::Bilingual;

/// An operator's command cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The folder of snapshots.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log's key.
    #[error("the log's verifier key `log.vkey` cannot be used: {0}")]
    LogKey(#[from] CheckpointError),
    /// A private key.
    #[error(transparent)]
    Key(#[from] InitError),
    /// No canonical JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// Something is where the result should go.
    #[error("`{0}` is not empty: name a folder that does not exist")]
    Used(String),
    /// A place lies in another, where it must not.
    #[error("`{inner}` lies in `{outer}`: name a folder outside of it")]
    Inside {
        /// The folder named.
        inner: String,
        /// The one that it lies in.
        outer: String,
    },
    /// A restore was interrupted, or runs.
    #[error("`{0}` is left over from a restore that was interrupted, or one runs now: remove it when none does")]
    LeftOver(String),
    /// A file that is named by its content has another content.
    #[error(
        "`{0}` is damaged: its content is not what its name says; nothing was backed up. `anshi doctor --deep` shows what else is; restore the file from an earlier backup, or ingest or register anew"
    )]
    Damaged(String),
    /// A private key is not the home's public one.
    #[error("`{0}` is not the private half of a public key of this home: keys and public files must belong together")]
    Mixed(String),
    /// No backup, or none that was finished.
    #[error("`{0}` is no backup, or one that was never finished: `backup.json` or `backup.sha256` is missing")]
    NoBackup(String),
    /// The manifest is not what its digest says.
    #[error("the manifest of the backup was changed: it has the digest {found}, and {wanted} is what was asked for")]
    Manifest {
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The manifest cannot be understood.
    #[error("`{path}` cannot be used: {}", reason.en)]
    Form {
        /// The file.
        path: String,
        /// Why.
        reason: Bilingual,
    },
    /// Files of the backup are missing or changed; nothing was put in place.
    #[error("the backup is damaged, and nothing was restored:\n  {}", english(.0).join("\n  "))]
    Torn(Vec<Bilingual>),
    /// The mirror is another log's, or contradicts the backup.
    #[error(
        "the checkpoint mirror `{mirror}` and this backup are not of one log: {}; nothing was restored. Name the home whose mirror it is, or another backup",
        reason.en
    )]
    Foreign {
        /// The mirror.
        mirror: String,
        /// Why.
        reason: Bilingual,
    },
    /// An engine works on the home.
    #[error("an engine or another command works on `{0}`: stop it, then try again")]
    Running(String),
    /// The key set cannot be used.
    #[error("`{path}` cannot be used: {error}")]
    KeySet {
        /// The file.
        path: String,
        /// Why.
        error: KeySetError,
    },
}

/// Reads a home's published keys.
pub(super) fn load_key_set(path: &Path) -> Result<KeySet, UpkeepError> {
    KeySet::parse(&read_text(path)?).map_err(|error| UpkeepError::KeySet { path: path.display().to_string(), error })
}

/// Words in both languages.
pub(super) fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual { zh: zh.into(), en: en.into() }
}

fn english(words: &[Bilingual]) -> Vec<String> {
    words.iter().map(|words| words.en.clone()).collect()
}
