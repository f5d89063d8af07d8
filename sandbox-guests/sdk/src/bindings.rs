//! The wire types, generated from `wit/sandbox.wit`. Nothing else names the WIT file.
//!
//! The two worlds repeat their types, because shared ones would be an import. Here they are shared: what both
//! interfaces say stands once, in [`verifying`], and [`contributing`] is generated to take and give those types. So
//! everything that reads a table serves both worlds, and nothing is converted when a call arrives.

pub mod verifier {
    //! The world `verifier`.

    wit_bindgen::generate!({
        path: "../wit",
        world: "verifier",
        pub_export_macro: true,
    });
}

pub mod contributor {
    //! The world `contributor`.

    wit_bindgen::generate!({
        path: "../wit",
        world: "contributor",
        pub_export_macro: true,
        with: {
            "anshi:sandbox/contributing@0.1.0/read": crate::bindings::verifying::Read,
            "anshi:sandbox/contributing@0.1.0/table-read": crate::bindings::verifying::TableRead,
            "anshi:sandbox/contributing@0.1.0/parameter-kind": crate::bindings::verifying::ParameterKind,
            "anshi:sandbox/contributing@0.1.0/parameter-spec": crate::bindings::verifying::ParameterSpec,
            "anshi:sandbox/contributing@0.1.0/data": crate::bindings::verifying::Data,
            "anshi:sandbox/contributing@0.1.0/column": crate::bindings::verifying::Column,
            "anshi:sandbox/contributing@0.1.0/table": crate::bindings::verifying::Table,
            "anshi:sandbox/contributing@0.1.0/parameter": crate::bindings::verifying::Parameter,
        },
    });
}

pub use contributor::exports::anshi::sandbox::contributing;
pub use verifier::exports::anshi::sandbox::verifying;
