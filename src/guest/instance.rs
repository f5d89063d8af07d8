//! One run: a fresh instance, one input, one answer, and the instance is gone.

use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Module, Precompiled, ResourceLimiter, Store, Trap};

use super::bindings::contributor::ContributorPre;
use super::bindings::verifier::{Verifier, VerifierPre};
use super::bindings::verifying as wit;
use super::core_unit::CorePre;
use super::engine::{EPOCH_MS, EngineError, GuestEngine, LANES_MAX, TABLE_ELEMENTS_MAX, Tier, UNITS_PER_STORE};
use super::input::RunInput;
use super::unit::{ComponentPre, UnitPre};
use crate::env::cores;
use crate::env::weaken::{self, Weakness};
use crate::model::{Digest, MEMORY_KEPT_BYTES, Manifest, World};
use crate::policy::Limits;

/// A verifier's answer is one number; nothing larger may be copied out of a guest.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// What a unit's contributions may take: more than 64 cells of 8 dimensions and 16 measures do, the most that a policy can
/// have. A policy's slot has time for lists that are as long as this at every unit.
pub(super) const CONTRIBUTIONS_BYTES_MAX: usize = 16 << 10;

/// All tables of an instance together; clearing them is time that no fuel counts.
const ALL_TABLES_ELEMENTS_MAX: usize = 2 * TABLE_ELEMENTS_MAX;

/// Why a run gave no index. For auditors alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A trap; the text never leaves a synthetic home.
    Trap(String),
    /// Fuel used up, or the backstop behind it.
    Fuel,
    /// More memory wanted than allowed.
    Memory,
}

/// A registered guest, ready to run.
pub struct Guest {
    digest: Digest,
    manifest: Manifest,
    lane: Lane,
    /// Of a contributor, of which a table makes an instance for every unit: as many as there are further threads.
    further: Vec<Lane>,
}

/// A guest on one engine.
pub(super) struct Lane {
    engine: Engine,
    tier: Tier,
    pre: Pre,
}

/// A guest before its instances, by the interface that it exports.
enum Pre {
    Verifier(VerifierPre<Bounds>),
    Contributor(Box<UnitPre>),
}

/// What one instance may take.
pub(super) struct Bounds {
    memory_bytes: usize,
    /// How much memory it came to have. Depends on data: for a developer's probe alone.
    memory_had: usize,
    /// Of all tables together.
    table_elements: usize,
    denied: bool,
}

/// What one run used. Depends on data: it leaves this layer through a [`Probe`](super::Probe) alone, but for the fuel of a
/// label's run in a synthetic home's debug output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub fuel: u64,
    pub memory_bytes: u64,
}

impl Used {
    pub fn of(store: &Store<Bounds>, limits: &Limits) -> Self {
        let fuel = limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
        Self { fuel, memory_bytes: store.data().memory_had as u64 }
    }
}

impl Bounds {
    const fn new(memory_bytes: usize) -> Self {
        Self { memory_bytes, memory_had: 0, table_elements: 0, denied: false }
    }
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.memory_bytes || weaken::on(Weakness::MemoryUnlimited);
        self.denied |= !allowed;
        if allowed {
            self.memory_had = self.memory_had.max(desired);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let together = self.table_elements.saturating_add(desired.saturating_sub(current));
        let allowed = desired <= TABLE_ELEMENTS_MAX && together <= ALL_TABLES_ELEMENTS_MAX;
        if allowed {
            self.table_elements = together;
        }
        Ok(allowed)
    }
}

impl Guest {
    /// Makes a guest of its compiled artefact, whose digest the caller has checked.
    pub(super) fn load(
        engines: &GuestEngine,
        digest: Digest,
        tier: Tier,
        manifest: Manifest,
        artefact: &[u8],
    ) -> Result<Self, EngineError> {
        let lanes = match manifest.world {
            World::Verifier { .. } => 1,
            World::Contributor { .. } => cores().min(LANES_MAX) as usize,
        };
        let (first, further) = engines.lanes(tier, lanes)?;
        let lane = Lane::load((first, tier), &manifest, artefact)?;
        let further = further.into_iter().map(|engine| Lane::load((engine, tier), &manifest, artefact));
        let further = further.collect::<Result<_, _>>()?;
        Ok(Self { digest, manifest, lane, further })
    }

    /// That of the thread that asks, by its place in its pool.
    pub(super) fn lane(&self) -> &Lane {
        let place = rayon::current_thread_index().unwrap_or(0) % (self.further.len() + 1);
        place.checked_sub(1).and_then(|place| self.further.get(place)).unwrap_or(&self.lane)
    }

    /// SHA-256 of the module as submitted.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What the guest says it reads and answers.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Runs `verify` on a fresh instance. Gives the index, and the fuel used, for debugging in a synthetic home alone.
    pub fn run(&self, input: &RunInput, limits: &Limits) -> (Result<u32, Fault>, u64) {
        if weaken::on(Weakness::InstanceReused) {
            return self.run_reused(input, limits);
        }
        let (result, used) = self.run_used(input, limits);
        (result, used.fuel)
    }

    /// The same with all that the run used.
    pub(super) fn run_used(&self, input: &RunInput, limits: &Limits) -> (Result<u32, Fault>, Used) {
        let lane = self.lane();
        let mut store = lane.store(limits);
        let verifier = lane.verifier().and_then(|pre| pre.instantiate(&mut store));
        let result = verifier.and_then(|verifier| call(&mut store, &verifier, &input.0));
        (result.map_err(|error| fault(&error, store.data())), Used::of(&store, limits))
    }

    /// What a weakened build does: the instance of the run before serves this one too. Also the benchmark's baseline.
    fn run_reused(&self, input: &RunInput, limits: &Limits) -> (Result<u32, Fault>, u64) {
        thread_local! {
            static KEPT: std::cell::RefCell<Option<(Digest, Store<Bounds>, Verifier)>> = const { std::cell::RefCell::new(None) };
        }
        KEPT.with_borrow_mut(|kept| {
            if kept.as_ref().is_none_or(|(digest, ..)| *digest != self.digest) {
                let lane = self.lane();
                let mut store = lane.store(limits);
                let verifier = lane.verifier().and_then(|pre| pre.instantiate(&mut store));
                *kept = verifier.ok().map(|verifier| (self.digest, store, verifier));
            }
            let Some((_, store, verifier)) = kept.as_mut() else { return (Err(Fault::Memory), 0) };
            let _ = store.set_fuel(limits.fuel);
            store.set_epoch_deadline(u64::from(limits.slot_ms) / EPOCH_MS + 2);
            let result = call(store, verifier, &input.0).map_err(|error| fault(&error, store.data()));
            if result.is_err() {
                *kept = None;
            }
            (result, 0)
        })
    }
}

impl Lane {
    fn load((engine, tier): (Engine, Tier), manifest: &Manifest, artefact: &[u8]) -> Result<Self, EngineError> {
        if Engine::detect_precompiled(artefact) == Some(Precompiled::Module) {
            return Self::of_module((engine, tier), manifest, artefact);
        }
        // SAFETY: the artefact was written by this engine's own compiling child, and its digest is the one
        // that the ledger kept at registration.
        let component = unsafe { Component::deserialize(&engine, artefact) }?;
        let mut linker = Linker::new(&engine);
        if weaken::on(Weakness::ImportsIgnored) {
            linker.define_unknown_imports_as_traps(&component)?;
        }
        let instances = linker.instantiate_pre(&component)?;
        let pre = match manifest.world {
            World::Verifier { .. } => Pre::Verifier(VerifierPre::new(instances)?),
            World::Contributor { .. } => {
                let pre = ComponentPre::new(ContributorPre::new(instances)?)?;
                Pre::Contributor(Box::new(UnitPre::Component(pre)))
            }
        };
        Ok(Self { engine, tier, pre })
    }

    /// Of a contributor that is one core module.
    fn of_module((engine, tier): (Engine, Tier), manifest: &Manifest, artefact: &[u8]) -> Result<Self, EngineError> {
        let World::Contributor { .. } = manifest.world else {
            return Err(EngineError("a verifier is compiled as a component".to_owned()));
        };
        // SAFETY: as above.
        let module = unsafe { Module::deserialize(&engine, artefact) }?;
        let pre = CorePre::new(&wasmtime::Linker::new(&engine), &module)?;
        Ok(Self { engine, tier, pre: Pre::Contributor(Box::new(UnitPre::Core(pre))) })
    }

    fn verifier(&self) -> wasmtime::Result<&VerifierPre<Bounds>> {
        match &self.pre {
            Pre::Verifier(pre) => Ok(pre),
            Pre::Contributor(_) => Err(wasmtime::Error::msg("a contributor answers no label")),
        }
    }

    /// What makes instances of a contributor; `None` of a verifier.
    pub const fn contributor(&self) -> Option<&UnitPre> {
        match &self.pre {
            Pre::Verifier(_) => None,
            Pre::Contributor(pre) => Some(pre),
        }
    }

    /// What one fresh instance runs in.
    pub fn store(&self, limits: &Limits) -> Store<Bounds> {
        let memory_bytes = usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX);
        let memory_bytes = memory_bytes.saturating_sub(weakened_bytes());
        let mut store = Store::new(&self.engine, Bounds::new(memory_bytes));
        store.limiter(|bounds| bounds);
        self.renew(&mut store, limits);
        store
    }

    /// Gives a store's next instance all that its first one had.
    pub fn renew(&self, store: &mut Store<Bounds>, limits: &Limits) {
        *store.data_mut() = Bounds::new(store.data().memory_bytes);
        // Neither can fail: the engine is configured for both.
        let _ = store.set_fuel(limits.fuel);
        store.set_epoch_deadline(u64::from(limits.slot_ms) / EPOCH_MS + 2);
        store.set_hostcall_fuel(ANSWER_BYTES_MAX);
    }

    /// How many instances a store of this lane has, whose memory they all hold until its end: one where they may have more
    /// than what a pool keeps for them anyway.
    pub const fn instances_per_store(&self, limits: &Limits) -> u32 {
        match self.tier {
            Tier::Small if limits.memory_bytes <= MEMORY_KEPT_BYTES => UNITS_PER_STORE,
            Tier::Small | Tier::Large => 1,
        }
    }
}

/// By how much a weakened build lowers the limit of memory: by some pages, which are others for each instance.
fn weakened_bytes() -> usize {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let pages = || (MADE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b1) >> 16) % 8;
    if weaken::on(Weakness::LimitsByLoad) { pages() << 16 } else { 0 }
}

/// For benchmarks: repeated calls on one instance, which the engine itself never makes.
pub struct ReusedInstance {
    store: Store<Bounds>,
    verifier: Verifier,
    limits: Limits,
}

impl Guest {
    /// An instance to call again and again, as the baseline of a benchmark.
    pub fn reused(&self, limits: &Limits) -> Result<ReusedInstance, EngineError> {
        let lane = self.lane();
        let mut store = lane.store(limits);
        let verifier = lane.verifier()?.instantiate(&mut store)?;
        Ok(ReusedInstance { store, verifier, limits: *limits })
    }
}

impl ReusedInstance {
    /// One more call.
    pub fn run(&mut self, input: &RunInput) -> Result<u32, Fault> {
        let _ = self.store.set_fuel(self.limits.fuel);
        self.store.set_epoch_deadline(u64::MAX / 2);
        call(&mut self.store, &self.verifier, &input.0).map_err(|error| fault(&error, self.store.data()))
    }
}

fn call(store: &mut Store<Bounds>, verifier: &Verifier, input: &wit::Input) -> wasmtime::Result<u32> {
    verifier.anshi_sandbox_verifying().call_verify(store, input)
}

pub(super) fn fault(error: &wasmtime::Error, bounds: &Bounds) -> Fault {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel | Trap::Interrupt) => Fault::Fuel,
        _ if bounds.denied => Fault::Memory,
        _ => Fault::Trap(format!("{error:#}")),
    }
}
