//! Reading the ledger: evidence for bundles, budgets, and everything for an audit. Never writes.

use std::borrow::Cow;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::accounts::{Spent, window_start};
use super::open::note_of;
use super::record::{End, Logged, Written};
use super::reserve::spent;
use super::statements::Statements;
use super::store::{
    Inconsistency, LedgerError, Opened, digest, open_reader, read_recent, signed, stored_hash, unsigned,
};
use super::upgrade::show_earlier;
use super::writer::Ledger;
use crate::log::{InclusionProof, inclusion};
use crate::model::{AccountKind, Date, Digest};
use crate::policy::Quota;

/// A reading connection.
pub struct LedgerReader(pub(super) Connection);

/// What became of a job that was admitted earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its intent's leaf.
    pub intent_index: u64,
    /// The client that asked.
    pub client: String,
    /// The digest of its request's signing input.
    pub input: Digest,
}

/// Everything that a bundle shows of the log for one finished job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<'l> {
    /// The openings of the parties' commitments.
    pub parties: Cow<'l, [u8]>,
    /// The intent's salt, record and proof.
    pub intent: (Cow<'l, [u8]>, Cow<'l, [u8]>, InclusionProof),
    /// The outcome's salt, record and proof.
    pub outcome: (Cow<'l, [u8]>, Cow<'l, [u8]>, InclusionProof),
}

impl Ledger {
    /// What the log shows of a job that was just logged; `None` where that must be read from the store.
    pub fn evidence<'l>(&self, logged: &'l Logged) -> Option<Evidence<'l>> {
        let Written { intent, outcome, parties, note, size } = logged.at_hand()?;
        let recent = read_recent(&self.recent);
        let shown = |opened: &'l Opened| {
            let hashes = inclusion(*size, opened.index, &|index| recent.get(index)).ok()?;
            let proof = InclusionProof { index: opened.index, hashes, checkpoint: note.as_ref().to_owned() };
            Some((Cow::from(&opened.salt), Cow::from(&opened.record), proof))
        };
        Some(Evidence { parties: Cow::from(parties), intent: shown(intent)?, outcome: shown(outcome)? })
    }
}

/// A registered guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestRow {
    /// SHA-256 of the module as submitted.
    pub digest: Digest,
    /// What its artefact was compiled for.
    pub engine: String,
    /// SHA-256 of the compiled artefact.
    pub artefact: Digest,
    /// Its manifest, as JSON.
    pub manifest: String,
}

/// The latest registration of a guest whose artefact was compiled for `engine`.
pub(super) fn registered_guest(
    connection: &Connection,
    guest: Digest,
    engine: &str,
) -> Result<Option<GuestRow>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT artefact, manifest FROM guest WHERE digest = ?1 AND engine = ?2
         ORDER BY registration_index DESC LIMIT 1",
    )?;
    let row = statement.query_row(params![guest.as_bytes(), engine], |row| {
        Ok(GuestRow { digest: guest, engine: engine.to_owned(), artefact: digest(row, 0)?, manifest: row.get(1)? })
    });
    Ok(row.optional()?)
}

/// An entry of the log with its record, for audits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The leaf's index.
    pub index: u64,
    /// What it is: `intent`, `outcome`, `registration` or `revocation`.
    pub kind: String,
    /// The salt.
    pub salt: Vec<u8>,
    /// The record.
    pub record: Vec<u8>,
}

/// A charge, for audits: intent, account, party, client, day, amount.
pub type AuditCharge = (u64, String, Digest, String, i32, i64);
/// A job, for audits: intent, id, input, client, policy, sameness, admission.
pub type AuditJob = (u64, Digest, Digest, String, String, Digest, i64);
/// An outcome, for audits: intent, outcome's leaf, answer, claims, checkpoint's size.
pub type AuditOutcome = (u64, u64, Option<String>, Option<Vec<u8>>, u64);
/// What was spent of a party's account by a client: account, party, client, amount in the window, amount ever.
pub type SpentRow = (String, Digest, String, u64, u64);

impl LedgerReader {
    /// Opens the store for reading.
    pub fn open(store: &Path) -> Result<Self, LedgerError> {
        let connection = open_reader(store)?;
        show_earlier(&connection)?;
        Ok(Self(connection))
    }

    /// A job by id.
    pub fn find(&self, job: Digest) -> Result<Option<Existing>, LedgerError> {
        let mut statement = self.0.prepare_cached("SELECT intent_index, input, client FROM job WHERE id = ?1")?;
        let found = statement.query_row([job.as_bytes()], |row| {
            Ok(Existing { intent_index: unsigned(row, 0)?, input: digest(row, 1)?, client: row.get(2)? })
        });
        Ok(found.optional()?)
    }

    /// A finished job's outcome; `None` while it runs, an error where it was abandoned. Readers see a commit
    /// before the mirror has its checkpoint: an outcome beyond the first `mirrored` leaves is not there yet.
    pub fn logged(&self, intent_index: u64, mirrored: u64) -> Result<Option<Logged>, LedgerError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT claims, reason FROM outcome WHERE intent_index = ?1 AND checkpoint_size <= ?2")?;
        let row = statement
            .query_row([signed(intent_index), signed(mirrored)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        match row.optional()? {
            None => Ok(None),
            Some((None, _)) => Err(LedgerError::Abandoned),
            Some((Some(claims), reason)) => Ok(Some(Logged::new(intent_index, End::from_word(&reason), claims))),
        }
    }

    /// What the log shows of a finished job.
    pub fn evidence(&self, intent_index: u64) -> Result<Evidence<'static>, LedgerError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT outcome_index, parties, checkpoint_size FROM outcome WHERE intent_index = ?1")?;
        let (outcome_index, parties, size) = statement.query_row([signed(intent_index)], |row| {
            Ok((unsigned(row, 0)?, row.get::<_, Vec<u8>>(1)?, unsigned(row, 2)?))
        })?;
        let note = note_of(&self.0, size)?.ok_or_else(|| LedgerError::Inconsistent(Inconsistency::Checkpoint(size)))?;
        let opened = |index| {
            let (salt, record, proof) = self.opened(index, size, &note)?;
            Ok::<_, LedgerError>((Cow::from(salt), Cow::from(record), proof))
        };
        Ok(Evidence { parties: parties.into(), intent: opened(intent_index)?, outcome: opened(outcome_index)? })
    }

    pub(super) fn opened(
        &self,
        index: u64,
        size: u64,
        note: &str,
    ) -> Result<(Vec<u8>, Vec<u8>, InclusionProof), LedgerError> {
        let mut statement = self.0.prepare_cached("SELECT salt, record FROM entry WHERE leaf_index = ?1")?;
        let (salt, record) = statement.query_row([signed(index)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let hashes = inclusion(size, index, &|id| stored_hash(&self.0, id))?;
        Ok((salt, record, InclusionProof { index, hashes, checkpoint: note.to_owned() }))
    }

    /// A registered guest whose artefact was compiled for `engine`.
    pub fn guest(&self, guest: Digest, engine: &str) -> Result<Option<GuestRow>, LedgerError> {
        registered_guest(&self.0, guest, engine)
    }

    /// All guests whose artefacts were compiled for `engine`, each as it was registered last.
    pub fn guests(&self, engine: &str) -> Result<Vec<GuestRow>, LedgerError> {
        let mut statement = self.0.prepare_cached("SELECT DISTINCT digest FROM guest WHERE engine = ?1")?;
        let digests = statement.query_map([engine], |row| digest(row, 0))?;
        let rows = digests.map(|digest| registered_guest(&self.0, digest?, engine).map(Option::into_iter));
        Ok(rows.collect::<Result<Vec<_>, LedgerError>>()?.into_iter().flatten().collect())
    }

    /// What `client` has spent of a party's account as of `day`.
    pub fn spent(
        &self,
        account: AccountKind,
        party: Digest,
        client: &str,
        quota: &Quota,
        day: Date,
    ) -> Result<Spent, LedgerError> {
        spent(&Statements::on(&self.0), account, party, client, window_start(day, quota.window_days))
    }

    /// Every account, party and client that was ever charged.
    pub fn charged(&self) -> Result<Vec<(String, Digest, String)>, LedgerError> {
        let mut statement =
            self.0.prepare("SELECT DISTINCT account, party, client FROM charge ORDER BY account, client, party")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, digest(row, 1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What was spent since `since` and ever, of every account that was ever charged.
    pub fn all_spent(&self, since: Date) -> Result<Vec<SpentRow>, LedgerError> {
        let mut statement = self.0.prepare(
            "SELECT account, party, client, COALESCE(SUM(amount) FILTER (WHERE day >= ?1), 0), SUM(amount) FROM charge
             GROUP BY account, party, client ORDER BY account, client, party",
        )?;
        let rows = statement.query_map([since.days()], |row| {
            Ok((row.get(0)?, digest(row, 1)?, row.get(2)?, unsigned(row, 3)?, unsigned(row, 4)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every entry, in order.
    pub fn audit_entries(&self, mut visit: impl FnMut(AuditEntry)) -> Result<(), LedgerError> {
        let mut statement = self.0.prepare("SELECT leaf_index, kind, salt, record FROM entry ORDER BY leaf_index")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(AuditEntry { index: unsigned(row, 0)?, kind: row.get(1)?, salt: row.get(2)?, record: row.get(3)? });
        }
        Ok(())
    }

    /// Every charge, in the order of intents, and of places in them.
    pub fn audit_charges(&self) -> Result<Vec<AuditCharge>, LedgerError> {
        let mut statement = self.0.prepare(
            "SELECT intent_index, account, party, client, day, amount FROM charge ORDER BY intent_index, place",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((unsigned(row, 0)?, row.get(1)?, digest(row, 2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every job, in order.
    pub fn audit_jobs(&self) -> Result<Vec<AuditJob>, LedgerError> {
        let mut statement = self.0.prepare(
            "SELECT intent_index, id, input, client, policy, sameness, admitted_ms FROM job ORDER BY intent_index",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((
                unsigned(row, 0)?,
                digest(row, 1)?,
                digest(row, 2)?,
                row.get(3)?,
                row.get(4)?,
                digest(row, 5)?,
                row.get(6)?,
            ))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every outcome, in the order of intents.
    pub fn audit_outcomes(&self) -> Result<Vec<AuditOutcome>, LedgerError> {
        let mut statement = self.0.prepare(
            "SELECT intent_index, outcome_index, answer, claims, checkpoint_size FROM outcome ORDER BY intent_index",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((unsigned(row, 0)?, unsigned(row, 1)?, row.get(2)?, row.get(3)?, unsigned(row, 4)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every consent use, as intent, issuer, number.
    pub fn audit_consents(&self) -> Result<Vec<(u64, String, String)>, LedgerError> {
        let mut statement = self.0.prepare(
            "SELECT intent_index, issuer, jti, place FROM consent_use
             UNION ALL SELECT intent_index, issuer, jti, place FROM charge WHERE jti IS NOT NULL
             ORDER BY intent_index, place",
        )?;
        let rows = statement.query_map([], |row| Ok((unsigned(row, 0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every checkpoint note, by size.
    pub fn audit_checkpoints(&self) -> Result<Vec<(u64, String)>, LedgerError> {
        let mut statement = self.0.prepare("SELECT size, note FROM checkpoint ORDER BY size")?;
        let rows = statement.query_map([], |row| Ok((unsigned(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every stored hash, by index.
    pub fn audit_hash(&self, index: u64) -> Option<Digest> {
        stored_hash(&self.0, index)
    }
}
