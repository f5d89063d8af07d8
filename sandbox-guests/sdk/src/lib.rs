#![doc = include_str!("../README.md")]
#![cfg_attr(all(target_arch = "wasm32", feature = "panic-handler"), no_std)]

extern crate alloc;

#[doc(hidden)]
pub mod bindings;
pub mod calendar;
mod column;
mod contributions;
#[cfg(any(target_arch = "wasm32", test))]
mod heap;
mod input;
mod manifest;
mod stop;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use column::{Column, Texts};
pub use contributions::Contributions;
pub use input::{Input, Party, Table, UnitInput};
pub use manifest::{
    ContributorManifest, Dimension, Kind, Manifest, ParameterKind, ParameterSpec, Read, Role, TableRead,
};

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

/// A guest that says what one privacy unit, an enterprise or a person, adds to a statistical table.
///
/// Every unit gets a fresh instance: nothing is remembered from one to the next, and the guest never sees a sum. The
/// engine bounds what it says, adds it up over all units, and adds the noise.
///
/// Implement it for a type without fields, and hand that type to [`export_contributor!`].
pub trait Contributor {
    /// What the guest reads, and the shape of its table: the engine's `describe`, and what names are looked up in.
    const MANIFEST: ContributorManifest;

    /// Returns the cells that this unit contributes to, and what it adds to each.
    ///
    /// A panic, and fuel or memory used up, are as if the unit contributed nothing.
    fn contribute(input: &UnitInput) -> Contributions;
}

impl<Guest: Contributor> bindings::contributing::Guest for Guest {
    fn describe() -> bindings::contributing::Manifest {
        Guest::MANIFEST.to_wire()
    }

    fn contribute(input: bindings::contributing::Input) -> bindings::contributing::Contributions {
        let input = core::mem::ManuallyDrop::new(UnitInput::new(&Guest::MANIFEST, input));
        <Guest as Contributor>::contribute(&input).into_wire()
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
        $crate::bindings::verifier::export!($guest with_types_in $crate::bindings::verifier);
        const _: $crate::Manifest = <$guest as $crate::Verifier>::MANIFEST;
    };
}

/// Makes a type that implements [`Contributor`] the guest of this crate, which must be a `cdylib`.
#[macro_export]
macro_rules! export_contributor {
    ($guest:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::contributor::export!($guest with_types_in $crate::bindings::contributor);
        const _: $crate::ContributorManifest = <$guest as $crate::Contributor>::MANIFEST;
    };
}

/// The guide's snippets, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod guide {}
