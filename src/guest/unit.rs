//! A contributor before its instances, and the call of a fresh one: what is the same for every unit is done once.

use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::component::{ComponentExportIndex, Func, TypedFunc};
use wasmtime::{Error, Result, Store};

use super::bindings::contributing::{Contributions, Input};
use super::bindings::contributor::ContributorPre;
use super::core_unit::{CoreInstance, CorePre};
use super::engine::EngineError;
use super::inspect::CONTRIBUTING;
use super::instance::Bounds;

/// What makes instances of a contributor.
pub(super) enum UnitPre {
    Component(ComponentPre),
    /// Of a component that is one core module.
    Core(CorePre),
}

/// A fresh instance.
pub(super) enum UnitInstance {
    Component(Func),
    Core(CoreInstance),
}

impl UnitPre {
    /// A fresh instance.
    pub fn instantiate(&self, store: &mut Store<Bounds>) -> Result<UnitInstance> {
        match self {
            Self::Component(pre) => pre.instantiate(store).map(UnitInstance::Component),
            Self::Core(pre) => pre.instantiate(store).map(UnitInstance::Core),
        }
    }

    /// Calls `contribute` of one of its instances; of the answer so many bytes are copied at most.
    pub fn call(
        &self,
        store: &mut Store<Bounds>,
        instance: &UnitInstance,
        (input, bytes_max): (&Input, usize),
    ) -> Result<Contributions> {
        match (self, instance) {
            (Self::Component(pre), UnitInstance::Component(function)) => {
                store.set_hostcall_fuel(bytes_max);
                pre.call(store, *function, input)
            }
            (Self::Core(_), UnitInstance::Core(instance)) => instance.call(store, input, bytes_max),
            _ => Err(Error::msg("the instance is another guest's")),
        }
    }
}

/// A component before its instances.
pub(super) struct ComponentPre {
    pre: ContributorPre<Bounds>,
    contribute: ComponentExportIndex,
    /// Whether `contribute` has the contract's types: a fact of the component, so it is looked at on one instance, not on
    /// that of every unit.
    is_typed: AtomicBool,
}

impl ComponentPre {
    /// Finds the function that every unit calls.
    pub fn new(pre: ContributorPre<Bounds>) -> Result<Self, EngineError> {
        let component = pre.instance_pre().component();
        let interface = component.get_export_index(None, CONTRIBUTING);
        let contribute = interface.and_then(|interface| component.get_export_index(Some(&interface), "contribute"));
        let contribute = contribute.ok_or_else(|| EngineError(format!("the guest exports no `{CONTRIBUTING}`")))?;
        Ok(Self { pre, contribute, is_typed: AtomicBool::new(false) })
    }

    fn instantiate(&self, store: &mut Store<Bounds>) -> Result<Func> {
        let instance = self.pre.instance_pre().instantiate(&mut *store)?;
        let function = instance.get_func(&mut *store, self.contribute);
        function.ok_or_else(|| Error::msg("the instance lacks `contribute`"))
    }

    fn call(&self, store: &mut Store<Bounds>, function: Func, input: &Input) -> Result<Contributions> {
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
