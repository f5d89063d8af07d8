//! Reading a revision of the git repository around the working folder: commits, trees and blobs by their ids, through `git` as
//! a child. Nothing of a repository is run: no hook, no filter, no external diff; objects come as they are stored.

use super::desk_words::GitProblem;
use super::error::CliError;
use crate::env::run_git;

/// The largest file that is read.
const BLOB_BYTES_MAX: u64 = 16 << 20;
/// How git ends where something is not there.
const NOT_THERE: i32 = 1;

/// A commit of the repository around the working folder.
pub struct Commit {
    id: String,
}

/// A stored file or folder.
pub struct Object {
    id: String,
    /// Whether it is a folder.
    pub is_tree: bool,
}

impl Commit {
    /// The commit that `revision` names.
    pub fn find(revision: &str) -> Result<Self, CliError> {
        let strange = revision.is_empty() || revision.starts_with('-') || revision.chars().any(char::is_control);
        // What names a file of a revision, or searches messages, is no revision.
        if strange || revision.contains(':') {
            return Err(CliError::wrong(GitProblem::NotARevision(revision.to_owned())));
        }
        let wanted = format!("{revision}^{{commit}}");
        match resolve(&wanted)? {
            Some(id) => Ok(Self { id }),
            None => Err(CliError::wrong(GitProblem::NoRevision(revision.to_owned()))),
        }
    }

    /// What lies at `path` in it: from the repository's root, or from the working folder where it begins with `./`.
    pub fn at(&self, path: &str) -> Result<Option<Object>, CliError> {
        object(&self.id, path)
    }
}

impl Object {
    /// What lies in the folder at `path`.
    pub fn at(&self, path: &str) -> Result<Option<Self>, CliError> {
        object(&self.id, path)
    }

    /// The names of what lies directly in the folder.
    pub fn names(&self) -> Result<Vec<String>, CliError> {
        let listed = git(&["ls-tree", "--full-tree", "-z", "--name-only", &self.id])?;
        let names = listed.unwrap_or_default();
        let names = names.split(|byte| *byte == 0).filter_map(|name| String::from_utf8(name.to_vec()).ok());
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    /// The text of the file, to the byte.
    pub fn text(&self) -> Result<String, CliError> {
        let failed = || CliError::failed(GitProblem::NotText);
        let size = git(&["cat-file", "-s", &self.id])?.unwrap_or_default();
        let size: u64 = String::from_utf8_lossy(&size).trim().parse().map_err(|_| failed())?;
        if size > BLOB_BYTES_MAX {
            return Err(failed());
        }
        // No filter and no text conversion of the repository's applies to this form.
        let bytes = git(&["cat-file", "blob", &self.id])?.ok_or_else(failed)?;
        String::from_utf8(bytes).map_err(|_| failed())
    }
}

fn object(root: &str, path: &str) -> Result<Option<Object>, CliError> {
    if path.chars().any(char::is_control) {
        return Ok(None);
    }
    let Some(id) = resolve(&format!("{root}:{path}"))? else { return Ok(None) };
    let kind = git(&["cat-file", "-t", &id])?.unwrap_or_default();
    match String::from_utf8_lossy(&kind).trim() {
        "tree" => Ok(Some(Object { id, is_tree: true })),
        "blob" => Ok(Some(Object { id, is_tree: false })),
        _ => Ok(None),
    }
}

/// The id of what `name` names; `None` where there is no such thing.
fn resolve(name: &str) -> Result<Option<String>, CliError> {
    let id = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", name])?;
    let id = id.map(|id| String::from_utf8_lossy(&id).trim().to_owned());
    // An id is all that is handed on: nothing of it can be taken for an option.
    Ok(id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

/// What git prints; `None` where what was asked for is not there.
fn git(arguments: &[&str]) -> Result<Option<Vec<u8>>, CliError> {
    let output = run_git(arguments).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CliError::failed(GitProblem::Absent),
        _ => CliError::failed(error),
    })?;
    match output.code {
        Some(0) => Ok(Some(output.stdout)),
        Some(NOT_THERE) => Ok(None),
        _ => Err(CliError::failed(GitProblem::Failed(output.stderr.trim().to_owned()))),
    }
}
