//! The policies that come with the program, laid out in a folder for as long as a command reads them. Decides nothing.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::policy_place::Place;
use crate::job::unpack_policies;

/// Those that new homes begin with.
const HOMES: &str = "home";

/// Lays them out below `folder`; gives the folders of policies.
pub fn unpack_built_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let homes = folder.join(HOMES);
    unpack_policies(&homes).map_err(CliError::failed)?;
    Ok(vec![homes])
}

/// The folder of the policy `id` among them; `folder` is where they are laid out.
pub fn find_built_in(folder: &Path, id: &str) -> Result<PathBuf, CliError> {
    let mut failed = None;
    for policies in unpack_built_in(folder)? {
        match Place::find(&policies, None, id) {
            Ok(found) => return Ok(found),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or_else(|| Ok(folder.join(id)), Err)
}
