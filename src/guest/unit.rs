//! A contributor before its instances, and the call of a fresh one: what is the same for every unit is done once.

use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, TypedFunc};

use super::bindings::contributing::{Contributions, Input};
use super::bindings::contributor::ContributorPre;
use super::engine::EngineError;
use super::instance::Bounds;

/// The interface that contributors export.
const INTERFACE: &str = "anshi:sandbox/contributing@0.1.0";

/// What makes instances of a contributor.
pub(super) struct UnitPre {
    pre: ContributorPre<Bounds>,
    contribute: ComponentExportIndex,
    /// Whether `contribute` has the contract's types: a fact of the component, so it is looked at on one instance, not on
    /// that of every unit.
    is_typed: AtomicBool,
}

impl UnitPre {
    /// Finds the function that every unit calls.
    pub fn new(pre: ContributorPre<Bounds>) -> Result<Self, EngineError> {
        let component = pre.instance_pre().component();
        let interface = component.get_export_index(None, INTERFACE);
        let contribute = interface.and_then(|interface| component.get_export_index(Some(&interface), "contribute"));
        let contribute = contribute.ok_or_else(|| EngineError(format!("the guest exports no `{INTERFACE}`")))?;
        Ok(Self { pre, contribute, is_typed: AtomicBool::new(false) })
    }

    /// The generated bindings' view of it.
    pub const fn generated(&self) -> &ContributorPre<Bounds> {
        &self.pre
    }

    /// Runs `contribute` on a fresh instance.
    pub fn call(&self, store: &mut Store<Bounds>, input: &Input) -> wasmtime::Result<Contributions> {
        let instance = self.pre.instance_pre().instantiate(&mut *store)?;
        let function = instance.get_func(&mut *store, self.contribute);
        let function = function.ok_or_else(|| wasmtime::Error::msg("the instance lacks `contribute`"))?;
        let function: TypedFunc<(&Input,), (Contributions,)> = if self.is_typed.load(Ordering::Relaxed) {
            // SAFETY: another instance of this component had an export of these types at this index, and the types of
            // a component's exports are those of all its instances.
            unsafe { TypedFunc::new_unchecked(function) }
        } else {
            let function = function.typed(&*store)?;
            self.is_typed.store(true, Ordering::Relaxed);
            function
        };
        function.call(&mut *store, (input,)).map(|(contributions,)| contributions)
    }
}
