//! Tables under way: when their ticks are, and how their clients cancel them. Knows public facts alone: that a job was
//! admitted, its tick, and that it has ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disclosure::Halt;
use crate::ledger::{Decider, OutcomeEntry};
use crate::model::{Digest, Millis, Request};

use super::engine::Engine;
use super::life::{Answered, Failure, release_ended};

/// What may be known of a job.
#[derive(Debug)]
pub enum JobState {
    /// Charged, and waiting for its turn.
    Admitted,
    /// Under way; its answer comes at the tick, not earlier and not later.
    Running {
        /// The tick.
        tick: Millis,
    },
    /// Answered.
    Ended(Box<Answered>),
    /// The engine ended before the job did: the charge stays, there is no answer.
    Abandoned,
}

struct Entry {
    client: String,
    place: Place,
}

/// How far a table is.
enum Place {
    /// It waits for its turn; `true`: it was cancelled meanwhile.
    Waiting(bool),
    /// It runs until its tick.
    Running(Millis, Cancelling),
}

/// What cancelling does: the outcome is decided at once, and is the same whether or not the run has ended by then; or
/// cancelling at a chosen time would tell whether it had.
pub(super) struct Cancelling {
    pub halt: Arc<Halt>,
    pub decider: Decider,
    pub cancelled: OutcomeEntry,
}

impl Cancelling {
    fn cancel(&self) {
        self.decider.decide(self.cancelled.clone());
        self.halt.cancel();
    }
}

type Entries = Arc<Mutex<HashMap<Digest, Entry>>>;

/// The tables that are charged and not answered.
#[derive(Default)]
pub(super) struct RunningJobs(Entries);

/// One of them, until it is dropped.
pub(super) struct Running {
    entries: Entries,
    job: Digest,
}

fn lock(entries: &Entries) -> MutexGuard<'_, HashMap<Digest, Entry>> {
    // A panic while it was held left a map of whole entries.
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RunningJobs {
    /// A table is charged, and waits for its turn.
    pub fn wait(&self, request: &Request) -> Running {
        let entry = Entry { client: request.client.clone(), place: Place::Waiting(false) };
        lock(&self.0).insert(request.job, entry);
        Running { entries: Arc::clone(&self.0), job: request.job }
    }
}

impl Running {
    /// Its turn has come: it runs until `tick`. Gives whether it still should: one that was cancelled while it waited does not.
    pub fn begin(&self, tick: Millis, cancelling: Cancelling) -> bool {
        let mut entries = lock(&self.entries);
        let Some(entry) = entries.get_mut(&self.job) else { return false };
        let is_cancelled = matches!(entry.place, Place::Waiting(true));
        if is_cancelled {
            cancelling.cancel();
        }
        entry.place = Place::Running(tick, cancelling);
        !is_cancelled
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.entries).remove(&self.job);
    }
}

/// What may be known of `client`'s job; `None` where it has none of this id.
pub fn state(engine: &Engine, client: &str, job: Digest) -> Result<Option<JobState>, Failure> {
    let existing = engine.reader().find(job)?;
    let Some(existing) = existing.filter(|existing| existing.client == client) else { return Ok(None) };
    if let Some(ended) = release_ended(engine, existing.intent_index)? {
        return Ok(Some(ended));
    }
    let running = lock(&engine.running.0);
    Ok(Some(match running.get(&job).map(|entry| &entry.place) {
        Some(Place::Running(tick, _)) => JobState::Running { tick: *tick },
        Some(Place::Waiting(_)) | None => JobState::Admitted,
    }))
}

/// Ends `client`'s table early, or before it has begun; the charge stays, and the tick. Gives whether there was one.
pub fn cancel(engine: &Engine, client: &str, job: Digest) -> bool {
    let mut entries = lock(&engine.running.0);
    let entry = entries.get_mut(&job).filter(|entry| entry.client == client);
    entry
        .map(|entry| match &mut entry.place {
            Place::Waiting(cancelled) => *cancelled = true,
            Place::Running(_, cancelling) => cancelling.cancel(),
        })
        .is_some()
}
