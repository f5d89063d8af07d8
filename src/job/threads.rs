//! The threads that label jobs run on: they take the oldest job and sleep while there is none. A pool that shares work out
//! among its threads looks around for some before it sleeps, which costs as much as a short guest's whole run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

type Run = Box<dyn FnOnce() + Send>;

/// Some threads and one queue. Dropping it lets them end with what is in the queue.
pub(super) struct Threads(Arc<Queue>);

struct Queue {
    waiting: Mutex<Waiting>,
    called: Condvar,
}

#[derive(Default)]
struct Waiting {
    runs: VecDeque<Run>,
    /// Threads that sleep and were not called: calling one that does not sleep costs as much.
    asleep: u32,
    ending: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing is run while it is held.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest run; `None` where there are none and no more will come.
    fn next(&self) -> Option<Run> {
        let mut waiting = self.lock();
        loop {
            if let Some(run) = waiting.runs.pop_front() {
                return Some(run);
            }
            if waiting.ending {
                return None;
            }
            waiting.asleep += 1;
            waiting = self.called.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Threads {
    /// Starts `count` threads.
    pub fn start(count: u32) -> std::io::Result<Self> {
        let threads = Self(Arc::new(Queue { waiting: Mutex::default(), called: Condvar::new() }));
        for number in 0..count {
            let queue = Arc::clone(&threads.0);
            std::thread::Builder::new().name(format!("guest-{number}")).spawn(move || work(&queue))?;
        }
        Ok(threads)
    }

    /// Queues a run behind those that are there.
    pub fn run(&self, run: impl FnOnce() + Send + 'static) {
        let mut waiting = self.0.lock();
        waiting.runs.push_back(Box::new(run));
        let calls = waiting.asleep > 0;
        waiting.asleep -= u32::from(calls);
        drop(waiting);
        if calls {
            self.0.called.notify_one();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.lock().ending = true;
        self.0.called.notify_all();
    }
}

fn work(queue: &Queue) {
    while let Some(run) = queue.next() {
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            // Such a job has no answer at its tick; the next one must not wait for a thread that is gone.
            tracing::error!("a guest's run panicked: its job is undetermined");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_panic_takes_no_thread_with_it_and_the_queue_is_worked_off() {
        let threads = Threads::start(2).unwrap();
        let (sender, done) = channel();
        for number in 0..200 {
            let sender = sender.clone();
            threads.run(move || {
                assert!(number % 3 != 0, "as meant");
                sender.send(number).unwrap();
            });
        }
        drop((threads, sender));
        let mut numbers: Vec<_> = done.iter().collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..200).filter(|number| number % 3 != 0).collect::<Vec<_>>());
    }
}
