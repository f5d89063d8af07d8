//! How often a transaction begins. Each costs the processors as much as several jobs, above all its two syncs; so while many
//! jobs come, those of some milliseconds share one. Only their number decides, never what they ask.

use std::thread;
use std::time::Duration;

use crate::env::Stopwatch;

/// While there are many, a transaction begins at most so often. A job waits for two of them.
const EVERY: Duration = Duration::from_millis(6);
/// So many intents and outcomes in one transaction are many: each would have waited for others' syncs anyway.
const MANY: usize = 8;

/// When the last transaction began, and whether it had many.
pub(super) struct Gathering {
    began: Stopwatch,
    many: bool,
}

impl Gathering {
    /// Before the first transaction.
    pub fn new() -> Self {
        Self { began: Stopwatch::new(), many: false }
    }

    /// Waits until the next transaction may begin: not at all where the last one had few. Nothing wakes it meanwhile, so whoever
    /// leaves a message calls no sleeping thread.
    pub fn wait(&self) {
        if let Some(rest) = self.rest(self.began.elapsed()) {
            thread::sleep(rest);
        }
    }

    /// What is left to wait, so long after the last transaction began.
    fn rest(&self, elapsed: Duration) -> Option<Duration> {
        EVERY.checked_sub(elapsed).filter(|_| self.many)
    }

    /// A transaction of so many intents and outcomes begins.
    pub fn begin(&mut self, count: usize) {
        *self = Self { began: Stopwatch::new(), many: count >= MANY };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_waits_behind_one_that_had_many() {
        let mut gathering = Gathering::new();
        let rest = |gathering: &Gathering| [0, 4, 7].map(|millis| gathering.rest(Duration::from_millis(millis)));
        assert_eq!(rest(&gathering), [None; 3], "the first one");
        gathering.begin(MANY);
        assert_eq!(rest(&gathering), [Some(EVERY), Some(Duration::from_millis(2)), None]);
        let began = Stopwatch::new();
        for _ in 0..20 {
            gathering.wait();
            gathering.begin(MANY);
        }
        assert!(began.elapsed() >= EVERY * 19);
        gathering.begin(MANY - 1);
        assert_eq!(rest(&gathering), [None; 3], "behind few");
    }
}
