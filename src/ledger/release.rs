//! What follows a transaction that is durable in the store: its checkpoint goes to the mirror, and only then does anybody
//! hear of it. In a thread of its own, so that the writer fills the next transaction while the mirror's disk works.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::record::Logged;
use super::reserve::Reservation;
use super::store::LedgerError;
use super::upkeep::{Sealed, Upkeep};
use super::writer::{Message, Reply, ReserveError};
use crate::env::weaken::{self, Weakness};
use crate::log::{Mirror, MirrorError};

/// So many transactions may wait for the mirror; the writer then waits, too.
const WAITING_MAX: usize = 1;

/// What one transaction answers, once it is durable in store and mirror.
#[derive(Default)]
pub(super) struct Answers {
    pub reservations: Vec<(Result<Reservation, ReserveError>, Reply<Reservation, ReserveError>)>,
    pub plain: Vec<Reply<(), LedgerError>>,
    pub logged: Vec<(Logged, Reply<Logged, LedgerError>)>,
}

impl Answers {
    /// A receiver that is gone has dropped its connection: the work is done and stays done.
    fn send(self) {
        for (reservation, reply) in self.reservations {
            let _ = reply.send(reservation);
        }
        for reply in self.plain {
            let _ = reply.send(Ok(()));
        }
        for (logged, reply) in self.logged {
            let _ = reply.send(Ok(logged));
        }
    }
}

/// A transaction that is durable in the store.
pub(super) struct Committed {
    /// The checkpoint that it made, where the log grew.
    pub sealed: Option<Sealed>,
    pub answers: Answers,
}

/// The thread. Dropping it waits until all that was handed over is released, and published.
pub(super) struct Release {
    sender: Option<SyncSender<Committed>>,
    thread: Option<JoinHandle<()>>,
}

impl Release {
    /// Starts it. Where the mirror fails, nothing more is released, and `writer` is told.
    pub fn start(mirror: Mirror, mirrored: Arc<AtomicU64>, upkeep: Upkeep, writer: Sender<Message>) -> Self {
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let thread = std::thread::spawn(move || {
            if let Err(error) = release(mirror, &mirrored, &upkeep, &receiver) {
                tracing::error!(%error, "the ledger stops");
                // A writer that has ended by itself needs no word.
                let _ = writer.send(Message::Broken);
            }
        });
        Self { sender: Some(sender), thread: Some(thread) }
    }

    /// Hands a transaction over, unless nothing is released any more: those who wait then see that their answer is dropped.
    #[must_use]
    pub fn hand_over(&self, committed: Committed) -> bool {
        self.sender.as_ref().is_some_and(|sender| sender.send(committed).is_ok())
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn release(
    mut mirror: Mirror,
    mirrored: &AtomicU64,
    upkeep: &Upkeep,
    receiver: &Receiver<Committed>,
) -> Result<(), MirrorError> {
    for Committed { sealed, answers } in receiver {
        if let Some(sealed) = &sealed {
            let kept = mirror.keep(&sealed.note);
            if !weaken::on(Weakness::MirrorUnawaited) {
                kept?;
            }
            mirrored.store(sealed.size, Ordering::Release);
        }
        answers.send();
        sealed.into_iter().for_each(|sealed| upkeep.tell(sealed));
    }
    Ok(())
}
