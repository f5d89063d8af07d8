//! Two parties of two kinds, joined by tokens: the guest `guarantor-check` under its own policy, on the
//! synthetic city. Who is asked about are the city's examples.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anshi::catalog::Catalog;
use anshi::config::HomeKind;
use anshi::data::synth::{Examples, SynthOptions, synthesise};
use anshi::data::{IngestOptions, ingest};
use anshi::env::Entropy;
use anshi::job::{
    Answered, ConsentOrder, Engine, Failure, HomePaths, InitOptions, JobOrder, KeyFile, answer, compose_consent,
    compose_job, initialise, load_key,
};
use anshi::keys::TokenKind;
use anshi::ledger::LedgerReader;
use anshi::model::{Digest, RawRows, RefusalCode, UnitId, UnitKind};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{block_on, engine_options, guest_path, label, refusal, signed_again, strong};

/// A home with the city's data, the policies of the repository, and the guest.
struct City {
    dir: TempDir,
    engine: Arc<Engine>,
    examples: Examples,
    guest: Digest,
}

/// Gives the policy a slot that a busy machine does not miss: what is asked here is the answer, not its time.
fn lengthen_slot(policy: &Path) {
    let text = std::fs::read_to_string(policy).unwrap();
    let set = |line: &str| match line.starts_with("slot_ms = ") {
        true => "slot_ms = 400\n".to_owned(),
        false => format!("{line}\n"),
    };
    let longer: String = text.lines().map(set).collect();
    assert!(longer.contains("slot_ms = 400"), "the policy has a slot");
    std::fs::write(policy, longer).unwrap();
}

/// One test at a time: they count what the ledger holds.
fn city() -> MutexGuard<'static, City> {
    static CITY: OnceLock<Mutex<City>> = OnceLock::new();
    CITY.get_or_init(|| Mutex::new(City::new())).lock().unwrap_or_else(PoisonError::into_inner)
}

impl City {
    fn new() -> Self {
        Self::with(&|policy| policy)
    }

    /// The same under another policy.
    fn with(change: &dyn Fn(String) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (home, delivery) = (dir.path().join("home"), dir.path().join("delivery"));
        initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
        let policy = home.join("policies/guarantor-check/policy.toml");
        lengthen_slot(&policy);
        std::fs::write(&policy, change(std::fs::read_to_string(&policy).unwrap())).unwrap();
        let catalog = Catalog::load(&home.join("catalog")).unwrap();
        let as_of = "2026-09-30".parse().unwrap();
        let options = SynthOptions { scale_ppm: 1, seed: 1, as_of };
        let report = synthesise(&catalog, &delivery, &options, &mut |_, _| {}).unwrap();
        let paths = HomePaths::new(&home);
        let options = IngestOptions { as_of, only: None };
        ingest(&paths.data(), &paths.rejects(), &catalog, &delivery, &options, &mut |_| {}).unwrap();
        let engine = Arc::new(Engine::open(&home, engine_options()).unwrap());
        let module = std::fs::read(guest_path("guarantor_check")).unwrap();
        let guest = block_on(engine.register(&module)).unwrap();
        Self { dir, engine, examples: report.examples, guest }
    }

    fn paths(&self) -> HomePaths {
        HomePaths::new(&self.dir.path().join("home"))
    }

    /// The consent of one party in its role.
    fn consent(&self, role: &str, subject: UnitId) -> String {
        let now = self.engine.clock().now();
        let order = ConsentOrder {
            issuer: "development-authority".to_owned(),
            audience: self.engine.config().ledger.clone(),
            subject,
            client: "smart-finance".to_owned(),
            purpose: "sme-lending".to_owned(),
            policy: "guarantor-check".to_owned(),
            versions: ("1.0.0".to_owned(), "2.0.0".to_owned()),
            role: role.to_owned(),
            max_uses: 1,
            valid: (now.plus(-60_000), now.plus(60_000)),
        };
        compose_consent(&order, &load_key(&self.paths().key(KeyFile::Authority)).unwrap(), &Entropy).unwrap()
    }

    /// Asks whether `person` may stand surety for `firm`, with these consents.
    fn ask_with(&self, firm: UnitId, person: UnitId, consents: Vec<String>) -> Result<Answered, Failure> {
        let order = JobOrder {
            client: "smart-finance".to_owned(),
            audience: self.engine.config().ledger.clone(),
            public_url: self.engine.config().public_url.clone(),
            policy: ("guarantor-check".to_owned(), "1.0.0".to_owned()),
            guest: self.guest,
            parameters: Vec::new(),
            parties: vec![("enterprise".to_owned(), firm.to_string()), ("guarantor".to_owned(), person.to_string())],
            consents,
            rows: RawRows::default(),
            purpose: "sme-lending".to_owned(),
        };
        let client = load_key(&self.paths().key(KeyFile::Client)).unwrap();
        let token = compose_job(&order, &client, self.engine.clock().now(), &Entropy).unwrap();
        block_on(answer(&self.engine, &token))
    }

    /// The same with the consents of both.
    fn ask(&self, firm: UnitId, person: UnitId) -> String {
        let consents = vec![self.consent("enterprise", firm), self.consent("guarantor", person)];
        label(&self.ask_with(firm, person, consents).unwrap())
    }

    /// How many consent uses stand in charges, and how many by themselves.
    fn uses(&self) -> (i64, i64) {
        let store = rusqlite::Connection::open(self.paths().store()).unwrap();
        let sql = "SELECT (SELECT COUNT(*) FROM charge WHERE jti IS NOT NULL), (SELECT COUNT(*) FROM consent_use)";
        store.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// The charges so far: account and bits.
    fn charges(&self) -> Vec<(String, i64)> {
        let charges = LedgerReader::open(&self.paths().store()).unwrap().audit_charges().unwrap();
        charges.into_iter().map(|charge| (charge.1, charge.5)).collect()
    }
}

#[test]
fn the_representative_is_a_yes_and_other_officers_are_not() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, representative, supervisor, .. } = city.examples;
    assert_eq!(city.ask(healthy, representative), "yes");
    // The supervisor owns a house, too, and is an officer: but not that one.
    assert_eq!(city.ask(healthy, supervisor), "no");
}

#[test]
fn somebody_elses_representative_is_a_no_and_so_is_one_in_trouble() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, representative, failing, failing_representative, .. } = city.examples;
    assert_eq!(city.ask(healthy, failing_representative), "no");
    assert_eq!(city.ask(failing, representative), "no");
    // Represents the firm; a court has seized the house.
    assert_eq!(city.ask(failing, failing_representative), "no");
}

#[test]
fn a_person_whom_no_department_knows_is_a_no() {
    let _turn = strong();
    let city = city();
    let nobody = UnitId::with_check(UnitKind::Person, b"37149920050101000").unwrap();
    assert_eq!(city.ask(city.examples.healthy, nobody), "no");
}

#[test]
fn both_parties_pay() {
    let _turn = strong();
    let city = city();
    let Examples { failing, supervisor, .. } = city.examples;
    let before = city.charges().len();
    assert_eq!(city.ask(failing, supervisor), "no");
    let mut charged = city.charges().split_off(before);
    charged.sort();
    assert_eq!(charged, [("label.enterprise".to_owned(), 2), ("label.person".to_owned(), 2)]);
}

#[test]
fn without_either_consent_nothing_is_charged() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, representative, failing, .. } = city.examples;
    let before = city.charges();
    for consents in [
        vec![city.consent("enterprise", healthy)],
        vec![city.consent("guarantor", representative)],
        Vec::new(),
        // The right parties, but each in the other's role, or for another firm.
        vec![city.consent("enterprise", failing), city.consent("guarantor", representative)],
    ] {
        let refused = refusal(&city.ask_with(healthy, representative, consents));
        assert!(matches!(refused, Some(RefusalCode::ConsentMissing | RefusalCode::ConsentInvalid)), "{refused:?}");
    }
    assert_eq!(city.charges(), before);
}

#[test]
fn two_consents_of_one_number_are_two_uses_of_it() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, representative, .. } = city.examples;
    let authority = load_key(&city.paths().key(KeyFile::Authority)).unwrap();
    let numbered = |uses: u32| {
        let consents = [city.consent("enterprise", healthy), city.consent("guarantor", representative)];
        let number = Entropy.bytes::<16>().unwrap();
        consents.map(|consent| {
            signed_again(&consent, TokenKind::Consent, &authority, |claims| {
                claims["jti"] = json!(data_encoding::BASE64URL_NOPAD.encode(&number));
                claims["authorization_details"][0]["max_uses"] = json!(uses);
            })
        })
    };
    let before = city.charges();
    let refused = city.ask_with(healthy, representative, numbered(1).into());
    assert_eq!(refusal(&refused), Some(RefusalCode::ConsentUsed));
    assert_eq!(city.charges(), before);
    let twice = numbered(2);
    assert_eq!(label(&city.ask_with(healthy, representative, twice.clone().into()).unwrap()), "yes");
    let refused = city.ask_with(healthy, representative, twice.into());
    assert_eq!(refusal(&refused), Some(RefusalCode::ConsentUsed));
}

#[test]
fn uses_are_counted_where_one_of_two_parties_is_not_asked() {
    let _turn = strong();
    let unasked = "consent = \"not-required\"\nbasis = \"a test\"";
    let city = City::with(&|policy| policy.replacen("consent = \"required\"", unasked, 1));
    let Examples { healthy, failing, representative, .. } = city.examples;
    let consent = vec![city.consent("guarantor", representative)];
    assert_eq!(label(&city.ask_with(healthy, representative, consent.clone()).unwrap()), "yes");
    assert_eq!((city.charges().len(), city.uses()), (2, (0, 1)), "not in the guarantor's charge alone");
    let refused = city.ask_with(failing, representative, consent);
    assert_eq!(refusal(&refused), Some(RefusalCode::ConsentUsed));
    // Moved into the firm's charge it would not be counted: an audit sees it.
    let torn = || {
        let mut torn = Vec::new();
        let reader = LedgerReader::open_for_audit(&city.paths().store()).unwrap();
        reader.audit_leaves(|leaf| torn.extend(leaf.consents_torn.then_some(leaf.consents.len()))).unwrap();
        torn
    };
    assert!(torn().is_empty());
    let store = rusqlite::Connection::open(city.paths().store()).unwrap();
    store
        .execute_batch(
            "DROP TRIGGER charge_kept; DROP TRIGGER consent_use_stays;
             UPDATE charge SET (issuer, jti) = (SELECT issuer, jti FROM consent_use) WHERE place = 0;
             DELETE FROM consent_use;",
        )
        .unwrap();
    assert_eq!(torn(), [1]);
}

#[test]
fn uses_stand_in_the_charges_where_both_parties_are_asked() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, failing, representative, .. } = city.examples;
    let (firms, persons) = (city.consent("enterprise", healthy), city.consent("guarantor", representative));
    let (charges, before) = (city.charges().len(), city.uses());
    city.ask_with(healthy, representative, vec![firms.clone(), persons.clone()]).unwrap();
    let after = city.uses();
    let uses = if city.charges().len() > charges { (before.0 + 2, before.1) } else { (before.0, before.1 + 2) };
    assert_eq!(after, uses, "of a job that was asked before, by themselves");
    let other = city.consent("enterprise", failing);
    let refused = city.ask_with(failing, representative, vec![other, persons]);
    assert_eq!(refusal(&refused), Some(RefusalCode::ConsentUsed));
    assert_eq!(city.uses(), after);
}

#[test]
fn a_person_cannot_stand_in_the_firms_role() {
    let _turn = strong();
    let city = city();
    let Examples { healthy, representative, .. } = city.examples;
    let before = city.charges();
    let consents = vec![city.consent("enterprise", healthy), city.consent("guarantor", representative)];
    assert_eq!(refusal(&city.ask_with(representative, healthy, consents)), Some(RefusalCode::Parties));
    assert_eq!(city.charges(), before);
}
