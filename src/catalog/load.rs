//! Reads a folder of catalog files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    /// The files, as they were read.
    texts: BTreeMap<String, String>,
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

/// One catalog file, looked at by itself.
#[derive(Debug)]
pub struct CheckedFile {
    /// The file.
    pub path: PathBuf,
    /// Its dataset, or all that is wrong with it.
    pub dataset: Result<Dataset, CatalogError>,
}

/// Looks at each file by itself, and at every `*.toml` of each folder: one that cannot be used hides no other.
pub fn check_files(paths: &[PathBuf]) -> Result<Vec<CheckedFile>, CatalogError> {
    let mut checked = Vec::new();
    for path in paths {
        let files = if path.is_dir() { catalog_files(path)? } else { vec![path.clone()] };
        if files.is_empty() {
            return Err(CatalogError::Empty(path.display().to_string()));
        }
        checked.extend(files.into_iter().map(|path| {
            let dataset = read_text(&path).map_err(CatalogError::from).and_then(|text| {
                let document = Document::new(path.display().to_string(), text);
                let checked = check_file(&path, &document).map_err(|error| CatalogError::Documents(vec![error]))?;
                Ok(checked.0)
            });
            CheckedFile { path, dataset }
        }));
    }
    Ok(checked)
}

/// Looks at the text of a file that is not written yet and would be called `path`.
pub fn check_text(path: &str, text: &str) -> Result<Dataset, CatalogError> {
    let checked = check_file(Path::new(path), &Document::new(path, text));
    Ok(checked.map_err(|error| CatalogError::Documents(vec![error]))?.0)
}

/// How a dataset is delivered where nobody may know how its department does: as the twin is written.
const NEUTRAL_SOURCE: &str = r#"
[source]
kind = "csv"
files = "{name}/*.csv"
encoding = "utf-8"
dates = ["%Y-%m-%d"]
missing = [""]
on_bad_id = "reject"
"#;

/// The text of a dataset's file for somebody outside: what it says of the data, written anew, without comments, and without
/// where and how the department delivers it.
pub fn public_text(name: &str, text: &str) -> Result<String, CatalogError> {
    let path = format!("{name}.toml");
    let plain = Document::new(path.as_str(), text).plain(&["source"]);
    let plain = plain.map_err(|error| CatalogError::Documents(vec![error]))?;
    let public = plain + &NEUTRAL_SOURCE.replace("{name}", name);
    check_text(&path, &public)?;
    Ok(public)
}

/// A dataset whose file is called as it is.
fn check_file(path: &Path, document: &Document) -> Result<(Dataset, serde_json::Value), DocumentError> {
    let (dataset, value) = check(document)?;
    if path.file_stem().is_none_or(|stem| stem != dataset.name.as_str()) {
        let mistake = Mistake::FileName(dataset.name.clone());
        return Err(document.error(vec![Finding::whole(mistake)]));
    }
    Ok((dataset, value))
}

fn catalog_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = list_dir(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    Ok(files)
}

impl Catalog {
    /// Reads every `*.toml` of `folder`; a file's name must be its dataset's.
    pub fn load(folder: &Path) -> Result<Self, CatalogError> {
        let mut datasets = BTreeMap::new();
        let (mut values, mut texts) = (BTreeMap::new(), BTreeMap::new());
        let mut errors = Vec::new();
        for path in catalog_files(folder)? {
            let text = read_text(&path)?;
            let document = Document::new(path.display().to_string(), text.clone());
            match check_file(&path, &document) {
                Err(error) => errors.push(error),
                Ok((dataset, value)) => {
                    texts.insert(dataset.name.clone(), text);
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
        Ok(Self { datasets, texts, sha256: digest_json(DigestKind::Catalog, &values)? })
    }

    /// A dataset by name.
    pub fn dataset(&self, name: &str) -> Option<&Arc<Dataset>> {
        self.datasets.get(name)
    }

    /// All datasets, by name.
    pub fn datasets(&self) -> impl Iterator<Item = &Arc<Dataset>> {
        self.datasets.values()
    }

    /// The files, as they were read, by dataset: for the archive.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The same catalog with other datasets of the same names.
    pub(super) fn map(self, change: impl Fn(Arc<Dataset>) -> Arc<Dataset>) -> Self {
        let datasets = self.datasets.into_iter().map(|(name, dataset)| (name, change(dataset)));
        Self { datasets: datasets.collect(), ..self }
    }

    /// The catalog's digest.
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }
}
