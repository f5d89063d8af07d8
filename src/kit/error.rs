//! Why a project was not made, and a guest not built.

use std::path::PathBuf;

use super::language::{Language, ProjectWorld};
use super::name::ProjectNameError;
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

/// A project was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Its name is none.
    #[error(transparent)]
    Name(#[from] ProjectNameError),
    /// Something is in its place.
    #[error(
        "`{}` is there and not empty: name another folder with --dir, or have the kit's files in it written anew with --force",
        .0.display()
    )]
    There(PathBuf),
    /// A file stands where its folder should.
    #[error("`{}` is no folder", .0.display())]
    NoFolder(PathBuf),
    /// Bindings cannot be generated.
    #[error("the bindings cannot be generated: {0}")]
    Bindings(String),
    /// This program has no template for it.
    #[error("this version has no template for a `{}` in `{}`", .1.word(), .0.word())]
    Template(Language, ProjectWorld),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}
