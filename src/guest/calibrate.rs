//! How long a run can take on this machine: loads scattered over a large memory, the slowest thing that cheap instructions
//! can do, and memory that is new to the run, every page of it touched. Slots are checked against both.

use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, MemArg,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wasmtime::{Engine, Instance, Store};

use super::engine::{EngineError, Tier, compiling_engine, pooled_engine};
use crate::env::{Stopwatch, cores};
use crate::model::Pace;

const FUEL: u64 = 20_000_000;
const ROUNDS: usize = 5;
const PAGES: u64 = 1_024;
/// Far more than a pool keeps resident, so that nearly all of it is new to every run.
const FRESH_MIB: u32 = 16;
/// Short ones and many, so that most of them are disturbed by nothing on a busy machine too.
const FRESH_ROUNDS: usize = 15;
const PAGE_BYTES: i32 = 4_096;

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

/// Measures medians of several rounds and doubles them: other guests share caches and memory, and one round that the
/// machine's other work disturbed must not count.
pub fn calibrate() -> Result<Pace, CalibrateError> {
    Ok(Pace { nanos_per_kilofuel: nanos_per_kilofuel()?, nanos_per_mib: nanos_per_mib()? })
}

fn nanos_per_kilofuel() -> Result<u64, CalibrateError> {
    let engine = compiling_engine(Tier::Small)?;
    let module = wasmtime::Module::new(&engine, scattered_loads())?;
    let rounds = (0..ROUNDS).map(|_| {
        let mut store = fuelled(&engine, FUEL)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        let spin = instance.get_typed_func::<(), ()>(&mut store, "run")?;
        let started = Stopwatch::new();
        // It ends when the fuel does.
        let _ = spin.call(&mut store, ());
        Ok(started.elapsed().as_nanos())
    });
    doubled_median(rounds.collect::<Result<_, CalibrateError>>()?, FUEL / 1_000)
}

/// On every processor at once: they share what the operating system locks while it gives memory and takes it back. The
/// engine for large guests keeps more of its memory, and has no dearer way to give it.
fn nanos_per_mib() -> Result<u64, CalibrateError> {
    let engine = pooled_engine(Tier::Small)?;
    let module = wasmtime::Module::new(&engine, fresh_pages())?;
    let rounds = || -> Result<Vec<u128>, CalibrateError> {
        let round = |_| {
            let started = Stopwatch::new();
            let mut store = fuelled(&engine, u64::MAX)?;
            let instance = Instance::new(&mut store, &module, &[])?;
            instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
            drop(store);
            Ok(started.elapsed().as_nanos())
        };
        (0..FRESH_ROUNDS).map(round).collect()
    };
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(rounds)).collect();
        let panicked = |_| CalibrateError("a thread panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().map_err(panicked)?).collect::<Result<Vec<_>, CalibrateError>>()
    })?;
    doubled_median(all.into_iter().flatten().collect(), u64::from(FRESH_MIB))
}

fn fuelled(engine: &Engine, fuel: u64) -> Result<Store<()>, CalibrateError> {
    let mut store = Store::new(engine, ());
    store.set_fuel(fuel)?;
    store.set_epoch_deadline(u64::MAX / 2);
    Ok(store)
}

/// For each of `parts`, at least 1.
fn doubled_median(mut nanos: Vec<u128>, parts: u64) -> Result<u64, CalibrateError> {
    nanos.sort_unstable();
    let median = nanos.get(nanos.len() / 2).copied().unwrap_or(u128::MAX / 2);
    let each = u64::try_from(median * 2 / u128::from(parts)).map_err(|error| CalibrateError(error.to_string()))?;
    Ok(each.max(1))
}

/// `loop { x = x * 1664525 + 1013904223; x += load(x & mask) }` over 64 MiB.
fn scattered_loads() -> Vec<u8> {
    let mask = i32::try_from(PAGES * 65_536 - 4).unwrap_or(0xfffc) & !3;
    let word = MemArg { offset: 0, align: 2, memory_index: 0 };
    module(PAGES, 1, |code| {
        code.loop_(BlockType::Empty);
        code.local_get(0).i32_const(1_664_525).i32_mul().i32_const(1_013_904_223).i32_add().local_tee(0);
        code.i32_const(mask).i32_and().i32_load(word).local_get(0).i32_add().local_set(0);
        code.br(0).end();
    })
}

/// `do { grow(1); do { memory[at] = 1; at += 4096 } while (at < size) } while (size < 16 MiB)`.
fn fresh_pages() -> Vec<u8> {
    let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
    let end = i32::try_from(FRESH_MIB << 20).unwrap_or(i32::MAX);
    module(1, 2, |code| {
        code.loop_(BlockType::Empty).i32_const(1).memory_grow(0).drop();
        code.memory_size(0).i32_const(16).i32_shl().local_set(1);
        code.loop_(BlockType::Empty).local_get(0).i32_const(1).i32_store8(byte);
        code.local_get(0).i32_const(PAGE_BYTES).i32_add().local_tee(0).local_get(1).i32_lt_u().br_if(0).end();
        code.local_get(1).i32_const(end).i32_lt_u().br_if(0).end();
    })
}

/// A module with one memory and one function, `run`, with so many locals.
fn module(pages: u64, locals: u32, body: impl FnOnce(&mut InstructionSink<'_>)) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: pages, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    let mut run = Function::new([(locals, ValType::I32)]);
    let mut code = run.instructions();
    body(&mut code);
    code.end();
    let mut codes = CodeSection::new();
    codes.function(&run);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&codes);
    module.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Modules that trap at once would make every machine a quick one.
    #[test]
    fn what_is_measured_is_what_is_meant() {
        let engine = pooled_engine(Tier::Small).unwrap();
        let run = |module: Vec<u8>, fuel: u64| {
            let module = wasmtime::Module::new(&engine, module).unwrap();
            let mut store = fuelled(&engine, fuel).unwrap();
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
            let ended = run.call(&mut store, ());
            (ended, store, instance)
        };
        let (ended, store, _) = run(scattered_loads(), 10_000);
        assert_eq!((ended.is_err(), store.get_fuel().unwrap()), (true, 0), "it spins until its fuel ends");
        let (ended, store, _instance) = run(fresh_pages(), u64::MAX);
        assert!(ended.is_ok(), "{ended:?}");
        let per_page = |used: u64| used / (u64::from(FRESH_MIB) << 20).div_ceil(PAGE_BYTES as u64);
        assert!((3..100).contains(&per_page(u64::MAX - store.get_fuel().unwrap())), "every page is touched once");
        assert!(doubled_median(vec![7, 1_000_000, 3], 2).unwrap() == 7, "one disturbed round does not count");
    }
}
