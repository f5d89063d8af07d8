//! What must hold after every crash, worked out from the files that the worker left and the ledger that
//! is read again: nothing here asks the engine whether it did well.

use std::collections::{BTreeMap, BTreeSet};

use anshi::keys::{DigestKind, digest_parts};
use anshi::ledger::{IntentRecord, LedgerReader};
use anshi::log::{
    Checkpoint, EntryKind, LogVerifier, Mirror, TILE_WIDTH, entry_bytes, leaf_hash, root, stored_index, tile_files,
};
use anshi::model::Digest;
use anshi::receipt::{Bundle, VerifiedBundle, verify_bundle};
use data_encoding::BASE64URL_NOPAD;

use super::home::{Place, WINDOW_BITS};

/// What has been released so far, and how far the log was seen.
pub struct Auditor {
    place: Place,
    jwks: String,
    log_key: String,
    verifier: LogVerifier,
    seen: Checkpoint,
    /// For every released job, by its intent's leaf: the bits that its receipt names.
    released: BTreeMap<u64, u64>,
    /// What a firm may be charged.
    pub window_bits: i64,
}

/// The ledger's tables that are small enough to be read whole, every time.
pub struct Tables {
    /// Account, party, bits, by intent.
    pub charges: BTreeMap<u64, Vec<(String, Digest, i64)>>,
    /// Intent, by job.
    pub jobs: BTreeMap<Digest, u64>,
    /// Whether there is an answer, by intent.
    pub outcomes: BTreeMap<u64, bool>,
}

impl Tables {
    pub fn read(reader: &LedgerReader) -> Self {
        let mut charges: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for (intent, account, party, client, _, bits) in reader.audit_charges().unwrap() {
            assert_eq!(client, "smart-finance");
            assert!(bits > 0, "a charge is never a refund");
            charges.entry(intent).or_default().push((account, party, bits));
        }
        let mut jobs = BTreeMap::new();
        for (intent, job, ..) in reader.audit_jobs().unwrap() {
            assert_eq!(jobs.insert(job, intent), None, "job {job} has two intents");
            assert!(
                reader.archived_request(intent).unwrap().is_some(),
                "job {job} was admitted and its request is lost"
            );
        }
        let mut outcomes = BTreeMap::new();
        for (intent, _, answer, claims, _) in reader.audit_outcomes().unwrap() {
            assert_eq!(answer.is_some(), claims.is_some());
            assert_eq!(outcomes.insert(intent, answer.is_some()), None, "intent {intent} has two outcomes");
        }
        Self { charges, jobs, outcomes }
    }

    pub fn abandoned(&self) -> usize {
        self.outcomes.values().filter(|answered| !**answered).count()
    }
}

/// The job's id of a request that may never have reached the ledger.
pub fn job_of(token: &str) -> Digest {
    let payload = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let part = |name: &str| claims[name].as_str().unwrap().as_bytes();
    digest_parts(DigestKind::Job, &[part("iss"), part("aud"), part("jti")])
}

impl Auditor {
    pub fn new(place: &Place) -> Self {
        let paths = place.paths();
        let log_key = std::fs::read_to_string(paths.log_key()).unwrap();
        let log_key = log_key.trim_end().to_owned();
        Self {
            place: place.clone(),
            jwks: std::fs::read_to_string(paths.jwks()).unwrap(),
            verifier: LogVerifier::new(&log_key).unwrap(),
            log_key,
            seen: Checkpoint { size: 0, root: root(0, &|_| None).unwrap() },
            released: BTreeMap::new(),
            window_bits: WINDOW_BITS,
        }
    }

    /// The latest checkpoint outside the home.
    pub fn mirrored(&self) -> Checkpoint {
        Mirror::latest(&self.place.mirror(), &self.verifier).unwrap()
    }

    /// A bundle as released: it verifies with the published keys alone.
    pub fn verify(&self, bundle: &str) -> VerifiedBundle {
        verify_bundle(bundle, &self.jwks, &self.log_key).unwrap_or_else(|error| panic!("{error}: {bundle}"))
    }

    /// Checks a released bundle against the ledger as it is now.
    pub fn released(&mut self, text: &str, reader: &LedgerReader) {
        let verified = self.verify(text);
        let bundle: Bundle = serde_json::from_str(text).unwrap();
        let intent = verified.outcome.intent;
        let hash = |index| reader.audit_hash(index);
        assert_eq!(
            root(verified.checkpoint.size, &hash).unwrap(),
            verified.checkpoint.root,
            "the log that a client saw is a beginning of this one"
        );
        let evidence = reader.evidence(intent).unwrap();
        for (opened, (salt, record, proof), kind) in [
            (&bundle.intent, &evidence.intent, EntryKind::Intent),
            (&bundle.outcome, &evidence.outcome, EntryKind::Outcome),
        ] {
            assert_eq!(opened.record, BASE64URL_NOPAD.encode(record));
            assert_eq!(opened.salt, BASE64URL_NOPAD.encode(salt));
            let leaf = leaf_hash(&entry_bytes(kind, salt.as_ref().try_into().unwrap(), record));
            assert_eq!(hash(stored_index(0, proof.index)), Some(leaf));
        }
        let bits = verified.claims.cost.bits.unwrap();
        let earlier = self.released.insert(intent, bits);
        assert!(earlier.is_none_or(|earlier| earlier == bits), "intent {intent} was answered at two prices");
    }

    pub fn released_count(&self) -> usize {
        self.released.len()
    }

    /// The whole ledger: charges cover what was released, no budget was exceeded, the log has only grown.
    pub fn check(&mut self, reader: &LedgerReader, tables: &Tables) {
        self.check_log(reader, tables);
        let mut spent: BTreeMap<(&str, Digest), i64> = BTreeMap::new();
        let mut owed: BTreeMap<(&str, Digest), i64> = BTreeMap::new();
        for (intent, charges) in &tables.charges {
            for (account, party, bits) in charges {
                *spent.entry((account, *party)).or_default() += bits;
                let released = self.released.get(intent).copied().unwrap_or(0);
                *owed.entry((account, *party)).or_default() += i64::try_from(released).unwrap();
            }
        }
        for (intent, bits) in self.released.iter().filter(|(_, bits)| **bits > 0) {
            let charges =
                tables.charges.get(intent).unwrap_or_else(|| panic!("intent {intent} was released, not paid"));
            assert!(charges.iter().all(|charge| u64::try_from(charge.2) == Ok(*bits)));
        }
        for (account, spent) in &spent {
            assert!(owed[account] <= *spent, "more was released than was charged: {account:?}");
            assert!(*spent <= self.window_bits, "a budget was exceeded: {account:?}");
        }
        for intent in tables.jobs.values() {
            assert!(tables.outcomes.contains_key(intent), "intent {intent} was left open");
        }
    }

    /// The log as far as it was seen is a beginning of what it is now; new leaves are those of their records.
    fn check_log(&mut self, reader: &LedgerReader, tables: &Tables) {
        let hash = |index| reader.audit_hash(index);
        let known: BTreeSet<u64> = tables.jobs.values().copied().collect();
        let (from, mut size) = (self.seen.size, 0);
        reader
            .audit_entries(|entry| {
                assert_eq!(entry.index, size, "no leaf is missing");
                size += 1;
                if entry.index < from {
                    return;
                }
                let kind = EntryKind::from_word(&entry.kind).unwrap();
                let salt = entry.salt.as_slice().try_into().unwrap();
                let leaf = leaf_hash(&entry_bytes(kind, salt, &entry.record));
                assert_eq!(hash(stored_index(0, entry.index)), Some(leaf));
                assert_eq!(kind == EntryKind::Intent, known.contains(&entry.index));
                if kind == EntryKind::Intent {
                    let record: IntentRecord = serde_json::from_slice(&entry.record).unwrap();
                    let recorded: Vec<_> = record
                        .charges
                        .into_iter()
                        .map(|charge| (charge.account, charge.party.parse().unwrap(), charge.bits.unwrap() as i64))
                        .collect();
                    assert_eq!(tables.charges.get(&entry.index).cloned().unwrap_or_default(), recorded);
                }
            })
            .unwrap();
        assert!(size >= from, "the log has shrunk");
        assert_eq!(root(from, &hash).unwrap(), self.seen.root, "the log was rewritten");
        self.seen = Checkpoint { size, root: root(size, &hash).unwrap() };
    }

    /// With the engine closed: mirror, published checkpoint and tiles are those of the ledger.
    pub fn check_published(&self, from: u64) {
        let reader = LedgerReader::open(&self.place.paths().store()).unwrap();
        let log = self.place.paths().log();
        let note = std::fs::read_to_string(log.join("checkpoint")).unwrap();
        let published = self.verifier.verify(&note).unwrap();
        let hash = |index| reader.audit_hash(index);
        assert_eq!(published.root, root(published.size, &hash).unwrap());
        assert!(published.size >= self.seen.size, "a closed engine has published its log");
        assert_eq!(self.mirrored(), published, "the mirror has seen all of it");
        for tile in tile_files(from - from % u64::from(TILE_WIDTH), published.size) {
            let bytes = std::fs::read(log.join(&tile.path)).unwrap_or_else(|error| panic!("{}: {error}", tile.path));
            let first = tile.index * u64::from(TILE_WIDTH);
            let hashes = (first..first + u64::from(tile.width)).map(|n| hash(stored_index(tile.level * 8, n)).unwrap());
            assert_eq!(bytes, hashes.flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>(), "{}", tile.path);
            assert!(tile.entries_path.is_none_or(|path| log.join(path).is_file()));
        }
    }

    pub const fn size(&self) -> u64 {
        self.seen.size
    }
}
