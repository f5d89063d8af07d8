//! The compiling child: inspects, compiles and describes a hostile module in a process of its own, under
//! limits of memory and time, so that the worst it can do is to die.

use std::io::{Read, Write};
use std::time::Duration;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder, Trap};

use super::bindings::contributor::Contributor;
use super::bindings::verifier::Verifier;
use super::engine::compiling_engine;
use super::inspect::{Exported, GUEST_BYTES_MAX, InspectError, Inspected, MEMORY_BYTES_MAX, inspect};
use super::manifest::Description;
use crate::env::weaken::{self, Weakness};
use crate::env::{ChildLimits, limit_this_process};

/// The hidden command that the engine runs itself with.
pub const CHILD_COMMAND: &str = "compile-guest";

/// CPython as a component compiles in up to 30 s on the machine measured; twice that.
pub(super) const CHILD_LIMITS: ChildLimits =
    ChildLimits { memory_bytes: 3 << 30, cpu_seconds: 120, wall: Duration::from_secs(120), output_bytes: 512 << 20 };

const DESCRIBE_FUEL: u64 = 500_000_000;
const DESCRIBE_RESULT_BYTES: usize = 1 << 20;

/// The child's whole life: a module on standard input; on standard output a byte (`+` or `-`), then either
/// the description's length, the description and the artefact, or the refusal as JSON.
pub fn child_main() -> std::io::Result<()> {
    limit_this_process(&CHILD_LIMITS)?;
    let mut module = Vec::new();
    std::io::stdin().take(GUEST_BYTES_MAX as u64 + 1).read_to_end(&mut module)?;
    let mut out = std::io::stdout().lock();
    match compile(&module) {
        Ok((description, artefact)) => {
            out.write_all(b"+")?;
            out.write_all(&(description.len() as u64).to_be_bytes())?;
            out.write_all(description.as_bytes())?;
            out.write_all(&artefact)?;
        }
        Err(reason) => {
            out.write_all(b"-")?;
            out.write_all(&serde_json::to_vec(&reason)?)?;
        }
    }
    out.flush()
}

fn compile(module: &[u8]) -> Result<(String, Vec<u8>), InspectError> {
    let inspected = inspect(module)?;
    let engine = compiling_engine(inspected.tier).map_err(|error| InspectError::Compile(error.to_string()))?;
    let artefact = engine.precompile_component(&inspected.component);
    let artefact = artefact.map_err(|error| InspectError::Compile(error.to_string()))?;
    let description = describe(&engine, &artefact, &inspected).map_err(|error| describe_failed(&error))?;
    let artefact = match inspected.plain_module() {
        Some(module) => engine.precompile_module(module).map_err(|error| InspectError::Compile(error.to_string()))?,
        None => artefact,
    };
    Ok((description.to_json(), artefact))
}

fn describe_failed(error: &wasmtime::Error) -> InspectError {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => InspectError::DescribeFuel(DESCRIBE_FUEL),
        Some(trap) => InspectError::Describe(trap.to_string()),
        None if error.root_cause().to_string().contains("hostcalls") => {
            InspectError::DescribeSize(DESCRIBE_RESULT_BYTES as u64)
        }
        None => InspectError::Describe(first_line(error)),
    }
}

/// Only the head: the tail of an error can carry the guest's own text.
fn first_line(error: &wasmtime::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Runs `describe` on an instance that has seen no data.
fn describe(engine: &Engine, artefact: &[u8], inspected: &Inspected) -> wasmtime::Result<Description> {
    // SAFETY: this engine has made the artefact a moment ago.
    let component = unsafe { Component::deserialize(engine, artefact) }?;
    let limits = StoreLimitsBuilder::new().memory_size(usize::try_from(MEMORY_BYTES_MAX).unwrap_or(usize::MAX)).build();
    let mut store: Store<StoreLimits> = Store::new(engine, limits);
    store.limiter(|limits| limits);
    store.set_fuel(DESCRIBE_FUEL)?;
    store.set_epoch_deadline(u64::MAX / 2);
    let bytes_max = if weaken::on(Weakness::CopiesUnbounded) { usize::MAX } else { DESCRIBE_RESULT_BYTES };
    store.set_hostcall_fuel(bytes_max);
    let mut linker = Linker::new(engine);
    if weaken::on(Weakness::ImportsIgnored) {
        linker.define_unknown_imports_as_traps(&component)?;
    }
    match inspected.exported {
        Exported::Verifying => {
            let verifier = Verifier::instantiate(&mut store, &component, &linker)?;
            let manifest = verifier.anshi_sandbox_verifying().call_describe(&mut store)?;
            Ok(Description::of_verifier(inspected, manifest))
        }
        Exported::Contributing => {
            let contributor = Contributor::instantiate(&mut store, &component, &linker)?;
            let manifest = contributor.anshi_sandbox_contributing().call_describe(&mut store)?;
            Ok(Description::of_contributor(inspected, manifest))
        }
    }
}
