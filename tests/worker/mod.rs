//! Tables whose units run in workers: the same sums as in threads, and no table at all where anything is missing.

mod broken;
mod policy;
#[cfg(feature = "weaken")]
mod same_sums;
