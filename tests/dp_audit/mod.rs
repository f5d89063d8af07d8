//! The audit of the noise: that what is drawn is the distribution that is stated, at the scale that the policy's figures
//! ask for, fresh and independent; and that the audit notices every mistake of a list. `make dp-audit` runs it at length.

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
