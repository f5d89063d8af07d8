//! What an operator needs of the store beside jobs: a consistent copy while the engine writes, the log's newest
//! checkpoint checked, the published log made again, and a look at its health. Never changes a store.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::OptionalExtension;

use super::open::{check_frontier, note_of};
use super::read::LedgerReader;
use super::records::{IntentRecord, OutcomeRecord, RotationRecord};
use super::store::{Inconsistency, LedgerError, entry_of, latest_day, stored_hash, unsigned};
use super::upgrade::{SCHEMA_VERSION, is_earlier, version};
use crate::log::{Checkpoint, LogVerifier, Tiles, root};
use crate::model::{Date, Millis};

impl LedgerReader {
    /// Writes a copy of the store to `to`, where nothing may be: one committed state, however the engine goes on.
    pub fn copy_to(&self, to: &Path) -> Result<(), LedgerError> {
        // SQLite makes the copy in one read transaction; what is committed meanwhile is not in it.
        self.0.execute("VACUUM INTO ?1", [to.display().to_string()])?;
        Ok(())
    }

    /// The newest checkpoint, after it was checked against signature, entries and stored hashes.
    pub fn frontier(&self, log: &LogVerifier) -> Result<Checkpoint, LedgerError> {
        let size = check_frontier(&self.0, log)?;
        Ok(Checkpoint { size, root: self.root(size)? })
    }

    /// The root of the first `size` leaves.
    pub fn root(&self, size: u64) -> Result<crate::model::Digest, LedgerError> {
        Ok(root(size, &|index| stored_hash(&self.0, index))?)
    }

    /// Writes the whole published log anew into `folder`.
    pub fn publish_log(&self, folder: &Path, size: u64) -> Result<(), LedgerError> {
        let note = note_of(&self.0, size)?;
        let note = note.ok_or_else(|| LedgerError::Inconsistent(Inconsistency::Checkpoint(size)))?;
        let hash = |index| stored_hash(&self.0, index);
        Ok(Tiles::new(folder, 0).publish(size, &note, &hash, &|index| entry_of(&self.0, index))?)
    }

    /// The schema's version in the store, and the one that this program needs. One that the next start brings up to date
    /// counts as that.
    pub fn schema_versions(&self) -> Result<(i64, i64), LedgerError> {
        let found = version(&self.0)?;
        Ok((if is_earlier(found) { SCHEMA_VERSION } else { found }, SCHEMA_VERSION))
    }

    /// What SQLite finds wrong with the file; reads all of it. Nothing: it is whole.
    pub fn check_integrity(&self) -> Result<Vec<String>, LedgerError> {
        let mut statement = self.0.prepare("PRAGMA integrity_check")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        let lines: Vec<String> = lines.collect::<rusqlite::Result<_>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// The latest day that any charge names: accounting never goes back behind it.
    pub fn latest_day(&self) -> Result<Option<Date>, LedgerError> {
        latest_day(&self.0)
    }

    /// When the last job was admitted.
    pub fn last_admission(&self) -> Result<Option<Millis>, LedgerError> {
        let last: Option<i64> = self.0.query_row("SELECT MAX(admitted_ms) FROM job", [], |row| row.get(0))?;
        Ok(last.map(Millis))
    }

    /// The tick of the last outcome in the log: no receipt that was handed out is later.
    pub fn last_tick(&self) -> Result<Option<Millis>, LedgerError> {
        // The newest first: only those of abandoned jobs have none.
        let mut statement =
            self.0.prepare("SELECT record FROM entry WHERE kind = 'outcome' ORDER BY leaf_index DESC")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let record = serde_json::from_slice::<OutcomeRecord>(&row.get::<_, Vec<u8>>(0)?).ok();
            match record.map(|record| record.tick_ms) {
                Some(None) => {}
                told => return Ok(told.flatten().map(Millis)),
            }
        }
        Ok(None)
    }

    /// The key that the last rotation in the log names; `None`: the home's first one.
    pub fn last_rotation(&self) -> Result<Option<RotationRecord>, LedgerError> {
        let sql = "SELECT record FROM entry WHERE kind = 'rotation' ORDER BY leaf_index DESC LIMIT 1";
        let record: Option<Vec<u8>> = self.0.query_row(sql, [], |row| row.get(0)).optional()?;
        let unreadable =
            |error: serde_json::Error| LedgerError::Inconsistent(Inconsistency::Rotation(error.to_string()));
        record.map(|record| serde_json::from_slice(&record).map_err(unreadable)).transpose()
    }

    /// How many jobs ran on each snapshot, by the name in their intents' records.
    pub fn jobs_by_snapshot(&self) -> Result<BTreeMap<String, u64>, LedgerError> {
        let mut jobs = BTreeMap::new();
        self.audit_entries(|entry| {
            if let Ok(record) = serde_json::from_slice::<IntentRecord>(&entry.record) {
                *jobs.entry(record.snapshot).or_default() += 1;
            }
        })?;
        Ok(jobs)
    }

    /// How many admitted jobs have no outcome yet.
    pub fn open_jobs(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT COUNT(*) FROM job LEFT JOIN outcome USING (intent_index) WHERE outcome.intent_index IS NULL";
        Ok(self.0.query_row(sql, [], |row| unsigned(row, 0))?)
    }
}
