//! Reading the ledger for a subject: who asked about one party. Never writes.

use rusqlite::params;

use super::open::note_of;
use super::read::LedgerReader;
use super::records::IntentRecord;
use super::store::{Inconsistency, LedgerError, signed, unsigned};
use crate::log::InclusionProof;
use crate::model::{AccountKind, Digest};

/// One job that asked about a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Its intent's leaf.
    pub intent_index: u64,
    /// The intent's record, as read.
    pub record: IntentRecord,
    /// The receipt's payload; none of a job that runs or was abandoned.
    pub claims: Option<Vec<u8>>,
    /// The intent's salt, record and proof.
    pub intent: (Vec<u8>, Vec<u8>, InclusionProof),
}

impl LedgerReader {
    /// The jobs about `party` among the first `mirrored` leaves, the newest first, before the leaf `before`, at most `most`.
    /// A job that cost nothing, because the same had been asked before, is found by its sameness with one that was charged.
    pub fn accesses(
        &self,
        account: AccountKind,
        party: Digest,
        before: Option<u64>,
        mirrored: u64,
        most: u32,
    ) -> Result<Vec<Access>, LedgerError> {
        let mut statement = self.0.prepare_cached(
            "WITH charged AS (SELECT intent_index, sameness FROM charge WHERE account = ?1 AND party = ?2)
             SELECT intent_index FROM charged WHERE intent_index < ?3
             UNION SELECT intent_index FROM job
                   WHERE free AND sameness IN (SELECT sameness FROM charged) AND intent_index < ?3
             ORDER BY intent_index DESC LIMIT ?4",
        )?;
        let below = before.map_or(mirrored, |before| before.min(mirrored));
        let asked = params![account.word(), party.as_bytes(), signed(below), most];
        let indices = statement.query_map(asked, |row| unsigned(row, 0))?.collect::<rusqlite::Result<Vec<u64>>>()?;
        let note = note_of(&self.0, mirrored)?
            .ok_or_else(|| LedgerError::Inconsistent(Inconsistency::Checkpoint(mirrored)))?;
        indices.into_iter().map(|index| self.access(index, mirrored, &note)).collect()
    }

    fn access(&self, intent_index: u64, size: u64, note: &str) -> Result<Access, LedgerError> {
        let intent = self.opened(intent_index, size, note)?;
        let record = serde_json::from_slice(&intent.1)
            .map_err(|_| LedgerError::Inconsistent(Inconsistency::Record(intent_index)))?;
        let mut statement =
            self.0.prepare_cached("SELECT claims FROM outcome WHERE intent_index = ?1 AND checkpoint_size <= ?2")?;
        let mut rows = statement.query(params![signed(intent_index), signed(size)])?;
        let claims = rows.next()?.map(|row| row.get(0)).transpose()?.flatten();
        Ok(Access { intent_index, record, claims, intent })
    }
}
