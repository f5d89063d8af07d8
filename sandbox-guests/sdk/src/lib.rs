#![doc = include_str!("../README.md")]
#![cfg_attr(all(target_arch = "wasm32", feature = "panic-handler"), no_std)]

extern crate alloc;

#[doc(hidden)]
pub mod bindings;
pub mod calendar;
mod column;
#[cfg(any(target_arch = "wasm32", test))]
mod heap;
mod input;
mod manifest;
mod stop;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use column::{Column, Texts};
pub use input::{Input, Party, Table};
pub use manifest::{Kind, Manifest, ParameterKind, ParameterSpec, Read, Role, TableRead};

/// A guest that answers a question about named parties with one label.
///
/// Implement it for a type without fields, and hand that type to [`export_verifier!`].
pub trait Verifier {
    /// What the guest reads and may answer: the engine's `describe`, and what names are looked up in.
    const MANIFEST: Manifest;

    /// Returns an index into [`Manifest::labels`].
    ///
    /// An index out of range, a panic, and fuel or memory used up all become the one answer
    /// `undetermined`.
    fn verify(input: &Input) -> u32;
}

impl<Guest: Verifier> bindings::verifying::Guest for Guest {
    fn describe() -> bindings::verifying::Manifest {
        Guest::MANIFEST.to_wire()
    }

    fn verify(input: bindings::verifying::Input) -> u32 {
        // The instance ends with the call: taking the input apart would be work for nobody.
        let input = core::mem::ManuallyDrop::new(Input::new(&Guest::MANIFEST, input));
        <Guest as Verifier>::verify(&input)
    }
}

/// Makes a type that implements [`Verifier`] the guest of this crate, which must be a `cdylib`.
///
/// Exporting is the one thing that a function cannot do. In a native build there is no one to export
/// to, and only the trait is checked.
#[macro_export]
macro_rules! export_verifier {
    ($guest:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export!($guest with_types_in $crate::bindings);
        const _: $crate::Manifest = <$guest as $crate::Verifier>::MANIFEST;
    };
}

/// The guide's snippets, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod guide {}
