//! A home's configuration, `anshi.toml`: what kind of home it is, whom it trusts, where its parts are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

mod callers;
mod connection;
mod server;

pub use callers::{CLIENTS_FOLDER, Caller, CallerKind, Callers, caller_text};
pub use connection::{Connection, OdbcSource, PostgresqlServer, Tls};
pub use server::{ServerConfig, ServerTls};

use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::env::{FileError, read_text};
use crate::keys::TrustedKey;
use crate::model::{Chinese, Pace};

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
    /// The calibrated worst case.
    pub pace: Pace,
    /// How many approvals a policy needs.
    pub approvals_needed: u32,
    /// Who may speak to the engine.
    pub callers: Callers,
    /// How the service is offered.
    pub server: ServerConfig,
    /// The databases that it may read, by name.
    pub connections: BTreeMap<String, Connection>,
}

/// A configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("`{}` is no home of Anshi: {error}\nhelp: make one with `anshi init --home {} --kind synthetic`", home.display(), home.display())]
    File {
        /// The folder.
        home: PathBuf,
        /// Why.
        error: FileError,
    },
    /// The folder of clients.
    #[error(transparent)]
    Callers(FileError),
    /// It has mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// One mistake in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Mistake {
    #[error("`kind` is \"synthetic\" or \"production\"")]
    Kind,
    #[error("fuel and memory take time: at least 1")]
    Pace,
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::Kind => "`kind` 应为 \"synthetic\" 或 \"production\"".to_owned(),
            Self::Pace => "燃料和内存总要耗时：至少为 1".to_owned(),
        }
    }
}

impl Chinese for ConfigError {
    fn chinese(&self) -> String {
        match self {
            Self::File { home, error } => format!(
                "`{}` 不是暗室：{}\n提示：可用 `anshi init --home {} --kind synthetic` 建立",
                home.display(),
                error.chinese(),
                home.display()
            ),
            Self::Callers(error) => error.chinese(),
            Self::Document(error) => error.chinese(),
        }
    }
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
    nanos_per_mib: Option<Spanned<u64>>,
    #[serde(default)]
    approvals_needed: u32,
    #[serde(default)]
    server: server::RawServer,
    #[serde(default)]
    connection: BTreeMap<String, connection::RawConnection>,
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
            findings.push(Finding::at(raw.kind.span(), Mistake::Kind));
        }
        for pace in [Some(&raw.nanos_per_kilofuel), raw.nanos_per_mib.as_ref()].into_iter().flatten() {
            if *pace.get_ref() == 0 {
                findings.push(Finding::at(pace.span(), Mistake::Pace));
            }
        }
        // A home from before memory was measured.
        let nanos_per_mib = raw.nanos_per_mib.as_ref().map_or(Pace::ASSUMED.nanos_per_mib, |nanos| *nanos.get_ref());
        let config = Self {
            home: home.to_owned(),
            kind: kind.unwrap_or(HomeKind::Production),
            ledger: raw.ledger.get_ref().clone(),
            public_url: raw.public_url.get_ref().clone(),
            catalog: home.join(&raw.catalog),
            policies: home.join(&raw.policies),
            checkpoint_mirror: home.join(&raw.checkpoint_mirror),
            pace: Pace { nanos_per_kilofuel: *raw.nanos_per_kilofuel.get_ref(), nanos_per_mib },
            approvals_needed: raw.approvals_needed,
            callers: Callers::load(&home.join(CLIENTS_FOLDER))?,
            server: raw.server.check(home, &mut findings),
            connections: connection::connections(&raw.connection, home, &mut findings),
        };
        Ok(document.check(Some(config), findings)?)
    }

    /// The auditors' keys.
    pub fn auditors(&self) -> Vec<TrustedKey> {
        self.callers.keys_of(CallerKind::Auditor).cloned().collect()
    }

    /// Whether debug output may exist.
    pub fn is_synthetic(&self) -> bool {
        self.kind == HomeKind::Synthetic
    }
}
