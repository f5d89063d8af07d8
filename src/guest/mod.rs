//! Guests: WebAssembly components that nobody trusts. Owns compiling, registering and running them;
//! gives a guest nothing but its one input, and takes nothing but its one answer.

mod beginnings;
mod bindings;
mod calibrate;
mod child;
mod chinese;
mod client_input;
mod contribute;
mod core_unit;
mod engine;
mod execute;
mod imports;
mod input;
mod inspect;
mod instance;
mod manifest;
mod order;
mod plain;
mod probe;
mod registry;
mod reused;
mod stores;
mod unit;

pub use calibrate::{CalibrateError, calibrate};
pub use child::{CHILD_COMMAND, child_main};
pub use contribute::{Contributions, StreamRuns, UnitRunner, UnitRuns};
pub use engine::{EngineError, GuestEngine, Tier};
pub use execute::{Raw, RawOutput, execute, execute_again};
pub use imports::{Import, Look, look};
pub use input::{ReadShape, RunInput, TableShape, build_input};
pub use inspect::{Exported, GUEST_BYTES_MAX, InspectError, Inspected, Measure, inspect};
pub use instance::{Fault, Guest, ReusedInstance};
pub use manifest::read_description;
pub use probe::{ColumnPlace, Probe, Run};
pub use registry::{RegisterError, Registered, Registry};
