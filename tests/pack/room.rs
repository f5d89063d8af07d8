//! A production home with an auditor, without data, and what the tests of packs do with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::RwLockReadGuard;

use anshi::config::{CallerKind, HomeKind, caller_text};
use anshi::data::synth::SynthOptions;
use anshi::document::Document;
use anshi::env::{Clock, Entropy};
use anshi::job::{InitOptions, initialise_paced};
use anshi::keys::{SigningKey, TokenKind, sign};
use anshi::model::{Date, Digest, Pace};
use anshi::pack::{ExportOptions, Exported, ImportOptions, Imported, PackError, export, import};
use anshi::policy::{Accounts, ApprovalStatement, check_policy_file};

use crate::support::strong;

pub const CLIENT: &str = "smart-finance";

/// The home, its auditor's key, and a place for files.
pub struct Room {
    pub folder: tempfile::TempDir,
    pub home: PathBuf,
    pub auditor: SigningKey,
    /// The engine stays as it is for as long as the room is there.
    _turn: RwLockReadGuard<'static, ()>,
}

pub fn seeds() -> SynthOptions {
    SynthOptions { scale_ppm: 1_000, seed: 3, as_of: Date::from_ymd(2026, 9, 30).unwrap() }
}

/// Every file below a folder, by path.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.path() {
            path if path.is_dir() => {
                found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
            }
            path => {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

impl Room {
    /// With the shipped policies, each approved by one auditor, which is enough here.
    pub fn new() -> Self {
        let (_turn, folder) = (strong(), tempfile::tempdir().unwrap());
        let home = folder.path().join("home");
        let pace = Pace { nanos_per_kilofuel: 1, nanos_per_mib: 1 };
        initialise_paced(&InitOptions { home: home.clone(), kind: HomeKind::Production }, pace, &Entropy).unwrap();
        let room = Self { auditor: SigningKey::generate(&Entropy).unwrap(), folder, home, _turn };
        room.change("anshi.toml", |text| text.replace("approvals_needed = 2", "approvals_needed = 1"));
        let text = caller_text("auditor", CallerKind::Auditor, &[room.auditor.public().clone()]);
        fs::write(room.home.join("clients.d/auditor.toml"), text).unwrap();
        room.approve_all();
        room
    }

    /// Changes a file of the home.
    pub fn change(&self, path: &str, change: impl FnOnce(String) -> String) {
        let path = self.home.join(path);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    }

    /// Approves whatever policies and accounts are there now.
    pub fn approve_all(&self) {
        let catalog = anshi::catalog::Catalog::load(&self.home.join("catalog")).unwrap();
        let policies = self.home.join("policies");
        let accounts = fs::read_to_string(policies.join("accounts.toml")).unwrap();
        self.approve(&policies, Accounts::check(&Document::new("accounts.toml", accounts)).unwrap().sha256());
        for folder in fs::read_dir(&policies).unwrap().map(|entry| entry.unwrap().path()) {
            let file = folder.join("policy.toml");
            if file.is_file() {
                self.approve(&folder, check_policy_file(&file, &catalog, Pace::NONE).unwrap().sha256);
            }
        }
    }

    fn approve(&self, folder: &Path, sha256: Digest) {
        let approves = ApprovalStatement::Approves { sha256, iat: 1, exp: 9_999_999_999 };
        let token = sign(&self.auditor, TokenKind::Approval, &approves.payload().unwrap());
        fs::create_dir_all(folder.join("approvals")).unwrap();
        fs::write(folder.join("approvals").join(format!("{}.jws", sha256.hex())), token + "\n").unwrap();
    }

    pub fn export_for(&self, client: &str) -> Result<Exported, PackError> {
        let options = ExportOptions { home: self.home.clone(), client: client.to_owned(), seeds: seeds() };
        export(&options, &Clock::System)
    }

    pub fn export(&self) -> Exported {
        self.export_for(CLIENT).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Imports an archive as the folder `bank`.
    pub fn import(&self, archive: &[u8], force: bool) -> Result<Imported, PackError> {
        let file = self.path("pack");
        fs::write(&file, archive).unwrap();
        import(&ImportOptions { file, folder: self.path("bank"), digest: None, force })
    }
}
