//! What waits for a job's tick, and who may decide it in the run's stead. Knows no clock.

use std::sync::{Arc, Mutex};

use super::record::OutcomeEntry;

/// What waits for a job's tick.
#[derive(Default)]
pub(super) struct Parked {
    pub outcome: Option<OutcomeEntry>,
    /// Nothing else is taken any more.
    pub closed: bool,
}

/// Decides a job's outcome whatever its run does, and whether or not it has ended.
pub struct Decider(Arc<Mutex<Parked>>);

impl Decider {
    pub(super) const fn of(parked: Arc<Mutex<Parked>>) -> Self {
        Self(parked)
    }

    /// From here on until the tick this is the outcome.
    pub fn decide(&self, outcome: OutcomeEntry) {
        if let Ok(mut parked) = self.0.lock() {
            *parked = Parked { outcome: Some(outcome), closed: true };
        }
    }
}
