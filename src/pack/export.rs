//! Export: what of a home a bank may have. Nothing is copied: every file is written anew from what was checked, or is the
//! program's own. So neither a stray file nor a comment, and nothing of how departments deliver, can go along.

use std::path::{Path, PathBuf};

use super::archive::{read_archive, write_archive};
use super::error::PackError;
use super::import::check_usable;
use super::manifest::{Files, PackManifest};
use super::place::{CATALOG, POLICIES, WIT, is_known};
use super::seeds::{SEEDS_FILE, seeds_text};
use crate::catalog::{Catalog, public_text};
use crate::config::Config;
use crate::data::synth::SynthOptions;
use crate::document::Document;
use crate::env::weaken::{self, Weakness};
use crate::env::{Clock, read_text};
use crate::job::shipped_policy_file;
use crate::keys::sha256;
use crate::model::{Digest, Pace};
use crate::policy::{
    ACCOUNTS_FILE, APPROVALS_FOLDER, ApprovalTrust, POLICY_FILE, Policy, PolicySet, accounts_of_client,
    canonical_policy, check_policy,
};
use crate::workbench::{CASES_FILE, Cases};

/// What guests are written against; the only copy is the one that the engine is built from.
const WIT_TEXT: &str = include_str!("../../sandbox-guests/wit/sandbox.wit");
const WIT_FILE: &str = "sandbox.wit";

/// What to export, and for whom.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The home.
    pub home: PathBuf,
    /// The client that gets it.
    pub client: String,
    /// The invented city.
    pub seeds: SynthOptions,
}

/// What stays behind, for the operator to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// A policy that lacks approvals.
    Unapproved(String),
    /// A policy that does not name the client.
    Foreign(String),
    /// The cases of a policy: they are not the program's own, and name an identifier or a file of rows.
    Cases(String),
    /// Cases that are not right.
    BadCases(String),
}

/// A pack that was made.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The archive.
    pub bytes: Vec<u8>,
    /// Its digest.
    pub digest: Digest,
    /// What it is made of.
    pub manifest: PackManifest,
    /// The policies in it.
    pub policies: Vec<String>,
    /// What stayed behind.
    pub left_out: Vec<LeftOut>,
}

/// Makes a pack of a home. The same home, client and seeds give the same bytes for as long as the same approvals hold.
pub fn export(options: &ExportOptions, clock: &Clock) -> Result<Exported, PackError> {
    let config = Config::load(&options.home)?;
    let catalog = Catalog::load(&config.catalog)?;
    let trust = ApprovalTrust { needed: config.approvals_needed, auditors: config.auditors(), now: clock.now() };
    let set = PolicySet::load(&config.policies, &catalog, config.pace, &trust)?;
    let mut files = Files::new();
    for (name, text) in catalog.texts() {
        let public = if copied() { text.to_owned() } else { public_text(name, text)? };
        put(&mut files, &format!("{CATALOG}/{name}.toml"), public.as_bytes())?;
    }
    let (mut policies, mut left_out) = (Vec::new(), Vec::new());
    for policy in set.policies() {
        if !policy.clients.contains(&options.client) {
            left_out.push(LeftOut::Foreign(policy.id.clone()));
            continue;
        }
        let text = set.texts().find(|(digest, _)| *digest == policy.sha256).map(|(_, text)| text).unwrap_or_default();
        put_policy(&mut files, policy, text, &catalog)?;
        let folder = config.policies.join(&policy.id);
        for (digest, token) in trust.tokens(&folder.join(APPROVALS_FOLDER), policy.sha256)? {
            let path = format!("{POLICIES}/{}/{APPROVALS_FOLDER}/{}.jws", policy.id, short(digest));
            put(&mut files, &path, format!("{token}\n").as_bytes())?;
        }
        left_out.extend(put_cases(&mut files, policy, &folder)?);
        policies.push(policy.id.clone());
    }
    left_out.extend(set.unapproved().iter().map(|id| LeftOut::Unapproved(id.clone())));
    if policies.is_empty() {
        let known = set.policies().flat_map(|policy| policy.clients.iter().cloned());
        let known = known.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        return Err(PackError::NoClient { client: options.client.clone(), known });
    }
    put_accounts(&mut files, &config.policies.join(ACCOUNTS_FILE), &options.client)?;
    put(&mut files, &format!("{WIT}/{WIT_FILE}"), WIT_TEXT.as_bytes())?;
    put(&mut files, SEEDS_FILE, seeds_text(&options.seeds).as_bytes())?;
    let manifest = PackManifest::of(&files, &options.client);
    let bytes = write_archive(&files, &manifest.bytes()?).map_err(PackError::Archive)?;
    // Whoever gets it reads it so: what could not be taken in is not given out.
    let mut read = read_archive(&bytes)?;
    PackManifest::take(&mut read)?;
    check_usable(&read)?;
    Ok(Exported { digest: sha256(&bytes), bytes, manifest, policies, left_out })
}

/// Whether files go along as they lie in the home: in an engine that was weakened so.
fn copied() -> bool {
    weaken::on(Weakness::PackCopied)
}

fn put(files: &mut Files, path: &str, bytes: &[u8]) -> Result<(), PackError> {
    if !is_known(path) {
        return Err(PackError::Path(path.to_owned()));
    }
    files.insert(path.to_owned(), bytes.to_vec());
    Ok(())
}

/// The first characters of a digest: enough for a name that no other approval has.
fn short(digest: Digest) -> String {
    digest.hex().chars().take(16).collect()
}

/// The policy as its approvals have it: its canonical form, which has its digest.
fn put_policy(files: &mut Files, policy: &Policy, text: &str, catalog: &Catalog) -> Result<(), PackError> {
    let path = format!("{POLICIES}/{}/{POLICY_FILE}", policy.id);
    if copied() {
        return put(files, &path, text.as_bytes());
    }
    let public = canonical_policy(&Document::new(path.as_str(), text))?;
    match check_policy(&Document::new(path.as_str(), public.as_str()), catalog, Pace::NONE) {
        Ok(again) if again.sha256 == policy.sha256 => put(files, &path, public.as_bytes()),
        _ => Err(PackError::Rewritten(path)),
    }
}

fn put_accounts(files: &mut Files, path: &Path, client: &str) -> Result<(), PackError> {
    let document = Document::new(path.display().to_string(), read_text(path)?);
    let own = accounts_of_client(&document, client)?.ok_or_else(|| PackError::NoQuota(client.to_owned()))?;
    let text = if copied() { document.text } else { own };
    put(files, &format!("{POLICIES}/{ACCOUNTS_FILE}"), text.as_bytes())
}

/// A file that the guest kit brings along for its policies.
fn kit_policy_file(path: &str) -> Option<&'static [u8]> {
    crate::kit::policies().into_iter().find(|file| file.path == path).map(|file| file.bytes)
}

/// Where the program has files of policies: its own, and those of the guest kit.
const SHIPPED: [fn(&str) -> Option<&'static [u8]>; 2] = [shipped_policy_file, kit_policy_file];

/// The policy's cases. Those that the program brings along go with their rows, from the program. What a home wrote stays
/// behind: its titles, clients, identifiers and rows may be anybody's.
fn put_cases(files: &mut Files, policy: &Policy, folder: &Path) -> Result<Option<LeftOut>, PackError> {
    let id = &policy.id;
    let path = folder.join(CASES_FILE);
    if !path.is_file() {
        return Ok(None);
    }
    let document = Document::new(path.display().to_string(), read_text(&path)?);
    let Ok(cases) = Cases::check(&document, policy) else { return Ok(Some(LeftOut::BadCases(id.clone()))) };
    let to = format!("{POLICIES}/{id}/{CASES_FILE}");
    let is_source =
        |of: &fn(&str) -> Option<&'static [u8]>| of(&format!("{id}/{CASES_FILE}")) == Some(document.text.as_bytes());
    if let Some(shipped) = SHIPPED.into_iter().find(is_source) {
        put(files, &to, document.text.as_bytes())?;
        for file in cases.row_files() {
            if let Some(rows) = shipped(&format!("{id}/{file}")) {
                put(files, &format!("{POLICIES}/{id}/{file}"), rows)?;
            }
        }
        return Ok(None);
    }
    // A case's titles, texts and clients may say anything: what a home wrote itself stays there.
    Ok(Some(LeftOut::Cases(id.clone())))
}
