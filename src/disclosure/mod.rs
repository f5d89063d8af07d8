//! The gate: the only way from a raw output to something that a client may see. Nothing else can build
//! a [`Disclosed`].

mod label;

pub use label::{Disclosed, disclose, undetermined};
