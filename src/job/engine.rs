//! The engine: everything that a job needs, opened and checked once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::catalog::{Catalog, CatalogError};
use crate::config::{Config, ConfigError};
use crate::data::{Snapshot, SnapshotError};
use crate::disclosure::Workers;
use crate::env::weaken::{self, Weakness};
use crate::env::{
    ChildError, Clock, DirLock, Entropy, FileError, cores, is_private, read_program, read_text, yield_to_others,
};
use crate::guest::{EngineError, Guest, RegisterError, Registry};
use crate::keys::{ArchiveKey, KeySet, SaltKey, SigningKey, TokenKind, sha256};
use crate::ledger::{Ledger, LedgerConfig, LedgerError, LedgerReader};
use crate::log::{CheckpointError, LogSigner};
use crate::model::{Digest, UnitId};
use crate::policy::{PolicyError, PolicySet};
use crate::receipt::EngineIdentity;

use super::archive::ArchiveFolder;
use super::call::{CallError, CallMemory, Called, Recognised, recognise};
use super::dispatch::Dispatcher;
use super::home::{HomePaths, InitError, KeyFile, load_key};
use super::running::RunningJobs;
use super::standing::{ReloadError, Standing};

/// The largest program file that is hashed for receipts.
const PROGRAM_BYTES_MAX: u64 = 2 << 30;

/// What the world gives an engine.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The clock.
    pub clock: Clock,
    /// The program that compiles guests: this one, in production.
    pub compiler: PathBuf,
}

/// An engine cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on the home.
    #[error("another process of Anshi works on `{0}`: wait for it or stop it")]
    Locked(String),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The policies.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A key.
    #[error(transparent)]
    Key(#[from] InitError),
    /// A private key that others can read, or a salt key that is none.
    #[error("`{0}` must be a key that only its owner can read (chmod 600)")]
    Exposed(String),
    /// The receipts' key is not the published one.
    #[error(
        "the key in `{key}` is not one that `{set}` lets sign receipts: nobody could verify them. Put the right key back; a retired key never signs again"
    )]
    Unpublished {
        /// The private key.
        key: String,
        /// The published set.
        set: String,
    },
    /// The WebAssembly engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log key.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The data.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The threads.
    #[error("the guests' threads cannot start: {0}")]
    Threads(String),
}

/// An open engine. One at a time works on a home.
pub struct Engine {
    standing: RwLock<Arc<Standing>>,
    identity: EngineIdentity,
    origin: String,
    pub(super) clock: Clock,
    pub(super) registry: Arc<Registry>,
    pub(super) receipt_key: SigningKey,
    pub(super) salt: Arc<SaltKey>,
    pub(super) archive_key: ArchiveKey,
    pub(super) dispatcher: Dispatcher,
    pub(super) running: RunningJobs,
    calls: CallMemory,
    /// Held for reading by every job under way.
    pub(super) under_way: Arc<tokio::sync::RwLock<()>>,
    /// Registered guests that jobs have named: a registration is for good.
    guests: RwLock<HashMap<Digest, Arc<Guest>>>,
    pub(super) ledger: Ledger,
    reader: Mutex<LedgerReader>,
    _lock: DirLock,
}

impl Engine {
    /// Opens the home: takes its lock, checks configuration, catalog, policies, keys, snapshot, ledger and mirror.
    pub fn open(home: &Path, options: EngineOptions) -> Result<Self, OpenError> {
        let config = Config::load(home)?;
        let lock = DirLock::try_take(home)?.ok_or_else(|| OpenError::Locked(home.display().to_string()))?;
        let paths = HomePaths::new(home);
        let signer = LogSigner::new(format!("{}/log", config.ledger), private_key(&paths.key(KeyFile::Log))?)?;
        let origin = signer.origin().to_owned();
        let identity = this_build()?;
        let standing = Standing::load(config, (&identity, &origin), options.clock.now())?;
        let ledger_config =
            LedgerConfig { store: paths.store(), log: paths.log(), mirror: standing.config.checkpoint_mirror.clone() };
        let ledger = Ledger::open(&ledger_config, signer, options.clock.clone(), Entropy)?;
        let registry = Registry::open(&paths.guests(), &options.compiler)?;
        let reader = LedgerReader::open(&paths.store())?;
        reader.hold_limits(standing.policies.accounts(), options.clock.now().day(), &paths.limits())?;
        load_guests(&registry, &reader)?;
        ArchiveFolder::new(&paths.archive()).keep(&standing.policies, &standing.catalog)?;
        let salt = salt_key(&paths.salt())?;
        let exposed = || OpenError::Exposed(paths.salt().display().to_string());
        Ok(Self {
            receipt_key: receipt_key(&paths)?,
            archive_key: salt.archive_key().ok_or_else(exposed)?,
            salt: Arc::new(salt),
            registry: Arc::new(registry),
            dispatcher: Dispatcher::new(&standing.policies)?,
            running: RunningJobs::default(),
            calls: CallMemory::default(),
            under_way: Arc::default(),
            guests: RwLock::default(),
            reader: Mutex::new(reader),
            clock: options.clock,
            standing: RwLock::new(Arc::new(standing)),
            identity,
            origin,
            ledger,
            _lock: lock,
        })
    }

    /// What jobs are admitted on from now until the next [`Engine::reload`]. A job takes it once, and keeps it.
    pub fn standing(&self) -> Arc<Standing> {
        // A panic while it was written left the old one or the new one.
        Arc::clone(&self.standing.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads configuration, catalog, policies, clients and the current snapshot again. All of it is taken, or nothing;
    /// jobs in flight keep what they were admitted on.
    pub fn reload(&self) -> Result<Arc<Standing>, ReloadError> {
        let before = self.standing();
        let config = Config::load(&before.config.home)?;
        let standing = Standing::load(config, (&self.identity, &self.origin), self.clock.now())?;
        standing.check_same_home(&before)?;
        self.dispatcher.check_capacity(&standing.policies)?;
        let paths = HomePaths::new(&standing.config.home);
        let limits = paths.limits();
        let held = self.reader().hold_limits(standing.policies.accounts(), self.clock.now().day(), &limits);
        held.map_err(OpenError::from)?;
        ArchiveFolder::new(&paths.archive()).keep(&standing.policies, &standing.catalog).map_err(OpenError::from)?;
        let standing = Arc::new(standing);
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&standing);
        self.forget_requests(&paths);
        Ok(standing)
    }

    /// Requests whose snapshots were pruned serve for nothing any more: they go, beside the jobs.
    fn forget_requests(&self, paths: &HomePaths) {
        let (forgetter, store, data) = (self.ledger.forgetter(), paths.store(), paths.data());
        std::thread::spawn(move || {
            yield_to_others();
            let kept = Snapshot::list(&data).map_err(OpenError::from);
            let forgotten = kept.and_then(|kept| Ok(forgetter.forget(&store, &kept)?));
            if let Err(error) = forgotten {
                tracing::warn!(%error, "requests of pruned snapshots wait for the next reload");
            }
        });
    }

    /// How the ledger calls a party: the home's keyed pseudonym.
    pub fn pseudonym(&self, unit: &UnitId) -> Digest {
        self.salt.pseudonym(unit)
    }

    /// Waits until no job is under way. Jobs that come meanwhile wait for good: it is for the end.
    pub async fn quiesce(&self) {
        let _ = self.under_way.write().await;
    }

    /// Recognises a caller by the token of `kind` that it shows for calling `path` with `method`, before a byte of the
    /// call's body is read.
    pub fn recognise(&self, token: &str, kind: TokenKind, method: &str, path: &str) -> Result<Recognised, CallError> {
        recognise(token, kind, (method, path), &self.standing().config, self.clock.now())
    }

    /// Lets a recognised caller in, where its token covers the body; takes the token.
    pub fn let_in(&self, caller: Recognised, body: Digest) -> Result<Called, CallError> {
        caller.let_in(body, &self.standing().config, &self.calls, self.clock.now())
    }

    /// The configuration.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.standing().config)
    }

    /// The catalog.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.standing().catalog)
    }

    /// The policies in force.
    pub fn policies(&self) -> Arc<PolicySet> {
        Arc::clone(&self.standing().policies)
    }

    /// The engine's program and version, as receipts name it.
    pub const fn identity(&self) -> &EngineIdentity {
        &self.identity
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The clock.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The ledger.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The snapshot that new jobs are pinned to.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.standing().snapshot.clone()
    }

    /// The ledger, for reading.
    pub fn reader(&self) -> MutexGuard<'_, LedgerReader> {
        // A panic while reading leaves nothing half done: the connection stays good.
        self.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// From here on tables run in worker processes instead of threads: the same sums, the same gate.
    pub fn send_tables_to_workers(&self) {
        self.dispatcher.via_workers.store(true, Ordering::Relaxed);
    }

    /// The processes that run a table's units; `None` where threads do.
    pub(super) fn workers(&self, guest: &Guest) -> Option<Workers> {
        self.dispatcher.via_workers.load(Ordering::Relaxed).then(|| Workers {
            program: self.registry.compiler().to_owned(),
            module: self.registry.module_path(guest.digest()),
            count: cores(),
        })
    }

    /// Registers a guest, unless this engine has compiled it before. Gives its digest.
    pub async fn register(&self, module: &[u8]) -> Result<Digest, RegisterFailure> {
        let digest = sha256(module);
        let row = self.reader().guest(digest, self.registry.identity())?;
        // A guest whose artefact was damaged is compiled again.
        if row.is_some_and(|row| self.registry.load(&row).is_ok()) {
            return Ok(digest);
        }
        let (registry, module) = (Arc::clone(&self.registry), module.to_vec());
        let registering = tokio::task::spawn_blocking(move || registry.register(&module)).await;
        let registered = registering.map_err(|_| RegisterError::Child(ChildError::Killed))??;
        // Loaded now, so that no job is the first to; what cannot be loaded is not registered.
        self.registry.load(&registered.row)?;
        self.ledger.keep_guest(registered.row).await?;
        Ok(digest)
    }

    /// A registered guest, ready to run; `None` where it is not registered.
    pub fn guest(&self, digest: Digest) -> Result<Option<Arc<Guest>>, RegisterFailure> {
        // A panic while it was held left a map of whole guests.
        let known = self.guests.read().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let row = self.reader().guest(digest, self.registry.identity())?;
        let Some(guest) = row.map(|row| self.registry.load(&row)).transpose()? else { return Ok(None) };
        self.guests.write().unwrap_or_else(PoisonError::into_inner).insert(digest, Arc::clone(&guest));
        Ok(Some(guest))
    }
}

/// A guest cannot be registered or loaded.
#[derive(Debug, thiserror::Error)]
pub enum RegisterFailure {
    /// The guest or its files.
    #[error(transparent)]
    Guest(#[from] RegisterError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Loads every registered guest now, so that no job is the first to: whether a guest was in use before, by whomever,
/// would show in how long that job takes. One that cannot be loaded is refused when a job names it.
fn load_guests(registry: &Registry, reader: &LedgerReader) -> Result<(), LedgerError> {
    if weaken::on(Weakness::CompiledInJob) {
        return Ok(());
    }
    for row in reader.guests(registry.identity())? {
        if let Err(error) = registry.load(&row) {
            tracing::warn!(guest = %row.digest, %error, "a registered guest cannot be loaded");
        }
    }
    Ok(())
}

/// This program, as receipts name it.
pub(super) fn this_build() -> Result<EngineIdentity, FileError> {
    let program = read_program(PROGRAM_BYTES_MAX)?;
    Ok(EngineIdentity { version: env!("CARGO_PKG_VERSION").to_owned(), sha256: sha256(&program).to_string() })
}

fn private_key(path: &Path) -> Result<SigningKey, OpenError> {
    if !is_private(path)? {
        return Err(OpenError::Exposed(path.display().to_string()));
    }
    Ok(load_key(path)?)
}

/// The key that signs receipts: one that the published set still lets sign.
fn receipt_key(paths: &HomePaths) -> Result<SigningKey, OpenError> {
    let (path, set) = (paths.key(KeyFile::Receipt), paths.jwks());
    let key = private_key(&path)?;
    match KeySet::parse(&read_text(&set)?).is_ok_and(|keys| keys.is_active(key.public())) {
        true => Ok(key),
        false => Err(OpenError::Unpublished { key: path.display().to_string(), set: set.display().to_string() }),
    }
}

pub(super) fn salt_key(path: &Path) -> Result<SaltKey, OpenError> {
    let exposed = || OpenError::Exposed(path.display().to_string());
    if !is_private(path)? {
        return Err(exposed());
    }
    SaltKey::from_file_text(&read_text(path)?).ok_or_else(exposed)
}
