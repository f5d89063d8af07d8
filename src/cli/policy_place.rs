//! Where the policies are that a command is about: a home, or a folder of policies without one. Decides nothing.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CliError;
use super::files::text;
use super::problem::{AskProblem, FileProblem};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::document::{Document, did_you_mean};
use crate::env::list_dir;
use crate::guest::read_description;
use crate::job::{HomePaths, unpack_catalog};
use crate::ledger::LedgerReader;
use crate::model::{Digest, Manifest, Pace};
pub(super) use crate::policy::{ACCOUNTS_FILE, POLICY_FILE};
use crate::policy::{Accounts, Policy, check_policy_file};

/// `--home` or `--policies`.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct PlaceArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// A folder of policies instead of a home's; the catalog is the one built in
    #[arg(long, value_name = "FOLDER")]
    pub policies: Option<PathBuf>,
}

/// Policies and what they are checked against.
pub struct Place {
    /// The policies' folder.
    pub folder: PathBuf,
    /// The catalog.
    pub catalog: Catalog,
    /// The home's configuration, where it is a home.
    pub config: Option<Config>,
    pace: Pace,
}

impl PlaceArgs {
    /// Reads what is needed of the place.
    pub fn open(&self) -> Result<Place, CliError> {
        match (&self.home, &self.policies) {
            (Some(home), _) => Place::of_home(home),
            (None, folder) => {
                let catalog = unpack_catalog().map_err(CliError::failed)?;
                Ok(Place::of_folder(folder.clone().unwrap_or_default(), catalog))
            }
        }
    }
}

impl Place {
    /// A home's policies.
    pub fn of_home(home: &Path) -> Result<Self, CliError> {
        let config = Config::load(home)?;
        let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
        Ok(Self { folder: config.policies.clone(), catalog, pace: config.pace, config: Some(config) })
    }

    /// A folder of policies without a home.
    pub const fn of_folder(folder: PathBuf, catalog: Catalog) -> Self {
        Self { folder, catalog, config: None, pace: Pace::ASSUMED }
    }

    /// The policy `id`, in force or not, and its folder.
    pub fn policy(&self, id: &str) -> Result<(Policy, PathBuf), CliError> {
        let place = self.config.as_ref().map_or(&self.folder, |config| &config.home);
        let folder = find(&self.folder, place, id)?;
        Ok((self.read(&folder)?, folder))
    }

    /// The folder of the policy `id` among the policies in `folder`, a home's or not.
    pub fn find(folder: &Path, home: Option<&Path>, id: &str) -> Result<PathBuf, CliError> {
        find(folder, home.unwrap_or(folder), id)
    }

    /// All policies with their folders.
    pub fn all(&self) -> Result<Vec<(Policy, PathBuf)>, CliError> {
        folders(&self.folder)?.into_iter().map(|folder| Ok((self.read(&folder)?, folder))).collect()
    }

    fn read(&self, folder: &Path) -> Result<Policy, CliError> {
        let policy = read_policy(&folder.join(POLICY_FILE), &self.catalog, self.pace)?;
        match folder.file_name().is_some_and(|name| name == policy.id.as_str()) {
            true => Ok(policy),
            false => Err(CliError::failure(FileProblem::PolicyName { folder: folder.to_owned(), id: policy.id })),
        }
    }

    /// The accounts.
    pub fn accounts(&self) -> Result<Accounts, CliError> {
        read_accounts(&self.folder.join(ACCOUNTS_FILE))
    }
}

/// The folder of the policy `id` below `folder`, which belongs to `place`.
fn find(folder: &Path, place: &Path, id: &str) -> Result<PathBuf, CliError> {
    let folders = folders(folder)?;
    let name = |folder: &PathBuf| Some(folder.file_name()?.to_str()?.to_owned());
    if let Some(found) = folders.iter().find(|folder| name(folder).as_deref() == Some(id)) {
        return Ok(found.clone());
    }
    let ids: Vec<String> = folders.iter().filter_map(name).collect();
    let close = did_you_mean(id, ids.iter().map(String::as_str)).map(str::to_owned);
    Err(CliError::misuse(AskProblem::NoPolicy { place: place.to_owned(), id: id.to_owned(), close, known: ids }))
}

fn folders(policies: &Path) -> Result<Vec<PathBuf>, CliError> {
    Ok(list_dir(policies)?.into_iter().filter(|folder| folder.join(POLICY_FILE).is_file()).collect())
}

/// The policy `id` of a home, in force or not.
pub fn home_policy(home: &Path, config: &Config, catalog: &Catalog, id: &str) -> Result<Policy, CliError> {
    read_policy(&find(&config.policies, home, id)?.join(POLICY_FILE), catalog, config.pace)
}

/// The guests that are registered with a home, and what they read. What no guest reads of
/// what is granted can be taken out.
pub fn home_guests(config: &Config) -> Result<Vec<(Digest, Manifest)>, CliError> {
    let reader = LedgerReader::open(&HomePaths::new(&config.home).store()).map_err(CliError::failed)?;
    let rows = reader.audit_guests().map_err(CliError::failed)?;
    Ok(rows.into_iter().filter_map(|row| Some((row.digest, read_description(&row.manifest)?))).collect())
}

/// The policy in a file.
pub fn read_policy(path: &Path, catalog: &Catalog, pace: Pace) -> Result<Policy, CliError> {
    // Read before it is checked: a file that is not there is said in the reader's language.
    text(path)?;
    check_policy_file(path, catalog, pace).map_err(CliError::failed)
}

/// The accounts in a file.
pub fn read_accounts(path: &Path) -> Result<Accounts, CliError> {
    Accounts::check(&Document::new(path.display().to_string(), text(path)?)).map_err(CliError::failed)
}
