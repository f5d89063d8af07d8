//! Dispatch: when a reserved job starts, and that its tick tells nothing of when it ended.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::guest::{Guest, execute};
use crate::ledger::{LedgerError, Reservation, Scheduled, Stopped};
use crate::policy::{Policy, PolicySet};
use crate::receipt::seal;
use crate::{data::Snapshot, disclosure};

use super::engine::{Engine, OpenError};

/// Starts jobs: as many at once as surely end within their slots, on as many threads as there are cores.
///
/// A slot is held from dispatch to tick, however soon the guest ends, so that waiting for one tells
/// nothing about guests that ran before.
pub(super) struct Dispatcher {
    threads: ThreadPool,
    /// Microseconds of processor time that jobs under way may need at worst.
    capacity: Arc<Semaphore>,
    capacity_micros: u32,
    nanos_per_kilofuel: u64,
}

impl Dispatcher {
    pub fn new(policies: &PolicySet, nanos_per_kilofuel: u64) -> Result<Self, OpenError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let threads = ThreadPoolBuilder::new()
            .num_threads(cores)
            .thread_name(|n| format!("guest-{n}"))
            // Such a job is `undetermined` at its tick; without a handler the process would end.
            .panic_handler(|_| tracing::error!("a guest's thread panicked: its job is undetermined"))
            .build();
        let shortest_ms = policies.policies().map(|policy| policy.limits.slot_ms).min().unwrap_or(1);
        let cores = u32::try_from(cores).unwrap_or(1);
        let capacity_micros = shortest_ms.saturating_mul(1_000).saturating_mul(cores);
        Ok(Self {
            threads: threads.map_err(|error| OpenError::Threads(error.to_string()))?,
            capacity: Arc::new(Semaphore::new(usize::try_from(capacity_micros).unwrap_or(1))),
            capacity_micros,
            nanos_per_kilofuel,
        })
    }

    /// Waits until the job's worst case fits beside those under way.
    async fn slot(&self, policy: &Policy) -> Result<OwnedSemaphorePermit, LedgerError> {
        let worst = policy.limits.fuel.saturating_mul(self.nanos_per_kilofuel).div_ceil(1_000_000);
        let worst = u32::try_from(worst).unwrap_or(u32::MAX).clamp(1, self.capacity_micros);
        let slot = Arc::clone(&self.capacity).acquire_many_owned(worst).await;
        slot.map_err(|_| LedgerError::Stopped(Stopped::Closing))
    }
}

/// A job under way: what will be logged at its tick.
pub(super) struct Dispatched {
    pub scheduled: Scheduled,
    pub slot: OwnedSemaphorePermit,
}

/// Fixes the tick, schedules `undetermined` for it, and starts the run, which replaces that if it ends in time.
/// The same job again waits for its slot and tick too.
pub(super) async fn dispatch(
    engine: &Engine,
    reservation: Reservation,
    guest: Arc<Guest>,
    snapshot: Arc<Snapshot>,
) -> Result<Dispatched, LedgerError> {
    let facts = engine.facts.clone().ok_or_else(|| LedgerError::Stopped(Stopped::NoSnapshot))?;
    let slot = engine.dispatcher.slot(reservation.permit().policy()).await?;
    let reservation = Arc::new(reservation);
    let tick = engine.clock.now().plus(i64::from(reservation.permit().policy().limits.slot_ms));
    // A stored answer needs no thread, and so cannot miss its tick.
    if reservation.stored().is_some() {
        let disclosed = disclosure::disclose(execute(Arc::clone(&reservation), &guest, &snapshot));
        let sealed = seal(&disclosed, &facts, &engine.salt, tick)?;
        let (_, scheduled) = engine.ledger.schedule(&reservation, tick, sealed);
        return Ok(Dispatched { scheduled, slot });
    }
    let otherwise = seal(&disclosure::undetermined(&reservation), &facts, &engine.salt, tick)?;
    let (parking, scheduled) = engine.ledger.schedule(&reservation, tick, otherwise);
    let salt = Arc::clone(&engine.salt);
    engine.dispatcher.threads.spawn_fifo(move || {
        let raw = execute(reservation, &guest, &snapshot);
        let disclosed = disclosure::disclose(raw);
        if let Ok(sealed) = seal(&disclosed, &facts, &salt, tick) {
            parking.park(sealed);
        }
    });
    Ok(Dispatched { scheduled, slot })
}
