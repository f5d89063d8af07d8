//! How much work it is to make an instance of a guest: what it begins with is written at every instantiation, and no fuel
//! counts it. A walk through the binary counts it in bytes; decides nothing.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, DataKind,
    ElementItems, ElementKind, Encoding, Instance, Payload, TableInit,
};

/// To make one core instance, in bytes that could be copied meanwhile.
const INSTANCE_BYTES: u64 = 16 << 10;
/// To set one element of a table or one global, likewise.
const ITEM_BYTES: u64 = 64;

/// A module or component whose end has not come yet.
#[derive(Default)]
struct Open {
    is_module: bool,
    /// What it costs to make an instance of it.
    bytes: u64,
    /// The same of the modules and components that it holds, by their index; more than any limit of those from elsewhere.
    modules: Vec<u64>,
    components: Vec<u64>,
}

/// Walks through a component, and knows at its end what making an instance of it costs.
#[derive(Default)]
pub(super) struct Beginnings {
    open: Vec<Open>,
    whole: u64,
}

impl Beginnings {
    /// What the outermost component costs, once its end has been seen.
    pub const fn bytes(&self) -> u64 {
        self.whole
    }

    /// Takes the next piece of the binary.
    pub fn see(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::Version { encoding, .. } => {
                let is_module = *encoding == Encoding::Module;
                self.open.push(Open {
                    is_module,
                    bytes: if is_module { INSTANCE_BYTES } else { 0 },
                    ..Open::default()
                });
            }
            Payload::End(_) => self.close(),
            _ => {
                if let Some(open) = self.open.last_mut() {
                    open.bytes = open.bytes.saturating_add(open.begins_with(payload)?);
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match self.open.last_mut() {
            None => self.whole = closed.bytes,
            Some(parent) if closed.is_module => parent.modules.push(closed.bytes),
            Some(parent) => parent.components.push(closed.bytes),
        }
    }
}

impl Open {
    fn begins_with(&mut self, payload: &Payload<'_>) -> Result<u64, BinaryReaderError> {
        let of = |known: &[u64], index: u32| usize::try_from(index).ok().and_then(|index| known.get(index).copied());
        let mut bytes = 0u64;
        let mut add = |more: u64| bytes = bytes.saturating_add(more);
        match payload {
            Payload::DataSection(section) => {
                for data in section.clone() {
                    let data = data?;
                    add(if matches!(data.kind, DataKind::Active { .. }) { data.data.len() as u64 } else { 0 });
                }
            }
            Payload::ElementSection(section) => {
                for element in section.clone() {
                    let element = element?;
                    let count = match &element.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    };
                    let is_active = matches!(element.kind, ElementKind::Active { .. });
                    add(if is_active { u64::from(count) * ITEM_BYTES } else { 0 });
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    let table = table?;
                    let is_filled = matches!(table.init, TableInit::Expr(_));
                    add(if is_filled { table.ty.initial.saturating_mul(ITEM_BYTES) } else { 0 });
                }
            }
            Payload::GlobalSection(section) => add(u64::from(section.count()) * ITEM_BYTES),
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    if let Instance::Instantiate { module_index, .. } = instance? {
                        add(of(&self.modules, module_index).unwrap_or(u64::MAX));
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                        add(of(&self.components, component_index).unwrap_or(u64::MAX));
                    }
                }
            }
            // No compiler's guest takes modules or components from elsewhere than where it has them.
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone() {
                    match alias? {
                        ComponentAlias::Outer { kind: ComponentOuterAliasKind::CoreModule, .. }
                        | ComponentAlias::InstanceExport { kind: ComponentExternalKind::Module, .. } => {
                            self.modules.push(u64::MAX);
                        }
                        ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, .. }
                        | ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                            self.components.push(u64::MAX);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(bytes)
    }
}
