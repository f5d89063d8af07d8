//! Attack 11: a guest that imports something. It is refused at registration, with the import's name.

use anshi::env::weaken::Weakness;
use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentInstanceSection, ComponentSectionId, ComponentTypeRef, ComponentTypeSection, InstanceType, RawSection,
};

use super::run::check;
use crate::support::{TestHome, guest_path, label};

const CONTRACT: &str = "anshi:sandbox/verifying@0.1.0";
const ENVIRONMENT: &str = "wasi:cli/environment@0.2.6";

/// Components that want something from outside, of every kind, and what they call it.
const WANTING: [(&str, &str); 5] = [
    (r#"(component (import "wasi:clocks/wall-clock@0.2.6" (instance)))"#, "wasi:clocks/wall-clock@0.2.6"),
    (r#"(component (import "print" (func (param "text" string))))"#, "print"),
    (r#"(component (type $t u32) (import "number" (type (eq $t))))"#, "number"),
    (r#"(component (import "handle" (type (sub resource))))"#, "handle"),
    (r#"(component (import "helper" (core module)))"#, "helper"),
];

/// The adversary guest in a component that imports an instance and otherwise keeps the contract.
fn importing_guest() -> Vec<u8> {
    let module = std::fs::read(guest_path("adversary")).unwrap();
    let inner = wit_component::ComponentEncoder::default().module(&module).unwrap().encode().unwrap();
    let mut outer = Component::new();
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    outer.section(&types);
    let mut imports = ComponentImportSection::new();
    imports.import(ENVIRONMENT, ComponentTypeRef::Instance(0));
    outer.section(&imports);
    outer.section(&RawSection { id: ComponentSectionId::Component.into(), data: &inner });
    let mut instances = ComponentInstanceSection::new();
    instances.instantiate(0, Vec::<(&str, ComponentExportKind, u32)>::new());
    outer.section(&instances);
    let mut aliases = ComponentAliasSection::new();
    aliases.alias(Alias::InstanceExport { instance: 1, kind: ComponentExportKind::Instance, name: CONTRACT });
    outer.section(&aliases);
    let mut exports = ComponentExportSection::new();
    exports.export(CONTRACT, ComponentExportKind::Instance, 2, None);
    outer.section(&exports);
    outer.finish()
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    match home.register(&importing_guest()) {
        Err(refused) if refused.contains(&format!("`{ENVIRONMENT}`")) => {}
        Err(refused) => return Err(format!("the refusal does not name what the guest imports: {refused}")),
        Ok(guest) => {
            let order = anshi::job::JobOrder { guest, ..home.order(0, 1) };
            let answer = home.ask(&home.sign(&order)).map(|answered| label(&answered));
            return Err(format!("a guest that imports `{ENVIRONMENT}` was registered, and gave {answer:?}"));
        }
    }
    for (text, name) in WANTING {
        let refused = home.register(&wat::parse_str(text).unwrap()).expect_err("it does not keep the contract");
        if !refused.contains(&format!("`{name}`")) {
            return Err(format!("the refusal of `{text}` does not name what it imports: {refused}"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::ImportsIgnored);
}
