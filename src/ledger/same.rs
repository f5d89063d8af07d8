//! The same job again: a job is found by its first charge, or, where it wrote none, by an index of such jobs alone. Never
//! decides what is charged.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::read::LedgerReader;
use super::records::IntentRecord;
use super::store::{LedgerError, digest, signed};
use crate::model::{AccountKind, Digest};
use crate::policy::{Permit, everyone};

/// The answer of the same job, given earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The answer's word.
    pub answer: String,
}

/// The intents of all jobs with this sameness. Client, policy and parties are part of it: so each of them that was charged
/// charged this account of this party, and a client has so many charges there as its quota lets it have. A job that was free
/// has none, however often it is asked.
const SAME: &str = "
    SELECT intent_index FROM charge
    WHERE account = :account AND party = :party AND client = :client AND sameness = :sameness
    UNION ALL SELECT intent_index FROM job WHERE free AND sameness = :sameness";

/// What the same jobs are found by.
pub(super) struct Key<'a> {
    pub sameness: Digest,
    pub client: &'a str,
    /// What each of them charges first; a job about nobody charges nothing.
    pub charged: Option<(AccountKind, Digest)>,
}

impl<'a> Key<'a> {
    fn of(permit: &'a Permit) -> Self {
        let charged = permit.charges().first().map(|charge| (charge.account, charge.party));
        Self { sameness: permit.sameness(), client: &permit.request().client, charged }
    }

    /// The one value that `sql` gives, which names the same jobs' intents as `same`.
    fn query<T: rusqlite::types::FromSql>(&self, connection: &Connection, sql: &str) -> Result<Option<T>, LedgerError> {
        let mut statement = connection.prepare_cached(&format!("WITH same AS ({SAME}) {sql}"))?;
        let account = self.charged.map_or("", |(account, _)| account.word());
        let party = self.charged.as_ref().map_or(&[][..], |(_, party)| party.as_bytes());
        let key = named_params! {
            ":account": account, ":party": party, ":client": self.client, ":sameness": self.sameness.as_bytes(),
        };
        Ok(statement.query_row(key, |row| row.get(0)).optional()?)
    }

    /// The answer of the first of them that has one. A table job that ended without a table has none: the client knows that,
    /// and pays anew.
    pub fn answer(&self, connection: &Connection, of_table: bool) -> Result<Option<Stored>, LedgerError> {
        let sql = match of_table {
            false => {
                "SELECT answer FROM same JOIN outcome USING (intent_index) WHERE answer IS NOT NULL
                 ORDER BY intent_index LIMIT 1"
            }
            true => {
                "SELECT answer FROM same JOIN outcome USING (intent_index) WHERE answer IS NOT NULL AND answer != 'undetermined'
                 ORDER BY intent_index LIMIT 1"
            }
        };
        Ok(self.query(connection, sql)?.map(|answer| Stored { answer }))
    }
}

/// The answer of the same job.
pub(super) fn stored_answer(connection: &Connection, permit: &Permit) -> Result<Option<Stored>, LedgerError> {
    Key::of(permit).answer(connection, permit.policy().table().is_some())
}

/// Whether the same job was ever admitted: for a weakened build alone.
pub(super) fn was_asked(connection: &Connection, permit: &Permit) -> Result<bool, LedgerError> {
    Ok(Key::of(permit).query(connection, "SELECT EXISTS (SELECT 1 FROM same)")?.unwrap_or(false))
}

impl LedgerReader {
    /// The job that first had the answer that this one was given again; itself, where there is no earlier one. `None`
    /// where none of them has an answer, or the job's record cannot be read.
    pub fn first_of_same(&self, intent_index: u64) -> Result<Option<u64>, LedgerError> {
        let sql = "SELECT record, client, sameness FROM job JOIN entry ON leaf_index = intent_index WHERE intent_index = ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, digest(row, 2)?));
        let found: Option<(Vec<u8>, String, Digest)> =
            self.0.prepare_cached(sql)?.query_row([signed(intent_index)], row).optional()?;
        let Some((record, client, sameness)) = found else { return Ok(None) };
        let Ok(record) = serde_json::from_slice::<IntentRecord>(&record) else { return Ok(None) };
        let party = record.parties.first().and_then(|party| party.party.parse().ok());
        let mut first: Option<i64> = None;
        // Which account it was, the record of a free job does not say.
        for account in AccountKind::ALL {
            let charged = match account {
                AccountKind::Label(_) => party,
                AccountKind::Table(unit) => Some(everyone(unit)),
            };
            let key = Key { sameness, client: &client, charged: charged.map(|party| (account, party)) };
            let sql = "SELECT MIN(intent_index) FROM same JOIN outcome USING (intent_index) WHERE answer IS NOT NULL";
            let found = key.query::<Option<i64>>(&self.0, sql)?.flatten();
            first = first.into_iter().chain(found).min();
        }
        Ok(first.and_then(|first| u64::try_from(first).ok()))
    }
}
