//! The two wasmtime engines: one tuned for small guests, one with copy-on-write memory for large ones.
//! Figures and reasons are in `docs/performance.md`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig};

use crate::env::cores;
use crate::env::weaken::{self, Weakness};
use crate::keys::sha256;
use crate::model::MEMORY_KEPT_BYTES;

/// Guests whose initial memory is at most this run on the small engine.
pub(super) const SMALL_MEMORY_BYTES_MAX: u64 = 1 << 20;
/// The most linear memory that any policy can give.
const MEMORY_BYTES_MAX: usize = 256 << 20;
/// The most elements that a guest's table has.
pub(super) const TABLE_ELEMENTS_MAX: usize = 10_000;
const WASM_STACK_BYTES: usize = 512 << 10;
/// What a slot of the pool keeps of its memory and clears: all that a guest of a policy with the least memory can touch. To
/// clear it costs a fifth of what it costs to give it back and be given other pages, which such a guest could
/// make every unit do (`guest::calibrate`).
const KEEP_RESIDENT_BYTES: usize = MEMORY_KEPT_BYTES as usize;
const INSTANCES_MIN: u32 = 64;
/// More threads than so many share lanes: each has the guest's code once more.
pub(super) const LANES_MAX: u32 = 32;
/// So many instances of a small contributor, one after the other, are in one store. Their slots of the pool are taken until
/// its end.
pub(super) const UNITS_PER_STORE: u32 = 8;
/// Of one guest: those of interpreters have several modules with tables.
const TABLES_MAX: u32 = 16;
/// More cores than any machine has for which the pool's addresses are reserved.
const CORES_MAX: u32 = 1_024;
/// Of one guest: those of JavaScript and Python have so many modules.
const CORE_INSTANCES_MAX: u32 = 200;
/// To grow, or to be refused, is a call out of the guest: as much work as so many plain instructions, not as one.
const GROW_FUEL: u8 = 200;
/// The backstop's grain: fuel is the limit, epochs only stop what fuel should have stopped.
pub(super) const EPOCH_MS: u64 = 10;

/// Which engine a guest runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// At most 1 MiB of initial memory; no copy-on-write.
    Small,
    /// More; copy-on-write.
    Large,
}

impl Tier {
    /// The word in stored descriptions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// The tier that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Small, Self::Large].into_iter().find(|tier| tier.word() == word)
    }
}

/// An engine cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine cannot start: {0}")]
pub struct EngineError(pub(super) String);

impl From<wasmtime::Error> for EngineError {
    fn from(error: wasmtime::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// Both engines, those of further lanes, and the thread that advances their epochs.
pub struct GuestEngine {
    small: Lanes,
    large: Lanes,
    running: Arc<AtomicBool>,
}

/// Engines that are alike, each with a pool of its own: threads that take instances from one pool spend more than half as
/// much again waiting for each other's cache lines, so that each thread that makes many has its lane.
#[derive(Clone)]
struct Lanes {
    first: Engine,
    further: Arc<Mutex<Vec<Engine>>>,
}

impl Lanes {
    fn new(tier: Tier) -> Result<Self, EngineError> {
        Ok(Self { first: pooled_engine(tier)?, further: Arc::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Engine>> {
        // A panic while it was held left whole engines.
        self.further.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self) {
        self.first.increment_epoch();
        self.lock().iter().for_each(Engine::increment_epoch);
    }
}

/// What decides how code is compiled: equal in the compiling child and in the engine, or an artefact would not load.
fn code_config(tier: Tier) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(OperatorCost { MemoryGrow: GROW_FUEL, TableGrow: GROW_FUEL, ..OperatorCost::new() })
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(!weaken::on(Weakness::NanAsItIs))
        .wasm_relaxed_simd(weaken::on(Weakness::NanAsItIs))
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .max_wasm_stack(WASM_STACK_BYTES)
        .memory_reservation(4 << 30)
        .memory_init_cow(tier == Tier::Large);
    config
}

/// The engine of the compiling child: same code, no pool.
pub(super) fn compiling_engine(tier: Tier) -> Result<Engine, EngineError> {
    Ok(Engine::new(&code_config(tier))?)
}

/// As many as can be there at once: a label's for every core, those of a table's threads that share the lane, and as many
/// to spare as one thread has. A run that found no place would fail for what others do.
fn instances() -> u32 {
    let cores = cores().min(CORES_MAX);
    let threads = cores.div_ceil(LANES_MAX);
    INSTANCES_MIN.max(cores + UNITS_PER_STORE * (threads + 1))
}

pub(super) fn pooled_engine(tier: Tier) -> Result<Engine, EngineError> {
    let instances = instances();
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        // Counted, not reserved: the pool's instances may all have as many as one may.
        .total_core_instances(instances * CORE_INSTANCES_MAX)
        .total_memories(instances)
        .total_tables(instances * TABLES_MAX)
        .max_core_instances_per_component(CORE_INSTANCES_MAX)
        .max_memories_per_component(1)
        .max_tables_per_component(TABLES_MAX)
        .max_tables_per_module(TABLES_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_component_instance_size(4 << 20)
        .max_core_instance_size(4 << 20)
        .max_memory_size(MEMORY_BYTES_MAX)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        // Clears the pages that were written to, not all that there are, where the system can tell them.
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(TABLE_ELEMENTS_MAX * 8);
    if tier == Tier::Large {
        pool.linear_memory_keep_resident(16 << 20);
    }
    let mut config = code_config(tier);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Ok(Engine::new(&config)?)
}

impl GuestEngine {
    /// Starts both engines.
    pub fn new() -> Result<Self, EngineError> {
        let (small, large) = (Lanes::new(Tier::Small)?, Lanes::new(Tier::Large)?);
        let running = Arc::new(AtomicBool::new(true));
        let (lanes, alive) = ([small.clone(), large.clone()], Arc::clone(&running));
        std::thread::spawn(move || {
            while alive.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(EPOCH_MS));
                lanes.iter().for_each(Lanes::advance);
            }
        });
        Ok(Self { small, large, running })
    }

    /// The engine for guests of this tier, and others that are alike, so that there are `lanes` of them together. They are
    /// made when they are first asked for, and kept.
    pub(super) fn lanes(&self, tier: Tier, lanes: usize) -> Result<(Engine, Vec<Engine>), EngineError> {
        let of = match tier {
            Tier::Small => &self.small,
            Tier::Large => &self.large,
        };
        let (mut further, wanted) = (of.lock(), lanes.saturating_sub(1));
        while further.len() < wanted {
            further.push(pooled_engine(tier)?);
        }
        Ok((of.first.clone(), further.iter().take(wanted).cloned().collect()))
    }

    /// What artefacts are compiled for: changes with every change that could change code.
    pub fn identity(&self) -> String {
        let mut hasher = StableHasher::default();
        for engine in [&self.small.first, &self.large.first] {
            std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        }
        sha256(&hasher.0).hex().chars().take(16).collect()
    }
}

/// Collects what is hashed, so that the identity does not depend on the standard library's hasher.
#[derive(Default)]
struct StableHasher(Vec<u8>);

impl std::hash::Hasher for StableHasher {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl Drop for GuestEngine {
    fn drop(&mut self) {
        self.running.store(false, Ordering::Relaxed);
    }
}
