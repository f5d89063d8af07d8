//! The registry: modules as submitted, compiled artefacts by digest, and the guests loaded from them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::child::{CHILD_COMMAND, CHILD_LIMITS};
use super::engine::{EngineError, GuestEngine};
use super::inspect::{GUEST_BYTES_MAX, InspectError, Measure};
use super::instance::Guest;
use super::manifest::Description;
use crate::env::weaken::{self, Weakness};
use crate::env::{ChildError, Durable, FileError, create_dir, read, run_child, write_atomic};
use crate::keys::sha256;
use crate::ledger::GuestRow;
use crate::model::{Digest, Manifest, ManifestError};

/// The largest compiled artefact.
const ARTEFACT_BYTES_MAX: u64 = 512 << 20;

/// A guest cannot be registered or loaded.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The module is refused, with the reason.
    #[error("the guest is refused: {0}")]
    Refused(#[from] InspectError),
    /// What the module says of itself is refused.
    #[error("the guest's manifest is refused: {0}")]
    Manifest(#[from] ManifestError),
    /// The compiling child failed.
    #[error("the guest cannot be compiled: {0}")]
    Child(#[from] ChildError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The artefact cannot be loaded.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The artefact is not the one that was registered.
    #[error("the compiled artefact of guest {0} was changed on disk: register the guest again")]
    Artefact(Digest),
}

/// What registration found out, for the ledger to keep.
#[derive(Debug)]
pub struct Registered {
    /// The row for the ledger.
    pub row: GuestRow,
    /// The manifest, checked.
    pub manifest: Manifest,
}

/// The guests of a home.
pub struct Registry {
    folder: PathBuf,
    compiler: PathBuf,
    engines: GuestEngine,
    identity: String,
    loaded: Mutex<HashMap<Digest, Arc<Guest>>>,
    /// Held while a module is compiled: many bombs at once take no more of the machine than one.
    compiling: Mutex<()>,
}

impl Registry {
    /// The registry in `folder`; `compiler` is the program that runs [`CHILD_COMMAND`], usually this one.
    pub fn open(folder: &Path, compiler: &Path) -> Result<Self, EngineError> {
        let engines = GuestEngine::new()?;
        let identity = engines.identity();
        let (folder, compiler) = (folder.to_owned(), compiler.to_owned());
        Ok(Self { folder, compiler, engines, identity, loaded: Mutex::new(HashMap::new()), compiling: Mutex::new(()) })
    }

    /// What artefacts are compiled for.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The program that compiles guests.
    pub fn compiler(&self) -> &Path {
        &self.compiler
    }

    /// Where a registered module lies, as submitted.
    pub fn module_path(&self, guest: Digest) -> PathBuf {
        self.folder.join(format!("{}.wasm", guest.hex()))
    }

    fn artefact_path(&self, artefact: Digest) -> PathBuf {
        self.folder.join("artefacts").join(format!("{}.cwasm", artefact.hex()))
    }

    /// Checks, compiles and describes a module in the child, and keeps module and artefact. The child of a weakened
    /// engine is weakened alike.
    pub fn register(&self, module: &[u8]) -> Result<Registered, RegisterError> {
        if module.len() > GUEST_BYTES_MAX {
            let (count, max) = (module.len() as u64, GUEST_BYTES_MAX as u64);
            return Err(InspectError::TooMuch { what: Measure::Bytes, count, max }.into());
        }
        let weakened = weaken::number().map(|number| number.to_string());
        let arguments: Vec<&str> = [CHILD_COMMAND].into_iter().chain(weakened.as_deref()).collect();
        // A panic of another registration leaves nothing half done.
        let turn = self.compiling.lock().unwrap_or_else(PoisonError::into_inner);
        let output = run_child(&self.compiler, &arguments, module, &CHILD_LIMITS)?;
        drop(turn);
        let (description, artefact) = read_child_output(&output.stdout)?;
        let (_, manifest) = Description::read(description).ok_or(RegisterError::Child(ChildError::Killed))?;
        manifest.check()?;
        let (digest, artefact_digest) = (sha256(module), sha256(artefact));
        create_dir(&self.folder.join("artefacts"))?;
        write_atomic(&self.module_path(digest), module, Durable::ReadOnly)?;
        write_atomic(&self.artefact_path(artefact_digest), artefact, Durable::ReadOnly)?;
        let row = GuestRow {
            digest,
            engine: self.identity.clone(),
            artefact: artefact_digest,
            manifest: description.to_owned(),
        };
        Ok(Registered { row, manifest })
    }

    /// The guest of a ledger row: from memory, or from its artefact if that is unchanged.
    pub fn load(&self, row: &GuestRow) -> Result<Arc<Guest>, RegisterError> {
        // A panic while it was held left a map of whole guests.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = loaded.get(&row.digest) {
            return Ok(Arc::clone(guest));
        }
        if weaken::on(Weakness::CompiledInJob) {
            self.register(&read(&self.module_path(row.digest), GUEST_BYTES_MAX as u64)?)?;
        }
        let artefact = read(&self.artefact_path(row.artefact), ARTEFACT_BYTES_MAX)?;
        if sha256(&artefact) != row.artefact || row.engine != self.identity {
            return Err(RegisterError::Artefact(row.digest));
        }
        let described = Description::read(&row.manifest);
        let (tier, manifest) = described.ok_or(RegisterError::Artefact(row.digest))?;
        let guest = Arc::new(Guest::load(&self.engines, row.digest, tier, manifest, &artefact)?);
        loaded.insert(row.digest, Arc::clone(&guest));
        Ok(guest)
    }
}

/// The child saw hostile input, so its output is read as hostile too.
fn read_child_output(output: &[u8]) -> Result<(&str, &[u8]), RegisterError> {
    let broken = || RegisterError::Child(ChildError::Killed);
    match output.split_first().ok_or_else(broken)? {
        (b'-', reason) => {
            let reason: InspectError = serde_json::from_slice(reason).map_err(|_| broken())?;
            Err(RegisterError::Refused(reason.tamed()))
        }
        (b'+', rest) => {
            let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
            let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| broken())?;
            let (description, artefact) = rest.split_at_checked(length).ok_or_else(broken)?;
            Ok((std::str::from_utf8(description).map_err(|_| broken())?, artefact))
        }
        _ => Err(broken()),
    }
}
