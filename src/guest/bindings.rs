//! The host's side of `sandbox-guests/wit`, made from the one copy of the contract.
#![expect(missing_docs, reason = "generated from the WIT")]

wasmtime::component::bindgen!({
    path: "sandbox-guests/wit",
    world: "verifier",
});
