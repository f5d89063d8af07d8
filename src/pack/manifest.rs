//! `pack.json`: every file of a pack with its size and SHA-256, for whom it was made and by which version. The only one that
//! knows its JSON. Hostile until it was checked: a pack may come from anywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::PackError;
use super::place::is_known;
use crate::keys::{CanonicalError, canonical_json, read_json, sha256};
use crate::model::{Bilingual, foreign};

/// The version of the format.
pub const PACK_FORMAT: u32 = 1;
/// The manifest's file in a pack.
pub const PACK_MANIFEST: &str = "pack.json";

/// A pack's files, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a pack is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackManifest {
    /// The version of the program that made it.
    pub anshi: String,
    /// The client that it was made for.
    pub client: String,
    /// Its files, by path; all but this one.
    pub files: Vec<PackedFile>,
    /// The version of the format.
    pub format: u32,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedFile {
    /// Its size.
    pub bytes: u64,
    /// Below the pack; with `/`.
    pub path: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl PackManifest {
    /// The manifest of `files`.
    pub fn of(files: &Files, client: &str) -> Self {
        let entry = |(path, bytes): (&String, &Vec<u8>)| PackedFile {
            bytes: bytes.len() as u64,
            path: path.clone(),
            sha256: sha256(bytes).to_string(),
        };
        let anshi = env!("CARGO_PKG_VERSION").to_owned();
        Self { anshi, client: client.to_owned(), files: files.iter().map(entry).collect(), format: PACK_FORMAT }
    }

    /// As it is written: canonical JSON (RFC 8785) and a new line.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        let mut bytes = canonical_json(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Takes the manifest out of an archive's files, and believes both where every file is the one that it lists, and no
    /// other is there.
    pub fn take(files: &mut Files) -> Result<Self, PackError> {
        let bytes = files.remove(PACK_MANIFEST).ok_or(PackError::NoManifest)?;
        let unusable = |zh: String, en: String| PackError::Manifest(Bilingual { zh, en });
        let read: Result<Self, _> = read_json(&bytes);
        let manifest = read.map_err(|error| unusable(foreign(&error), error.to_string()))?;
        if manifest.format != PACK_FORMAT {
            return Err(PackError::Format { found: manifest.format, anshi: manifest.anshi });
        }
        if manifest.bytes()? != bytes {
            let en = "it is not written as Anshi writes it".to_owned();
            return Err(unusable("其写法与本程序所写不同".to_owned(), en));
        }
        for file in &manifest.files {
            let found = files.get(&file.path).ok_or_else(|| PackError::Missing(file.path.clone()))?;
            if found.len() as u64 != file.bytes || sha256(found).to_string() != file.sha256 {
                return Err(PackError::Changed(file.path.clone()));
            }
        }
        // In order and each once, so that a file listed twice cannot stand for one that is not listed.
        if !manifest.files.is_sorted_by(|a, b| a.path < b.path) || !manifest.files.iter().all(|f| is_known(&f.path)) {
            let en = "its files are not in order, or one is listed twice".to_owned();
            return Err(unusable("其文件次序不对，或有文件列了两次".to_owned(), en));
        }
        let listed = |path: &String| manifest.files.iter().any(|file| file.path == *path);
        match files.keys().find(|path| !listed(path)) {
            Some(path) => Err(PackError::Unlisted(path.clone())),
            None => Ok(manifest),
        }
    }
}
