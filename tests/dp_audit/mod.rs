//! The audit of privacy. Of the noise: that what is drawn is the distribution that is stated, at the scale that the
//! policy's figures ask for, fresh and independent. Of the gate: what one unit may change in the sums, and what releases
//! prove of ε. Of the audit: that it notices every mistake of a list. `make dp-audit` runs it at length.
#![expect(clippy::float_arithmetic, reason = "statistics of what was drawn")]

pub mod checks;
pub mod exact;
#[cfg(feature = "weaken")]
mod gate;
pub mod goodness;
pub mod likelihood;
#[cfg(feature = "weaken")]
mod neighbours;
#[cfg(feature = "weaken")]
mod seeds;
pub mod statistics;
mod table;
