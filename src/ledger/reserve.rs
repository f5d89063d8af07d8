//! The reservation: charge, consent uses and intent in one transaction, or a refusal and nothing.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::accounts::{Spent, exceeds, window_start};
use super::records::{ChargeRecord, IntentRecord, PartyRecord};
use super::requests::{SealedRequest, growth, write_request};
use super::same::{Stored, stored_answer, was_asked};
use super::statements::Statements;
use super::store::{Leaves, LedgerError, Opened, digest, signed, unsigned};
use crate::env::Entropy;
use crate::env::weaken::{self, Weakness};
use crate::keys::{AtHand, canonical_json};
use crate::log::EntryKind;
use crate::model::{AccountKind, Date, Detail, Digest, Millis, Refusal, RefusalCode};
use crate::policy::{ConsentUse, PartyCharge, Permit};

/// Proof that a job was charged and its intent logged, both durable: made by the ledger's writer alone.
#[derive(Debug)]
pub struct Reservation {
    permit: Box<Permit>,
    intent: Arc<Opened>,
    cost: u64,
    stored: Option<Stored>,
}

impl Reservation {
    pub(super) fn new(permit: Box<Permit>, intent: Opened, cost: u64, stored: Option<Stored>) -> Self {
        Self { permit, intent: Arc::new(intent), cost, stored }
    }

    /// The permit that it was made for.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The job's leaf in the log.
    pub fn intent_index(&self) -> u64 {
        self.intent.index
    }

    /// Its record as it was logged.
    pub(super) const fn intent(&self) -> &Arc<Opened> {
        &self.intent
    }

    /// Bits charged to each party, or billionths of ε of a table: 0 for the same job again.
    pub const fn cost(&self) -> u64 {
        self.cost
    }

    /// The answer of the same job, where there is one.
    pub const fn stored(&self) -> Option<&Stored> {
        self.stored.as_ref()
    }
}

/// What the admission came to.
pub(super) enum Admission {
    Admitted {
        intent: Opened,
        cost: u64,
        stored: Option<Stored>,
    },
    Refused(Refusal),
    /// The same signing input was admitted before.
    Again {
        intent_index: u64,
    },
}

/// Jobs of the last minute, for each client and policy: the caller's own history.
#[derive(Default)]
pub(super) struct Pace(HashMap<(String, String), Minute>);

/// What was asked in a minute.
#[derive(Clone, Copy, Default)]
struct Minute {
    number: i64,
    jobs: u32,
    /// Of requests that were archived; a restart forgets them.
    bytes: u64,
}

const MINUTE_MS: i64 = 60_000;
/// So many bytes are archived for each job that a policy lets be asked in a minute. A request of one party has a
/// twentieth of it: it is a bound on how fast one client can fill the disk.
const ARCHIVED_BYTES_PER_JOB: u64 = 32 << 10;

impl Pace {
    /// Reads back the current minute after a restart: from all jobs, because the clock may have gone back meanwhile. A
    /// start looks at each of them anyhow, for those that a crash left open.
    pub fn load(connection: &Connection, now: Millis) -> Result<Self, LedgerError> {
        let number = now.0.div_euclid(MINUTE_MS);
        let mut statement = connection
            .prepare("SELECT client, policy, COUNT(*) FROM job WHERE admitted_ms >= ?1 GROUP BY client, policy")?;
        let rows = statement.query_map([number * MINUTE_MS], |row| {
            let minute = Minute { number, jobs: row.get(2)?, bytes: 0 };
            Ok(((row.get::<_, String>(0)?, row.get::<_, String>(1)?), minute))
        })?;
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Counts one more job whose request takes `bytes` of the archive; what it is refused for, where it is too many.
    fn admit(&mut self, permit: &Permit, now: Millis, bytes: u64) -> Result<(), Detail> {
        let number = now.0.div_euclid(MINUTE_MS);
        let key = (permit.request().client.clone(), permit.policy().id.clone());
        let minute = self.0.entry(key).or_default();
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        minute.jobs = minute.jobs.saturating_add(1);
        let jobs_max = permit.policy().limits.jobs_per_minute;
        if minute.jobs > jobs_max {
            return Err(Detail::PerMinute(jobs_max));
        }
        let bytes_max = ARCHIVED_BYTES_PER_JOB.saturating_mul(jobs_max.into());
        let together = minute.bytes.saturating_add(bytes);
        // A request is never too large alone: what it may hold, its policy and the longest token say.
        if bytes > 0 && minute.bytes > 0 && together > bytes_max {
            return Err(Detail::BytesPerMinute(bytes_max));
        }
        minute.bytes = together;
        Ok(())
    }
}

/// What a reservation needs beside the permit.
pub(super) struct Desk<'a> {
    pub connection: Statements<'a>,
    pub entropy: &'a Entropy,
    pub now: Millis,
    /// Never behind an earlier charge's day, whatever the clock says.
    pub day: Date,
}

/// Admits one job. Everything that can refuse it comes before the first row that is written, so a refusal leaves nothing
/// behind; an error leaves a transaction that must not be committed.
pub(super) fn admit(
    desk: &Desk<'_>,
    pace: &mut Pace,
    leaves: &mut Leaves<'_>,
    (permit, sealed): (&Permit, Option<&SealedRequest>),
) -> Result<Admission, LedgerError> {
    let request = permit.request();
    if let Some((intent_index, input)) = find_job(&desk.connection, request.job)? {
        if input == request.input {
            return Ok(Admission::Again { intent_index });
        }
        return refused(Refusal::bare(RefusalCode::Replay));
    }
    if let Err(detail) = pace.admit(permit, desk.now, growth(&desk.connection, sealed)?) {
        return refused(Refusal::about(RefusalCode::Rate, detail));
    }
    let mut givers = Vec::with_capacity(permit.consents().len());
    for (place, consent) in permit.consents().iter().enumerate() {
        // An authority may have given two consents one number: this job then uses it twice.
        let earlier = permit.consents().iter().take(place).filter(|other| other.is_numbered_as(consent)).count();
        let giver = look_at_giver(desk, permit, consent)?;
        let is_left = !giver.revoked && giver.used.saturating_add(earlier as u64) < u64::from(consent.uses_max);
        givers.push(giver);
        if !is_left {
            return refused(Refusal::about(
                RefusalCode::ConsentUsed,
                Detail::Consent(consent.issuer.clone(), consent.jti.escape_debug().to_string()),
            ));
        }
    }
    let is_new = givers.first().is_some_and(|first| first.party == 0 && first.is_new);
    let stored = match is_new || weaken::on(Weakness::SameRenoised) {
        true => None,
        false => stored_answer(&desk.connection, permit)?,
    };
    let free = stored.is_some() || (weaken::on(Weakness::SameRenoised) && was_asked(&desk.connection, permit)?);
    let charges = if free { &[] } else { permit.charges() };
    for (place, charge) in charges.iter().enumerate() {
        let spent = givers.iter().find(|giver| giver.party == place).map(|giver| giver.spent);
        if !weaken::on(Weakness::CheckThenCharge) && !affordable(desk, permit, charge, spent)? {
            return refused(Refusal::about(RefusalCode::Budget, Detail::Account(charge.account.word())));
        }
    }
    let intent = write_intent(desk, leaves, (permit, sealed), charges)?;
    let cost = charges.first().map_or(0, |charge| charge.amount);
    Ok(Admission::Admitted { intent, cost, stored })
}

/// Whether every charge of `permit` fits its quota now.
pub(super) fn all_affordable(desk: &Desk<'_>, permit: &Permit) -> Result<bool, LedgerError> {
    for charge in permit.charges() {
        if !affordable(desk, permit, charge, None)? {
            return Ok(false);
        }
    }
    Ok(true)
}

const fn refused(refusal: Refusal) -> Result<Admission, LedgerError> {
    Ok(Admission::Refused(refusal))
}

/// A job by id: its intent's index and the digest of its signing input.
fn find_job(statements: &Statements<'_>, job: Digest) -> Result<Option<(u64, Digest)>, LedgerError> {
    let found = statements.with("SELECT intent_index, input FROM job WHERE id = ?1", |find| {
        find.query_row([job.as_bytes()], |row| Ok((unsigned(row, 0)?, digest(row, 1)?)))
    });
    Ok(found.optional()?)
}

/// Whether a consent was revoked.
pub(super) fn is_revoked(connection: &Connection, issuer: &str, jti: &str) -> Result<bool, LedgerError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM consent_revoked WHERE issuer = ?1 AND jti = ?2)";
    Ok(connection.prepare_cached(sql)?.query_row([issuer, jti], |row| row.get(0))?)
}

/// What is known of a consent and of the party that gave it.
struct Giver {
    /// Its place among the parties.
    party: usize,
    revoked: bool,
    /// How many jobs the consent served.
    used: u64,
    /// What was spent of the party's account.
    spent: Spent,
    /// Whether no job of this one's sameness is in that account, nor any that was free.
    is_new: bool,
}

/// What a [`Giver`] is made of, in one row.
pub(super) const GIVER: &str = "SELECT EXISTS (SELECT 1 FROM consent_revoked WHERE issuer = ?4 AND jti = ?5),
           (SELECT COUNT(*) FROM consent_use WHERE issuer = ?4 AND jti = ?5)
               + COUNT(*) FILTER (WHERE issuer = ?4 AND jti = ?5),
           COALESCE(SUM(amount), 0), COALESCE(SUM(amount) FILTER (WHERE day >= ?6), 0),
           EXISTS (SELECT 1 FROM job WHERE free AND sameness = ?7) OR COUNT(*) FILTER (WHERE sameness = ?7)
    FROM charge WHERE account = ?1 AND party = ?2 AND client = ?3";

/// All that a reservation asks of the charges to the account of the party that gave `consent`, in one look: most jobs have one
/// party, and its charges are a page in random order. A consent names its party and its client, so each of its uses that a
/// charge bears is there.
fn look_at_giver(desk: &Desk<'_>, permit: &Permit, consent: &ConsentUse) -> Result<Giver, LedgerError> {
    let (charge, sameness) = (permit.charges().get(consent.party), permit.sameness());
    let key = params![
        charge.map(|charge| charge.account.word()),
        charge.map(|charge| charge.party.as_bytes()),
        permit.request().client,
        consent.issuer,
        consent.jti,
        charge.map(|charge| window_start(desk.day, charge.quota.window_days).days()),
        sameness.as_bytes(),
    ];
    let found = |row: &rusqlite::Row<'_>| {
        Ok(Giver {
            party: consent.party,
            revoked: row.get(0)?,
            used: unsigned(row, 1)?,
            spent: spent_of((row.get(2)?, row.get(3)?)),
            is_new: !row.get::<_, bool>(4)?,
        })
    };
    Ok(desk.connection.with(GIVER, |statement| statement.query_row(key, found))?)
}

/// Whether any job on this snapshot was charged: for a weakened build alone.
fn was_charged_on(connection: &Connection, snapshot: Digest) -> Result<bool, LedgerError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM charge JOIN entry ON leaf_index = intent_index
               WHERE instr(CAST(record AS TEXT), ?1))";
    Ok(connection.prepare_cached(sql)?.query_row([snapshot.to_string()], |row| row.get(0))?)
}

/// What `client` has spent of an account.
pub(super) fn spent(
    statements: &Statements<'_>,
    account: AccountKind,
    party: Digest,
    client: &str,
    since: Date,
) -> Result<Spent, LedgerError> {
    let sql = match weaken::on(Weakness::QuotasShared) {
        false => {
            "SELECT COALESCE(SUM(amount), 0), COALESCE(SUM(amount) FILTER (WHERE day >= ?4), 0) FROM charge
             WHERE account = ?1 AND party = ?2 AND client = ?3"
        }
        true => {
            "SELECT COALESCE(SUM(amount), 0), COALESCE(SUM(amount) FILTER (WHERE day >= ?4), 0) FROM charge
             WHERE account = ?1 AND party = ?2 AND ?3 IS NOT NULL"
        }
    };
    let key = params![account.word(), party.as_bytes(), client, since.days()];
    let sums: (i64, i64) =
        statements.with(sql, |statement| statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))))?;
    Ok(spent_of(sums))
}

/// What was ever spent, and in the window.
fn spent_of((lifetime, window): (i64, i64)) -> Spent {
    // A negative sum can only be tampering; it must not read as credit.
    let amount = |sum: i64| u64::try_from(sum).unwrap_or(if weaken::on(Weakness::Refund) { 0 } else { u64::MAX });
    Spent { window: amount(window), lifetime: amount(lifetime) }
}

/// Whether a charge fits its quota now; `known` is what was spent of it, where that is known.
fn affordable(
    desk: &Desk<'_>,
    permit: &Permit,
    charge: &PartyCharge,
    known: Option<Spent>,
) -> Result<bool, LedgerError> {
    let since = window_start(desk.day, charge.quota.window_days);
    let mut spent = match known.filter(|_| !weaken::on(Weakness::QuotasShared)) {
        Some(spent) => spent,
        None => spent(&desk.connection, charge.account, charge.party, &permit.request().client, since)?,
    };
    if weaken::on(Weakness::SnapshotRefills) && !was_charged_on(&desk.connection, permit.snapshot())? {
        spent = Spent::default();
    }
    Ok(!exceeds(&charge.quota, spent, charge.amount) || weaken::on(Weakness::BudgetUnchecked))
}

fn write_intent(
    desk: &Desk<'_>,
    leaves: &mut Leaves<'_>,
    (permit, sealed): (&Permit, Option<&SealedRequest>),
    charges: &[PartyCharge],
) -> Result<Opened, LedgerError> {
    let request = permit.request();
    let record = intent_record(desk, permit, charges)?;
    let opened = leaves.append(&desk.connection, desk.entropy, EntryKind::Intent, record)?;
    let index = opened.index;
    let sql = "INSERT INTO job (intent_index, id, input, client, policy, sameness, admitted_ms, free)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let sameness = permit.sameness();
    let row = params![
        signed(index),
        request.job.as_bytes(),
        request.input.as_bytes(),
        request.client,
        permit.policy().id,
        sameness.as_bytes(),
        desk.now.0,
        charges.is_empty(),
    ];
    desk.connection.with(sql, |insert| insert.execute(row))?;
    write_charges(desk, index, permit, charges)?;
    let by_themselves = if are_borne(permit, charges) { &[] } else { permit.consents() };
    for (place, consent) in (0i64..).zip(by_themselves) {
        let sql = "INSERT INTO consent_use (issuer, jti, intent_index, place) VALUES (?1, ?2, ?3, ?4)";
        let row = params![consent.issuer, consent.jti, signed(index), place];
        desk.connection.with(sql, |insert| insert.execute(row))?;
    }
    if let Some(sealed) = sealed {
        write_request(&desk.connection, index, sealed)?;
    }
    Ok(opened)
}

/// Whether the uses of the job's consents stand in its charges, one in each: all of them, or by themselves, so that none can
/// be moved to another party's charge unseen.
fn are_borne(permit: &Permit, charges: &[PartyCharge]) -> bool {
    let givers = permit.consents().iter().map(|consent| consent.party);
    givers.eq(0..charges.len())
}

fn write_charges(desk: &Desk<'_>, index: u64, permit: &Permit, charges: &[PartyCharge]) -> Result<(), LedgerError> {
    let sql = "INSERT INTO charge (account, party, client, day, intent_index, place, amount, sameness, issuer, jti)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let sameness = permit.sameness();
    let consents = if are_borne(permit, charges) { permit.consents() } else { &[] };
    for (place, charge) in charges.iter().enumerate() {
        let consent = consents.get(place);
        let row = params![
            charge.account.word(),
            charge.party.as_bytes(),
            permit.request().client,
            desk.day.days(),
            signed(index),
            signed(place as u64),
            signed(charge.amount),
            sameness.as_bytes(),
            consent.map(|consent| &consent.issuer),
            consent.map(|consent| &consent.jti),
        ];
        desk.connection.with(sql, |insert| insert.execute(row))?;
    }
    Ok(())
}

fn intent_record(desk: &Desk<'_>, permit: &Permit, charges: &[PartyCharge]) -> Result<Vec<u8>, LedgerError> {
    let (request, policy) = (permit.request(), permit.policy());
    let (sameness, snapshot) = (permit.sameness(), permit.snapshot());
    let numbers: Vec<String> =
        permit.consents().iter().map(|consent| format!("{} {}", consent.issuer, consent.jti)).collect();
    let record = IntentRecord {
        job: AtHand::Shown(&request.job),
        req: AtHand::Shown(&request.input),
        client: AtHand::Text(&request.client),
        policy: AtHand::Text(&policy.id),
        version: AtHand::Shown(&policy.version),
        policy_sha256: AtHand::Shown(&policy.sha256),
        approvals: permit.approvals().iter().map(|approval| AtHand::Shown(approval)).collect(),
        guest: AtHand::Shown(&request.guest),
        snapshot: AtHand::Shown(&snapshot),
        sameness: AtHand::Shown(&sameness),
        admitted_ms: desk.now.0,
        parties: permit.parties().iter().zip(permit.charges()).map(PartyRecord::of).collect(),
        charges: charges.iter().map(|charge| ChargeRecord::new(charge, desk.day.days())).collect(),
        consents: numbers.iter().map(|number| AtHand::Text(number)).collect(),
    };
    Ok(canonical_json(&record)?)
}
