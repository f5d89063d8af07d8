//! A home's configuration, `anshi.toml`: what kind of home it is, whom it trusts, where its parts are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::env::{FileError, read_text};
use crate::keys::{PublicJwk, PublicKey, TokenKind, TrustedKey};
use crate::model::check_name;

/// The file's name in a home.
pub const CONFIG_FILE: &str = "anshi.toml";

/// What a home is, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeKind {
    /// Synthetic data alone; debug output; keys marked as test.
    Synthetic,
    /// Real data; no debug path.
    Production,
}

impl HomeKind {
    /// The word in TOML and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Production => "production",
        }
    }
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The home's folder.
    pub home: PathBuf,
    /// The home's kind.
    pub kind: HomeKind,
    /// The ledger's id: the audience of requests and consents, the issuer of receipts.
    pub ledger: String,
    /// Where clients reach the engine: what `htu` must begin with.
    pub public_url: String,
    /// The catalog's folder.
    pub catalog: PathBuf,
    /// The policies' folder.
    pub policies: PathBuf,
    /// The checkpoint mirror's folder.
    pub checkpoint_mirror: PathBuf,
    /// The calibrated worst case, in nanoseconds for 1,000 fuel.
    pub nanos_per_kilofuel: u64,
    /// How many approvals a policy needs.
    pub approvals_needed: u32,
    /// The auditors' keys.
    pub auditors: Vec<TrustedKey>,
    /// The clients' keys.
    pub clients: Vec<TrustedKey>,
    /// The consent authorities' keys.
    pub authorities: Vec<TrustedKey>,
}

/// A configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("`{}` is no home of Anshi: {error}\nhelp: make one with `anshi init --home {}`", home.display(), home.display())]
    File {
        /// The folder.
        home: PathBuf,
        /// Why.
        error: FileError,
    },
    /// It has mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    kind: Spanned<String>,
    ledger: Spanned<String>,
    public_url: Spanned<String>,
    catalog: String,
    policies: String,
    checkpoint_mirror: String,
    nanos_per_kilofuel: Spanned<u64>,
    #[serde(default)]
    approvals_needed: u32,
    #[serde(default)]
    auditor: Vec<RawKey>,
    #[serde(default)]
    client: Vec<RawKey>,
    #[serde(default)]
    authority: Vec<RawKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    id: Spanned<String>,
    key: PublicJwk,
}

impl Config {
    /// Reads `home/anshi.toml`.
    pub fn load(home: &Path) -> Result<Self, ConfigError> {
        let path = home.join(CONFIG_FILE);
        let text = read_text(&path).map_err(|error| ConfigError::File { home: home.to_owned(), error })?;
        let document = Document::new(path.display().to_string(), text);
        let raw: RawConfig = document.parse()?;
        let mut findings = Vec::new();
        let kind =
            [HomeKind::Synthetic, HomeKind::Production].into_iter().find(|kind| kind.word() == raw.kind.get_ref());
        if kind.is_none() {
            findings.push(Finding::at(raw.kind.span(), "`kind` is \"synthetic\" or \"production\""));
        }
        if *raw.nanos_per_kilofuel.get_ref() == 0 {
            findings.push(Finding::at(raw.nanos_per_kilofuel.span(), "fuel takes time: at least 1"));
        }
        let config = Self {
            home: home.to_owned(),
            kind: kind.unwrap_or(HomeKind::Production),
            ledger: raw.ledger.get_ref().clone(),
            public_url: raw.public_url.get_ref().clone(),
            catalog: home.join(&raw.catalog),
            policies: home.join(&raw.policies),
            checkpoint_mirror: home.join(&raw.checkpoint_mirror),
            nanos_per_kilofuel: *raw.nanos_per_kilofuel.get_ref(),
            approvals_needed: raw.approvals_needed,
            auditors: keys(&raw.auditor, TokenKind::Approval, &mut findings),
            clients: keys(&raw.client, TokenKind::Job, &mut findings),
            authorities: keys(&raw.authority, TokenKind::Consent, &mut findings),
        };
        check_owners(&raw, &mut findings);
        Ok(document.check(Some(config), findings)?)
    }

    /// Whether debug output may exist.
    pub fn is_synthetic(&self) -> bool {
        self.kind == HomeKind::Synthetic
    }
}

/// A key has one owner in one role: what it signs must not be taken for somebody else's word.
fn check_owners(raw: &RawConfig, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for entry in [&raw.auditor, &raw.client, &raw.authority].into_iter().flatten() {
        let Ok(key) = PublicKey::from_jwk(&entry.key) else { continue };
        let id = entry.id.get_ref();
        if let Some(earlier) = owners.insert(key.thumbprint().to_owned(), id) {
            let message =
                format!("the key of `{id}` is the key of `{earlier}` too: every key has one owner in one role");
            findings.push(Finding::at(entry.id.span(), message));
        }
    }
}

/// Every list of keys trusts its keys with one kind of token, and nothing else.
fn keys(raw: &[RawKey], kind: TokenKind, findings: &mut Vec<Finding>) -> Vec<TrustedKey> {
    let mut keys = Vec::with_capacity(raw.len());
    for entry in raw {
        if let Err(error) = check_name(entry.id.get_ref()) {
            findings.push(Finding::at(entry.id.span(), error.to_string()));
        }
        match PublicKey::from_jwk(&entry.key) {
            Ok(key) => keys.push(TrustedKey { owner: entry.id.get_ref().clone(), key, kinds: vec![kind] }),
            Err(error) => {
                findings.push(Finding::at(entry.id.span(), format!("the key of `{}`: {error}", entry.id.get_ref())))
            }
        }
    }
    keys
}
