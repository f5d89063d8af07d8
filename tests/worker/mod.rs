//! Tables whose units run in workers: the same sums as in threads, and no table at all where anything is missing.

mod broken;
#[cfg(feature = "weaken")]
mod by_hand;
mod policy;
#[cfg(feature = "weaken")]
mod same_sums;
#[cfg(feature = "weaken")]
mod slots;
