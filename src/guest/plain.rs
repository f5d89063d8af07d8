//! Components that are one core module and nothing beside it, as `wit-component` makes of a module without imports. Such
//! a module can be run by itself (`guest::core_unit`): to make a component of it anew for every unit of a table costs
//! more than all else that a unit takes.

use wasmparser::{CanonicalFunction, CanonicalOption, Encoding, ExternalKind, Instance, Parser, Payload};

use super::inspect::CONTRIBUTING;

/// The one memory.
pub(super) const MEMORY: &str = "memory";
/// What gives the host room in it.
pub(super) const REALLOC: &str = "cabi_realloc";

/// What gives it where a module has both; to call it is left to the component layer.
const EXPORT_REALLOC: &str = "cabi_export_realloc";

/// The name of the core function behind the contract's `contribute`.
pub(super) fn contribute() -> String {
    format!("{CONTRIBUTING}#contribute")
}

/// The name of the core function that is called once its answer was read; a module need not have it.
pub(super) fn post_return() -> String {
    format!("cabi_post_{CONTRIBUTING}#contribute")
}

/// The core module of a contributor that the encoder made of one module. `None` where there is anything that the module's
/// own exports do not say: other modules, instances with arguments, other text than UTF-8, resources.
pub(super) fn plain_module(component: &[u8]) -> Option<&[u8]> {
    let (mut module, mut depth, mut instances) = (None, 0_u32, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.ok()? {
            Payload::Version { encoding, .. } => {
                // Components within describe the types of exports alone: they have no module of their own.
                (encoding == Encoding::Component || depth == 1).then_some(())?;
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            Payload::ModuleSection { unchecked_range, .. } => {
                (module.is_none() && depth == 1).then_some(())?;
                module = Some(component.get(unchecked_range)?);
            }
            Payload::InstanceSection(section) => {
                for instance in section {
                    let Instance::Instantiate { args, .. } = instance.ok()? else { return None };
                    (args.is_empty() && depth == 1).then_some(())?;
                    instances += 1;
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    let CanonicalFunction::Lift { options, .. } = function.ok()? else { return None };
                    options.iter().all(is_plain).then_some(())?;
                }
            }
            Payload::ComponentStartSection { .. } => return None,
            _ => {}
        }
    }
    module.filter(|module| instances == 1 && has_exports(module).unwrap_or(false))
}

const fn is_plain(option: &CanonicalOption) -> bool {
    use CanonicalOption::{Memory, PostReturn, Realloc, UTF8};
    matches!(option, UTF8 | Memory(_) | Realloc(_) | PostReturn(_))
}

/// Whether the module imports nothing and exports what a call needs. The encoder has compared their types with the contract.
fn has_exports(module: &[u8]) -> Option<bool> {
    let (contribute, mut found) = (contribute(), [false; 3]);
    for payload in Parser::new(0).parse_all(module) {
        match payload.ok()? {
            Payload::ImportSection(section) if section.count() > 0 => return None,
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.ok()?;
                    (export.name != EXPORT_REALLOC).then_some(())?;
                    let wanted = [(MEMORY, ExternalKind::Memory), (REALLOC, ExternalKind::Func)];
                    let wanted = wanted.into_iter().chain([(contribute.as_str(), ExternalKind::Func)]);
                    for (found, (name, kind)) in found.iter_mut().zip(wanted) {
                        *found |= export.name == name && export.kind == kind;
                    }
                }
            }
            _ => {}
        }
    }
    Some(found == [true; 3])
}
