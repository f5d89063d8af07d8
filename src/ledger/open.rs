//! Creating and opening the ledger: the checks against the mirror, and the closing of what a crash left open.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use rusqlite::{OptionalExtension, params};

use super::record::write_abandoned;
use super::reserve::Pace;
use super::statements::Statements;
use super::store::{
    Behind, Inconsistency, Leaves, LedgerError, create_store, digest, entry_of, latest_day, open_writer, read_recent,
    signed, stored_hash, unsigned,
};
use super::upkeep::{LatestEntries, publish};
use super::writer::{Ledger, Writer};
use crate::env::weaken::{self, Weakness};
use crate::env::{Clock, Entropy, read_text};
use crate::log::{Checkpoint, LogSigner, LogVerifier, Mirror, RecentHashes, Tiles, root, stored_count};
use crate::model::Digest;

/// Where a ledger's parts are.
#[derive(Clone, Debug)]
pub struct LedgerConfig {
    /// The SQLite file.
    pub store: PathBuf,
    /// The folder of the published log.
    pub log: PathBuf,
    /// The folder of the checkpoint mirror, outside the home.
    pub mirror: PathBuf,
}

/// Creates an empty ledger with the checkpoint of an empty log.
pub fn create(config: &LedgerConfig, signer: &LogSigner) -> Result<(), LedgerError> {
    let connection = create_store(&config.store)?;
    let empty = Checkpoint { size: 0, root: root(0, &|_| None)? };
    let note = signer.sign(&empty)?;
    connection.execute("INSERT INTO checkpoint (size, note) VALUES (0, ?1)", [&note])?;
    Mirror::create(&config.mirror, &note)?;
    Tiles::new(&config.log, 0).publish(0, &note, &|_| None, &|_| None)?;
    Ok(())
}

impl Ledger {
    /// Opens the ledger. Refuses a home that is behind its mirror, or whose log contradicts an earlier
    /// checkpoint; closes jobs that a crash left open as abandoned, their charges kept.
    pub fn open(config: &LedgerConfig, signer: LogSigner, clock: Clock, entropy: Entropy) -> Result<Self, LedgerError> {
        let connection = open_writer(&config.store)?;
        let verifier = LogVerifier::new(&signer.verifier_key()?)?;
        let read = |index| stored_hash(&connection, index);
        let size = check_frontier(&connection, &verifier)?;
        let (mut mirror, mirrored) = Mirror::open(&config.mirror, &verifier)?;
        let ignored = weaken::on(Weakness::MirrorIgnored);
        if mirrored.size > size && !ignored {
            return Err(LedgerError::Behind(Behind::Shorter { size, seen: mirrored.size }));
        }
        if !ignored && root(mirrored.size, &read)? != mirrored.root {
            return Err(LedgerError::Behind(Behind::Other));
        }
        // Tiles are republished from the last checkpoint that the folder shows, whole tiles before it included.
        let shown = read_text(&config.log.join("checkpoint")).ok().and_then(|note| verifier.verify(&note).ok());
        let shown =
            shown.filter(|shown| shown.size <= size && root(shown.size, &read).is_ok_and(|root| root == shown.root));
        let published =
            shown.map_or(0, |shown| shown.size.saturating_sub(shown.size % u64::from(crate::log::TILE_WIDTH)));
        let recent = RecentHashes::of(size, &read)?;
        let mut writer = Writer {
            recent: Arc::new(RwLock::new(recent)),
            latest_day: latest_day(&connection)?,
            pace: Pace::load(&connection, clock.now())?,
            connection,
            clock,
            entropy,
            signer,
            size,
            mirrored: Arc::new(AtomicU64::new(mirrored.size)),
        };
        writer.close_abandoned()?;
        writer.catch_up_mirror(&mut mirror)?;
        let mut tiles = Tiles::new(&config.log, published);
        writer.publish(&mut tiles)?;
        Self::start(writer, &config.store, tiles, mirror)
    }
}

/// The log's size, after its newest checkpoint was checked against the stored hashes.
pub(super) fn check_frontier(connection: &rusqlite::Connection, verifier: &LogVerifier) -> Result<u64, LedgerError> {
    let note: String =
        connection.query_row("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1", [], |row| row.get(0))?;
    let latest = verifier.verify(&note)?;
    let next = |sql: &str| -> Result<u64, LedgerError> {
        let highest = connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(highest.and_then(|index| u64::try_from(index).ok()).map_or(0, |index| index + 1))
    };
    let leaves = next("SELECT MAX(leaf_index) FROM entry")?;
    let hashes = next("SELECT MAX(id) FROM hash")?;
    let read = |index| stored_hash(connection, index);
    if leaves != latest.size || hashes != stored_count(latest.size) || root(latest.size, &read)? != latest.root {
        return Err(LedgerError::Inconsistent(Inconsistency::Frontier));
    }
    Ok(latest.size)
}

impl Writer {
    /// Intents without an outcome are closed: the charge stays, the answer is gone.
    fn close_abandoned(&mut self) -> Result<(), LedgerError> {
        let mut statement = self.connection.prepare(
            "SELECT intent_index, id FROM job LEFT JOIN outcome USING (intent_index)
             WHERE outcome.intent_index IS NULL ORDER BY intent_index",
        )?;
        let open = statement.query_map([], |row| Ok((unsigned(row, 0)?, digest(row, 1)?)))?;
        let open: Vec<(u64, Digest)> = open.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        if open.is_empty() {
            return Ok(());
        }
        tracing::warn!(jobs = open.len(), "closing jobs that a crash left open; their charges stay");
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let recent = Arc::clone(&self.recent);
        let recent = read_recent(&recent);
        let mut leaves = Leaves::behind(self.size, &recent);
        let checkpoint_size = self.size + open.len() as u64;
        let statements = Statements::on(&self.connection);
        for intent in open {
            write_abandoned(&statements, &self.entropy, &mut leaves, checkpoint_size, intent)?;
        }
        let (_, fresh) = self.sign(leaves)?;
        drop((recent, statements));
        self.seal(checkpoint_size, fresh.hashes)
    }

    /// Writes again what is missing of the published log, and what is new.
    fn publish(&self, tiles: &mut Tiles) -> Result<(), LedgerError> {
        let (connection, size) = (&self.connection, self.size);
        tiles.mend(size, &|index| stored_hash(connection, index), &|index| entry_of(connection, index))?;
        let note = note_of(connection, size)?;
        let note = note.ok_or(LedgerError::Inconsistent(Inconsistency::Checkpoint(size)))?;
        publish(connection, &self.recent, tiles, (size, &note), &LatestEntries::default())
    }

    /// Gives the mirror the newest checkpoint where it has not got it: a crash came between the store and it, or jobs have
    /// just been closed.
    fn catch_up_mirror(&self, mirror: &mut Mirror) -> Result<(), LedgerError> {
        if self.mirrored.load(Ordering::Acquire) < self.size {
            let note = note_of(&self.connection, self.size)?;
            let missing = || LedgerError::Inconsistent(Inconsistency::Checkpoint(self.size));
            mirror.keep(&note.ok_or_else(missing)?)?;
            self.mirrored.store(self.size, Ordering::Release);
        }
        Ok(())
    }
}

/// The note of the checkpoint with `size` leaves.
pub(super) fn note_of(connection: &rusqlite::Connection, size: u64) -> Result<Option<String>, LedgerError> {
    let mut statement = connection.prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?;
    Ok(statement.query_row(params![signed(size)], |row| row.get(0)).optional()?)
}
