//! The archive: what a label can be computed again from. Requests go sealed into the ledger, with their intents; policies
//! and catalogs as files, before any job is admitted under them; guests and snapshots are where they were registered and
//! published. Never decides anything, and never reads what it keeps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::catalog::{Catalog, CatalogError};
use crate::env::{
    Durable, Entropy, EntropyError, FileError, TemporaryDir, create_private_dir, publish_dir, read_text, write_atomic,
};
use crate::keys::{ArchiveKey, pack_token};
use crate::ledger::{SealedBatch, SealedRequest};
use crate::model::{Digest, Pace, check_name};
use crate::policy::{Policy, PolicyError, PolicySet, check_policy_file};

/// A signed request as it came, until it is sealed.
pub(super) enum Sent {
    /// A job of its own.
    Single(String),
    /// A job of a batch, and its place in it.
    Member(Arc<SentBatch>, u32),
}

/// A signed batch as it came: sealed once for all of its jobs.
pub(super) struct SentBatch {
    token: String,
    input: Digest,
    sealed: OnceLock<Option<Arc<SealedBatch>>>,
}

impl SentBatch {
    /// `input` is the digest of its signing input.
    pub const fn new(token: String, input: Digest) -> Self {
        Self { token, input, sealed: OnceLock::new() }
    }
}

impl Sent {
    /// Seals it, with the digest of the catalog that gives it its meaning. `input` is the digest of a single job's signing
    /// input. `None` where the token is none, which no token is whose signature was checked.
    pub fn seal(
        &self,
        input: Digest,
        key: &ArchiveKey,
        catalog: Digest,
    ) -> Result<Option<SealedRequest>, EntropyError> {
        match self {
            Self::Single(token) => Ok(seal(token, input, key, catalog)?.map(SealedRequest::Single)),
            Self::Member(batch, place) => {
                let sealed = batch.sealed.get_or_init(|| {
                    let sealed = seal(&batch.token, batch.input, key, catalog).ok()??;
                    Some(Arc::new(SealedBatch { input: batch.input, sealed }))
                });
                match sealed {
                    Some(sealed) => Ok(Some(SealedRequest::Member { batch: Arc::clone(sealed), place: *place })),
                    None => Err(EntropyError),
                }
            }
        }
    }
}

/// What is sealed beside a token's bytes: the catalog's digest, two lengths.
const PACKED_BYTES: usize = 32 + 8;

fn seal(token: &str, about: Digest, key: &ArchiveKey, catalog: Digest) -> Result<Option<Vec<u8>>, EntropyError> {
    let write = |room: &mut Vec<u8>| {
        room.extend_from_slice(catalog.as_bytes());
        pack_token(token, room)
    };
    key.seal(about, (token.len() / 4 * 3 + PACKED_BYTES, write), &Entropy)
}

/// What was sealed, opened: the catalog's digest and the packed token.
pub(super) fn opened(plain: &[u8]) -> Option<(Digest, &[u8])> {
    let (catalog, packed) = plain.split_first_chunk::<32>()?;
    Some((Digest::from_bytes(*catalog), packed))
}

/// The folder of archived policies and catalogs.
pub(super) struct ArchiveFolder(PathBuf);

impl ArchiveFolder {
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn policy(&self, sha256: Digest) -> PathBuf {
        self.0.join("policies").join(format!("{}.toml", sha256.hex()))
    }

    fn catalog(&self, sha256: Digest) -> PathBuf {
        self.0.join("catalogs").join(format!("{}.json", sha256.hex()))
    }

    /// Keeps the text of every policy in force and of the catalog, durable, unless they are there.
    pub fn keep(&self, policies: &PolicySet, catalog: &Catalog) -> Result<(), FileError> {
        for (sha256, text) in policies.texts() {
            self.write(&self.policy(sha256), text)?;
        }
        let texts: BTreeMap<&str, &str> = catalog.texts().collect();
        self.write(&self.catalog(catalog.sha256()), &serde_json::json!(texts).to_string())
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        if path.exists() {
            return Ok(());
        }
        for folder in [Some(self.0.as_path()), path.parent()].into_iter().flatten() {
            if !folder.is_dir() {
                create_private_dir(folder)?;
                folder.parent().map_or(Ok(()), publish_dir)?;
            }
        }
        write_atomic(path, text.as_bytes(), Durable::ReadOnly)
    }

    /// An archived catalog, as its file says; `None` where there is none. Whether it is the one, its digest says.
    pub fn read_catalog(&self, sha256: Digest) -> Result<Option<Catalog>, ArchiveError> {
        let path = self.catalog(sha256);
        if !path.exists() {
            return Ok(None);
        }
        let texts: BTreeMap<String, String> =
            serde_json::from_str(&read_text(&path)?).map_err(|_| ArchiveError::Form)?;
        let folder = TemporaryDir::new()?;
        for (name, text) in &texts {
            // A name is one of a dataset, or the catalog that was kept would not have loaded.
            check_name(name).map_err(|_| ArchiveError::Form)?;
            write_atomic(&folder.path().join(format!("{name}.toml")), text.as_bytes(), Durable::Shared)?;
        }
        Ok(Some(Catalog::load(folder.path())?))
    }

    /// An archived policy, as its file says; `None` where there is none. Whether it is the one, its digest says.
    pub fn read_policy(&self, sha256: Digest, catalog: &Catalog) -> Result<Option<Policy>, ArchiveError> {
        let path = self.policy(sha256);
        if !path.exists() {
            return Ok(None);
        }
        // Slots were long enough on the machine of that time.
        Ok(Some(check_policy_file(&path, catalog, Pace::NONE)?))
    }
}

/// An archived file cannot be used: it is not what it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("it is no archived catalog")]
    Form,
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
}
