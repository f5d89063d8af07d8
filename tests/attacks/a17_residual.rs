//! Attack 17: caches and speculation. Not closed: what is left is stated in `docs/attacks.md`. Held here is what makes
//! it hard to use: no timer and no thread to make one of, and the compiler's mitigations in every artefact that runs.

use wasmtime::{Config, Engine};

use super::run::check_beside;
use crate::support::{Handmade, TestHome};

/// How an artefact writes that a flag of the compiler is on: its name, the kind of a boolean, and true.
const ON: [u8; 2] = [2, 1];
const MITIGATIONS: [&str; 2] = ["enable_heap_access_spectre_mitigation", "enable_table_access_spectre_mitigation"];
/// What a clock can be made of.
const CLOCKS: [&str; 3] = [
    "(memory $shared 1 1 shared)",
    "(func (param i32) (result i32) (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 1)))",
    "(import \"wasi:clocks/monotonic-clock@0.2.6\" \"now\" (func (result i64)))",
];

fn mitigated(artefact: &[u8]) -> Result<(), String> {
    for flag in MITIGATIONS {
        let on = [flag.as_bytes(), &ON].concat();
        if !artefact.windows(on.len()).any(|window| window == on) {
            return Err(format!("the artefact was compiled without `{flag}`"));
        }
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    for clock in CLOCKS {
        let guest = Handmade { beside: clock.to_owned(), ..Handmade::default() };
        // An import stands before everything else.
        let module = wat::parse_str(format!("(module {clock})"));
        let refused = match clock.starts_with("(import") {
            true => home.register(&module.unwrap()),
            false => home.register(&guest.module()),
        };
        if refused.is_ok() {
            return Err(format!("a guest with a clock was registered: `{clock}`"));
        }
    }
    let artefacts = home.paths().guests().join("artefacts");
    for entry in std::fs::read_dir(artefacts).unwrap().map(Result::unwrap) {
        mitigated(&std::fs::read(entry.path()).unwrap())?;
    }
    Ok(())
}

/// The same look at an artefact of a compiler whose mitigations were switched off, one after the other.
pub fn without() -> Result<(), String> {
    let module = Handmade::default().module();
    for flag in MITIGATIONS {
        let mut config = Config::new();
        // SAFETY: nothing that this engine compiles is ever run.
        unsafe { config.cranelift_flag_set(flag, "false") };
        let artefact = Engine::new(&config).unwrap().precompile_module(&module).unwrap();
        mitigated(&artefact)?;
    }
    Ok(())
}

#[test]
fn held() {
    check_beside(attack, without);
}
