//! The wire types, generated from `wit/sandbox.wit`. Nothing else names the WIT file.

#![expect(
    missing_docs,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::panic,
    reason = "generated code"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "verifier",
    pub_export_macro: true,
});

pub use exports::anshi::sandbox::verifying;
