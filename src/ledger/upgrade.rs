//! The versions of the store's tables: what a new store has, how one of an earlier version is brought up to date when it is
//! opened for writing, and how it is read as it is. Only moves rows; what they say stays as it was.

use rusqlite::Connection;

use super::store::{Inconsistency, LedgerError};

/// `PRAGMA user_version` of a store with all of `schema.sql`, `jobs.sql` and `requests.sql`.
pub(super) const SCHEMA_VERSION: i64 = 5;
/// The version that brought `requests.sql`, and nothing else.
pub(super) const REQUESTS_SCHEMA: i64 = 4;
/// The first version that is brought up to date.
const SCHEMA_OLDEST: i64 = 3;

const SCHEMA: &str = include_str!("schema.sql");
const JOBS: &str = include_str!("jobs.sql");
const REQUESTS: &str = include_str!("requests.sql");
/// The tables that version 5 made anew.
const ANEW: [&str; 4] = ["job", "charge", "consent_use", "outcome"];

/// What nothing may be found by once the rows have moved: rows that are lost or changed, and sums that are others.
const WRONG: [&str; 7] = [
    "SELECT 1 FROM old_job AS old LEFT JOIN job AS new USING (intent_index)
     WHERE (new.id, new.input, new.client, new.policy, new.sameness, new.admitted_ms)
         IS NOT (old.id, old.input, old.client, old.policy, old.sameness, old.admitted_ms)",
    "SELECT 1 WHERE (SELECT COUNT(*) FROM old_job) != (SELECT COUNT(*) FROM job)",
    "SELECT 1 FROM old_charge AS old WHERE NOT EXISTS
         (SELECT 1 FROM charge AS new JOIN job USING (intent_index)
          WHERE new.account = old.account AND new.party = old.party AND new.client = old.client AND new.day = old.day
            AND new.intent_index = old.intent_index AND new.amount = old.amount
            AND new.sameness = job.sameness AND NOT job.free)",
    "SELECT 1 WHERE (SELECT COUNT(*), SUM(amount) FROM old_charge) IS NOT (SELECT COUNT(*), SUM(amount) FROM charge)",
    "SELECT 1 FROM old_consent_use AS old WHERE NOT EXISTS
         (SELECT 1 FROM consent_use AS new
          WHERE new.issuer = old.issuer AND new.jti = old.jti AND new.intent_index = old.intent_index)",
    "SELECT 1 WHERE (SELECT COUNT(*) FROM old_consent_use) != (SELECT COUNT(*) FROM consent_use)",
    "SELECT 1 FROM old_outcome AS old LEFT JOIN outcome AS new USING (intent_index)
     WHERE (new.outcome_index, new.answer, new.claims, new.parties, new.reason, new.reason_salt, new.checkpoint_size)
         IS NOT (old.outcome_index, old.answer, old.claims, old.parties, old.reason, old.reason_salt, old.checkpoint_size)
     UNION ALL SELECT 1 WHERE (SELECT COUNT(*) FROM old_outcome) != (SELECT COUNT(*) FROM outcome)",
];

/// Makes the tables of a new store.
pub(super) fn create_tables(connection: &Connection) -> Result<(), LedgerError> {
    connection.execute_batch(&[SCHEMA, JOBS, REQUESTS].concat())?;
    Ok(connection.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// The version of a store's tables.
pub(super) fn version(connection: &Connection) -> Result<i64, LedgerError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Whether a store of this version is brought up to date when it is opened for writing.
pub(super) fn is_earlier(version: i64) -> bool {
    (SCHEMA_OLDEST..SCHEMA_VERSION).contains(&version)
}

/// Brings a store up to date, in one transaction. After an error the connection must not be used any more: with it what was
/// begun goes, and the store is as it was.
pub(super) fn bring_up_to_date(connection: &Connection) -> Result<(), LedgerError> {
    let wrong_version = |found| LedgerError::Inconsistent(Inconsistency::Schema { found, wanted: SCHEMA_VERSION });
    match version(connection)? {
        SCHEMA_VERSION => return Ok(()),
        found if is_earlier(found) => tracing::info!(found, wanted = SCHEMA_VERSION, "the ledger's tables are made anew"),
        found => return Err(wrong_version(found)),
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    make_anew(connection)?;
    connection.execute_batch("COMMIT")?;
    // The write-ahead log has held every page; where somebody reads it, it is emptied another time.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn make_anew(connection: &Connection) -> Result<(), LedgerError> {
    let found = version(connection)?;
    if found < REQUESTS_SCHEMA {
        connection.execute_batch(REQUESTS)?;
    }
    for table in ANEW {
        connection.execute_batch(&format!(
            "DROP TRIGGER {table}_kept; DROP TRIGGER {table}_stays; ALTER TABLE {table} RENAME TO old_{table};"
        ))?;
    }
    connection.execute_batch(&[JOBS, include_str!("upgrade.sql")].concat())?;
    for wrong in WRONG {
        if connection.prepare(wrong)?.exists([])? {
            return Err(LedgerError::Inconsistent(Inconsistency::Upgrade { found }));
        }
    }
    for table in ANEW {
        connection.execute_batch(&format!("DROP TABLE old_{table};"))?;
    }
    Ok(connection.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// Lets a connection that only reads find the rows of an earlier store where this program looks for them.
pub(super) fn show_earlier(connection: &Connection) -> Result<(), LedgerError> {
    if is_earlier(version(connection)?) {
        connection.execute_batch(include_str!("earlier.sql"))?;
    }
    Ok(())
}
