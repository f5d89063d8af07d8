//! `clients.d/*.toml`: who may speak to the engine, one file for each, with its keys and what they may sign. Two keys in
//! one file are a rotation under way.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::ConfigError;
use crate::document::{Document, Finding, Spanned};
use crate::env::{list_dir, read_text};
use crate::keys::{JwkError, PublicJwk, PublicKey, TokenKind, TrustedKey};
use crate::model::{Chinese, check_name};

/// The folder's name in a home.
pub const CLIENTS_FOLDER: &str = "clients.d";

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallerKind {
    /// Submits jobs and batches, registers guests.
    Platform,
    /// Registers guests; asks nothing.
    Developer,
    /// Approves policies, reads what auditors read.
    Auditor,
    /// Runs the engine: reloads, reads the metrics.
    Operator,
    /// Signs parties' consents, revokes them, and asks for access records.
    Authority,
}

impl CallerKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Platform, Self::Developer, Self::Auditor, Self::Operator, Self::Authority];

    /// The word in TOML and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Developer => "developer",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Authority => "authority",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What its keys may sign; nothing else.
    pub fn signs(self) -> Vec<TokenKind> {
        match self {
            Self::Platform => vec![TokenKind::Job, TokenKind::Batch, TokenKind::Guest, TokenKind::Call],
            Self::Developer => vec![TokenKind::Guest, TokenKind::Call],
            Self::Auditor => vec![TokenKind::Approval, TokenKind::Call],
            Self::Operator => vec![TokenKind::Call],
            Self::Authority => vec![TokenKind::Consent, TokenKind::Access, TokenKind::Call],
        }
    }
}

/// Somebody who may speak to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What it may do.
    pub kind: CallerKind,
    /// Its keys.
    pub keys: Vec<TrustedKey>,
}

/// Everybody who may speak to the engine, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callers(BTreeMap<String, Caller>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCaller {
    id: Spanned<String>,
    kind: Spanned<String>,
    key: Vec<Spanned<PublicJwk>>,
}

/// One mistake in a caller's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Mistake {
    #[error("`kind` is `platform`, `developer`, `auditor`, `operator` or `authority`")]
    Kind,
    #[error("the file of `{0}` must be called `{0}.toml`")]
    FileName(String),
    #[error("`{0}` has no key: write one `[[key]]`")]
    NoKey(String),
    #[error("the key of `{id}` is a key of `{earlier}` too: every key has one owner, and is named once")]
    KeyShared { id: String, earlier: String },
    #[error("the key of `{0}`: {1}")]
    Key(String, JwkError),
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::Kind => "`kind` 应为 `platform`、`developer`、`auditor`、`operator` 或 `authority`".to_owned(),
            Self::FileName(id) => format!("`{id}` 的文件必须名为 `{id}.toml`"),
            Self::NoKey(id) => format!("`{id}` 没有密钥：请写一个 `[[key]]`"),
            Self::KeyShared { id, earlier } => {
                format!("`{id}` 的密钥也是 `{earlier}` 的密钥：每个密钥只属于一个主体，且只写一次")
            }
            Self::Key(id, error) => format!("`{id}` 的密钥：{}", error.chinese()),
        }
    }
}

impl Callers {
    /// Reads every `*.toml` of `folder`. A folder that is not there names nobody.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let mut callers = Self::default();
        let mut owners = BTreeMap::new();
        let mut files = list_dir(folder).map_err(ConfigError::Callers)?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        for path in files {
            let text = read_text(&path).map_err(ConfigError::Callers)?;
            let document = Document::new(path.display().to_string(), text);
            let raw: RawCaller = document.parse()?;
            let mut findings = Vec::new();
            let stem = path.file_stem().and_then(std::ffi::OsStr::to_str);
            let caller = raw.check(stem, &mut owners, &mut findings);
            let caller = document.check(caller, findings)?;
            callers.0.insert(raw.id.into_inner(), caller);
        }
        Ok(callers)
    }

    /// Somebody by id.
    pub fn get(&self, id: &str) -> Option<&Caller> {
        self.0.get(id)
    }

    /// Everybody, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Caller)> {
        self.0.iter().map(|(id, caller)| (id.as_str(), caller))
    }

    /// The keys of everybody.
    pub fn keys(&self) -> impl Iterator<Item = &TrustedKey> {
        self.0.values().flat_map(|caller| &caller.keys)
    }

    /// The keys of those of `kind`.
    pub fn keys_of(&self, kind: CallerKind) -> impl Iterator<Item = &TrustedKey> {
        self.0.values().filter(move |caller| caller.kind == kind).flat_map(|caller| &caller.keys)
    }
}

impl RawCaller {
    fn check(
        &self,
        stem: Option<&str>,
        owners: &mut BTreeMap<String, String>,
        findings: &mut Vec<Finding>,
    ) -> Option<Caller> {
        let id = self.id.get_ref();
        if let Err(error) = check_name(id) {
            findings.push(Finding::at(self.id.span(), error));
        } else if stem != Some(id) {
            findings.push(Finding::at(self.id.span(), Mistake::FileName(id.clone())));
        }
        if self.key.is_empty() {
            findings.push(Finding::at(self.id.span(), Mistake::NoKey(id.clone())));
        }
        let kind = CallerKind::from_word(self.kind.get_ref());
        if kind.is_none() {
            let known = CallerKind::ALL.iter().map(|kind| kind.word());
            findings.push(Finding::at(self.kind.span(), Mistake::Kind).suggest(self.kind.get_ref(), known));
        }
        let mut keys = Vec::with_capacity(self.key.len());
        for jwk in &self.key {
            match PublicKey::from_jwk(jwk.get_ref()) {
                Err(error) => findings.push(Finding::at(jwk.span(), Mistake::Key(id.clone(), error))),
                Ok(key) => {
                    if let Some(earlier) = owners.insert(key.thumbprint().to_owned(), id.clone()) {
                        findings.push(Finding::at(jwk.span(), Mistake::KeyShared { id: id.clone(), earlier }));
                    }
                    let kinds = kind.map(CallerKind::signs).unwrap_or_default();
                    keys.push(TrustedKey { owner: id.clone(), key, kinds });
                }
            }
        }
        kind.map(|kind| Caller { kind, keys })
    }
}

/// The text of a caller's file. Names and the members of keys need no escapes in TOML: they are checked, or base64url.
pub fn caller_text(id: &str, kind: CallerKind, keys: &[PublicKey]) -> String {
    let mut text = format!("id = \"{id}\"\nkind = \"{}\"\n", kind.word());
    for jwk in keys.iter().map(PublicKey::to_jwk) {
        text += &format!("\n[[key]]\nkty = \"{}\"\ncrv = \"{}\"\nx = \"{}\"\n", jwk.kty, jwk.crv, jwk.x);
        text += &jwk.y.map(|y| format!("y = \"{y}\"\n")).unwrap_or_default();
    }
    text
}
