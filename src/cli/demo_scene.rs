//! What a demo can show: the policies built in, or those of a folder, each with its cases and its guest. Owns where a guest is
//! looked for, and what of a policy's file a demo changes; makes nothing.

use std::path::{Path, PathBuf};

use super::demo_problem::DemoProblem;
use super::error::CliError;
use super::files::text;
use super::guest::read_guest;
use super::policy_place::{ACCOUNTS_FILE, POLICY_FILE, read_accounts};
use super::policy_test::guest_files;
use super::problem::FileProblem;
use crate::catalog::Catalog;
use crate::document::{Document, did_you_mean};
use crate::env::{TemporaryDir, list_dir, program};
use crate::job::{unpack_catalog, unpack_policies};
use crate::keys::sha256;
use crate::model::{Bilingual, Digest, Pace};
use crate::policy::{Accounts, Guests, Policy, check_policy};
use crate::workbench::{CASES_FILE, Case, Cases, chosen};

/// Where guests are looked for in the folder that one stands in: as the project builds them, as the tarball has them.
const GUEST_FOLDERS: [&str; 2] = ["target/guests", "guests"];
/// The project's guests, as sources: where they are, they can be built.
const SOURCES: &str = "sandbox-guests";

/// Policies that can be shown.
pub struct Shelf {
    folder: PathBuf,
    catalog: Catalog,
    /// Where the policies built in were unpacked, as long as they are needed.
    _unpacked: Option<TemporaryDir>,
}

/// A policy with its cases.
pub struct Scenario {
    /// The policy, as its file has it.
    pub policy: Policy,
    /// Its file, to the byte.
    pub text: String,
    /// Its cases.
    pub cases: Cases,
    /// What its clients may spend.
    pub accounts: Accounts,
}

impl Shelf {
    /// The policies in `folder`, or those built in.
    pub fn open(folder: Option<&Path>) -> Result<Self, CliError> {
        let catalog = unpack_catalog().map_err(CliError::failed)?;
        if let Some(folder) = folder {
            if !folder.is_dir() {
                return Err(CliError::wrong(DemoProblem::NoFolder(folder.to_owned())));
            }
            return Ok(Self { folder: folder.to_owned(), catalog, _unpacked: None });
        }
        let unpacked = TemporaryDir::new().map_err(CliError::failed)?;
        let folder = unpacked.path().join("policies");
        unpack_policies(&folder)?;
        Ok(Self { folder, catalog, _unpacked: Some(unpacked) })
    }

    /// All of them: ids with titles.
    pub fn all(&self) -> Result<Vec<(String, Bilingual)>, CliError> {
        let folders = list_dir(&self.folder)?.into_iter().filter(|folder| folder.join(CASES_FILE).is_file());
        let one = |folder: PathBuf| {
            let (policy, _) = self.policy(&folder)?;
            Ok((policy.id, policy.title))
        };
        folders.map(one).collect()
    }

    /// The one of this name.
    pub fn scenario(&self, name: &str) -> Result<Scenario, CliError> {
        let folder = self.folder.join(name);
        // A name is one part of a path, and no way out of the folder.
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !is_plain || !folder.join(POLICY_FILE).is_file() {
            let known = self.all()?;
            let close = did_you_mean(name, known.iter().map(|(id, _)| id.as_str())).map(str::to_owned);
            return Err(CliError::wrong(DemoProblem::NoScenario { name: name.to_owned(), close, known }));
        }
        let (policy, text) = self.policy(&folder)?;
        let path = folder.join(CASES_FILE);
        if !path.is_file() {
            return Err(CliError::wrong(DemoProblem::NoCases(name.to_owned())));
        }
        let document = Document::new(format!("{name}/{CASES_FILE}"), super::files::text(&path)?);
        let cases = Cases::check(&document, &policy).map_err(CliError::failed)?;
        let accounts = read_accounts(&self.folder.join(ACCOUNTS_FILE))?;
        Ok(Scenario { policy, text, cases, accounts })
    }

    fn policy(&self, folder: &Path) -> Result<(Policy, String), CliError> {
        let file = folder.join(POLICY_FILE);
        let text = text(&file)?;
        let document = Document::new(file.display().to_string(), text.as_str());
        // The home is made for the machine: whether the slot holds there is seen there.
        let policy = check_policy(&document, &self.catalog, Pace::NONE).map_err(CliError::failed)?;
        Ok((policy, text))
    }
}

impl Scenario {
    /// The cases that are asked.
    pub fn asked(&self) -> Vec<&Case> {
        chosen(&self.cases, &self.policy, &self.accounts)
    }

    /// The guest that the cases ask: the file given, or the one of its name in the folder given, or where guests are built and
    /// packed.
    pub fn guest(&self, file: Option<&Path>, folder: Option<&Path>) -> Result<Vec<u8>, CliError> {
        let guest = &self.cases.guest;
        let beside = program().ok().and_then(|program| Some(program.parent()?.parent()?.join("guests")));
        let usual = GUEST_FOLDERS.iter().map(PathBuf::from).chain(beside);
        let folders: Vec<PathBuf> = folder.map_or_else(|| usual.collect(), |folder| vec![folder.to_owned()]);
        if let Some(gone) = folder.filter(|folder| !folder.is_dir()) {
            return Err(CliError::wrong(DemoProblem::NoFolder(gone.to_owned())));
        }
        let found = folders.iter().flat_map(|folder| guest_files(folder, guest)).find(|file| file.is_file());
        let file = file.map(Path::to_owned).or(found).ok_or_else(|| {
            let is_project = Path::new(SOURCES).join(guest).is_dir();
            let guest = guest.clone();
            CliError::wrong(match folder {
                Some(folder) => DemoProblem::NotThere { guest, folder: folder.to_owned() },
                None => DemoProblem::NoGuest { guest, is_project },
            })
        })?;
        let module = read_guest(&file)?;
        let digest = sha256(&module);
        match &self.policy.guests {
            Guests::Listed(listed) if !listed.contains(&digest) => {
                let (policy, digest) = (self.policy.id.clone(), digest.to_string());
                Err(CliError::wrong(DemoProblem::OtherGuest { policy, file, digest }))
            }
            _ => Ok(module),
        }
    }

    /// The first paragraph of the file's comment, where it begins with one: what the policy is for, in its author's words.
    pub fn opening(&self) -> Option<String> {
        let comment = self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
        let lines: Vec<&str> = comment.take_while(|line| !line.is_empty()).collect();
        (!lines.is_empty()).then(|| lines.join(" "))
    }
}

/// The policy's file, for this guest alone: its digest takes the place of `"any"`.
pub fn pinned(text: &str, guest: Digest, path: &Path) -> Result<String, CliError> {
    let one = |line: &str| match line.split_once('=') {
        Some((name, value)) if name.trim_end() == "guests" && value.trim_start().starts_with("\"any\"") => {
            format!("{name}= {}\n", value.trim_start().replacen("\"any\"", &format!("[\"{guest}\"]"), 1))
        }
        _ => format!("{line}\n"),
    };
    let pinned: String = text.lines().map(one).collect();
    match pinned.contains(&guest.to_string()) {
        true => Ok(pinned),
        false => Err(CliError::failure(FileProblem::DemoPolicy(path.to_owned()))),
    }
}

/// A file with another value of `key`, where a line sets it.
pub fn with_value(text: &str, key: &str, value: u64) -> String {
    let one = |line: &str| match line.split_once('=') {
        Some((name, _)) if name.trim_end() == key => format!("{key} = {value}                     # the demo's\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(one).collect()
}
