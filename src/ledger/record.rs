//! The outcome: written at the job's tick, in the order of ticks and intents.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::records::OutcomeRecord;
use super::statements::Statements;
use super::store::{Leaves, LedgerError, Opened, signed};
use crate::env::Entropy;
use crate::env::weaken::{self, Weakness};
use crate::keys::{AtHand, DigestKind, canonical_json, digest_parts};
use crate::log::{EntryKind, SALT_BYTES};
use crate::model::{Digest, Millis};

/// How a job ended, for auditors. Clients never learn more than `undetermined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a label.
    Answered,
    /// With the stored answer of the same job.
    Reused,
    /// The guest trapped.
    Trap,
    /// The guest used up its fuel.
    Fuel,
    /// The guest wanted more memory than it may have.
    Memory,
    /// The guest's index is not one of its labels.
    Index,
    /// The guest was not done at its tick.
    MissedTick,
    /// The client wanted the table no more.
    Cancelled,
    /// What a table's workers brought back was not whole.
    Torn,
    /// The engine stopped between intent and tick.
    Abandoned,
}

impl End {
    /// Every end.
    pub const ALL: [Self; 10] = [
        Self::Answered,
        Self::Reused,
        Self::Trap,
        Self::Fuel,
        Self::Memory,
        Self::Index,
        Self::MissedTick,
        Self::Cancelled,
        Self::Torn,
        Self::Abandoned,
    ];

    /// The word in records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Reused => "reused",
            Self::Trap => "trap",
            Self::Fuel => "fuel",
            Self::Memory => "memory",
            Self::Index => "index",
            Self::MissedTick => "missed-tick",
            Self::Cancelled => "cancelled",
            Self::Torn => "torn",
            Self::Abandoned => "abandoned",
        }
    }

    /// The end that `word` names; what cannot be read was abandoned.
    pub(super) fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|end| end.word() == word).unwrap_or(Self::Abandoned)
    }
}

/// The commitment to a job's end that its outcome's record holds.
pub fn reason_commitment(salt: &[u8; SALT_BYTES], reason: &str) -> Digest {
    digest_parts(DigestKind::Reason, &[salt, reason.as_bytes()])
}

/// What the ledger keeps of a finished job: digests and opaque bytes.
#[derive(Clone, Debug)]
pub struct OutcomeEntry {
    /// The answer's word, for the same job again.
    pub answer: String,
    /// How it ended.
    pub end: End,
    /// The receipt's payload, canonical JSON.
    pub claims: Vec<u8>,
    /// The digest of the claims without `log`.
    pub claims_sha256: Digest,
    /// The openings of the parties' commitments, canonical JSON.
    pub parties: Vec<u8>,
}

/// Proof that a job's outcome is in the log and durable: made by the ledger's writer alone.
#[derive(Debug)]
pub struct Logged {
    intent_index: u64,
    end: End,
    claims: Vec<u8>,
    written: Option<Box<Written>>,
}

/// What was written for a job, as its writer had it at hand: the same bytes as in the store.
#[derive(Debug)]
pub(super) struct Written {
    pub intent: Arc<Opened>,
    pub outcome: Opened,
    pub parties: Vec<u8>,
    /// The checkpoint that covers both.
    pub note: Arc<str>,
    pub size: u64,
}

impl Logged {
    /// As it is read back from the store.
    pub(super) const fn new(intent_index: u64, end: End, claims: Vec<u8>) -> Self {
        Self { intent_index, end, claims, written: None }
    }

    /// As it has just been written.
    pub(super) fn written(end: End, claims: Vec<u8>, written: Written) -> Self {
        Self { intent_index: written.intent.index, end, claims, written: Some(Box::new(written)) }
    }

    /// What was written, where that was just now.
    pub(super) fn at_hand(&self) -> Option<&Written> {
        self.written.as_deref()
    }

    /// The job's leaf in the log.
    pub const fn intent_index(&self) -> u64 {
        self.intent_index
    }

    /// How it ended: for a synthetic home's debug output and for auditors.
    pub const fn end(&self) -> End {
        self.end
    }

    /// The receipt's payload that was logged.
    pub fn claims(&self) -> &[u8] {
        &self.claims
    }
}

/// A job whose outcome is due.
pub(super) struct Due {
    pub intent_index: u64,
    pub job: Digest,
    pub tick: Millis,
    pub outcome: OutcomeEntry,
}

/// Writes an outcome; gives its record as it was logged. The checkpoint that will cover it has `checkpoint_size` leaves.
pub(super) fn write_outcome(
    statements: &Statements<'_>,
    entropy: &Entropy,
    leaves: &mut Leaves<'_>,
    checkpoint_size: u64,
    due: &Due,
) -> Result<Opened, LedgerError> {
    let outcome = &due.outcome;
    let reason_salt: [u8; SALT_BYTES] = entropy.salt()?;
    let reason = reason_commitment(&reason_salt, outcome.end.word());
    let record = OutcomeRecord {
        job: AtHand::Shown(&due.job),
        intent: due.intent_index,
        tick_ms: Some(due.tick.0),
        claims: Some(AtHand::Shown(&outcome.claims_sha256)),
        reason: AtHand::Shown(&reason),
    };
    let opened = leaves.append(statements, entropy, EntryKind::Outcome, canonical_json(&record)?)?;
    let sql = "INSERT INTO outcome
               (intent_index, outcome_index, answer, claims, parties, reason, reason_salt, checkpoint_size)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let row = params![
        signed(due.intent_index),
        signed(opened.index),
        outcome.answer,
        outcome.claims,
        outcome.parties,
        outcome.end.word(),
        reason_salt,
        signed(checkpoint_size)
    ];
    statements.with(sql, |insert| insert.execute(row))?;
    weakened_charges(statements, due)?;
    Ok(opened)
}

/// Closes a job that a crash left open: its charge stays, it has no answer.
pub(super) fn write_abandoned(
    statements: &Statements<'_>,
    entropy: &Entropy,
    leaves: &mut Leaves<'_>,
    checkpoint_size: u64,
    intent: (u64, Digest),
) -> Result<(), LedgerError> {
    let (intent_index, job) = intent;
    let reason_salt: [u8; SALT_BYTES] = entropy.salt()?;
    let record = OutcomeRecord {
        job: job.to_string(),
        intent: intent_index,
        tick_ms: None,
        claims: None,
        reason: reason_commitment(&reason_salt, End::Abandoned.word()).to_string(),
    };
    let index = leaves.append(statements, entropy, EntryKind::Outcome, canonical_json(&record)?)?.index;
    let sql = "INSERT INTO outcome (intent_index, outcome_index, reason, reason_salt, checkpoint_size)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![signed(intent_index), signed(index), End::Abandoned.word(), reason_salt, signed(checkpoint_size)];
    statements.with(sql, |insert| insert.execute(row))?;
    Ok(())
}

/// What a weakened build does wrong with charges; nothing in any other build.
fn weakened_charges(connection: &Connection, due: &Due) -> Result<(), LedgerError> {
    let copy = |amount: &str| {
        format!(
            "INSERT INTO charge
             SELECT account, party, client, day, intent_index, COUNT(*) OVER () + place, {amount}, sameness, NULL, NULL
             FROM charge WHERE intent_index = ?1"
        )
    };
    if weaken::on(Weakness::Refund) && due.outcome.end != End::Answered {
        connection.execute(&copy("-amount"), [signed(due.intent_index)])?;
    }
    if weaken::on(Weakness::CostByData) {
        connection.execute(&copy(&due.outcome.answer.len().to_string()), [signed(due.intent_index)])?;
    }
    Ok(())
}
