//! The wire types, generated from `wit/sandbox.wit`. Nothing else names the WIT file.

wit_bindgen::generate!({
    path: "../wit",
    world: "verifier",
    pub_export_macro: true,
});

pub use exports::anshi::sandbox::verifying;
