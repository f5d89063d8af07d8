//! Archived requests: written with the intent, in its transaction; read to compute a label again; removed when nothing can
//! be computed from them any more. Sealed when they come here: the ledger never knows what is in them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use rusqlite::{Connection, OptionalExtension, params};

use super::read::LedgerReader;
use super::records::IntentRecord;
use super::statements::Statements;
use super::store::{LedgerError, Stopped, checkpoint, open_writer, signed, unsigned};
use super::upgrade::{REQUESTS_SCHEMA, version};
use super::writer::{Ledger, Message};
use crate::model::Digest;

/// So many requests are removed at once: jobs do not wait long for it.
const FORGOTTEN_TOGETHER: usize = 256;

/// What was asked, sealed: kept beside the intent.
#[derive(Clone, Debug)]
pub enum SealedRequest {
    /// A job of its own.
    Single(Vec<u8>),
    /// A job of a batch, which is kept once for all of them.
    Member {
        /// The batch.
        batch: Arc<SealedBatch>,
        /// The job's place in it, from 0.
        place: u32,
    },
}

/// A batch as it was signed, sealed.
#[derive(Debug)]
pub struct SealedBatch {
    /// SHA-256 of its signing input.
    pub input: Digest,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// What the archive has of a job's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    /// The sealed bytes, of the batch where there is one.
    pub sealed: Vec<u8>,
    /// Of a job of a batch: SHA-256 of the batch's signing input, as the row has it, and the place in it.
    pub batch: Option<(Vec<u8>, i64)>,
}

/// Whether the store has the tables: one that no engine has opened since they came has not.
fn has_requests(connection: &Connection) -> Result<bool, LedgerError> {
    Ok(version(connection)? >= REQUESTS_SCHEMA)
}

/// By how many bytes the archive would grow: a batch is kept once.
pub(super) fn growth(statements: &Statements<'_>, request: Option<&SealedRequest>) -> Result<u64, LedgerError> {
    Ok(match request {
        None => 0,
        Some(SealedRequest::Single(sealed)) => sealed.len() as u64,
        Some(SealedRequest::Member { batch, .. }) => match find_batch(statements, batch.input)? {
            Some(_) => 0,
            None => batch.sealed.len() as u64,
        },
    })
}

fn find_batch(statements: &Statements<'_>, input: Digest) -> Result<Option<i64>, LedgerError> {
    let found = statements
        .with("SELECT id FROM batch WHERE input = ?1", |find| find.query_row([input.as_bytes()], |row| row.get(0)));
    Ok(found.optional()?)
}

/// Keeps a job's request.
pub(super) fn write_request(
    statements: &Statements<'_>,
    intent_index: u64,
    request: &SealedRequest,
) -> Result<(), LedgerError> {
    match request {
        SealedRequest::Single(sealed) => {
            let row = params![signed(intent_index), sealed];
            let sql = "INSERT INTO request (intent_index, sealed) VALUES (?1, ?2)";
            statements.with(sql, |insert| insert.execute(row))?;
        }
        SealedRequest::Member { batch, place } => {
            let id = match find_batch(statements, batch.input)? {
                Some(id) => id,
                None => {
                    let mut insert = statements.prepare_cached("INSERT INTO batch (input, sealed) VALUES (?1, ?2)")?;
                    insert.insert(params![batch.input.as_bytes(), batch.sealed])?
                }
            };
            let row = params![signed(intent_index), id, place];
            let sql = "INSERT INTO batch_job (intent_index, batch, place) VALUES (?1, ?2, ?3)";
            statements.with(sql, |insert| insert.execute(row))?;
        }
    }
    Ok(())
}

/// Removes the requests of jobs on any snapshot but `kept`; gives how many. Only beside no engine: who calls this holds the
/// home's lock; a running one has a [`Forgetter`]. What was removed is overwritten in the file.
pub fn forget_requests(store: &Path, kept: &[Digest]) -> Result<u64, LedgerError> {
    let reader = LedgerReader::open_for_audit(store)?;
    let useless = reader.useless_requests(kept)?;
    drop(reader);
    if useless.is_empty() {
        return Ok(0);
    }
    let connection = open_writer(store)?;
    for together in useless.chunks(FORGOTTEN_TOGETHER) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        remove(&connection, together)?;
        connection.execute_batch("COMMIT")?;
    }
    // What the write-ahead log still has of them goes too.
    checkpoint(&connection, "TRUNCATE")?;
    Ok(useless.len() as u64)
}

/// Removes the requests of these jobs, and batches of which no job is left.
pub(super) fn remove(connection: &Connection, intents: &[u64]) -> Result<(), LedgerError> {
    // Nothing of them is left in the file. Not for good: what jobs write need not be overwritten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    let mut batches = BTreeSet::new();
    for intent_index in intents {
        connection.prepare_cached("DELETE FROM request WHERE intent_index = ?1")?.execute([signed(*intent_index)])?;
        let mut member = connection.prepare_cached("DELETE FROM batch_job WHERE intent_index = ?1 RETURNING batch")?;
        batches.extend(member.query_row([signed(*intent_index)], |row| row.get::<_, i64>(0)).optional()?);
    }
    let sql = "DELETE FROM batch WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM batch_job WHERE batch = ?1)";
    for batch in batches {
        connection.prepare_cached(sql)?.execute([batch])?;
    }
    connection.pragma_update(None, "secure_delete", "OFF")?;
    Ok(())
}

/// Removes archived requests that serve no more, beside the jobs. Its ledger may end before it: then they wait.
pub struct Forgetter(Sender<Message>);

impl Ledger {
    /// What removes archived requests while the engine runs.
    pub fn forgetter(&self) -> Forgetter {
        Forgetter(self.sender.clone())
    }
}

impl Forgetter {
    /// Removes the requests of jobs on any snapshot but `kept`. Reads every intent: for a thread that lets others go first.
    pub fn forget(&self, store: &Path, kept: &[Digest]) -> Result<(), LedgerError> {
        let useless = LedgerReader::open_for_audit(store)?.useless_requests(kept)?;
        for intents in useless.chunks(FORGOTTEN_TOGETHER) {
            let sent = self.0.send(Message::Forget(intents.to_vec()));
            sent.map_err(|_| LedgerError::Stopped(Stopped::Writer))?;
        }
        Ok(())
    }
}

impl LedgerReader {
    /// What the archive has of the request of the job with this intent; `None` where it was never kept, or has gone.
    pub fn archived_request(&self, intent_index: u64) -> Result<Option<StoredRequest>, LedgerError> {
        if !has_requests(&self.0)? {
            return Ok(None);
        }
        let mut statement = self.0.prepare_cached("SELECT sealed FROM request WHERE intent_index = ?1")?;
        let single = statement.query_row([signed(intent_index)], |row| row.get(0)).optional()?;
        if let Some(sealed) = single {
            return Ok(Some(StoredRequest { sealed, batch: None }));
        }
        let mut statement = self.0.prepare_cached(
            "SELECT batch.sealed, batch.input, batch_job.place FROM batch_job JOIN batch ON batch.id = batch_job.batch
             WHERE batch_job.intent_index = ?1",
        )?;
        let member = statement.query_row([signed(intent_index)], |row| {
            Ok(StoredRequest { sealed: row.get(0)?, batch: Some((row.get(1)?, row.get(2)?)) })
        });
        Ok(member.optional()?)
    }

    /// The intents whose requests are kept for nothing: no snapshot of `kept` is theirs.
    pub fn useless_requests(&self, kept: &[Digest]) -> Result<Vec<u64>, LedgerError> {
        if !has_requests(&self.0)? {
            return Ok(Vec::new());
        }
        let kept: BTreeSet<String> = kept.iter().map(Digest::to_string).collect();
        let mut statement = self.0.prepare(
            "SELECT leaf_index, record FROM entry WHERE kind = 'intent' AND leaf_index IN
               (SELECT intent_index FROM request UNION ALL SELECT intent_index FROM batch_job)",
        )?;
        let mut rows = statement.query([])?;
        let mut useless = Vec::new();
        while let Some(row) = rows.next()? {
            let index = unsigned(row, 0)?;
            let record: Vec<u8> = row.get(1)?;
            // What cannot be read cannot be computed again either, but that is the audit's to tell.
            let snapshot = serde_json::from_slice::<IntentRecord>(&record).map(|record| record.snapshot);
            if snapshot.is_ok_and(|snapshot| !kept.contains(&snapshot)) {
                useless.push(index);
            }
        }
        Ok(useless)
    }

    /// How the job with this intent ended, as an auditor sees it; `None` where it has not.
    pub fn ending(&self, intent_index: u64) -> Result<Option<Ending>, LedgerError> {
        let row = |row: &rusqlite::Row<'_>| Ok(Ending { reason: row.get(0)?, salt: row.get(1)?, record: row.get(2)? });
        let sql = "SELECT reason, reason_salt, record FROM outcome JOIN entry ON leaf_index = outcome_index
                   WHERE intent_index = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([signed(intent_index)], row).optional()?)
    }
}

/// How a job ended, for auditors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The word.
    pub reason: String,
    /// What opens the commitment to it.
    pub salt: Vec<u8>,
    /// The outcome's record, which holds the commitment.
    pub record: Vec<u8>,
}
