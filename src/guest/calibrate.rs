//! How long fuel can take on this machine: loads scattered over a large memory, the slowest thing that
//! cheap instructions can do. Slots are checked against it.

use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemArg, MemorySection, MemoryType,
    Module, TypeSection, ValType,
};
use wasmtime::{Instance, Store};

use super::engine::{EngineError, Tier, compiling_engine};
use crate::env::Stopwatch;

/// The worst case that is assumed where no machine was calibrated, in nanoseconds for 1,000 fuel.
///
/// Twice what 20 million fuel of scattered loads took at worst on the machine first measured (117 ms).
pub const NANOS_PER_KILOFUEL_DEFAULT: u64 = 12_000;

const FUEL: u64 = 20_000_000;
const ROUNDS: u32 = 5;
const PAGES: u64 = 1_024;

/// The machine cannot be calibrated.
#[derive(Debug, thiserror::Error)]
#[error("the machine cannot be calibrated: {0}")]
pub struct CalibrateError(String);

impl CalibrateError {
    /// What went wrong.
    pub(super) fn reason(&self) -> &str {
        &self.0
    }
}

impl From<EngineError> for CalibrateError {
    fn from(error: EngineError) -> Self {
        Self(error.to_string())
    }
}

impl From<wasmtime::Error> for CalibrateError {
    fn from(error: wasmtime::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// Measures the median of several rounds and doubles it: other guests share caches and memory, and one round
/// that the machine's other work disturbed must not count.
pub fn nanos_per_kilofuel() -> Result<u64, CalibrateError> {
    let engine = compiling_engine(Tier::Small)?;
    let module = wasmtime::Module::new(&engine, scattered_loads())?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut store = Store::new(&engine, ());
        store.set_fuel(FUEL)?;
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = Instance::new(&mut store, &module, &[])?;
        let spin = instance.get_typed_func::<(), ()>(&mut store, "spin")?;
        let started = Stopwatch::new();
        // It ends when the fuel does.
        let _ = spin.call(&mut store, ());
        rounds.push(started.elapsed().as_nanos());
    }
    rounds.sort_unstable();
    let median = rounds.get(rounds.len() / 2).copied().unwrap_or(u128::MAX / 4_000);
    let nanos =
        u64::try_from(median * 2 * 1_000 / u128::from(FUEL)).map_err(|error| CalibrateError(error.to_string()))?;
    Ok(nanos.max(1))
}

/// `loop { x = x * 1664525 + 1013904223; x += load(x & mask) }` over 64 MiB.
fn scattered_loads() -> Vec<u8> {
    let mask = i32::try_from(PAGES * 65_536 - 4).unwrap_or(0xfffc) & !3;
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: PAGES, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("spin", ExportKind::Func, 0);
    let mut spin = Function::new([(1, ValType::I32)]);
    let word = MemArg { offset: 0, align: 2, memory_index: 0 };
    let mut code = spin.instructions();
    code.loop_(BlockType::Empty);
    code.local_get(0).i32_const(1_664_525).i32_mul().i32_const(1_013_904_223).i32_add().local_tee(0);
    code.i32_const(mask).i32_and().i32_load(word).local_get(0).i32_add().local_set(0);
    code.br(0).end().end();
    let mut codes = CodeSection::new();
    codes.function(&spin);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&codes);
    module.finish()
}
