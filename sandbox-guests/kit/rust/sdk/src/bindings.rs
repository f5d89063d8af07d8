//! The wire types, generated from `wit/sandbox.wit` when this project was made.
//!
//! The two worlds repeat their types, because shared ones would be an import. Here they are shared: what both
//! interfaces say stands once, in [`verifying`], and [`contributing`] is generated to take and give those types. So
//! everything that reads a table serves both worlds, and nothing is converted when a call arrives.

#[rustfmt::skip]
pub mod contributor;
pub mod runtime;
#[rustfmt::skip]
pub mod verifier;

pub use contributor::exports::anshi::sandbox::contributing;
pub use verifier::exports::anshi::sandbox::verifying;
