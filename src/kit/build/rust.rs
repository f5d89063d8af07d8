//! Rust, by cargo. A project of the kit has everything inside, so cargo is told to ask no network; a plain folder of cargo's is
//! built as its lock file says.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::project::Built;
use crate::env::read;
use crate::guest::{GUEST_BYTES_MAX, inspect};
use crate::kit::error::BuildError;
use crate::kit::project::Project;
use crate::kit::tool::{Looked, MissingTool, Tool};

const TARGET: &str = "wasm32-unknown-unknown";
const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
const INSTALL_TARGET: &str = "rustup target add wasm32-unknown-unknown";

/// What is made comes as JSON on standard output; what the compiler says goes to standard error, as it is.
const MESSAGES: &str = "--message-format=json-render-diagnostics";

/// One line of cargo's JSON.
#[derive(Deserialize)]
struct CargoMessage {
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds a project, offline.
pub(super) fn build(project: &Project) -> Result<Vec<u8>, BuildError> {
    module(&project.folder, &["--offline"]).map(|(_, module)| module)
}

/// Builds a folder that has a Cargo.toml and no `guest.toml`.
pub fn build_cargo(folder: &Path) -> Result<Built, BuildError> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(BuildError::NoProject(folder.to_owned()));
    }
    let (path, module) = module(folder, &[])?;
    Ok(Built { component: inspect(&module)?.component, place: path.with_extension("component.wasm") })
}

fn module(folder: &Path, more: &[&str]) -> Result<(PathBuf, Vec<u8>), BuildError> {
    let cargo = Tool::find(&["cargo"], INSTALL_RUST)?;
    check_target(folder)?;
    let mut arguments = vec!["build", "--release", "--locked", "--target", TARGET, MESSAGES, "--quiet"];
    arguments.extend(more);
    let printed = cargo.run(&arguments, folder)?;
    let lines = String::from_utf8_lossy(&printed);
    let files =
        lines.lines().filter_map(|line| serde_json::from_str::<CargoMessage>(line).ok()).flat_map(|m| m.filenames);
    let module =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")).reduce(|_, last| last);
    let module = module.ok_or(BuildError::NoModule)?;
    let bytes = read(&module, GUEST_BYTES_MAX as u64)?;
    Ok((module, bytes))
}

/// Whether the compiler that works in `folder` has the target. Where it does not say where it lives, cargo will say more.
fn check_target(folder: &Path) -> Result<(), BuildError> {
    let rustc = Tool::find(&["rustc"], INSTALL_RUST)?;
    let Some(printed) = rustc.try_run(&["--print", "sysroot"], folder)? else { return Ok(()) };
    let sysroot = PathBuf::from(String::from_utf8_lossy(&printed).trim());
    let place = sysroot.join("lib/rustlib").join(TARGET);
    if place.is_dir() {
        return Ok(());
    }
    Err(MissingTool { what: TARGET.to_owned(), looked: Looked::Place(place), install: INSTALL_TARGET.to_owned() }
        .into())
}
