//! Where a service's log lines go: those of a moment are written together, because each request has one. What somebody must
//! hear of goes out at once, with all that came before it. Never decides what is logged, nor changes it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// A line waits for others so long at most: what a kill of the process can take away.
const TOGETHER: Duration = Duration::from_millis(50);
/// So many bytes do not wait.
const BYTES_MAX: usize = 32 << 10;

/// The lines that wait, and where they go.
pub(super) struct LogLines<W: Write + Send + 'static>(Arc<Shared<W>>);

struct Shared<W> {
    waiting: Mutex<Waiting<W>>,
    /// Told when the first line waits.
    begun: Condvar,
}

struct Waiting<W> {
    lines: Vec<u8>,
    out: W,
}

impl<W: Write> Waiting<W> {
    /// Writes all that waits. Who reads a log may go away: then there is none.
    fn flush(&mut self) {
        let _ = self.out.write_all(&self.lines).and_then(|()| self.out.flush());
        self.lines.clear();
    }
}

impl<W> Shared<W> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<W>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send + 'static> LogLines<W> {
    /// Lines that go to `out`, and the thread that writes them; it ends with the process.
    pub fn new(out: W) -> Self {
        let waiting = Mutex::new(Waiting { lines: Vec::new(), out });
        let shared = Arc::new(Shared { waiting, begun: Condvar::new() });
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            loop {
                let begun = theirs.begun.wait_while(theirs.waiting(), |waiting| waiting.lines.is_empty());
                drop(begun);
                std::thread::sleep(TOGETHER);
                theirs.waiting().flush();
            }
        });
        Self(shared)
    }

    /// Where a subscriber writes them. What waits when this is dropped is written then.
    pub fn writer(&self) -> LinesWriter<W> {
        LinesWriter(Arc::clone(&self.0))
    }
}

impl<W: Write + Send + 'static> Drop for LogLines<W> {
    fn drop(&mut self) {
        self.0.waiting().flush();
    }
}

/// What makes a writer of each line.
pub(super) struct LinesWriter<W>(Arc<Shared<W>>);

/// The writer of one line.
pub(super) struct LineWriter<'w, W> {
    shared: &'w Shared<W>,
    at_once: bool,
}

impl<'w, W: Write + 'static> MakeWriter<'w> for LinesWriter<W> {
    type Writer = LineWriter<'w, W>;

    fn make_writer(&'w self) -> Self::Writer {
        LineWriter { shared: &self.0, at_once: true }
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> Self::Writer {
        LineWriter { shared: &self.0, at_once: *metadata.level() <= Level::WARN }
    }
}

impl<W: Write> Write for LineWriter<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.shared.waiting();
        let is_first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        if self.at_once || waiting.lines.len() >= BYTES_MAX {
            waiting.flush();
        } else if is_first {
            self.shared.begun.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Stopwatch;

    /// What was written, write by write.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<String>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn count(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }

    fn say(lines: &LogLines<Kept>, what: impl FnOnce()) {
        let subscriber = tracing_subscriber::fmt().without_time().with_target(false).with_ansi(false);
        tracing::subscriber::with_default(subscriber.with_writer(lines.writer()).finish(), what);
    }

    #[test]
    fn lines_of_a_moment_are_written_together_and_in_their_order() {
        let kept = Kept::default();
        let lines = LogLines::new(kept.clone());
        let began = Stopwatch::new();
        say(&lines, || (0..9).for_each(|number| tracing::info!(number, "said")));
        let at_once = kept.count();
        assert!(at_once == 0 || began.elapsed() >= TOGETHER, "they wait");
        while kept.count() == 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "they do not wait for others");
            std::thread::sleep(Duration::from_millis(1));
        }
        say(&lines, || tracing::info!("the last"));
        drop(lines);
        let all = kept.0.lock().unwrap().concat();
        let wanted: String = (0..9).map(|number| format!(" INFO said number={number}\n")).collect();
        assert_eq!(all, format!("{wanted} INFO the last\n"));
    }

    #[test]
    fn what_somebody_must_hear_of_does_not_wait_and_nothing_before_it_stays_behind() {
        let kept = Kept::default();
        let lines = LogLines::new(kept.clone());
        say(&lines, || {
            tracing::info!("one");
            tracing::warn!("two");
            assert!(kept.0.lock().unwrap().concat().ends_with(" INFO one\n WARN two\n"));
            tracing::error!("three");
            assert!(kept.0.lock().unwrap().concat().ends_with("ERROR three\n"));
            tracing::info!("{}", "x".repeat(BYTES_MAX));
            assert!(kept.0.lock().unwrap().concat().len() > BYTES_MAX, "as many as do not wait");
        });
    }
}
