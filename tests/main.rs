//! The one integration binary: everything that needs a real home, real guests and a real ledger.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod crash;
mod faults;
mod support;
