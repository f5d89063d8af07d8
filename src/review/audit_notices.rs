//! Registrations, revocations and rotations against the tables, and what jobs made of them: no job runs a guest before its
//! registration or uses a consent behind its revocation.

use std::collections::BTreeSet;

use super::audit::{Check, Counted};
use super::audit_jobs::{is_digest, parse};
use crate::keys::sha256;
use crate::ledger::{IntentRecord, LeafRows, RegistrationRecord, RevocationRecord, RotationRecord};

/// What was registered and revoked, as of the walk's place in the log.
#[derive(Default)]
pub(super) struct Notices {
    guests: BTreeSet<String>,
    /// `issuer jti`, as intents name consents.
    revoked: BTreeSet<String>,
    registrations: u64,
    revocations: u64,
    rotations: u64,
    /// The keys that sign receipts no more.
    retired: BTreeSet<String>,
}

impl Notices {
    /// A registration's record against its row.
    pub fn visit_registration(&mut self, check: &mut Check, rows: &LeafRows) {
        let subject = format!("registration {}", rows.index);
        let Some(entry) = &rows.entry else { return };
        let record = match parse::<RegistrationRecord>(&entry.record) {
            Ok(record) => record,
            Err(reason) => return check.find(format!("{subject}: {reason}")),
        };
        self.registrations += 1;
        match &rows.guest {
            None => check.find(format!("{subject} has no guest in the table")),
            Some(row) => {
                let manifest = sha256(row.manifest.as_bytes()).to_string();
                let facts = [
                    (is_digest(&record.guest, &row.digest), "is of another guest in the table"),
                    (record.engine == row.engine, "is for another engine in the table"),
                    (is_digest(&record.artefact, &row.artefact), "has another artefact in the table"),
                    (record.manifest == manifest, "has another manifest in the table"),
                ];
                check.expect(&subject, facts);
            }
        }
        self.guests.insert(record.guest);
    }

    /// A revocation's record against its row.
    pub fn visit_revocation(&mut self, check: &mut Check, rows: &LeafRows) {
        let subject = format!("revocation {}", rows.index);
        let Some(entry) = &rows.entry else { return };
        let record = match parse::<RevocationRecord>(&entry.record) {
            Ok(record) => record,
            Err(reason) => return check.find(format!("{subject}: {reason}")),
        };
        self.revocations += 1;
        let same = rows.revoked.as_ref().is_some_and(|(issuer, jti)| *issuer == record.issuer && *jti == record.jti);
        check.expect(&subject, [(same, "is of another consent in the table")]);
        self.revoked.insert(format!("{} {}", record.issuer, record.jti));
    }

    /// A rotation's record: no key comes back.
    pub fn visit_rotation(&mut self, check: &mut Check, rows: &LeafRows) {
        let subject = format!("rotation {}", rows.index);
        let Some(entry) = &rows.entry else { return };
        let record = match parse::<RotationRecord>(&entry.record) {
            Ok(record) => record,
            Err(reason) => return check.find(format!("{subject}: {reason}")),
        };
        self.rotations += 1;
        self.retired.extend(record.retired);
        check.expect(&subject, [(!self.retired.contains(&record.kid), "brings a retired key back")]);
    }

    /// What an intent may not do.
    pub fn check_intent(&self, check: &mut Check, subject: &str, record: &IntentRecord) {
        let revoked = record.consents.iter().any(|consent| self.revoked.contains(consent));
        let facts = [
            (self.guests.contains(&record.guest), "ran a guest that was not registered before it"),
            (!revoked, "used a consent that was revoked before it"),
        ];
        check.expect(subject, facts);
    }

    /// How many there were.
    pub fn count(&self, check: &mut Check) {
        check.count(self.registrations, Counted::Registrations);
        if self.revocations > 0 {
            check.count(self.revocations, Counted::Revocations);
        }
        if self.rotations > 0 {
            check.count(self.rotations, Counted::Rotations);
        }
    }
}
