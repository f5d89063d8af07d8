//! `anshi guest build`: a project of the kit, or a plain folder of cargo's, made into a component.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::files::{check_new, write};
use super::guest::read_guest;
use super::guest_words::GuestMessage;
use super::terminal::Terminal;
use crate::env::Durable;
use crate::keys::sha256;
use crate::kit::{self, BuildError, Project};

/// Arguments of `anshi guest build`.
#[derive(Args)]
pub struct BuildArgs {
    /// The guest's folder, with its guest.toml or its Cargo.toml
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Where to write the component (default: beside the build's output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a file that is there and no guest
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub fn build_command(args: &BuildArgs, terminal: &Terminal) -> Result<(), CliError> {
    // To build anew is what it is for: an earlier guest gives way.
    let earlier = |path: &PathBuf| read_guest(path).is_ok();
    check_new(args.out.iter().filter(|path| !earlier(path)), args.force)?;
    let (path, component) = build(&args.folder, args.out.as_deref(), terminal)?;
    let digest = sha256(&component);
    let bytes = component.len() as u64;
    terminal.say(GuestMessage::Built { path: path.display().to_string(), bytes, digest: digest.to_string() });
    terminal.result(&json!({ "path": path.display().to_string(), "bytes": bytes, "guest": digest.to_string() }));
    Ok(())
}

/// Builds a guest; gives the component's path and bytes.
pub fn build(folder: &Path, out: Option<&Path>, terminal: &Terminal) -> Result<(PathBuf, Vec<u8>), CliError> {
    let built = {
        let _waiting = terminal.waiting(GuestMessage::Building);
        if Project::is_at(folder) {
            kit::build(&Project::read(folder).map_err(CliError::failed)?)
        } else {
            kit::build_cargo(folder)
        }
    };
    let built = built.map_err(|error| match error {
        BuildError::NoProject(_) => CliError::wrong(error),
        BuildError::File(error) => error.into(),
        other => CliError::failed(other),
    })?;
    let path = out.map_or(built.place, Path::to_owned);
    write(&path, &built.component, Durable::Shared)?;
    Ok((path, built.component))
}
