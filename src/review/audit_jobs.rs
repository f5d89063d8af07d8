//! The records against the tables: jobs, charges, consent uses and outcomes are derived from the records
//! again, leaf by leaf in the order of the log, and compared with what the store says.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::audit::{Check, Counted, Named, some};
use super::audit_claims::{Answers, Claimed, check_claims, check_outcome};
use super::audit_notices::Notices;
use super::audit_sums::Charged;
use crate::keys::{DigestKind, canonical_json, digest_parts};
use crate::ledger::{ChargeRecord, IntentRecord, LeafCharge, LeafRows, OutcomeRecord};
use crate::model::{AccountKind, Digest, Millis};
use crate::policy::everyone;

/// An intent whose outcome has not come yet in the walk.
struct Open {
    job: String,
    claimed: Option<Claimed>,
}

/// The walk over the records.
pub(super) struct Jobs<'a> {
    /// The ledger's id: the issuer of its receipts.
    issuer: &'a str,
    /// The log's origin.
    origin: &'a str,
    /// The sizes of the ledger's checkpoints, ascending.
    checkpoints: Vec<u64>,
    records: Check,
    outcomes: Check,
    open: BTreeMap<u64, Open>,
    answers: Answers,
    charged: Charged,
    named: Named,
    notices: Notices,
    latest_day: i32,
    intents: u64,
    charges: u64,
    ended: u64,
}

impl<'a> Jobs<'a> {
    /// Nothing seen yet.
    pub fn new(issuer: &'a str, origin: &'a str, checkpoints: Vec<u64>) -> Self {
        Self {
            issuer,
            origin,
            checkpoints,
            records: Check::new("records"),
            outcomes: Check::new("outcomes"),
            open: BTreeMap::new(),
            answers: Answers::default(),
            charged: Charged::default(),
            named: Named::default(),
            notices: Notices::default(),
            latest_day: i32::MIN,
            intents: 0,
            charges: 0,
            ended: 0,
        }
    }

    /// Takes in the next leaf's rows.
    pub fn visit(&mut self, rows: &LeafRows) {
        let kind = rows.entry.as_ref().map(|entry| entry.kind.as_str());
        match kind {
            Some("intent") => self.visit_intent(rows),
            Some("outcome") => {
                self.check_strays(rows);
                self.visit_outcome(rows);
            }
            Some("registration") => {
                self.check_strays(rows);
                self.notices.visit_registration(&mut self.records, rows);
            }
            Some("revocation") => {
                self.check_strays(rows);
                self.notices.visit_revocation(&mut self.records, rows);
            }
            Some("rotation") => {
                self.check_strays(rows);
                self.notices.visit_rotation(&mut self.records, rows);
            }
            _ => self.check_strays(rows),
        }
        let others = [
            (rows.guest.is_some() && kind != Some("registration"), "a guest", "registration"),
            (rows.revoked.is_some() && kind != Some("revocation"), "a revoked consent", "revocation"),
        ];
        for (_, what, wanted) in others.into_iter().filter(|(is_stray, ..)| *is_stray) {
            self.records.find(format!("{what} names entry {}, which is no {wanted}", rows.index));
        }
    }

    /// Rows that name a leaf where no intent is.
    fn check_strays(&mut self, rows: &LeafRows) {
        let index = rows.index;
        let strays = [
            (rows.job.is_some(), "a job"),
            (!rows.charges.is_empty(), "a charge"),
            (!rows.consents.is_empty(), "a consent use"),
            (rows.outcome.is_some(), "an outcome"),
        ];
        for (_, what) in strays.into_iter().filter(|(is_there, _)| *is_there) {
            self.records.find(format!("{what} names entry {index}, which is no intent"));
        }
    }

    fn visit_intent(&mut self, rows: &LeafRows) {
        let index = rows.index;
        let subject = format!("intent {index}");
        let parsed = rows.entry.as_ref().map(|entry| (entry.index, parse::<IntentRecord>(&entry.record)));
        let (leaf, record) = match parsed {
            Some((leaf, Ok(record))) => (leaf, record),
            Some((_, Err(reason))) => return self.records.find(format!("{subject}: {reason}")),
            None => return,
        };
        self.intents += 1;
        self.check_job(&subject, &record, rows);
        self.check_charges(&subject, &record, &rows.charges);
        // An issuer's name has no space.
        let consents = rows.consents.iter().map(|(issuer, jti)| Some((issuer.as_str(), jti.as_str())));
        if rows.consents_torn || !consents.eq(record.consents.iter().map(|consent| consent.split_once(' '))) {
            self.records.find(format!("{subject}: the consent uses are not those of its record"));
        }
        self.notices.check_intent(&mut self.records, &subject, &record);
        self.name(&subject, &record);
        let stored = self.answers.known(&record.sameness);
        if stored.is_some() != record.charges.is_empty() {
            let what = if stored.is_some() { "was charged, though answered before" } else { "was charged nothing" };
            self.records.find(format!("{subject} {what}"));
        }
        let claimed = rows.outcome.as_ref().map(|row| {
            let about = (leaf, self.issuer, self.origin);
            let claims = check_claims(&mut self.outcomes, about, &record, row);
            let checkpoint = self.checkpoint_of(row.outcome_index);
            if checkpoint.and_then(|size| i64::try_from(size).ok()) != Some(row.checkpoint_size) {
                let told = row.checkpoint_size;
                self.outcomes.find(format!("outcome of intent {leaf}: {told} is not the first checkpoint over it"));
            }
            Claimed {
                outcome_index: row.outcome_index,
                answer: row.answer.clone(),
                reason: row.reason.clone(),
                commitment: digest_parts(DigestKind::Reason, &[&row.reason_salt, row.reason.as_bytes()]),
                reusable: claims.as_ref().is_none_or(|claims| claims.reusable),
                claims_sha256: claims.map(|claims| (claims.sha256, claims.second)),
                sameness: record.sameness.clone(),
                stored,
            }
        });
        self.open.insert(leaf, Open { job: record.job, claimed });
    }

    /// The size of the first checkpoint that covers a leaf.
    fn checkpoint_of(&self, leaf: i64) -> Option<u64> {
        let leaf = u64::try_from(leaf).ok()?;
        self.checkpoints.get(self.checkpoints.partition_point(|size| *size <= leaf)).copied()
    }

    fn check_job(&mut self, subject: &str, record: &IntentRecord, rows: &LeafRows) {
        let Some(job) = &rows.job else {
            return self.records.find(format!("{subject} has no job in the table"));
        };
        let facts = [
            (is_digest(&record.job, &job.id), "is of another job in the table"),
            (is_digest(&record.req, &job.input), "has another request in the table"),
            (record.client == job.client, "has another client in the table"),
            (record.policy == job.policy, "has another policy in the table"),
            (is_digest(&record.sameness, &job.sameness), "has another sameness in the table"),
            (record.admitted_ms == job.admitted_ms, "was admitted at another time in the table"),
            (record.charges.is_empty() == job.free, "is wrongly marked as free or charged in the table"),
        ];
        self.records.expect(subject, facts);
    }

    /// Every charge of the record in the table, exactly and in order, and no other; at least one bit each,
    /// one for each party, on a day that never goes back.
    fn check_charges(&mut self, subject: &str, record: &IntentRecord, rows: &[LeafCharge]) {
        let same = record.charges.len() == rows.len()
            && record.charges.iter().zip(rows).all(|(charge, row)| {
                charge.account == row.account
                    && is_digest(&charge.party, &row.party)
                    && record.client == row.client
                    && i64::from(charge.day) == row.day
                    && charge.amount().and_then(|amount| i64::try_from(amount).ok()) == Some(row.amount)
                    && is_digest(&record.sameness, &row.sameness)
            });
        let parties = record.parties.iter().map(|party| &party.party);
        // A table has no parties: its one charge is for all units of a kind.
        let per_party = match record.charges.as_slice() {
            [] => true,
            [only] if is_of_everyone(only) => record.parties.is_empty(),
            charges => parties.eq(charges.iter().map(|charge| &charge.party)),
        };
        let known = record.charges.iter().all(|charge| AccountKind::from_word(&charge.account).is_some());
        let positive =
            record.charges.iter().all(|charge| charge.amount() > Some(0)) && rows.iter().all(|row| row.amount > 0);
        let earliest = self.latest_day.max(Millis(record.admitted_ms).day().days());
        let forward = record.charges.iter().all(|charge| charge.day >= earliest);
        let facts = [
            (same, "has other charges in the table than in its record"),
            (per_party, "does not charge each of its parties once"),
            (known, "is charged to an account that does not exist"),
            (positive, "has a charge of nothing"),
            (forward, "is charged on a day before its admission or before an earlier charge"),
        ];
        self.records.expect(subject, facts);
        for charge in &record.charges {
            self.latest_day = self.latest_day.max(charge.day);
            match charge.party.parse() {
                Ok(party) => {
                    let amount = charge.amount().unwrap_or_default();
                    self.charged.add(&charge.account, party, &record.client, charge.day, amount);
                }
                Err(_) => self.records.find(format!("{subject}: a charged party is no pseudonym")),
            }
        }
        self.charges += record.charges.len() as u64;
    }

    fn name(&mut self, subject: &str, record: &IntentRecord) {
        for (text, names, what) in [
            (&record.snapshot, &mut self.named.snapshots, "snapshot"),
            (&record.guest, &mut self.named.guests, "guest"),
        ] {
            match text.parse() {
                Ok(digest) => drop(names.insert(digest)),
                Err(error) => self.records.find(format!("{subject}: its {what}: {error}")),
            }
        }
    }

    fn visit_outcome(&mut self, rows: &LeafRows) {
        let Some(entry) = &rows.entry else {
            return;
        };
        let subject = format!("outcome {}", rows.index);
        let record = match parse::<OutcomeRecord>(&entry.record) {
            Ok(record) => record,
            Err(reason) => return self.outcomes.find(format!("{subject}: {reason}")),
        };
        self.ended += 1;
        let Some(open) = self.open.remove(&record.intent) else {
            let intent = record.intent;
            return self.outcomes.find(format!("{subject} is of entry {intent}, which is no intent that was open"));
        };
        if open.job != record.job {
            self.outcomes.find(format!("{subject} is of another job than its intent"));
        }
        let Some(claimed) = open.claimed else {
            return self.outcomes.find(format!("{subject} is not in the table"));
        };
        if claimed.outcome_index != rows.index {
            self.outcomes.find(format!("{subject} is entry {} in the table", claimed.outcome_index));
        }
        check_outcome(&mut self.outcomes, &subject, &record, &claimed, &self.answers);
        if let Some(answer) = claimed.answer.filter(|_| claimed.reusable) {
            self.answers.learn(&claimed.sameness, record.intent, &answer);
        }
    }

    /// Ends the walk: the checks of records and outcomes, what was charged, what files are named.
    pub fn finish(mut self) -> (Check, Check, Charged, Named) {
        let (lost, running): (Vec<_>, Vec<_>) = self.open.iter().partition(|(_, open)| open.claimed.is_some());
        for (intent, _) in lost {
            self.outcomes.find(format!("the outcome of intent {intent} in the table has no record in the log"));
        }
        if !running.is_empty() {
            let jobs = some(running.len() as u64, "job", "jobs");
            self.outcomes.note(format!("{jobs} without an outcome yet: running, or to be closed by the next start"));
        }
        self.records.count(self.intents, Counted::Intents);
        self.records.count(self.charges, Counted::Charges);
        self.notices.count(&mut self.records);
        self.outcomes.count(self.ended, Counted::Outcomes);
        (self.records, self.outcomes, self.charged, self.named)
    }
}

/// Whether a charge is a table's.
fn is_of_everyone(charge: &ChargeRecord) -> bool {
    match AccountKind::from_word(&charge.account) {
        Some(AccountKind::Table(unit)) => charge.party == everyone(unit).to_string(),
        _ => false,
    }
}

/// A record, which must be in its one canonical form.
pub(super) fn parse<T: DeserializeOwned + serde::Serialize>(record: &[u8]) -> Result<T, String> {
    let parsed: T = serde_json::from_slice(record).map_err(|error| format!("its record cannot be read: {error}"))?;
    match canonical_json(&parsed) {
        Ok(bytes) if bytes == record => Ok(parsed),
        _ => Err("its record is not in canonical form".to_owned()),
    }
}

/// Whether a digest in a record is that of a column.
pub(super) fn is_digest(text: &str, column: &[u8]) -> bool {
    text.parse::<Digest>().is_ok_and(|digest| digest.as_bytes() == column)
}
