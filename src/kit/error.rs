//! Why a guest was not built.

use std::path::PathBuf;

use super::language::Language;
use super::tool::MissingTool;
use crate::env::FileError;
use crate::guest::InspectError;

/// A guest was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A tool is not here.
    #[error(transparent)]
    Missing(#[from] MissingTool),
    /// A tool that is here could not be started.
    #[error("`{tool}` could not be started: {error}")]
    Start {
        /// Which.
        tool: String,
        /// What the system said.
        error: String,
    },
    /// A tool failed; what it says of it stands on standard error.
    #[error("the guest does not build: `{tool}` says above why")]
    Failed {
        /// Which.
        tool: String,
    },
    /// The build made no module.
    #[error("the build made no `.wasm`: is the crate a `cdylib`?")]
    NoModule,
    /// The folder is no guest's.
    #[error("`{}` has neither guest.toml nor Cargo.toml: name a guest's folder", .0.display())]
    NoProject(PathBuf),
    /// What was built is no guest.
    #[error(transparent)]
    Guest(#[from] InspectError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// This program cannot build guests of the language.
    #[error("guests in `{}` cannot be built by this version", .0.word())]
    Language(Language),
}
