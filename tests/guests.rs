//! Modules that are no guests: each is refused before anything of it is compiled, with the reason.

use anshi::guest::{InspectError, inspect};

fn refusal(module: &[u8]) -> String {
    inspect(module).map(drop).expect_err("a module that is no guest was taken").to_string()
}

fn text(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap()
}

#[test]
fn what_is_no_wasm_is_refused() {
    for module in [&b""[..], b"\0asm", b"\x7fELF\x02\x01\x01", "银行的问题".as_bytes(), &[0xff; 64]] {
        assert!(refusal(module).starts_with("this is no guest"), "{module:?}");
    }
}

#[test]
fn every_truncation_and_every_flipped_byte_is_survived() {
    let component = text("(component (core module (memory 1) (func (param i32) (result i32) local.get 0)))");
    for length in 0..component.len() {
        assert!(inspect(&component[..length]).is_err());
    }
    for place in 0..component.len() {
        let mut bad = component.clone();
        bad[place] ^= 0xff;
        assert!(inspect(&bad).is_err());
    }
}

#[test]
fn a_core_module_must_carry_its_component_type() {
    assert!(refusal(&text("(module (func (export \"verify\")))")).contains("does not"));
}

#[test]
fn imports_are_refused_by_name() {
    let cases = [
        ("(component (import \"wasi:clocks/wall-clock@0.2.0\" (instance)))", "wasi:clocks/wall-clock@0.2.0"),
        ("(component (import \"host:log/line\" (func)))", "host:log/line"),
        ("(component (import \"secret-type\" (type (sub resource))))", "secret-type"),
    ];
    for (wat, name) in cases {
        assert_eq!(inspect(&text(wat)).unwrap_err(), InspectError::Imports(vec![name.to_owned()]));
    }
}

#[test]
fn bombs_are_refused_before_compilation() {
    let locals = format!("(component (core module (func (local {}))))", "i64 ".repeat(10_001));
    assert!(refusal(&text(&locals)).contains("locals in one function"));
    let modules = format!("(component {})", "(core module)".repeat(65));
    assert!(refusal(&text(&modules)).contains("nested modules"));
    let deep = format!("{}{}", "(component ".repeat(80), ")".repeat(80));
    assert!(inspect(&text(&deep)).is_err());
}

#[test]
fn what_determinism_forbids_is_refused() {
    let modules = [
        "(component (core module (memory i64 1)))",
        "(component (core module (memory 1 1 shared)))",
        "(component (core module (memory 1) (memory 1)))",
        "(component (core module (func (param v128 v128 v128) (result v128) \
         (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))))",
    ];
    for module in modules {
        assert!(refusal(&text(module)).starts_with("this is no guest"), "{module}");
    }
}
