//! The audit of the noise: that what is drawn is the distribution that is stated, at the scale that the policy's figures
//! ask for, fresh and independent; and that the audit notices every mistake of a list. `make dp-audit` runs it at length.

pub mod checks;
pub mod exact;
pub mod goodness;
pub mod likelihood;
pub mod statistics;
mod table;
