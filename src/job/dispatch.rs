//! Dispatch: when a reserved job starts, and that its tick tells nothing of when it ended.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::disclosure::{self, Disclosed, Halt, gather};
use crate::env::{Clock, cores, yield_to_others};
use crate::guest::{Guest, execute};
use crate::ledger::{End, LedgerError, Logged, OutcomeEntry, Reservation, Scheduled, Stopped};
use crate::model::Millis;
use crate::policy::{Policy, PolicySet, TABLE_CORES_SHARE, label_capacity_nanos};
use crate::receipt::seal;

use super::engine::{Engine, OpenError};
use super::running::{Cancelling, Running};
use super::standing::{ReloadError, Standing};
use super::threads::Threads;

/// The slot that an engine without label policies is made for; shorter ones need a restart.
const SLOT_MS_WITHOUT_LABELS: u32 = 20;

/// Starts jobs: as many at once as surely end within their slots, on as many threads as there are cores.
///
/// A slot is held from dispatch to tick, however soon the guest ends, so that waiting for one tells
/// nothing about guests that ran before. One table runs at a time, on every processor that label jobs leave idle; while it
/// does, it is sure of its share of them, and label jobs of the rest.
pub(super) struct Dispatcher {
    threads: Threads,
    tables: ThreadPool,
    table_turn: Arc<Semaphore>,
    /// Microseconds of processor time that jobs under way may need at worst.
    capacity: Arc<Semaphore>,
    capacity_micros: u32,
    /// Whether tables run in worker processes, as many as there are cores, instead of threads.
    pub via_workers: AtomicBool,
}

impl Dispatcher {
    pub fn new(policies: &PolicySet) -> Result<Self, OpenError> {
        let tables = ThreadPoolBuilder::new()
            .num_threads(usize::try_from(cores()).unwrap_or(1))
            .thread_name(|n| format!("table-{n}"))
            .start_handler(|_| yield_to_others())
            // Such a job has no answer at its tick; without a handler the process would end.
            .panic_handler(|_| tracing::error!("a table's thread panicked: its job is undetermined"));
        let capacity_micros = capacity_micros(policies);
        Ok(Self {
            threads: Threads::start(cores()).map_err(|error| OpenError::Threads(error.to_string()))?,
            tables: tables.build().map_err(|error| OpenError::Threads(error.to_string()))?,
            table_turn: Arc::new(Semaphore::new(1)),
            capacity: Arc::new(Semaphore::new(usize::try_from(capacity_micros).unwrap_or(1))),
            capacity_micros,
            via_workers: AtomicBool::new(false),
        })
    }

    /// Jobs under way were admitted by what their slots hold together: a label policy with a shorter slot needs a restart.
    pub fn check_capacity(&self, policies: &PolicySet) -> Result<(), ReloadError> {
        match capacity_micros(policies) < self.capacity_micros {
            true => Err(ReloadError::Fixed("slot_ms")),
            false => Ok(()),
        }
    }

    /// Waits until the job's worst case fits beside those under way.
    async fn slot(&self, policy: &Policy) -> Result<OwnedSemaphorePermit, LedgerError> {
        let worst = policy.run_nanos.div_ceil(1_000);
        // What a table leaves: more than any run takes, or the policies would not have loaded.
        let most = self.capacity_micros.saturating_sub(self.table_share()).max(1);
        let worst = u32::try_from(worst).unwrap_or(u32::MAX).clamp(1, most);
        let slot = Arc::clone(&self.capacity).acquire_many_owned(worst).await;
        slot.map_err(|_| LedgerError::Stopped(Stopped::Closing))
    }

    /// Waits for the table's turn, and until label jobs have left it its share.
    async fn table_slot(&self) -> Result<Vec<OwnedSemaphorePermit>, LedgerError> {
        let closing = |_| LedgerError::Stopped(Stopped::Closing);
        let turn = Arc::clone(&self.table_turn).acquire_owned().await.map_err(closing)?;
        let share = Arc::clone(&self.capacity).acquire_many_owned(self.table_share()).await.map_err(closing)?;
        Ok(vec![turn, share])
    }

    /// In how many slots runs of `worst_nanos` in all surely end on a table's share of the processors; one slot more is for
    /// what is sealed and logged around them.
    fn batch_slots(&self, worst_nanos: u64, slot_ms: u32) -> i64 {
        let (part, whole) = TABLE_CORES_SHARE;
        let slot_nanos = u64::from(slot_ms).saturating_mul(1_000_000);
        let together = slot_nanos.saturating_mul(u64::from(cores())).saturating_mul(part) / whole;
        i64::try_from(worst_nanos.div_ceil(together.max(1))).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// What a table holds of the capacity while it runs.
    fn table_share(&self) -> u32 {
        let (part, whole) = TABLE_CORES_SHARE;
        u32::try_from(u64::from(self.capacity_micros) * part / whole).unwrap_or(u32::MAX).max(1)
    }
}

/// What label jobs under way may need together, in microseconds of processor time.
fn capacity_micros(policies: &PolicySet) -> u32 {
    let labels = policies.policies().filter(|policy| policy.table().is_none());
    let (slots, runs): (Vec<u32>, Vec<u64>) = labels.map(|policy| (policy.limits.slot_ms, policy.run_nanos)).unzip();
    let shortest_nanos = u64::from(slots.into_iter().min().unwrap_or(SLOT_MS_WITHOUT_LABELS)) * 1_000_000;
    let capacity = label_capacity_nanos(shortest_nanos, runs.into_iter().max().unwrap_or(0)) / 1_000;
    u32::try_from(capacity).unwrap_or(u32::MAX).max(1)
}

/// A job under way: what will be logged at its tick.
pub(super) struct Dispatched {
    scheduled: Scheduled,
    slot: Vec<OwnedSemaphorePermit>,
    tick: Millis,
    /// What the engine knows of a table while it runs.
    running: Option<Running>,
}

impl Dispatched {
    /// Waits until the outcome is in the log and durable. A label's slot ends at its tick: what is written afterwards takes
    /// none of a guest's time. A table's turn ends when it is logged, because its threads may be at work beyond its tick.
    pub async fn logged(self, clock: &Clock) -> Result<Logged, LedgerError> {
        let Self { scheduled, slot, tick, running } = self;
        let mut logged = pin!(scheduled.logged());
        if running.is_some() {
            let logged = logged.await;
            drop((slot, running));
            return logged;
        }
        // A clock that was set forward has the outcome logged before this one has waited.
        if let Ok(logged) = tokio::time::timeout(clock.until(tick), &mut logged).await {
            return logged;
        }
        drop(slot);
        logged.await
    }
}

/// Fixes the tick, schedules `undetermined` for it, and starts the run, which replaces that if it ends in time.
/// The same job again waits for its slot and tick too.
pub(super) async fn dispatch(
    engine: &Engine,
    standing: &Standing,
    reservation: Reservation,
    guest: Arc<Guest>,
) -> Result<Dispatched, LedgerError> {
    let (facts, snapshot) = standing.pinned().ok_or_else(|| LedgerError::Stopped(Stopped::NoSnapshot))?;
    let (is_table, is_stored) = (reservation.permit().policy().table().is_some(), reservation.stored().is_some());
    // From here on its client may cancel it.
    let running = (is_table && !is_stored).then(|| engine.running.wait(reservation.permit().request()));
    let slot = match (is_table, is_stored) {
        (false, _) => vec![engine.dispatcher.slot(reservation.permit().policy()).await?],
        (true, false) => engine.dispatcher.table_slot().await?,
        // It needs no processor: were it to wait for one, it would show how long another table runs.
        (true, true) => Vec::new(),
    };
    let reservation = Arc::new(reservation);
    let tick = engine.clock.now().plus(i64::from(reservation.permit().policy().limits.slot_ms));
    let salt = Arc::clone(&engine.salt);
    // What replaces it is sealed in the same way, in whichever thread it comes to be.
    let seal = move |disclosed: &Disclosed| Ok::<_, LedgerError>(seal(disclosed, &facts, &salt, tick)?);
    let halt = Arc::new(Halt::at(tick, engine.clock.clone()));
    // A stored answer needs no thread, and so cannot miss its tick.
    if is_stored {
        let disclosed = match is_table {
            false => disclosure::disclose(execute(Arc::clone(&reservation), &guest, &snapshot)),
            true => disclosure::disclose_table(gather(Arc::clone(&reservation), &guest, &snapshot, &halt, None)),
        };
        let sealed = seal(&disclosed)?;
        let (_, scheduled) = engine.ledger.schedule(&reservation, tick, move || Ok(sealed));
        return Ok(Dispatched { scheduled, slot, tick, running: None });
    }
    if !is_table {
        // Sealed where it is needed: hardly ever.
        let (sealing, missed) = (seal.clone(), Arc::clone(&reservation));
        let otherwise = move || sealing(&disclosure::undetermined(&missed));
        let (parking, scheduled) = engine.ledger.schedule(&reservation, tick, otherwise);
        engine.dispatcher.threads.run(move || {
            if let Ok(sealed) = seal(&disclosure::disclose(execute(reservation, &guest, &snapshot))) {
                parking.park(sealed);
            }
        });
        return Ok(Dispatched { scheduled, slot, tick, running: None });
    }
    let otherwise = seal(&disclosure::undetermined(&reservation))?;
    // What a client gets that cancels is what it gets of a missed tick; auditors see which of them it was.
    let cancelled = OutcomeEntry { end: End::Cancelled, ..otherwise.clone() };
    let (parking, scheduled) = engine.ledger.schedule(&reservation, tick, move || Ok(otherwise));
    let cancelling = Cancelling { halt: Arc::clone(&halt), decider: parking.decider(), cancelled };
    if running.as_ref().is_some_and(|running| !running.begin(tick, cancelling)) {
        // It was cancelled while it waited: others need not wait for its slot.
        return Ok(Dispatched { scheduled, slot: Vec::new(), tick, running });
    }
    let workers = engine.workers(&guest);
    // A run over all units, that ends by itself where its tick has passed or its client cancels it.
    engine.dispatcher.tables.spawn(move || {
        let gathered = gather(reservation, &guest, &snapshot, &halt, workers.as_ref());
        if let Ok(sealed) = seal(&disclosure::disclose_table(gathered)) {
            parking.park(sealed);
        }
    });
    Ok(Dispatched { scheduled, slot, tick, running })
}

/// A batch under way: all outcomes are logged at one tick.
pub(super) struct DispatchedTogether {
    /// In the order of the reservations.
    pub scheduled: Vec<Scheduled>,
    pub slot: Vec<OwnedSemaphorePermit>,
    pub began: Millis,
    pub tick: Millis,
    pub slot_ms: u32,
}

/// Starts a batch's jobs beside the label jobs, as a table is: it holds a table's share of the processors until its tick,
/// which is so many whole slots away that all of them surely end. How many that is says the policy and the number of
/// jobs that were charged.
pub(super) async fn dispatch_together(
    engine: &Engine,
    standing: &Standing,
    reserved: Vec<(Reservation, Arc<Guest>)>,
) -> Result<DispatchedTogether, LedgerError> {
    let (facts, snapshot) = standing.pinned().ok_or_else(|| LedgerError::Stopped(Stopped::NoSnapshot))?;
    let slot = if reserved.is_empty() { Vec::new() } else { engine.dispatcher.table_slot().await? };
    let slot_ms = reserved.first().map_or(1, |(reservation, _)| reservation.permit().policy().limits.slot_ms);
    let worst_nanos: u64 = reserved.iter().map(|(reservation, _)| reservation.permit().policy().run_nanos).sum();
    let began = engine.clock.now();
    let tick = began.plus(engine.dispatcher.batch_slots(worst_nanos, slot_ms).saturating_mul(i64::from(slot_ms)));
    let mut scheduled = Vec::with_capacity(reserved.len());
    for (reservation, guest) in reserved {
        let reservation = Arc::new(reservation);
        let (facts, salt, snapshot) = (Arc::clone(&facts), Arc::clone(&engine.salt), Arc::clone(&snapshot));
        let seal = move |disclosed: &Disclosed| Ok::<_, LedgerError>(seal(disclosed, &facts, &salt, tick)?);
        let (sealing, missed) = (seal.clone(), Arc::clone(&reservation));
        let otherwise = move || sealing(&disclosure::undetermined(&missed));
        let (parking, waiting) = engine.ledger.schedule(&reservation, tick, otherwise);
        scheduled.push(waiting);
        engine.dispatcher.tables.spawn_fifo(move || {
            if let Ok(sealed) = seal(&disclosure::disclose(execute(reservation, &guest, &snapshot))) {
                parking.park(sealed);
            }
        });
    }
    Ok(DispatchedTogether { scheduled, slot, began, tick, slot_ms })
}
