//! The host's side of `sandbox-guests/wit`, made from the one copy of the contract.

wasmtime::component::bindgen!({
    path: "sandbox-guests/wit",
    world: "verifier",
});
