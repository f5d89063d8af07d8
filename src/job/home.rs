//! The home: its folders, its keys, and how a new one is made.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::catalog::{Catalog, CatalogError};
use crate::config::{CLIENTS_FOLDER, CONFIG_FILE, CallerKind, HomeKind, caller_text};
use crate::env::{
    Durable, Entropy, EntropyError, FileError, TemporaryDir, create_dir, create_private_dir, list_dir, read_text,
    write_atomic,
};
use crate::guest::{CalibrateError, calibrate};
use crate::keys::{JwkError, KeySet, SaltKey, SigningKey};
use crate::ledger::{LedgerConfig, LedgerError, create};
use crate::log::{CheckpointError, LogSigner};
use crate::model::Pace;

static CATALOG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalog");
static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// Those for whom a synthetic home has private keys, for development.
const DEVELOPMENT_CLIENT: &str = "smart-finance";
const DEVELOPMENT_AUTHORITY: &str = "development-authority";
const DEVELOPMENT_OPERATOR: &str = "development-operator";
const DEVELOPMENT_AUDITOR: &str = "development-auditor";

/// Where everything is in a home.
#[derive(Clone, Debug)]
pub struct HomePaths(PathBuf);

/// A key file of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// Signs receipts.
    Receipt,
    /// Signs checkpoints.
    Log,
    /// The development client of a synthetic home.
    Client,
    /// The development consent authority of a synthetic home.
    Authority,
    /// The development operator of a synthetic home.
    Operator,
    /// The development auditor of a synthetic home.
    Auditor,
}

impl KeyFile {
    const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt.jwk",
            Self::Log => "log.jwk",
            Self::Client => "development-client.jwk",
            Self::Authority => "development-authority.jwk",
            Self::Operator => "development-operator.jwk",
            Self::Auditor => "development-auditor.jwk",
        }
    }
}

impl HomePaths {
    /// The paths of `home`.
    pub fn new(home: &Path) -> Self {
        Self(home.to_owned())
    }

    /// A key.
    pub fn key(&self, key: KeyFile) -> PathBuf {
        self.0.join("keys").join(key.name())
    }

    /// The file of somebody who may speak to the engine.
    pub fn caller(&self, id: &str) -> PathBuf {
        self.0.join(CLIENTS_FOLDER).join(format!("{id}.toml"))
    }

    /// The key that will sign receipts when a rotation is done.
    pub fn next_receipt_key(&self) -> PathBuf {
        self.0.join("keys/receipt.next.jwk")
    }

    /// The salt key.
    pub fn salt(&self) -> PathBuf {
        self.0.join("keys/salt.key")
    }

    /// The folder of snapshots.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The folder of rejected rows.
    pub fn rejects(&self) -> PathBuf {
        self.0.join("rejects")
    }

    /// The folder of guests.
    pub fn guests(&self) -> PathBuf {
        self.0.join("guests")
    }

    /// The store.
    pub fn store(&self) -> PathBuf {
        self.0.join("ledger.sqlite")
    }

    /// That the accounts were held against the store.
    pub fn limits(&self) -> PathBuf {
        self.0.join("limits.checked")
    }

    /// The published log.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// What jobs were admitted under: policies and catalogs, by digest.
    pub fn archive(&self) -> PathBuf {
        self.0.join("archive")
    }

    /// The receipts' public keys.
    pub fn jwks(&self) -> PathBuf {
        self.0.join("jwks.json")
    }

    /// The log's verifier key.
    pub fn log_key(&self) -> PathBuf {
        self.0.join("log.vkey")
    }
}

/// What kind of home to make, and where.
#[derive(Clone, Debug)]
pub struct InitOptions {
    /// The folder: absent or empty.
    pub home: PathBuf,
    /// The kind, for good.
    pub kind: HomeKind,
}

/// A home cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// It is not empty.
    #[error("`{0}` is not empty: a home is made in a new or empty folder")]
    Used(String),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The machine cannot be calibrated.
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    /// The ledger cannot be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log key cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A key file is none.
    #[error("`{path}` is no private key: {error}")]
    Key {
        /// The file.
        path: String,
        /// Why.
        error: JwkError,
    },
}

/// The catalog that is built in.
pub fn unpack_catalog() -> Result<Catalog, CatalogError> {
    let folder = TemporaryDir::new()?;
    for file in CATALOG.files() {
        if let Some(name) = file.path().file_name() {
            write_atomic(&folder.path().join(name), file.contents(), Durable::Shared)?;
        }
    }
    Catalog::load(folder.path())
}

/// A file of the policies that are built in, below their folder: `sme-credit-check/cases.toml`.
pub fn shipped_policy_file(path: &str) -> Option<&'static [u8]> {
    POLICIES.get_file(path).map(include_dir::File::contents)
}

/// Writes the policies that new homes begin with, and their accounts, into `to`.
pub fn unpack_policies(to: &Path) -> Result<(), InitError> {
    copy_embedded(&POLICIES, to)
}

/// Reads a private key.
pub fn load_key(path: &Path) -> Result<SigningKey, InitError> {
    let text = read_text(path)?;
    SigningKey::from_private_jwk(&text).map_err(|error| InitError::Key { path: path.display().to_string(), error })
}

/// Makes a home: keys, catalog, policies, ledger, mirror; its configuration last, so that a home without
/// one was never finished.
pub fn initialise(options: &InitOptions, entropy: &Entropy) -> Result<(), InitError> {
    check_unused(options)?;
    // First what can fail and leaves nothing behind.
    initialise_paced(options, calibrate()?, entropy)
}

fn check_unused(options: &InitOptions) -> Result<(), InitError> {
    let mirror = mirror_folder(&options.home);
    for folder in [&options.home, &mirror] {
        if !list_dir(folder)?.is_empty() {
            return Err(InitError::Used(folder.display().to_string()));
        }
    }
    Ok(())
}

/// The same on a machine that is known to be so slow, or where nobody waits for a tick.
pub fn initialise_paced(options: &InitOptions, pace: Pace, entropy: &Entropy) -> Result<(), InitError> {
    check_unused(options)?;
    let (home, paths) = (&options.home, HomePaths::new(&options.home));
    let mirror = mirror_folder(home);
    // Data files can be read by whoever reaches them: nobody else enters.
    for folder in [home, &mirror] {
        create_dir(folder)?;
        create_private_dir(folder)?;
    }
    for folder in ["keys", "guests", "log", "data", CLIENTS_FOLDER] {
        create_private_dir(&home.join(folder))?;
    }
    let receipt = new_key(&paths.key(KeyFile::Receipt), entropy)?;
    let log = new_key(&paths.key(KeyFile::Log), entropy)?;
    let salt = SaltKey::from_bytes(entropy.bytes()?);
    write_atomic(&paths.salt(), salt.to_file_text().as_bytes(), Durable::Private)?;
    copy_embedded(&CATALOG, &home.join("catalog"))?;
    copy_embedded(&POLICIES, &home.join("policies"))?;
    let name: [u8; 6] = entropy.bytes()?;
    let name = data_encoding::HEXLOWER.encode(&name);
    let ledger = match options.kind {
        HomeKind::Synthetic => format!("anshi-test/{name}"),
        HomeKind::Production => format!("anshi/{name}"),
    };
    let signer = LogSigner::new(format!("{ledger}/log"), log)?;
    write_atomic(&paths.log_key(), format!("{}\n", signer.verifier_key()?).as_bytes(), Durable::Shared)?;
    write_atomic(
        &paths.jwks(),
        KeySet::new(receipt.public(), options.kind == HomeKind::Synthetic).to_json().as_bytes(),
        Durable::Shared,
    )?;
    create(&LedgerConfig { store: paths.store(), log: paths.log(), mirror }, &signer)?;
    if options.kind == HomeKind::Synthetic {
        let client = new_key(&paths.key(KeyFile::Client), entropy)?;
        let authority = new_key(&paths.key(KeyFile::Authority), entropy)?;
        let operator = new_key(&paths.key(KeyFile::Operator), entropy)?;
        let auditor = new_key(&paths.key(KeyFile::Auditor), entropy)?;
        for (id, kind, key) in [
            (DEVELOPMENT_CLIENT, CallerKind::Platform, &client),
            (DEVELOPMENT_AUTHORITY, CallerKind::Authority, &authority),
            (DEVELOPMENT_OPERATOR, CallerKind::Operator, &operator),
            (DEVELOPMENT_AUDITOR, CallerKind::Auditor, &auditor),
        ] {
            let note = "# Development: its private key is in this home.\n";
            let text = note.to_owned() + &caller_text(id, kind, &[key.public().clone()]);
            write_atomic(&paths.caller(id), text.as_bytes(), Durable::Shared)?;
        }
    }
    let text = config_text(options.kind, &ledger, home, pace);
    Ok(write_atomic(&home.join(CONFIG_FILE), text.as_bytes(), Durable::Shared)?)
}

fn mirror_folder(home: &Path) -> PathBuf {
    let mut name = home.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".mirror");
    home.with_file_name(name)
}

fn new_key(path: &Path, entropy: &Entropy) -> Result<SigningKey, InitError> {
    let key = SigningKey::generate(entropy)?;
    write_atomic(path, key.to_private_jwk().as_bytes(), Durable::Private)?;
    Ok(key)
}

fn copy_embedded(dir: &Dir<'_>, to: &Path) -> Result<(), InitError> {
    create_dir(to)?;
    for file in dir.files() {
        if let Some(name) = file.path().file_name() {
            write_atomic(&to.join(name), file.contents(), Durable::Shared)?;
        }
    }
    for folder in dir.dirs() {
        if let Some(name) = folder.path().file_name() {
            copy_embedded(folder, &to.join(name))?;
        }
    }
    Ok(())
}

fn config_text(kind: HomeKind, ledger: &str, home: &Path, pace: Pace) -> String {
    let Pace { nanos_per_kilofuel, nanos_per_mib } = pace;
    let mirror = mirror_folder(home);
    let mirror = Path::new("..").join(mirror.file_name().unwrap_or_default());
    let approvals_needed = match kind {
        HomeKind::Synthetic => 0,
        HomeKind::Production => 2,
    };
    format!(
        r#"# A home of Anshi. Paths are relative to this file.
kind = "{}"                        # for good
ledger = "{ledger}"     # the audience of requests and consents, the issuer of receipts
public_url = "http://localhost:7700"
catalog = "catalog"
policies = "policies"
checkpoint_mirror = "{}"  # put it on another disk or machine
nanos_per_kilofuel = {nanos_per_kilofuel}          # how long 1,000 fuel can take on this machine: measured by `anshi init`
nanos_per_mib = {nanos_per_mib}             # the same for a MiB of memory
approvals_needed = {approvals_needed}
"#,
        kind.word(),
        mirror.display(),
    )
}
