//! The SQLite file: how it is opened, and the few statements that everything else is made of.

use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::limits::Excess;
use super::statements::Statements;
use super::upgrade::{bring_up_to_date, create_tables};
use crate::env::weaken::{self, Weakness};
use crate::env::{Entropy, EntropyError, FileError};
use crate::keys::CanonicalError;
use crate::log::{
    CheckpointError, EntryKind, MirrorError, RecentHashes, SALT_BYTES, TilesError, TreeError, append, entry_bytes,
    leaf_hash, root,
};
use crate::model::{Bilingual, Date, Digest};

/// The write-ahead log is moved into the store when it has so many pages (32 MiB): pages that every commit writes again are
/// then moved once for many commits.
pub(super) const WAL_PAGES: i64 = 8_192;
/// When the ledger is not busy it is moved when it has so many (2 MiB): less is synced at once, and nobody waits for long.
pub(super) const WAL_PAGES_FEW: i64 = 512;
/// When it has so many, whatever the upkeep does, the writer moves them at its next commit.
const WAL_PAGES_MAX: i64 = 32_768;

/// A connection's pages in memory. SQLite goes through all of them at nearly every commit, because it gives pages a number
/// behind the store's last for a moment while it sorts them; what is not among them is in the system's cache.
const CACHE_KIB: i64 = 8_000;

/// The ledger cannot go on. The engine then refuses all work.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite failed.
    #[error("the ledger cannot be read or written: {0}")]
    Store(#[from] rusqlite::Error),
    /// The log cannot be computed.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A checkpoint is wrong.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The mirror cannot be used.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The log cannot be published.
    #[error(transparent)]
    Tiles(#[from] TilesError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A record cannot be written as JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The home is older than the mirror, or another.
    #[error("the home is not the latest: {0}")]
    Behind(Behind),
    /// The store contradicts itself.
    #[error("the ledger contradicts itself: {0}")]
    Inconsistent(Inconsistency),
    /// More may be spent of an account than its limit.
    #[error("{0}")]
    Limit(Box<Excess>),
    /// A file beside the store.
    #[error(transparent)]
    File(#[from] FileError),
    /// The job was open when the engine crashed.
    #[error("the job was abandoned in a crash: its charge stays; sign a new request")]
    Abandoned,
    /// An earlier failure stopped the writer.
    #[error("the ledger has stopped: {0}")]
    Stopped(Stopped),
}

/// How a home is not the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Behind {
    /// Its log is shorter than what the mirror has seen.
    #[error("its log has {size} entries, the mirror has seen {seen}; an old copy must not refill budgets")]
    Shorter {
        /// Entries of the home's log.
        size: u64,
        /// Entries that the mirror has seen.
        seen: u64,
    },
    /// Its log is another one.
    #[error("its log is not the one that the mirror has seen")]
    Other,
}

/// How a store contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistency {
    /// The tables are those of another version.
    #[error("its schema is version {found}, this program's is {wanted}")]
    Schema {
        /// The store's.
        found: i64,
        /// This program's.
        wanted: i64,
    },
    /// The newest checkpoint and the entries differ.
    #[error("its newest checkpoint does not fit its entries; run `anshi audit verify`")]
    Frontier,
    /// Its rows do not fit the tables of this version.
    #[error("its tables of version {found} cannot be brought up to date without losing rows; run `anshi audit verify`")]
    Upgrade {
        /// The store's version.
        found: i64,
    },
    /// A checkpoint is missing.
    #[error("no checkpoint of {0}")]
    Checkpoint(u64),
    /// An entry's record cannot be read.
    #[error("the record of leaf {0} cannot be read")]
    Record(u64),
    /// The record of a rotation cannot be read.
    #[error("a rotation's record: {0}")]
    Rotation(String),
}

/// Why a ledger takes nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The writer ended, after the failure that it told the caller of that time.
    #[error("the writer ended")]
    Writer,
    /// The engine is being closed.
    #[error("the engine is closing")]
    Closing,
    /// There is nothing to answer from.
    #[error("the home has no snapshot")]
    NoSnapshot,
    /// A failure that all who waited are told of.
    #[error("{0}")]
    Failed(Bilingual),
}

/// Opens the store for writing, with every commit durable. One of an earlier version is brought up to date.
pub(super) fn open_writer(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    bring_up_to_date(&connection)?;
    Ok(connection)
}

/// Creates the store.
pub(super) fn create_store(path: &Path) -> Result<Connection, LedgerError> {
    let connection = Connection::open(path)?;
    configure(&connection)?;
    create_tables(&connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), LedgerError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if weaken::on(Weakness::CommitUnsynced) { "OFF" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // The pages of a transaction stay in memory until it is committed: each is written once.
    connection.pragma_update(None, "cache_spill", false)?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES_MAX)?;
    settle(connection)
}

/// What every connection has.
fn settle(connection: &Connection) -> Result<(), LedgerError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    // A plan does not depend on what is bound: or statements would be planned anew for every job.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Opens the store for reading alone.
pub(super) fn open_reader(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection)?;
    Ok(connection)
}

/// A digest column.
pub(super) fn digest(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get::<_, [u8; 32]>(column).map(Digest::from_bytes)
}

/// A count or index column.
pub(super) fn unsigned(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// An index as SQLite stores it.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The stored hash of an index.
pub(super) fn stored_hash(connection: &Connection, index: u64) -> Option<Digest> {
    let mut statement = connection.prepare_cached("SELECT hash FROM hash WHERE id = ?1").ok()?;
    statement.query_row([signed(index)], |row| digest(row, 0)).optional().ok()?
}

/// The latest hashes.
pub(super) fn read_recent(recent: &RwLock<RecentHashes>) -> RwLockReadGuard<'_, RecentHashes> {
    // A panic while they were extended can have left them short, never wrong: what is missing is read from the store.
    recent.read().unwrap_or_else(PoisonError::into_inner)
}

/// What one transaction adds to the log: its leaves' hashes are stored together at its end.
pub(super) struct Leaves<'r> {
    /// How many leaves there are.
    pub size: u64,
    recent: &'r RecentHashes,
    fresh: Fresh,
}

/// What one transaction has added to the log, in its order.
#[derive(Default)]
pub(super) struct Fresh {
    /// Stored hashes, behind the latest ones.
    pub hashes: Vec<Digest>,
    /// What the leaves are the hashes of: published as they are.
    pub entries: Vec<Vec<u8>>,
}

/// A record behind its leaf, and what opens it.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub index: u64,
    pub salt: [u8; SALT_BYTES],
    pub record: Vec<u8>,
}

/// So many hashes are inserted by one statement.
const HASHES_TOGETHER: usize = 16;

impl<'r> Leaves<'r> {
    /// Behind `size` leaves, whose latest hashes `recent` has.
    pub fn behind(size: u64, recent: &'r RecentHashes) -> Self {
        Self { size, recent, fresh: Fresh::default() }
    }

    fn hash(&self, connection: &Connection, index: u64) -> Option<Digest> {
        let place = index.checked_sub(self.recent.next()).and_then(|place| usize::try_from(place).ok());
        let fresh = place.and_then(|place| self.fresh.hashes.get(place));
        fresh.copied().or_else(|| self.recent.get(index)).or_else(|| stored_hash(connection, index))
    }

    /// Appends one record: salt and entry.
    pub fn append(
        &mut self,
        statements: &Statements<'_>,
        entropy: &Entropy,
        kind: EntryKind,
        record: Vec<u8>,
    ) -> Result<Opened, LedgerError> {
        let salt: [u8; SALT_BYTES] = entropy.salt()?;
        let entry = entry_bytes(kind, &salt, &record);
        let index = self.size;
        let hashes = append(index, leaf_hash(&entry), &|index| self.hash(statements, index), 0, &[])?;
        let sql = "INSERT INTO entry (leaf_index, kind, salt, record) VALUES (?1, ?2, ?3, ?4)";
        let row = params![signed(index), kind.word(), salt, record];
        statements.with(sql, |insert| insert.execute(row))?;
        self.fresh.hashes.extend(hashes);
        self.fresh.entries.push(entry);
        self.size += 1;
        Ok(Opened { index, salt, record })
    }

    /// The root with all of them.
    pub fn root(&self, connection: &Connection) -> Result<Digest, LedgerError> {
        Ok(root(self.size, &|index| self.hash(connection, index))?)
    }

    /// Stores the hashes, which are `recent`'s next ones once the transaction is durable.
    pub fn store(self, connection: &Connection) -> Result<Fresh, LedgerError> {
        let mut id = signed(self.recent.next());
        for hashes in self.fresh.hashes.chunks(HASHES_TOGETHER) {
            let rows = vec!["(?, ?)"; hashes.len()].join(", ");
            let mut insert = connection.prepare_cached(&format!("INSERT INTO hash (id, hash) VALUES {rows}"))?;
            for (place, hash) in (0..).zip(hashes) {
                insert.raw_bind_parameter(2 * place + 1, id)?;
                insert.raw_bind_parameter(2 * place + 2, hash.as_bytes())?;
                id += 1;
            }
            insert.raw_execute()?;
        }
        Ok(self.fresh)
    }
}

/// The entry of a leaf, made again from its record.
pub(super) fn entry_of(connection: &Connection, index: u64) -> Option<Vec<u8>> {
    entries_of(connection, index, 1).ok()?.pop()
}

/// The entries of up to `count` leaves from `first` on, made again from their records; they end before one that is missing.
pub(super) fn entries_of(connection: &Connection, first: u64, count: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
    let sql = "SELECT leaf_index, kind, salt, record FROM entry WHERE leaf_index >= ?1 AND leaf_index < ?2
               ORDER BY leaf_index";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([signed(first), signed(first.saturating_add(count))])?;
    let mut entries = Vec::new();
    for index in first.. {
        let Some(row) = rows.next()? else { break };
        let kind = EntryKind::from_word(&row.get::<_, String>(1)?);
        let Some(kind) = kind.filter(|_| row.get(0) == Ok(signed(index))) else { break };
        entries.push(entry_bytes(kind, &row.get::<_, [u8; SALT_BYTES]>(2)?, &row.get::<_, Vec<u8>>(3)?));
    }
    Ok(entries)
}

/// A checkpoint of the write-ahead log, by SQLite's name of its mode; how many pages of it are not in the store then. What a
/// reader still needs stays.
pub(super) fn checkpoint(connection: &Connection, mode: &str) -> Result<i64, LedgerError> {
    let count = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let (all, moved) = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], count)?;
    Ok(all.saturating_sub(moved))
}

/// The latest day that any charge names: accounting never goes back behind it.
pub(super) fn latest_day(connection: &Connection) -> Result<Option<Date>, LedgerError> {
    let day: Option<i32> = connection.query_row("SELECT MAX(day) FROM charge", [], |row| row.get(0))?;
    Ok(day.map(Date::from_days))
}
