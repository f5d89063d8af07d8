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
    /// A clock that stands still until it is told otherwise: for who tries a policy and waits for nothing. No service has one.
    Told(Arc<AtomicI64>),
}

/// How soon a clock that stands still is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

impl Clock {
    /// A clock that stands at `then`.
    pub fn told(then: Millis) -> Self {
        Self::Told(Arc::new(AtomicI64::new(then.0)))
    }

    /// Now, in milliseconds since 1970. A clock before 1970 reads as 1970.
    pub fn now(&self) -> Millis {
        if let Self::Told(told) = self {
            return Millis(told.load(Ordering::SeqCst));
        }
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(system.as_millis()).unwrap_or(i64::MAX);
        match self {
            Self::System | Self::Told(_) => Millis(millis),
            Self::Shifted(shift) => Millis(millis.saturating_add(shift.load(Ordering::SeqCst))),
        }
    }

    /// How long until `then`; zero when it has passed. A clock that is told can be there at any moment.
    pub fn until(&self, then: Millis) -> Duration {
        let wait = Duration::from_millis(u64::try_from(then.0.saturating_sub(self.now().0)).unwrap_or(0));
        if matches!(self, Self::Told(_)) { wait.min(LOOK_AGAIN) } else { wait }
    }

    /// Tells a clock that stands still that it is `then`, or later where it is later already. Every other clock goes by itself.
    pub fn tell(&self, then: Millis) {
        if let Self::Told(told) = self {
            told.fetch_max(then.0, Ordering::SeqCst);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_told_clock_goes_forward_alone_and_no_other_is_told() {
        let clock = Clock::told(Millis(1_000));
        assert_eq!((clock.now(), clock.until(Millis(1_000))), (Millis(1_000), Duration::ZERO));
        assert!(clock.until(Millis(60_000)) <= LOOK_AGAIN);
        let other = clock.clone();
        clock.tell(Millis(5_000));
        clock.tell(Millis(2_000));
        assert_eq!(other.now(), Millis(5_000));
        Clock::System.tell(Millis(i64::MAX));
        assert!(Clock::System.now() < Millis(i64::MAX));
    }
}
