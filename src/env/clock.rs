//! What time it is. Accounting does not trust it alone: the ledger keeps the latest day it has seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::Millis;

/// The source of wall time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// The operating system's clock, shifted by a number of milliseconds that tests change.
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    /// Now, in milliseconds since 1970. A clock before 1970 reads as 1970.
    pub fn now(&self) -> Millis {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(system.as_millis()).unwrap_or(i64::MAX);
        match self {
            Self::System => Millis(millis),
            Self::Shifted(shift) => Millis(millis.saturating_add(shift.load(Ordering::SeqCst))),
        }
    }

    /// How long until `then`; zero when it has passed.
    pub fn until(&self, then: Millis) -> Duration {
        Duration::from_millis(u64::try_from(then.0.saturating_sub(self.now().0)).unwrap_or(0))
    }
}

/// Measures how long something takes, for time-outs, calibration and benchmarks.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::new_without_default, reason = "a default that reads the clock would surprise")]
    pub fn new() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
