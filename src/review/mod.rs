//! What auditors and operators look at: policies against guests, and the home derived again.
mod audit;
pub use audit::*;
