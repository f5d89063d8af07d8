//! The one integration binary: everything that needs a real home, real guests and a real ledger.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "tests"
)]

mod approvals;
mod attacks;
mod audit;
mod bad_input;
mod crash;
mod demo;
mod diff;
mod dp_audit;
mod explain;
mod faults;
mod fuzz;
mod guests;
mod http;
mod kit;
mod languages;
mod life_of_query;
mod load;
mod mistakes;
mod pack;
mod policies;
mod policy_check;
mod support;
mod twin;
mod upkeep;
#[cfg(feature = "weaken")]
mod utility;
mod vectors;
mod warnings;
mod workbench;
mod worker;
