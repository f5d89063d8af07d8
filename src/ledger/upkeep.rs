//! What goes on beside the writer, in a thread and a connection of its own, so that no job waits for it: the log is
//! published, and pages are moved from the write-ahead log into the store. Either may fail, and is tried again.

use std::cell::RefCell;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::store::{
    LedgerError, WAL_PAGES, WAL_PAGES_FEW, checkpoint, entries_of, open_writer, read_recent, stored_hash,
};
use super::writer::Message;
use crate::env::Stopwatch;
use crate::log::{Latest, RecentHashes, Tiles};

/// The published log is at most so far behind the ledger.
const PUBLISH_EVERY: Duration = Duration::from_millis(1_000);
/// A quiet ledger publishes after so long.
const PUBLISH_IDLE: Duration = Duration::from_millis(25);
/// The write-ahead log is looked at so often while there is something to do.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// So few pages are tried to be left to the writer, which moves them itself: while it does, it writes nothing, and the log can
/// begin anew.
const LEFT_TO_WRITER: i64 = 64;
/// A transaction has many entries from here on: the ledger is busy, and its jobs wait for one another more than for the disk.
const MANY_ENTRIES: usize = 32;
/// So many transactions with few make it one that is not: half a second's at 500 jobs a second. The last ones of a busy time are
/// fewer.
const QUIET_AFTER: u32 = 64;
/// One with many counts as much against that as so many with few: a batch now and then makes no busy ledger.
const MANY_COUNTS: u32 = 8;
/// What is moved while the writer goes on writing, it writes more of: so often it is tried to come near its end.
const PASSES_MAX: usize = 4;
/// So many entries are read at a time: a bundle's.
const READ_TOGETHER: u64 = crate::log::TILE_WIDTH as u64;

/// So many of the latest entries are at hand, of some 60 bytes: those of several seconds in which nothing was published. What
/// is not, is read from the store.
const ENTRIES_MAX: usize = 65_536;
/// So many of them stay when they are published: a tile that is not full is written again, with what it began with.
const ENTRIES_KEPT: usize = crate::log::TILE_WIDTH as usize;

/// A checkpoint that store and mirror both have.
pub(super) struct Sealed {
    pub size: u64,
    pub note: Arc<str>,
    /// The last ones that it covers, as they were written.
    pub entries: Vec<Vec<u8>>,
}

/// The latest entries of the log, for whoever publishes them.
pub(super) type LatestEntries = Latest<Vec<u8>>;

/// Adds the entries before `size`; where some are missing between them and those that are at hand, they stand alone.
fn add(latest: &mut LatestEntries, size: u64, entries: Vec<Vec<u8>>) {
    let first = size.saturating_sub(entries.len() as u64);
    if first != latest.next() {
        *latest = Latest::from_next(first);
    }
    latest.extend(entries);
    latest.keep_last(ENTRIES_MAX);
}

/// The thread. Dropping it publishes what is left.
pub(super) struct Upkeep {
    sender: Option<Sender<Sealed>>,
    thread: Option<JoinHandle<()>>,
}

impl Upkeep {
    /// Starts it on a store. What is moved into it in the end, `writer` is asked for.
    pub fn start(
        store: &Path,
        tiles: Tiles,
        recent: Arc<RwLock<RecentHashes>>,
        writer: Sender<Message>,
    ) -> Result<Self, LedgerError> {
        let (sender, receiver) = channel();
        let latest = LatestEntries::default();
        let beside = Beside { connection: open_writer(store)?, tiles, latest, recent, writer };
        let thread = std::thread::spawn(move || beside.run(&receiver));
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Tells it what there is to publish.
    pub fn tell(&self, sealed: Sealed) {
        if let Some(sender) = &self.sender {
            // One that has ended publishes nothing: the next start does.
            let _ = sender.send(sealed);
        }
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How many pages are moved together. Moved by many, a page costs least, because the same pages are written again and again; but a
/// transaction that comes meanwhile waits for all of them. So it is many while jobs come by the transaction-full, and few where each
/// has a transaction nearly to itself.
#[derive(Default)]
struct Portion {
    /// Transactions with few entries, up to [`QUIET_AFTER`], less those with many.
    quiet: u32,
}

impl Portion {
    fn add(&mut self, entries: usize) {
        self.quiet = if entries < MANY_ENTRIES {
            QUIET_AFTER.min(self.quiet + 1)
        } else {
            self.quiet.saturating_sub(MANY_COUNTS)
        };
    }

    const fn pages(&self) -> i64 {
        if self.quiet < QUIET_AFTER { WAL_PAGES } else { WAL_PAGES_FEW }
    }
}

struct Beside {
    connection: Connection,
    tiles: Tiles,
    latest: LatestEntries,
    recent: Arc<RwLock<RecentHashes>>,
    writer: Sender<Message>,
}

impl Beside {
    fn run(mut self, receiver: &Receiver<Sealed>) {
        let mut unpublished: Option<(u64, Arc<str>)> = None;
        let (mut published, mut looked, mut portion) = (Stopwatch::new(), Stopwatch::new(), Portion::default());
        loop {
            let patience = if unpublished.is_some() { PUBLISH_IDLE } else { PUBLISH_EVERY };
            let quiet = match receiver.recv_timeout(patience) {
                Ok(Sealed { size, note, entries }) => {
                    portion.add(entries.len());
                    add(&mut self.latest, size, entries);
                    unpublished = Some((size, note));
                    false
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Some((size, note)) = &unpublished
                && (quiet || published.elapsed() >= PUBLISH_EVERY)
            {
                if self.publish(*size, note).is_ok() {
                    unpublished = None;
                    self.latest.keep_last(ENTRIES_KEPT);
                }
                published = Stopwatch::new();
            }
            if looked.elapsed() >= LOOK_EVERY {
                // A page that is not moved now is moved later, at the latest by the writer.
                let _ = self.move_pages(portion.pages());
                looked = Stopwatch::new();
            }
        }
        if unpublished.is_some_and(|(size, note)| self.publish(size, &note).is_err()) {
            tracing::warn!("the log could not be published; the next start does it");
        }
    }

    fn publish(&mut self, size: u64, note: &str) -> Result<(), LedgerError> {
        publish(&self.connection, &self.recent, &mut self.tiles, (size, note), &self.latest)
    }

    /// Moves pages into the store once there are `enough`, and leaves the last of them to the writer.
    fn move_pages(&self, enough: i64) -> Result<(), LedgerError> {
        if checkpoint(&self.connection, "NOOP")? < enough {
            return Ok(());
        }
        for _ in 0..PASSES_MAX {
            if checkpoint(&self.connection, "PASSIVE")? <= LEFT_TO_WRITER {
                break;
            }
        }
        // A writer that has ended moves nothing any more.
        let _ = self.writer.send(Message::MovePages);
        Ok(())
    }
}

/// Writes tiles and checkpoint for everybody to read: what is at hand, and the rest from the store.
pub(super) fn publish(
    connection: &Connection,
    recent: &RwLock<RecentHashes>,
    tiles: &mut Tiles,
    (size, note): (u64, &str),
    latest: &LatestEntries,
) -> Result<(), LedgerError> {
    let hash = |index| {
        let kept = read_recent(recent).get(index);
        kept.or_else(|| stored_hash(connection, index))
    };
    let ahead: RefCell<(u64, Vec<Vec<u8>>)> = RefCell::default();
    let entry = |index: u64| {
        if let Some(entry) = latest.get(index) {
            return Some(entry.clone());
        }
        let mut ahead = ahead.borrow_mut();
        let place = |first: u64| index.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if place(ahead.0).is_none_or(|place| place >= ahead.1.len()) {
            *ahead = (index, entries_of(connection, index, READ_TOGETHER).ok()?);
        }
        ahead.1.get(place(ahead.0)?).cloned()
    };
    Ok(tiles.publish(size, note, &hash, &entry)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::store::create_store;

    fn pages(connection: &Connection) -> (i64, i64) {
        let count = |row: &rusqlite::Row<'_>| Ok((row.get(1)?, row.get(2)?));
        connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], count).unwrap()
    }

    #[test]
    fn pages_are_moved_beside_a_writer_whose_log_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (store, log) = (folder.path().join("ledger.sqlite"), folder.path().join("log"));
        let writer = create_store(&store).unwrap();
        for index in 0..WAL_PAGES / 2 {
            let request = (index, vec![7_u8; 8_000]);
            writer.execute("INSERT INTO request (intent_index, sealed) VALUES (?1, ?2)", request).unwrap();
        }
        let (written, moved) = pages(&writer);
        assert!(written > WAL_PAGES && moved == 0, "not by the writer: {moved} of {written}");
        let (sender, messages) = channel();
        let upkeep = Upkeep::start(&store, Tiles::new(&log, 0), Arc::default(), sender).unwrap();
        std::thread::sleep(LOOK_EVERY);
        upkeep.tell(Sealed { size: 0, note: "an empty log".into(), entries: Vec::new() });
        let asked = messages.recv_timeout(Duration::from_secs(60));
        assert!(matches!(asked, Ok(Message::MovePages)));
        assert_eq!(pages(&writer), (written, written));
        // What comes meanwhile, the writer moves; then the log begins anew.
        let more = "INSERT INTO request (intent_index, sealed) VALUES (-1, x'07')";
        writer.execute(more, []).unwrap();
        checkpoint(&writer, "PASSIVE").unwrap();
        writer.execute(&more.replace("-1", "-2"), []).unwrap();
        assert!(pages(&writer).0 < WAL_PAGES);
        drop(upkeep);
        assert_eq!(std::fs::read_to_string(log.join("checkpoint")).unwrap(), "an empty log");
    }

    /// An upkeep beside a store of which 1,024 pages are to be moved, once it was told of `transactions` with so many entries; whether it
    /// moved them.
    fn moves_1024_pages_after(transactions: &[usize]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("ledger.sqlite");
        let writer = create_store(&store).unwrap();
        for index in 0..512 {
            let request = (index, vec![7_u8; 8_000]);
            writer.execute("INSERT INTO request (intent_index, sealed) VALUES (?1, ?2)", request).unwrap();
        }
        assert!((WAL_PAGES_FEW..WAL_PAGES).contains(&pages(&writer).0));
        let (sender, messages) = channel();
        let upkeep = Upkeep::start(&store, Tiles::new(&folder.path().join("log"), 0), Arc::default(), sender).unwrap();
        for entries in transactions {
            upkeep.tell(Sealed { size: 0, note: "an empty log".into(), entries: vec![Vec::new(); *entries] });
        }
        // It looks every second at least.
        let asked = messages.recv_timeout(2 * PUBLISH_EVERY);
        drop(upkeep);
        matches!(asked, Ok(Message::MovePages))
    }

    #[test]
    fn a_quiet_ledger_moves_few_pages_together() {
        let quiet = QUIET_AFTER as usize;
        assert!(!moves_1024_pages_after(&vec![1; quiet - 1]));
        assert!(moves_1024_pages_after(&vec![1; quiet]));
        assert!(!moves_1024_pages_after(&[vec![1; quiet], vec![MANY_ENTRIES]].concat()));
    }

    #[test]
    fn few_pages_are_moved_once_transactions_had_few_entries_for_a_while() {
        let mut portion = Portion::default();
        let mut after = |transactions: u32, entries: usize| {
            (0..transactions).for_each(|_| portion.add(entries));
            portion.pages()
        };
        assert_eq!(after(0, 0), WAL_PAGES);
        assert_eq!(after(QUIET_AFTER - 1, MANY_ENTRIES - 1), WAL_PAGES);
        assert_eq!(after(1, MANY_ENTRIES - 1), WAL_PAGES_FEW);
        // One batch.
        assert_eq!(after(1, MANY_ENTRIES), WAL_PAGES);
        assert_eq!(after(MANY_COUNTS - 1, 1), WAL_PAGES);
        assert_eq!(after(1_000, 1), WAL_PAGES_FEW);
        // A busy time, and its end.
        assert_eq!(after(QUIET_AFTER, MANY_ENTRIES), WAL_PAGES);
        assert_eq!(after(QUIET_AFTER - 1, 1), WAL_PAGES);
        assert_eq!(after(1, 1), WAL_PAGES_FEW);
    }

    #[test]
    fn entries_at_hand_are_those_before_the_last_checkpoint() {
        let entry = |index: u64| index.to_be_bytes().to_vec();
        let mut latest = LatestEntries::default();
        let found = |latest: &LatestEntries, range: std::ops::Range<u64>| -> Vec<u64> {
            let is_right = |index: &u64| latest.get(*index).map(|found| assert_eq!(*found, entry(*index))).is_some();
            range.filter(is_right).collect()
        };
        // The log was there before.
        add(&mut latest, 1_003, (1_000..1_003).map(entry).collect());
        add(&mut latest, 2_000, (1_003..2_000).map(entry).collect());
        assert_eq!(found(&latest, 0..3_000), (1_000..2_000).collect::<Vec<_>>());
        let many = 2_000 + ENTRIES_MAX as u64;
        add(&mut latest, many, (2_000..many).map(entry).collect());
        assert_eq!(found(&latest, 0..many + 9), (2_000..many).collect::<Vec<_>>());
        // What does not follow stands alone.
        add(&mut latest, many + 9, vec![entry(many + 8)]);
        assert_eq!(found(&latest, 0..many + 99), [many + 8]);
    }

    #[test]
    fn entries_end_before_one_that_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let store = create_store(&folder.path().join("ledger.sqlite")).unwrap();
        let insert = "INSERT INTO entry (leaf_index, kind, salt, record) VALUES (?1, 'intent', zeroblob(32), x'7b7d')";
        for index in [0, 1, 2, 4] {
            store.execute(insert, [index]).unwrap();
        }
        let found = |first, count| entries_of(&store, first, count).unwrap().len();
        assert_eq!([found(0, 2), found(0, 9), found(3, 9), found(4, 9), found(5, 9)], [2, 3, 0, 1, 0]);
    }
}
