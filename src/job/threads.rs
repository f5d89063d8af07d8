//! The threads that label jobs run on: they take the oldest job and sleep while there is none. A pool that shares work out
//! among its threads looks around for some before it sleeps, which costs as much as a short guest's whole run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

type Run = Box<dyn FnOnce() + Send>;

/// Some threads and one queue. Dropping it lets them end with what is in the queue.
pub(super) struct Threads(Sender<Run>);

impl Threads {
    /// Starts `count` threads.
    pub fn start(count: u32) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let queue = Arc::new(Mutex::new(receiver));
        for number in 0..count {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new().name(format!("guest-{number}")).spawn(move || work(&queue))?;
        }
        Ok(Self(sender))
    }

    /// Queues a run behind those that are there.
    pub fn run(&self, run: impl FnOnce() + Send + 'static) {
        // There are no threads any more: the job's tick passes, and it is undetermined.
        let _ = self.0.send(Box::new(run));
    }
}

fn work(queue: &Mutex<Receiver<Run>>) {
    loop {
        // The thread that waits holds the queue; those behind it wait for their turn to wait. A run is not made in here.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(run) = next else { return };
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
