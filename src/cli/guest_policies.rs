//! The policies that come with the program, laid out in a folder for as long as a command reads them. Decides nothing.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::guest_test_words::TestProblem;
use super::policy_place::POLICY_FILE;
use crate::document::did_you_mean;
use crate::env::{Durable, create_dir, list_dir, write_atomic};
use crate::job::unpack_policies;
use crate::kit;

/// Those that new homes begin with, and those of the guest kit.
const HOMES: &str = "home";
const KITS: &str = "kit";

/// Lays them out below `folder`; gives the folders of policies.
pub fn unpack_built_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let homes = folder.join(HOMES);
    unpack_policies(&homes).map_err(CliError::failed)?;
    let kits = folder.join(KITS);
    for file in kit::policies() {
        let path = kits.join(file.path);
        create_dir(path.parent().unwrap_or(&kits))?;
        write_atomic(&path, file.bytes, Durable::Shared)?;
    }
    Ok(vec![kits, homes])
}

/// The folder of the policy `id` among them; `folder` is where they are laid out.
pub fn find_built_in(folder: &Path, id: &str) -> Result<PathBuf, CliError> {
    let mut known = Vec::new();
    for policies in unpack_built_in(folder)? {
        for policy in list_dir(&policies)? {
            match policy.file_name().and_then(|name| name.to_str()) {
                Some(name) if name == id => return Ok(policy),
                name => known.extend(name.filter(|_| policy.join(POLICY_FILE).is_file()).map(str::to_owned)),
            }
        }
    }
    known.sort();
    let close = did_you_mean(id, known.iter().map(String::as_str)).map(str::to_owned);
    Err(CliError::wrong(TestProblem::UnknownPolicy { id: id.to_owned(), known, close }))
}
