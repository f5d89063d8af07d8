//! The single writer: drains what queued since the last transaction into the next one,
//! and hands every outcome over at its tick, never before.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::gather::Gathering;
use super::notices::{keep_guest, revoke, rotate};
use super::parked::{Decider, Parked};
use super::read::GuestRow;
use super::record::{Due, Logged, OutcomeEntry, Written, write_outcome};
use super::release::{Answers, Committed, Release};
use super::requests::{SealedRequest, remove};
use super::reserve::{Admission, Desk, Pace, Reservation, admit, all_affordable};
use super::statements::Statements;
use super::store::{Fresh, Leaves, LedgerError, Opened, Stopped, checkpoint, read_recent, signed};
use super::upkeep::{Sealed, Upkeep};
use crate::env::weaken::{self, Weakness};
use crate::env::{Clock, Entropy};
use crate::log::{Checkpoint, LogSigner, Mirror, RecentHashes, Tiles};
use crate::model::{Date, Digest, Millis, Refusal, RefusalCode};
use crate::policy::Permit;

/// How many requests one transaction takes at most.
const BATCH_MAX: usize = 1_024;
/// A writer that waits for nothing looks around after so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no reservation.
#[derive(Debug)]
pub enum ReserveError {
    /// The job is refused; nothing was charged.
    Refused(Refusal),
    /// The same signing input was admitted before, as this intent; nothing was charged.
    Again {
        /// The earlier intent's leaf.
        intent_index: u64,
    },
    /// The ledger cannot go on.
    Ledger(LedgerError),
}

/// Where somebody waits for an answer.
pub(super) type Reply<T, E> = oneshot::Sender<Result<T, E>>;

pub(super) enum Message {
    Reserve(Box<Permit>, Option<SealedRequest>, Reply<Reservation, ReserveError>),
    Schedule(Box<Pending>),
    Guest(GuestRow, Reply<(), LedgerError>),
    Revoke {
        issuer: String,
        jti: String,
        reply: Reply<(), LedgerError>,
    },
    Rotate {
        kid: String,
        retired: Vec<String>,
        reply: Reply<(), LedgerError>,
    },
    /// Removes the archived requests of these intents.
    Forget(Vec<u64>),
    /// The mirror failed: nothing more is admitted or answered.
    Broken,
    /// Moves what is left of the write-ahead log into the store.
    MovePages,
    /// Wakes the writer after an outcome was parked early: weakened builds alone.
    Wake,
    Stop,
}

pub(super) struct Pending {
    intent: Arc<Opened>,
    job: Digest,
    tick: Millis,
    parked: Arc<Mutex<Parked>>,
    otherwise: Box<dyn FnOnce() -> Result<OutcomeEntry, LedgerError> + Send>,
    reply: Reply<Logged, LedgerError>,
}

/// Where a run leaves its outcome until the tick.
pub struct Parking {
    parked: Arc<Mutex<Parked>>,
    tick: Millis,
    clock: Clock,
    sender: Sender<Message>,
}

impl Parking {
    /// What can decide the outcome in the run's stead.
    pub fn decider(&self) -> Decider {
        Decider::of(Arc::clone(&self.parked))
    }

    /// Leaves the outcome. Behind the tick it changes nothing any more.
    pub fn park(self, outcome: OutcomeEntry) {
        if self.clock.now() >= self.tick {
            return;
        }
        if let Ok(mut parked) = self.parked.lock()
            && !parked.closed
        {
            parked.outcome = Some(outcome);
        }
        if weaken::on(Weakness::OutcomeEarly) {
            let _ = self.sender.send(Message::Wake);
        }
    }
}

/// Nothing more comes: a clock that stands still goes on to the tick. Every other clock takes no notice.
impl Drop for Parking {
    fn drop(&mut self) {
        self.clock.tell(self.tick);
    }
}

/// A job that waits for its tick.
pub struct Scheduled(oneshot::Receiver<Result<Logged, LedgerError>>);

impl Scheduled {
    /// Waits until the outcome is in the log and durable.
    pub async fn logged(self) -> Result<Logged, LedgerError> {
        self.0.await.unwrap_or_else(|_| Err(LedgerError::Stopped(Stopped::Writer)))
    }
}

/// The ledger. Dropping it waits for the outcomes that are due and publishes the log.
pub struct Ledger {
    pub(super) sender: Sender<Message>,
    clock: Clock,
    mirrored: Arc<AtomicU64>,
    pub(super) recent: Arc<RwLock<RecentHashes>>,
    thread: Option<JoinHandle<()>>,
}

/// Everything that the writer owns.
pub(super) struct Writer {
    pub connection: Connection,
    pub clock: Clock,
    pub entropy: Entropy,
    pub signer: LogSigner,
    pub size: u64,
    /// The latest hashes of what is durable.
    pub recent: Arc<RwLock<RecentHashes>>,
    /// The size of the latest checkpoint that the mirror has.
    pub mirrored: Arc<AtomicU64>,
    pub latest_day: Option<Date>,
    pub(super) pace: Pace,
}

impl Ledger {
    pub(super) fn start(writer: Writer, store: &Path, tiles: Tiles, mirror: Mirror) -> Result<Self, LedgerError> {
        let (sender, receiver) = channel();
        let (clock, mirrored) = (writer.clock.clone(), Arc::clone(&writer.mirrored));
        let recent = Arc::clone(&writer.recent);
        let upkeep = Upkeep::start(store, tiles, Arc::clone(&recent), sender.clone())?;
        let release = Release::start(mirror, Arc::clone(&mirrored), upkeep, sender.clone());
        let thread = std::thread::spawn(move || writer.run(&receiver, &release));
        Ok(Self { sender, clock, mirrored, recent, thread: Some(thread) })
    }

    /// The size of the latest checkpoint that store and mirror both have: what a later one covers is not released.
    pub fn mirrored(&self) -> u64 {
        self.mirrored.load(Ordering::Acquire)
    }

    /// An error once the writer has ended: what is not logged by then will not be before the next start.
    pub fn check_running(&self) -> Result<(), LedgerError> {
        if self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(());
        }
        Err(LedgerError::Stopped(Stopped::Writer))
    }

    /// Charges a job, logs its intent and keeps its request; all of it is durable when this returns.
    pub async fn reserve(
        &self,
        permit: Box<Permit>,
        request: Option<SealedRequest>,
    ) -> Result<Reservation, ReserveError> {
        let (reply, answer) = oneshot::channel();
        let stopped = || ReserveError::Ledger(LedgerError::Stopped(Stopped::Writer));
        self.sender.send(Message::Reserve(permit, request, reply)).map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Fixes the job's tick. At the tick the outcome then parked is logged, or what `otherwise` makes; where it fails, the
    /// ledger stops, because the tick would have no outcome.
    pub fn schedule(
        &self,
        reservation: &Reservation,
        tick: Millis,
        otherwise: impl FnOnce() -> Result<OutcomeEntry, LedgerError> + Send + 'static,
    ) -> (Parking, Scheduled) {
        let (reply, answer) = oneshot::channel();
        let parked = Arc::new(Mutex::new(Parked::default()));
        let pending = Pending {
            intent: Arc::clone(reservation.intent()),
            job: reservation.permit().request().job,
            tick,
            parked: Arc::clone(&parked),
            otherwise: Box::new(otherwise),
            reply,
        };
        // A writer that has ended drops the reply, which `Scheduled::logged` sees.
        let _ = self.sender.send(Message::Schedule(Box::new(pending)));
        let parking = Parking { parked, tick, clock: self.clock.clone(), sender: self.sender.clone() };
        (parking, Scheduled(answer))
    }

    /// Keeps a registered guest, with an entry in the log.
    pub async fn keep_guest(&self, row: GuestRow) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Message::Guest(row, reply), answer).await
    }

    /// Revokes a consent, with an entry in the log: it serves no further job.
    pub async fn revoke_consent(&self, issuer: String, jti: String) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Message::Revoke { issuer, jti, reply }, answer).await
    }

    /// Notes in the log that the key `kid` signs receipts from here on, and `retired` no more. Waits; not for tasks.
    pub fn note_rotation(&self, kid: String, retired: Vec<String>) -> Result<(), LedgerError> {
        let stopped = || LedgerError::Stopped(Stopped::Writer);
        let (reply, answer) = oneshot::channel();
        self.sender.send(Message::Rotate { kid, retired, reply }).map_err(|_| stopped())?;
        answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    async fn ask(
        &self,
        message: Message,
        answer: oneshot::Receiver<Result<(), LedgerError>>,
    ) -> Result<(), LedgerError> {
        let stopped = || LedgerError::Stopped(Stopped::Writer);
        self.sender.send(message).map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let _ = self.sender.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>, release: &Release) {
        let mut pending: BTreeMap<(Millis, u64), Pending> = BTreeMap::new();
        let (mut gathering, mut stopping) = (Gathering::new(), false);
        while !(stopping && pending.is_empty()) {
            gathering.wait();
            let messages = self.next_messages(receiver, pending.keys().next().map(|key| key.0));
            let mut work = Vec::with_capacity(messages.len());
            for message in messages {
                match message {
                    Message::Broken => return,
                    Message::Stop => stopping = true,
                    Message::Wake => {}
                    // One that fails is done later: the log is then longer for a while.
                    Message::MovePages => drop(checkpoint(&self.connection, "PASSIVE")),
                    Message::Schedule(job) => drop(pending.insert((job.tick, job.intent.index), *job)),
                    other => work.push(other),
                }
            }
            let due = take_due(&mut pending, self.clock.now());
            if work.is_empty() && due.is_empty() {
                continue;
            }
            gathering.begin(work.len() + due.len());
            let committed = match self.commit(work, due) {
                Ok(committed) => committed,
                Err(error) => {
                    // The state of the store is unknown: nothing more is admitted or answered.
                    tracing::error!(%error, "the ledger stops");
                    return;
                }
            };
            if !release.hand_over(committed) {
                return;
            }
        }
    }

    /// Waits for messages until the next tick, then takes everything that is there.
    fn next_messages(&self, receiver: &Receiver<Message>, next_tick: Option<Millis>) -> Vec<Message> {
        let wait = next_tick.map_or(PATIENCE, |tick| self.clock.until(tick).min(PATIENCE));
        let mut messages = match receiver.recv_timeout(wait) {
            Ok(message) => vec![message],
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => vec![Message::Stop],
        };
        while messages.len() < BATCH_MAX {
            match receiver.try_recv() {
                Ok(message) => messages.push(message),
                Err(_) => break,
            }
        }
        messages
    }

    /// One transaction: intents first, then the outcomes that are due; durable in the store when this returns.
    fn commit(&mut self, work: Vec<Message>, due: Vec<Pending>) -> Result<Committed, LedgerError> {
        let mut answers = Answers::default();
        let recent = Arc::clone(&self.recent);
        let recent = read_recent(&recent);
        let mut leaves = Leaves::behind(self.size, &recent);
        let now = self.clock.now();
        let day = self.latest_day.map_or(now.day(), |latest| latest.max(now.day()));
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let desk = Desk { connection: Statements::on(&self.connection), entropy: &self.entropy, now, day };
        let refused_before = weakened_check(&desk, &work)?;
        for message in work {
            match message {
                Message::Reserve(permit, request, reply) => {
                    let admission = match refused_before.contains(&permit.request().job) {
                        true => Err(ReserveError::Refused(Refusal::bare(RefusalCode::Budget))),
                        false => reserve(&desk, &mut self.pace, &mut leaves, permit, request.as_ref()),
                    };
                    // SQLite may have undone the whole transaction: every job of it fails, not this one alone.
                    if let Err(ReserveError::Ledger(error)) = admission {
                        return Err(error);
                    }
                    answers.reservations.push((admission, reply));
                }
                Message::Guest(row, reply) => {
                    keep_guest(&desk, &mut leaves, &row)?;
                    answers.plain.push(reply);
                }
                Message::Revoke { issuer, jti, reply } => {
                    revoke(&desk, &mut leaves, &issuer, &jti)?;
                    answers.plain.push(reply);
                }
                Message::Rotate { kid, retired, reply } => {
                    rotate(&desk, &mut leaves, kid, retired)?;
                    answers.plain.push(reply);
                }
                Message::Forget(intents) => remove(&self.connection, &intents)?,
                Message::Schedule(_) | Message::Broken | Message::MovePages | Message::Wake | Message::Stop => {}
            }
        }
        let size = leaves.size + due.len() as u64;
        let mut outcomes = Vec::with_capacity(due.len());
        for job in due {
            let parked = job.parked.lock().ok().and_then(|mut parked| parked.outcome.take());
            let outcome = match parked {
                Some(outcome) => outcome,
                None => (job.otherwise)()?,
            };
            let due = Due { intent_index: job.intent.index, job: job.job, tick: job.tick, outcome };
            let opened = write_outcome(&desk.connection, &self.entropy, &mut leaves, size, &due)?;
            outcomes.push((job.intent, opened, due.outcome, job.reply));
        }
        let (note, Fresh { hashes, entries }) = self.sign(leaves)?;
        drop((recent, desk));
        let grew = size > self.size;
        self.seal(size, hashes)?;
        self.latest_day = Some(day);
        let note: Arc<str> = note.into();
        let sealed = grew.then(|| Sealed { size, note: Arc::clone(&note), entries });
        answers.logged.extend(outcomes.into_iter().map(
            |(intent, outcome, OutcomeEntry { end, claims, parties, .. }, reply)| {
                (
                    Logged::written(end, claims, Written { intent, outcome, parties, note: Arc::clone(&note), size }),
                    reply,
                )
            },
        ));
        Ok(Committed { sealed, answers })
    }

    /// Stores what the transaction adds to the log, and signs its checkpoint; an empty note where it adds nothing.
    pub(super) fn sign(&self, leaves: Leaves<'_>) -> Result<(String, Fresh), LedgerError> {
        let size = leaves.size;
        if size == self.size {
            return Ok((String::new(), Fresh::default()));
        }
        let note = self.signer.sign(&Checkpoint { size, root: leaves.root(&self.connection)? })?;
        self.connection
            .prepare_cached("INSERT INTO checkpoint (size, note) VALUES (?1, ?2)")?
            .execute(params![signed(size), note])?;
        Ok((note, leaves.store(&self.connection)?))
    }

    /// Commits.
    pub(super) fn seal(&mut self, size: u64, hashes: Vec<Digest>) -> Result<(), LedgerError> {
        self.connection.execute_batch("COMMIT")?;
        self.size = size;
        self.recent.write().unwrap_or_else(PoisonError::into_inner).extend(hashes);
        Ok(())
    }
}

/// Admits one job, or refuses it and writes nothing.
fn reserve(
    desk: &Desk<'_>,
    pace: &mut Pace,
    leaves: &mut Leaves<'_>,
    permit: Box<Permit>,
    request: Option<&SealedRequest>,
) -> Result<Reservation, ReserveError> {
    match admit(desk, pace, leaves, (&permit, request)) {
        Ok(Admission::Admitted { intent, cost, stored }) => Ok(Reservation::new(permit, intent, cost, stored)),
        Ok(Admission::Refused(refusal)) => Err(ReserveError::Refused(refusal)),
        Ok(Admission::Again { intent_index }) => Err(ReserveError::Again { intent_index }),
        Err(error) => Err(ReserveError::Ledger(error)),
    }
}

/// In a weakened build the budget is checked for the whole batch before anything is charged: the jobs that
/// fail this check. Empty in every other build, where each job is checked as it is charged.
fn weakened_check(desk: &Desk<'_>, work: &[Message]) -> Result<Vec<Digest>, LedgerError> {
    let mut refused = Vec::new();
    if weaken::on(Weakness::CheckThenCharge) {
        for message in work {
            if let Message::Reserve(permit, ..) = message
                && !all_affordable(desk, permit)?
            {
                refused.push(permit.request().job);
            }
        }
    }
    Ok(refused)
}

fn take_due(pending: &mut BTreeMap<(Millis, u64), Pending>, now: Millis) -> Vec<Pending> {
    if weaken::on(Weakness::OutcomeEarly) {
        let parked = |job: &Pending| job.parked.lock().is_ok_and(|parked| parked.outcome.is_some());
        let keys: Vec<_> =
            pending.iter().filter(|(key, job)| key.0 <= now || parked(job)).map(|(key, _)| *key).collect();
        return keys.into_iter().filter_map(|key| pending.remove(&key)).collect();
    }
    let later = pending.split_off(&(now.plus(1), 0));
    std::mem::replace(pending, later).into_values().collect()
}
