//! The seed manifest `synthetic.json`: what a synthetic delivery holds, and from which seed. A synthetic
//! home takes a delivery only if it matches its manifest to the byte. Never says what a row means.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cast::EXAMPLES;
use crate::env::{Durable, FileError, list_dir, read_text, write_atomic};
use crate::keys::{CanonicalError, Hasher, canonical_json, read_json};
use crate::model::{Date, Digest, UnitId, UnitKind};

/// The manifest's name in the delivery's folder.
pub const MANIFEST_FILE: &str = "synthetic.json";
/// Raised whenever the same seed gives other rows.
const FORMAT: u64 = 3;
/// Deliveries are shallow; a folder that contains itself ends here.
const DEPTH_MAX: usize = 8;

/// One file of a synthetic delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedFile {
    /// Below the delivery's folder, with `/` between its parts.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// Units that are as they are whatever the seed: whom to ask about in a demo or a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples {
    /// A firm that does well by any sensible measure.
    pub healthy: UnitId,
    /// Its legal representative, a person of means.
    pub representative: UnitId,
    /// Its supervisor: an officer who does not represent it.
    pub supervisor: UnitId,
    /// A firm that fails by any sensible measure.
    pub failing: UnitId,
    /// Its legal representative, whose house a court has seized.
    pub failing_representative: UnitId,
    /// Those of the scenarios, in the order of their names.
    pub(super) cast: [UnitId; EXAMPLES.len()],
}

impl Examples {
    /// What the examples are called where people name them.
    pub const NAMES: [&'static str; 5 + EXAMPLES.len()] = [
        "healthy",
        "representative",
        "supervisor",
        "failing",
        "failing-representative",
        "newcomer",
        "borrower",
        "buyer",
        "tenant",
        "pupil",
        "migrant-pupil",
        "poor",
        "poor-spouse",
        "poor-child",
        "claimant",
        "deceased-claimant",
        "double-claimant",
        "well-off",
        "public-servant",
        "moonlighter",
        "workshop",
    ];

    /// The example of this name.
    pub fn named(&self, name: &str) -> Option<UnitId> {
        let all = [self.healthy, self.representative, self.supervisor, self.failing, self.failing_representative];
        let all = all.into_iter().chain(self.cast);
        Self::NAMES.into_iter().zip(all).find(|(known, _)| *known == name).map(|(_, unit)| unit)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, UnitId)> {
        Self::NAMES.into_iter().filter_map(|name| Some((name, self.named(name)?)))
    }
}

/// What a synthetic delivery was made from, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedManifest {
    /// The seed.
    pub seed: u64,
    /// The scale, in millionths of 9.2 million rows.
    pub scale_ppm: u64,
    /// The day of the delivery.
    pub as_of: Date,
    /// The digest of the catalog that it was made for.
    pub catalog: Digest,
    /// All files beside the manifest, by path.
    pub files: Vec<SeedFile>,
    /// Whom to ask about.
    pub examples: Examples,
}

/// A delivery is not the synthetic one that its manifest tells of.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The manifest has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The manifest is not one.
    #[error("`{}` is not a seed manifest: {reason}", path.display())]
    Malformed {
        /// The manifest.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A file that the manifest lists is not there.
    #[error("the synthetic delivery lacks `{}`, which its manifest lists", .0.display())]
    Absent(PathBuf),
    /// A file is there that the manifest does not list.
    #[error("`{}` does not belong to the synthetic delivery: its manifest does not list it", .0.display())]
    Unlisted(PathBuf),
    /// A file is not the one that was synthesised.
    #[error("`{}` was changed after it was synthesised", .0.display())]
    Changed(PathBuf),
}

impl SeedManifest {
    /// Reads the manifest of the delivery in `dir`; `None` where it has none.
    pub fn read(dir: &Path) -> Result<Option<Self>, SeedError> {
        let path = dir.join(MANIFEST_FILE);
        let text = match read_text(&path) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let wire: Result<Wire, String> = read_json(text.as_bytes()).map_err(|error| error.to_string());
        let manifest = wire.and_then(Self::from_wire);
        manifest.map(Some).map_err(|reason| SeedError::Malformed { path, reason })
    }

    /// Writes the manifest into `dir`.
    pub(super) fn write(&self, dir: &Path) -> Result<(), SeedError> {
        let mut bytes = canonical_json(&self.to_wire())?;
        bytes.push(b'\n');
        Ok(write_atomic(&dir.join(MANIFEST_FILE), &bytes, Durable::Shared)?)
    }

    /// Checks that `dir` holds the listed files, to the byte, and no other.
    pub fn verify_files(&self, dir: &Path) -> Result<(), SeedError> {
        let mut listed: BTreeMap<&str, &SeedFile> = self.files.iter().map(|file| (file.path.as_str(), file)).collect();
        for relative in delivered(dir)? {
            let path = dir.join(&relative);
            match listed.remove(relative.as_str()) {
                Some(file) if is_whole(&path, file)? => {}
                Some(_) => return Err(SeedError::Changed(path)),
                None => return Err(SeedError::Unlisted(path)),
            }
        }
        match listed.into_keys().next() {
            Some(relative) => Err(SeedError::Absent(dir.join(relative))),
            None => Ok(()),
        }
    }

    fn to_wire(&self) -> Wire {
        let file =
            |file: &SeedFile| WireFile { path: file.path.clone(), bytes: file.bytes, sha256: file.sha256.to_string() };
        Wire {
            format: FORMAT,
            seed: WireInteger::Number(self.seed),
            scale_ppm: WireInteger::Number(self.scale_ppm),
            as_of: self.as_of.to_string(),
            catalog: self.catalog.to_string(),
            files: self.files.iter().map(file).collect(),
            examples: self.examples.all().map(|(name, unit)| (name.to_owned(), unit.to_string())).collect(),
        }
    }

    fn from_wire(wire: Wire) -> Result<Self, String> {
        if wire.format != FORMAT {
            return Err(format!("its format is {}, and this engine knows {FORMAT}", wire.format));
        }
        let files: Result<Vec<SeedFile>, String> = wire.files.into_iter().map(SeedFile::from_wire).collect();
        let files = files?;
        if !files.is_sorted_by(|one, next| one.path < next.path) {
            return Err("its files are not sorted by path, or one stands there twice".to_owned());
        }
        Ok(Self {
            seed: wire.seed.value()?,
            scale_ppm: wire.scale_ppm.value()?,
            as_of: wire.as_of.parse().map_err(|_| format!("`{}` is no date", wire.as_of.escape_debug()))?,
            catalog: digest(&wire.catalog)?,
            files,
            examples: read_examples(&wire.examples)?,
        })
    }
}

fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|error: crate::model::DigestError| error.to_string())
}

/// The files in `dir`, folders below it included, by path; without the manifest.
pub(super) fn delivered(dir: &Path) -> Result<Vec<String>, SeedError> {
    let mut files = Vec::new();
    gather(dir, "", DEPTH_MAX, &mut files)?;
    files.retain(|path| path != MANIFEST_FILE);
    files.sort();
    Ok(files)
}

fn gather(dir: &Path, below: &str, depth: usize, files: &mut Vec<String>) -> Result<(), SeedError> {
    for path in list_dir(dir)? {
        // A name that is no text cannot be one of ours: it is kept, mangled, and found unlisted.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let relative = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
        if depth > 0 && path.is_dir() {
            gather(&path, &relative, depth - 1, files)?;
        } else {
            files.push(relative);
        }
    }
    Ok(())
}

fn is_whole(path: &Path, file: &SeedFile) -> Result<bool, FileError> {
    let failed = |source| FileError { action: "read", path: path.to_owned(), source };
    let mut opened = File::open(path).map_err(failed)?;
    if opened.metadata().map_err(failed)?.len() != file.bytes {
        return Ok(false);
    }
    let mut hasher = Hasher::new();
    io::copy(&mut opened, &mut hasher).map_err(failed)?;
    Ok(hasher.finish() == file.sha256)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: u64,
    seed: WireInteger,
    scale_ppm: WireInteger,
    as_of: String,
    catalog: String,
    files: Vec<WireFile>,
    examples: WireExamples,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFile {
    path: String,
    bytes: u64,
    sha256: String,
}

/// By name; all of them, and no other.
type WireExamples = BTreeMap<String, String>;

fn read_examples(wire: &WireExamples) -> Result<Examples, String> {
    let unit = |kind, name: &str| {
        let text = wire.get(name).ok_or_else(|| format!("it has no example `{name}`"))?;
        UnitId::parse(kind, text).map_err(|error| error.to_string())
    };
    if let Some(name) = wire.keys().find(|name| !Examples::NAMES.contains(&name.as_str())) {
        return Err(format!("it has an example `{}` that this engine does not know", name.escape_debug()));
    }
    let failing = unit(UnitKind::Enterprise, "failing")?;
    let mut cast = [failing; EXAMPLES.len()];
    for (place, (name, part)) in cast.iter_mut().zip(EXAMPLES) {
        *place = unit(if part.is_some() { UnitKind::Person } else { UnitKind::Enterprise }, name)?;
    }
    Ok(Examples {
        healthy: unit(UnitKind::Enterprise, "healthy")?,
        representative: unit(UnitKind::Person, "representative")?,
        supervisor: unit(UnitKind::Person, "supervisor")?,
        failing,
        failing_representative: unit(UnitKind::Person, "failing-representative")?,
        cast,
    })
}

/// Canonical JSON writes integers beyond 2⁵³ as strings.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WireInteger {
    Number(u64),
    Text(String),
}

impl WireInteger {
    fn value(self) -> Result<u64, String> {
        match self {
            Self::Number(value) => Ok(value),
            Self::Text(text) => text.parse().map_err(|_| format!("`{}` is no integer", text.escape_debug())),
        }
    }
}

impl SeedFile {
    fn from_wire(wire: WireFile) -> Result<Self, String> {
        Ok(Self { sha256: digest(&wire.sha256)?, path: wire.path, bytes: wire.bytes })
    }
}
