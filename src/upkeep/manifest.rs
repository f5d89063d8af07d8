//! The manifest of a backup: every file with its size and SHA-256, and where the log stood. The only one that knows
//! its JSON. What it names is hostile until it was checked: a backup may have lain anywhere.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::error::{UpkeepError, both};
use crate::env::{Durable, read, write_atomic};
use crate::keys::{canonical_json, read_json, sha256};
use crate::model::{Bilingual, Digest, foreign};

/// The version of the format.
pub const BACKUP_FORMAT: u32 = 1;
/// The manifest's file in a backup.
pub const BACKUP_MANIFEST: &str = "backup.json";
/// The file with the manifest's digest, in the form of `sha256sum`: written last, so that a backup has it or is none.
pub const BACKUP_SUM: &str = "backup.sha256";
const MANIFEST_BYTES_MAX: u64 = 256 << 20;
const SUM_BYTES_MAX: u64 = 1 << 10;

/// What a backup is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupManifest {
    /// The version of the format.
    pub format: u32,
    /// The version of the program that made it.
    pub anshi: String,
    /// The home's kind.
    pub kind: String,
    /// The ledger's id.
    pub ledger: String,
    /// When it was begun, in milliseconds since 1970.
    pub made_ms: i64,
    /// Where the log stood.
    pub log: LogPosition,
    /// Its files, by path.
    pub files: Vec<BackedUpFile>,
    /// The home's private keys. They lie elsewhere, or nowhere.
    pub keys: Vec<BackedUpFile>,
    /// Places outside of the home that its configuration names, and that are not in the backup.
    pub outside: Vec<String>,
}

/// Where a log stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPosition {
    /// How many entries it had.
    pub size: u64,
    /// Their root.
    pub root: String,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUpFile {
    /// Below the home; with `/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl BackupManifest {
    /// Writes the manifest, then its digest. Gives the digest: who keeps it knows this backup again.
    pub fn write(&self, folder: &Path) -> Result<Digest, UpkeepError> {
        let bytes = canonical_json(self)?;
        let digest = sha256(&bytes);
        write_atomic(&folder.join(BACKUP_MANIFEST), &bytes, Durable::ReadOnly)?;
        let sum = format!("{}  {BACKUP_MANIFEST}\n", digest.hex());
        write_atomic(&folder.join(BACKUP_SUM), sum.as_bytes(), Durable::ReadOnly)?;
        Ok(digest)
    }

    /// Reads the manifest of a backup, and believes it when its digest is the one beside it, and the one that the caller knows.
    pub fn read(folder: &Path, known: Option<Digest>) -> Result<(Self, Digest), UpkeepError> {
        let (path, sum) = (folder.join(BACKUP_MANIFEST), folder.join(BACKUP_SUM));
        if !path.is_file() || !sum.is_file() {
            return Err(UpkeepError::NoBackup(folder.display().to_string()));
        }
        let bytes = read(&path, MANIFEST_BYTES_MAX)?;
        let found = sha256(&bytes);
        let expected = format!("{}  {BACKUP_MANIFEST}\n", found.hex());
        let sum = read(&sum, SUM_BYTES_MAX)?;
        if sum != expected.as_bytes() {
            let wanted = String::from_utf8_lossy(&sum).split_whitespace().next().unwrap_or_default().to_owned();
            return Err(UpkeepError::Manifest { wanted: format!("sha256:{wanted}"), found: found.to_string() });
        }
        if let Some(wanted) = known.filter(|wanted| *wanted != found) {
            return Err(UpkeepError::Manifest { wanted: wanted.to_string(), found: found.to_string() });
        }
        let unusable = |reason: Bilingual| UpkeepError::Form { path: path.display().to_string(), reason };
        let manifest: Self = read_json(&bytes).map_err(|error| unusable(both(error.to_string(), foreign(&error))))?;
        manifest.check().map_err(unusable)?;
        Ok((manifest, found))
    }

    fn check(&self) -> Result<(), Bilingual> {
        if self.format != BACKUP_FORMAT {
            let found = self.format;
            return Err(both(
                format!("its format is {found}, this program reads {BACKUP_FORMAT}"),
                format!("其格式为 {found}，本程序只读 {BACKUP_FORMAT}"),
            ));
        }
        for file in self.files.iter().chain(&self.keys) {
            let mut parts = Path::new(&file.path).components();
            let plain = !file.path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)));
            if !plain {
                let path = file.path.escape_debug();
                return Err(both(format!("`{path}` is no path below a home"), format!("`{path}` 不是暗室之内的路径")));
            }
        }
        let ascending = |files: &[BackedUpFile]| files.is_sorted_by(|a, b| a.path < b.path);
        let keys_apart = self.keys.iter().all(|key| key.path.starts_with("keys/"))
            && !self.files.iter().any(|file| file.path.starts_with("keys"));
        match ascending(&self.files) && ascending(&self.keys) && keys_apart {
            true => Ok(()),
            false => Err(both("its files are not in order, or keys stand among them", "文件次序不对，或夹有密钥")),
        }
    }

    /// How many bytes its files have.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// A file by path.
    pub fn file(&self, path: &str) -> Option<&BackedUpFile> {
        self.files.iter().find(|file| file.path == path)
    }
}
