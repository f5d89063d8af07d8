//! libFuzzer in front of the targets that the tests replay. `ANSHI_FUZZ_TARGET` names the one to run.
#![no_main]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "targets of tests"
)]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

fn chosen() -> fn(&[u8]) {
    static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("ANSHI_FUZZ_TARGET").unwrap_or_default();
        targets::target(&name).unwrap_or_else(|| {
            let known: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
            panic!("ANSHI_FUZZ_TARGET is `{name}`, and must be one of {}", known.join(", "))
        })
    })
}

fuzz_target!(|data: &[u8]| chosen()(data));
