//! Places for connections: how many there are, and who has to leave when all are taken. Reads no byte of any connection.
//!
//! A connection costs whoever opens it next to nothing, so a place is never owed to one that merely exists. When all are
//! taken, a new connection gets the place of one on whose behalf nothing is being done: first of those that never showed a
//! valid token, the longest silent one first. A connection whose token was found right is safe until it has its answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::env::weaken::{self, Weakness};

/// Bodies whose sender is not known yet hold at most so many bytes, all together.
const UNKNOWN_BODIES_BYTES_MAX: usize = 256 << 20;
/// When that much is held, connections are sent away one by one until there is room: so often, so far apart.
const ROOM_TRIES_MAX: u32 = 200;
const ROOM_PAUSE: Duration = Duration::from_millis(1);

/// All places.
#[derive(Clone)]
pub(super) struct Places(Arc<House>);

struct House {
    table: Mutex<Table>,
    /// Told when a place is free again.
    freed: Notify,
    bodies: Arc<Semaphore>,
}

struct Table {
    places_max: usize,
    turn: u64,
    seats: HashMap<u64, Sitting>,
    /// Those who may be sent away, the first one first.
    idle: BTreeMap<Rank, u64>,
    /// How many were sent away and have not left yet.
    leaving: usize,
}

/// Who is sent away earlier: the unknown before the known, then who has waited longest.
type Rank = (bool, u64);

struct Sitting {
    /// It has shown a valid token once.
    known: bool,
    /// Requests of callers whose token was right, not answered yet.
    admitted: u32,
    rank: Option<Rank>,
    leave: Arc<Notify>,
    sent_away: bool,
}

/// A connection's place; given back when it is dropped.
pub(super) struct Place {
    places: Places,
    id: u64,
    leave: Arc<Notify>,
}

/// What a connection's requests know of its place.
#[derive(Clone)]
pub(super) struct Seat {
    places: Places,
    id: u64,
}

/// One request on a connection, until it is answered.
pub(super) struct Presence {
    seat: Seat,
    admitted: AtomicBool,
}

enum Asked {
    Seated(u64, Arc<Notify>),
    /// Somebody is leaving.
    Soon,
    /// Everybody here is being answered.
    Full,
}

impl Places {
    /// So many places.
    pub fn new(places_max: usize) -> Self {
        let table = Table { places_max, turn: 0, seats: HashMap::new(), idle: BTreeMap::new(), leaving: 0 };
        let bodies = Arc::new(Semaphore::new(UNKNOWN_BODIES_BYTES_MAX));
        Self(Arc::new(House { table: Mutex::new(table), freed: Notify::new(), bodies }))
    }

    /// A place; `None` where everybody who has one is being answered. For one caller at a time: the loop that accepts.
    pub async fn enter(&self) -> Option<Place> {
        loop {
            let asked = self.table().sit_down();
            match asked {
                Asked::Seated(id, leave) => return Some(Place { places: self.clone(), id, leave }),
                Asked::Full => return None,
                Asked::Soon => self.0.freed.notified().await,
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic while it was held left whole numbers; at worst a place is lost until the restart.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn sit_down(&mut self) -> Asked {
        if self.seats.len() >= self.places_max {
            return if self.leaving > 0 || self.send_away() { Asked::Soon } else { Asked::Full };
        }
        let (id, leave) = (self.next_turn(), Arc::new(Notify::new()));
        let rank = (false, id);
        self.idle.insert(rank, id);
        let sitting =
            Sitting { known: false, admitted: 0, rank: Some(rank), leave: Arc::clone(&leave), sent_away: false };
        self.seats.insert(id, sitting);
        Asked::Seated(id, leave)
    }

    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    /// Sends somebody away, unless somebody is leaving already.
    fn make_room(&mut self) {
        if self.leaving == 0 {
            self.send_away();
        }
    }

    /// Sends the first one away who may be; whether there was one.
    fn send_away(&mut self) -> bool {
        if weaken::on(Weakness::SilentStay) {
            return false;
        }
        let Some((_, id)) = self.idle.pop_first() else { return false };
        let Some(sitting) = self.seats.get_mut(&id) else { return false };
        sitting.rank = None;
        sitting.sent_away = true;
        sitting.leave.notify_one();
        self.leaving += 1;
        true
    }

    fn admit(&mut self, id: u64) {
        let Some(sitting) = self.seats.get_mut(&id) else { return };
        sitting.known = true;
        sitting.admitted += 1;
        if let Some(rank) = sitting.rank.take() {
            self.idle.remove(&rank);
        }
    }

    fn answered(&mut self, id: u64) {
        let turn = self.next_turn();
        let Some(sitting) = self.seats.get_mut(&id) else { return };
        sitting.admitted -= 1;
        if sitting.admitted == 0 && !sitting.sent_away {
            let rank = (sitting.known, turn);
            sitting.rank = Some(rank);
            self.idle.insert(rank, id);
        }
    }

    fn leave(&mut self, id: u64) {
        let Some(sitting) = self.seats.remove(&id) else { return };
        if let Some(rank) = sitting.rank {
            self.idle.remove(&rank);
        }
        if sitting.sent_away {
            self.leaving -= 1;
        }
    }
}

impl Place {
    /// What its requests are given.
    pub fn seat(&self) -> Seat {
        Seat { places: self.places.clone(), id: self.id }
    }

    /// Waits until somebody else needs the place more.
    pub async fn sent_away(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.table().leave(self.id);
        self.places.0.freed.notify_one();
    }
}

impl Seat {
    /// A request that has come.
    pub fn request(&self) -> Presence {
        Presence { seat: self.clone(), admitted: AtomicBool::new(false) }
    }
}

impl Presence {
    /// The caller's token is right: its connection stays until this request is answered.
    pub fn admit(&self) {
        if !self.admitted.swap(true, Ordering::AcqRel) {
            self.seat.places.table().admit(self.seat.id);
        }
    }

    /// Room for `bytes` of a body whose sender is not known yet. Where there is none, those who hold it are sent away.
    pub async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let places = &self.seat.places;
        let bytes = u32::try_from(bytes).ok()?;
        for _ in 0..ROOM_TRIES_MAX {
            if let Ok(room) = Arc::clone(&places.0.bodies).try_acquire_many_owned(bytes) {
                return Some(room);
            }
            places.table().make_room();
            tokio::time::sleep(ROOM_PAUSE).await;
        }
        None
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if *self.admitted.get_mut() {
            self.seat.places.table().answered(self.seat.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    /// A connection that stays until it is sent away, and says its name then.
    fn stays(place: Place, name: &'static str, left: &Arc<Mutex<Vec<&'static str>>>) {
        let left = Arc::clone(left);
        tokio::spawn(async move {
            place.sent_away().await;
            left.lock().unwrap().push(name);
        });
    }

    #[test]
    fn who_shows_no_token_leaves_first_and_the_longest_silent_before_others() {
        run(async {
            let places = Places::new(3);
            let left = Arc::default();
            let known = places.enter().await.unwrap();
            known.seat().request().admit();
            stays(known, "known", &left);
            for name in ["first", "second"] {
                stays(places.enter().await.unwrap(), name, &left);
            }
            for name in ["third", "fourth"] {
                stays(places.enter().await.unwrap(), name, &left);
            }
            assert_eq!(*left.lock().unwrap(), ["first", "second"]);
            assert_eq!(places.table().seats.len(), 3);
        });
    }

    #[test]
    fn who_is_being_answered_stays() {
        run(async {
            let places = Places::new(2);
            let left = Arc::default();
            let (one, other) = (places.enter().await.unwrap(), places.enter().await.unwrap());
            let requests = [one.seat().request(), one.seat().request(), other.seat().request()];
            requests.iter().for_each(Presence::admit);
            stays(one, "one", &left);
            stays(other, "other", &left);
            assert!(places.enter().await.is_none());
            let [first, second, third] = requests;
            drop(first);
            assert!(places.enter().await.is_none());
            drop((second, third));
            assert!(places.enter().await.is_some());
            assert_eq!(*left.lock().unwrap(), ["one"]);
            assert_eq!(places.table().leaving, 0);
        });
    }

    #[test]
    fn bodies_of_the_unknown_have_bounded_room() {
        run(async {
            let places = Places::new(3);
            let left: Arc<Mutex<Vec<&'static str>>> = Arc::default();
            let greedy = places.enter().await.unwrap();
            let seat = greedy.seat();
            let request = seat.request();
            let held = request.room(UNKNOWN_BODIES_BYTES_MAX).await.unwrap();
            let later = places.enter().await.unwrap();
            // The room is the connection's: it goes with it.
            let names = Arc::clone(&left);
            tokio::spawn(async move {
                greedy.sent_away().await;
                names.lock().unwrap().push("greedy");
                drop(held);
            });
            assert!(later.seat().request().room(1 << 20).await.is_some());
            assert_eq!(*left.lock().unwrap(), ["greedy"]);
        });
    }
}
