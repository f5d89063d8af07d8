//! Where a service's log lines go: those of a moment's requests are written together, because each request has one. All others
//! go out at once, with what came before them. Never decides what is logged, nor changes it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// A request's line waits for others so long at most: what a kill of the process can take away.
const TOGETHER: Duration = Duration::from_millis(50);
/// So many bytes do not wait.
const BYTES_MAX: usize = 32 << 10;
/// A pipe takes so many bytes as a whole (POSIX's least `PIPE_BUF` is less, Linux's is this): what a child of the service writes
/// to it does not stand in the middle of a line.
const WRITE_BYTES_MAX: usize = 4 << 10;

/// The lines that wait, and where they go. What waits when this is dropped is written then; nothing waits any more.
pub(super) struct LogLines<W: Write + Send + 'static>(Arc<Shared<W>>);

struct Shared<W> {
    waiting: Mutex<Waiting<W>>,
    /// Told when the first line waits.
    begun: Condvar,
    /// Whose lines wait.
    requests: &'static str,
}

struct Waiting<W> {
    lines: Vec<u8>,
    out: W,
    ended: bool,
}

impl<W: Write> Waiting<W> {
    /// Writes all that waits. Who reads a log may go away: then there is none.
    fn flush(&mut self) {
        let mut rest = self.lines.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(whole_lines(rest));
            let _ = self.out.write_all(now).and_then(|()| self.out.flush());
            rest = later;
        }
        self.lines.clear();
    }
}

/// The end of as many lines as are written at a time: one at least.
fn whole_lines(lines: &[u8]) -> usize {
    let end = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte == b'\n').map(|place| place + 1);
    let together = lines.get(..WRITE_BYTES_MAX).unwrap_or(lines);
    let first = || lines.iter().position(|byte| *byte == b'\n').map(|place| place + 1);
    end(together).or_else(first).unwrap_or(lines.len())
}

impl<W> Shared<W> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<W>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send + 'static> LogLines<W> {
    /// Lines that go to `out`, of which those of the target `requests` wait for each other, and the thread that writes them; it
    /// ends with the process.
    pub fn new(out: W, requests: &'static str) -> Self {
        let waiting = Mutex::new(Waiting { lines: Vec::new(), out, ended: false });
        let shared = Arc::new(Shared { waiting, begun: Condvar::new(), requests });
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

    /// Where a subscriber writes them.
    pub fn writer(&self) -> LinesWriter<W> {
        LinesWriter(Arc::clone(&self.0))
    }
}

impl<W: Write + Send + 'static> Drop for LogLines<W> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.ended = true;
        waiting.flush();
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
        let of_request = metadata.target() == self.0.requests && *metadata.level() > Level::WARN;
        LineWriter { shared: &self.0, at_once: !of_request }
    }
}

impl<W: Write> Write for LineWriter<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.shared.waiting();
        let is_first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        if self.at_once || waiting.ended || waiting.lines.len() >= BYTES_MAX {
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

    const REQUESTS: &str = module_path!();

    fn say(writer: LinesWriter<Kept>, what: impl FnOnce()) {
        let subscriber = tracing_subscriber::fmt().without_time().with_target(false).with_ansi(false);
        tracing::subscriber::with_default(subscriber.with_writer(writer).finish(), what);
    }

    #[test]
    fn lines_of_a_moment_are_written_together_and_in_their_order() {
        let kept = Kept::default();
        let lines = LogLines::new(kept.clone(), REQUESTS);
        let began = Stopwatch::new();
        say(lines.writer(), || (0..9).for_each(|number| tracing::info!(number, "said")));
        let at_once = kept.count();
        assert!(at_once == 0 || began.elapsed() >= TOGETHER, "they wait");
        while kept.count() == 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "they do not wait for others");
            std::thread::sleep(Duration::from_millis(1));
        }
        say(lines.writer(), || tracing::info!("the last"));
        let writer = lines.writer();
        drop(lines);
        let count = kept.count();
        say(writer, || tracing::info!("behind the last"));
        assert_eq!(kept.count(), count + 1, "nothing waits any more");
        let all = kept.0.lock().unwrap().concat();
        let wanted: String = (0..9).map(|number| format!(" INFO said number={number}\n")).collect();
        assert_eq!(all, format!("{wanted} INFO the last\n INFO behind the last\n"));
    }

    #[test]
    fn what_somebody_must_hear_of_does_not_wait_and_nothing_before_it_stays_behind() {
        let kept = Kept::default();
        let lines = LogLines::new(kept.clone(), REQUESTS);
        say(lines.writer(), || {
            tracing::info!("one");
            tracing::warn!("two");
            assert!(kept.0.lock().unwrap().concat().ends_with(" INFO one\n WARN two\n"));
            tracing::error!("three");
            assert!(kept.0.lock().unwrap().concat().ends_with("ERROR three\n"));
            tracing::info!(target: "others", "four");
            assert!(kept.0.lock().unwrap().concat().ends_with(" INFO four\n"), "no request's");
            tracing::info!("{}", "x".repeat(BYTES_MAX));
            let long = kept.0.lock().unwrap().last().unwrap().clone();
            assert!(long.len() > BYTES_MAX && long.ends_with("x\n"), "as many as do not wait, and none is cut");
            let begun = kept.count();
            (0..9).for_each(|_| tracing::info!("{}", "y".repeat(1_000)));
            tracing::warn!("five");
            let written = kept.0.lock().unwrap()[begun..].to_vec();
            assert_eq!(written.concat().matches('\n').count(), 10);
            assert!(written.iter().all(|lines| lines.len() <= WRITE_BYTES_MAX && lines.ends_with('\n')), "{written:?}");
        });
    }
}
