//! What time it is. Accounting does not trust it alone: the ledger keeps the latest day it has seen.

use std::cell::Cell;
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

/// A moment as RFC 3339 has it, in UTC and with microseconds: `2026-11-28T00:15:22.123456Z`.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp([u8; 27]);

thread_local! {
    /// The second that this thread wrote last, up to its point: every line of a log has one, and most have the same.
    static SECOND: Cell<(u64, [u8; 20])> = const { Cell::new((0, *b"1970-01-01T00:00:00.")) };
}

impl Timestamp {
    /// Now, by the operating system's clock. A clock before 1970 reads as 1970.
    pub fn now() -> Self {
        Self::at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn at(since_1970: Duration) -> Self {
        let second = since_1970.as_secs();
        let (last, mut text) = SECOND.get();
        if second != last {
            let instant = i64::try_from(second).ok().and_then(|second| jiff::Timestamp::from_second(second).ok());
            // Years of more than four digits have no place, and no clock.
            let written = instant.map(|instant| instant.to_string().replace('Z', ".")).unwrap_or_default();
            text = written.as_bytes().try_into().unwrap_or(text);
            SECOND.set((second, text));
        }
        let mut stamp = *b"0000-00-00T00:00:00.000000Z";
        let (whole, micros) = stamp.split_at_mut(text.len());
        whole.copy_from_slice(&text);
        let mut left = since_1970.subsec_micros();
        for digit in micros.iter_mut().rev().skip(1) {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or(0);
            left /= 10;
        }
        Self(stamp)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_its_moment_whatever_was_written_before() {
        let mut micros = 0_u64;
        for step in [0, 1, 999_999, 1, 0, 7, 59_999_993, 86_400_000_000, 951_782_400_000_000, 1_795_824_922_123_456] {
            micros += step;
            let text = Timestamp::at(Duration::from_micros(micros));
            let read: jiff::Timestamp = text.as_str().parse().unwrap();
            assert_eq!(u64::try_from(read.as_microsecond()), Ok(micros), "{text:?}");
            assert!(text.as_str().len() == 27 && text.as_str().ends_with('Z'));
        }
        assert_eq!(Timestamp::at(Duration::from_micros(1_795_824_922_000_001)).as_str(), "2026-11-28T00:15:22.000001Z");
    }

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
