//! The gate: the only way from a raw output to something that a client may see. Nothing else can build
//! a [`Disclosed`].

mod label;
mod noise;

pub use label::{Disclosed, disclose, undetermined};
pub use noise::{ImpliedLoss, Mechanism, draw, implied};
