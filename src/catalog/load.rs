//! Reads a folder of catalog files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::check::check;
use super::mistake::Mistake;
use super::schema::Dataset;
use crate::document::{Document, DocumentError, Finding};
use crate::env::{FileError, list_dir, read_text};
use crate::keys::{CanonicalError, DigestKind, digest_json};
use crate::model::Digest;

/// All datasets.
#[derive(Clone, Debug)]
pub struct Catalog {
    datasets: BTreeMap<String, Arc<Dataset>>,
    sha256: Digest,
}

/// A catalog cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Files have mistakes; all of them are listed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Documents(Vec<DocumentError>),
    /// The digest cannot be made.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Nothing there.
    #[error("`{0}` has no catalog: a folder with one TOML file for each dataset is needed")]
    Empty(String),
}

impl Catalog {
    /// Reads every `*.toml` of `folder`; a file's name must be its dataset's.
    pub fn load(folder: &Path) -> Result<Self, CatalogError> {
        let mut datasets = BTreeMap::new();
        let mut values = BTreeMap::new();
        let mut errors = Vec::new();
        for path in list_dir(folder)? {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let document = Document::new(path.display().to_string(), read_text(&path)?);
            match check(&document) {
                Err(error) => errors.push(error),
                Ok((dataset, value)) => {
                    if path.file_stem().is_none_or(|stem| stem != dataset.name.as_str()) {
                        let mistake = Mistake::FileName(dataset.name.clone());
                        errors.push(document.error(vec![Finding::whole(mistake)]));
                    }
                    values.insert(dataset.name.clone(), value);
                    datasets.insert(dataset.name.clone(), Arc::new(dataset));
                }
            }
        }
        if !errors.is_empty() {
            return Err(CatalogError::Documents(errors));
        }
        if datasets.is_empty() {
            return Err(CatalogError::Empty(folder.display().to_string()));
        }
        Ok(Self { datasets, sha256: digest_json(DigestKind::Catalog, &values)? })
    }

    /// A dataset by name.
    pub fn dataset(&self, name: &str) -> Option<&Arc<Dataset>> {
        self.datasets.get(name)
    }

    /// All datasets, by name.
    pub fn datasets(&self) -> impl Iterator<Item = &Arc<Dataset>> {
        self.datasets.values()
    }

    /// The catalog's digest.
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }
}
