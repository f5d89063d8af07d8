//! Budgets and evidence: one SQLite store, one writer, one transaction for charge, record and leaf.
//! Owns when a charge is durable; takes digests and opaque bytes, never an answer's meaning.

mod accounts;
mod audit_read;
mod chinese;
mod gather;
mod keep;
mod limits;
mod notices;
mod open;
mod parked;
mod read;
mod record;
mod records;
mod release;
mod requests;
mod reserve;
mod same;
mod statements;
mod store;
mod subject_read;
mod upgrade;
mod upkeep;
mod writer;

pub use accounts::{Spent, exceeds};
pub use audit_read::{LeafCharge, LeafGuest, LeafJob, LeafOutcome, LeafRows};
pub use limits::{Excess, Share};
pub use open::{LedgerConfig, create};
pub use parked::Decider;
pub use read::{AuditCharge, AuditEntry, AuditJob, AuditOutcome, Evidence, Existing, GuestRow, LedgerReader, SpentRow};
pub use record::{End, Logged, OutcomeEntry, reason_commitment};
pub use records::{
    ChargeRecord, IntentRecord, OutcomeRecord, PartyRecord, RegistrationRecord, RevocationRecord, RotationRecord,
};
pub use requests::{Ending, Forgetter, SealedBatch, SealedRequest, StoredRequest, forget_requests};
pub use reserve::Reservation;
pub use same::Stored;
pub use store::{Behind, Inconsistency, LedgerError, Stopped};
pub use subject_read::Access;
pub use writer::{Ledger, Parking, ReserveError, Scheduled};
