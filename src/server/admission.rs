//! Admission: how many jobs are in the engine's hands at a time, and whose is next. Decides before anything is charged, by
//! numbers of jobs alone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::config::ServerConfig;

/// So many label jobs are charged, run and logged at a time. With slots of 50 ms a fast machine has about a thousand in hand
/// before no processor is ever idle: half of them are in slots, half before and behind.
const LABELS_ACTIVE_MAX: u32 = 1_536;
/// So many tables are admitted and not answered, of one client: they run one at a time.
const TABLES_PER_CLIENT_MAX: u32 = 16;

/// Which queue a job waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A label job: in turn, client by client.
    Label,
    /// A table or a batch: beside the label jobs, which never wait for one.
    Long,
}

/// Lets jobs in.
#[derive(Clone)]
pub(super) struct Admission(Arc<Mutex<Queues>>);

struct Queues {
    waiting_max: u32,
    client_max: u32,
    active: u32,
    waiting: u32,
    /// Those who wait, client by client; the turn goes round.
    clients: HashMap<String, Client>,
    turn: VecDeque<String>,
}

#[derive(Default)]
struct Client {
    /// Label jobs that wait or are active.
    jobs: u32,
    /// Tables and batches that are not answered.
    long: u32,
    waiting: VecDeque<oneshot::Sender<()>>,
}

/// A job's place; given back when it is dropped.
pub(super) struct Ticket {
    queues: Arc<Mutex<Queues>>,
    client: String,
    class: Class,
    /// Until its turn has come.
    turn: Option<oneshot::Receiver<()>>,
}

/// Too much to do: nothing was charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overload;

fn lock(queues: &Mutex<Queues>) -> MutexGuard<'_, Queues> {
    // A panic while it was held left whole numbers; at worst a place is lost until the restart.
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Admission {
    /// The bounds of `config`.
    pub fn new(config: &ServerConfig) -> Self {
        let share = u64::from(config.jobs_waiting_max) * u64::from(config.client_share_percent) / 100;
        Self(Arc::new(Mutex::new(Queues {
            waiting_max: config.jobs_waiting_max,
            client_max: u32::try_from(share).unwrap_or(u32::MAX).max(1),
            active: 0,
            waiting: 0,
            clients: HashMap::new(),
            turn: VecDeque::new(),
        })))
    }

    /// Waits for `client`'s turn. Who goes away while waiting gives the place back.
    pub async fn enter(&self, client: &str, class: Class) -> Result<Ticket, Overload> {
        let turn = lock(&self.0).enter(client, class)?;
        let mut ticket = Ticket { queues: Arc::clone(&self.0), client: client.to_owned(), class, turn };
        if let Some(turn) = ticket.turn.as_mut() {
            // A sender is dropped unsent only when nobody waits for it.
            turn.await.map_err(|_| Overload)?;
        }
        ticket.turn = None;
        Ok(ticket)
    }

    /// Label jobs that are active and that wait.
    pub fn load(&self) -> (u32, u32) {
        let queues = lock(&self.0);
        (queues.active, queues.waiting)
    }
}

impl Queues {
    fn enter(&mut self, name: &str, class: Class) -> Result<Option<oneshot::Receiver<()>>, Overload> {
        let client = self.clients.entry(name.to_owned()).or_default();
        match class {
            Class::Long if client.long >= TABLES_PER_CLIENT_MAX => return Err(Overload),
            Class::Long => {
                client.long += 1;
                return Ok(None);
            }
            Class::Label => {}
        }
        if client.jobs >= self.client_max || self.waiting >= self.waiting_max {
            return Err(Overload);
        }
        client.jobs += 1;
        if self.active < LABELS_ACTIVE_MAX && self.waiting == 0 {
            self.active += 1;
            return Ok(None);
        }
        let (sender, turn) = oneshot::channel();
        if client.waiting.is_empty() {
            self.turn.push_back(name.to_owned());
        }
        client.waiting.push_back(sender);
        self.waiting += 1;
        Ok(Some(turn))
    }

    /// Gives free places to those who wait, one client after the other.
    fn grant(&mut self) {
        while self.active < LABELS_ACTIVE_MAX
            && let Some(name) = self.turn.pop_front()
        {
            let Some(client) = self.clients.get_mut(&name) else { continue };
            // One who has gone away left a closed channel behind.
            while let Some(sender) = client.waiting.pop_front() {
                if sender.send(()).is_ok() {
                    self.active += 1;
                    self.waiting -= 1;
                    break;
                }
            }
            if !client.waiting.is_empty() {
                self.turn.push_back(name);
            }
        }
    }

    fn leave(&mut self, name: &str, class: Class, was_active: bool) {
        let Some(client) = self.clients.get_mut(name) else { return };
        match class {
            Class::Long => client.long -= 1,
            Class::Label => {
                client.jobs -= 1;
                if was_active { self.active -= 1 } else { self.waiting -= 1 }
            }
        }
        if client.jobs == 0 && client.long == 0 {
            self.clients.remove(name);
        }
        self.grant();
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut queues = lock(&self.queues);
        let was_active = self.turn.as_mut().is_none_or(|turn| {
            turn.close();
            turn.try_recv().is_ok()
        });
        queues.leave(&self.client, self.class, was_active);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(waiting: u32) -> Admission {
        Admission::new(&ServerConfig { jobs_waiting_max: waiting, ..ServerConfig::default() })
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn places_come_back_and_turns_go_round() {
        run(async {
            let admission = admission(4_000);
            let mut active = Vec::new();
            for _ in 0..LABELS_ACTIVE_MAX {
                active.push(admission.enter("a", Class::Label).await.unwrap());
            }
            let order = Arc::new(Mutex::new(Vec::new()));
            let mut tasks = Vec::new();
            // `a` asks for three before `b` asks for one.
            for name in ["a", "a", "a", "b"] {
                let (admission, order) = (admission.clone(), Arc::clone(&order));
                tasks.push(tokio::spawn(async move {
                    let ticket = admission.enter(name, Class::Label).await.unwrap();
                    order.lock().unwrap().push(name);
                    ticket
                }));
                tokio::task::yield_now().await;
            }
            assert_eq!(admission.load(), (LABELS_ACTIVE_MAX, 4));
            // One who gives up leaves nothing behind.
            tasks.remove(1).abort();
            tokio::task::yield_now().await;
            assert_eq!(admission.load(), (LABELS_ACTIVE_MAX, 3));
            let mut tickets = Vec::new();
            for task in tasks {
                active.pop();
                tokio::task::yield_now().await;
                drop(active.pop());
                tokio::task::yield_now().await;
                tickets.push(task.await.unwrap());
            }
            assert_eq!(*order.lock().unwrap(), ["a", "b", "a"]);
            drop((tickets, active));
            assert_eq!(admission.load(), (0, 0));
            assert!(lock(&admission.0).clients.is_empty());
        });
    }

    #[test]
    fn one_client_cannot_hold_all_places() {
        run(async {
            let admission = admission(10);
            let mut held = Vec::new();
            while let Ok(ticket) = admission.enter("a", Class::Label).await {
                held.push(ticket);
            }
            assert_eq!(held.len(), 5);
            assert!(admission.enter("b", Class::Label).await.is_ok());
            for _ in 0..TABLES_PER_CLIENT_MAX {
                held.push(admission.enter("a", Class::Long).await.unwrap());
            }
            assert!(admission.enter("a", Class::Long).await.is_err());
            assert!(admission.enter("b", Class::Long).await.is_ok());
        });
    }
}
