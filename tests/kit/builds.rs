//! New projects as they are, built without a network: each is the same guest as the repository's.

use std::fs;
use std::io::Write;

use super::run::{Desk, ended, has};
use crate::support::guest_path;

/// The two worlds, the policy of each, and the repository's guest.
const WORLDS: [(&str, &str, &str); 2] =
    [("verifier", "revenue-verification", "revenue_verification"), ("contributor", "fiscal-themes", "fiscal_themes")];

/// Makes and builds a project of each world; what comes out imports nothing, has the repository's guest's manifest, and passes
/// its policy's cases.
fn both_worlds(language: &str) {
    let desk = Desk::new();
    for (world, policy, shipped) in WORLDS {
        let name = format!("my-{world}");
        desk.make(&name, language, world);
        let built = desk.run(&["guest", "build", &name, "--json"]).with(0).json();
        let component = desk.join(&format!("{name}/build/{name}.wasm"));
        assert_eq!(built["path"], format!("{name}/build/{name}.wasm"), "relative, as the folder was named");
        let inspect = |path: &str| desk.run(&["guest", "inspect", path, "--json"]).with(0).json();
        let (new, shipped) =
            (inspect(&component.display().to_string()), inspect(&guest_path(shipped).display().to_string()));
        assert_eq!(new["imports"], serde_json::json!([]));
        assert_eq!(new["manifest"], shipped["manifest"], "{language} {world}");
        let guests = desk.join("guests");
        fs::create_dir_all(&guests).unwrap();
        fs::copy(&component, guests.join(format!("{policy}.wasm"))).unwrap();
        let cases = format!("{}/sandbox-guests/kit/policies/{policy}", env!("CARGO_MANIFEST_DIR"));
        desk.run(&["policy", "test", &cases, "--guests", "guests"]).with(0).saying("all as expected");
    }
}

#[test]
fn rust_builds_from_an_empty_registry() {
    both_worlds("rust");
}

/// Whether C can be built here. Where it cannot, whoever reads the run must see it: past the capture of a test's output.
fn has_c(test: &str) -> bool {
    let has = has("clang") && has("wasm-ld");
    if !has {
        let left_out = format!("\nLEFT OUT: kit::builds::{test} (apt-get install clang lld)\n");
        std::io::stderr().write_all(left_out.as_bytes()).unwrap();
    }
    has
}

#[test]
fn c_builds_with_clang_alone() {
    if has_c("c_builds_with_clang_alone") {
        both_worlds("c");
    }
}

/// The stack lies below everything else: one byte more than it has is a trap, and no other variable's new value.
#[test]
fn a_stack_that_overflows_ends_the_call() {
    if !has_c("a_stack_that_overflows_ends_the_call") {
        return;
    }
    let desk = Desk::new();
    let project = desk.make("deep", "c", "verifier");
    let source = fs::read_to_string(project.join("guest.c")).unwrap();
    let begins = "    const anshi_party *firm = anshi_party_of(input, \"enterprise\");\n";
    let cases = format!("{}/sandbox-guests/kit/policies/revenue-verification", env!("CARGO_MANIFEST_DIR"));
    let guests = desk.join("guests");
    fs::create_dir(&guests).unwrap();
    for (bytes, code, told) in [(8_192, 0, "all as expected"), (16_384, 1, "answer `undetermined`")] {
        let deep =
            "    volatile char deep[BYTES];\n    for (int at = 0; at < BYTES; at++) {\n        deep[at] = 1;\n    }\n";
        let deep = format!("{}{begins}", deep.replace("BYTES", &bytes.to_string()));
        fs::write(project.join("guest.c"), source.replacen(begins, &deep, 1)).unwrap();
        desk.run(&["guest", "build", "deep"]).with(0);
        fs::copy(project.join("build/deep.wasm"), guests.join("revenue-verification.wasm")).unwrap();
        desk.run(&["policy", "test", &cases, "--guests", "guests"]).with(code).saying(told);
    }
}

/// What a compiler says stands on standard error as it is; what the command says of it comes after.
#[test]
fn a_compilers_words_are_shown_as_they_are() {
    let desk = Desk::new();
    let project = desk.make("broken", "rust", "verifier");
    fs::write(project.join("src/lib.rs"), "pub fn broken() -> u32 { \"seven\" }\n").unwrap();
    let ended = desk.run(&["guest", "build", "broken"]).with(1);
    assert!(ended.stderr.contains("error[E0308]: mismatched types"), "{}", ended.stderr);
    assert!(
        ended.stderr.trim_end().ends_with("error: the guest does not build: `cargo` says above why"),
        "{}",
        ended.stderr
    );
    assert!(!project.join("build/broken.wasm").exists());
    let json = desk.run(&["guest", "build", "broken", "--json"]).with(1).json();
    assert_eq!(json["error"], "failed");
}

/// A crate that exports nothing is no guest, and says so as every guest is told.
#[test]
fn what_is_built_and_is_no_guest_is_refused() {
    let desk = Desk::new();
    let project = desk.make("empty", "rust", "verifier");
    fs::write(project.join("src/lib.rs"), "#![no_std]\nuse anshi_guest as _;\n").unwrap();
    desk.run(&["guest", "build", "empty"]).with(1).saying("a guest exports");
    assert!(!project.join("build/empty.wasm").exists());
}

/// The SDK's own arithmetic, natively, by the compiler that links this test.
#[test]
fn the_c_sdk_counts_right() {
    let desk = Desk::new();
    for world in ["verifier", "contributor"] {
        let project = desk.make(world, "c", world);
        let test = format!("{}/tests/kit/sdk.c", env!("CARGO_MANIFEST_DIR"));
        let mut compiler = std::process::Command::new("cc");
        compiler.args([
            "-std=c11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Isdk",
            "-Ibindings",
            "-o",
            "sdk-test",
            &test,
        ]);
        ended(compiler.current_dir(&project)).with(0);
        ended(&mut std::process::Command::new(project.join("sdk-test"))).with(0);
    }
}
