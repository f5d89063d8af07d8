//! Tables: a whole domain of noisy figures for a charge, the same again for free, cancelled and refused ones.

use std::sync::Arc;
use std::time::Duration;

use anshi::disclosure::ReleasedTable;
use anshi::job::{Answered, Failure, JobOrder, JobState, answer, cancel, state};
use anshi::ledger::End;
use anshi::model::{Digest, RawParameter, RefusalCode};
use serde_json::json;

use crate::support::{Setup, TableSetup, TestHome, block_on, guest_path, refusal, seen, strong};

const EPSILON: &str = "1";
/// Firms with a row in a granted dataset: 1,000, and those that have no tax, or only old ones.
const UNITS: i64 = 1_002;
const UNITS_MAX: u32 = 2_500;

fn policy(id: &str, units_max: u32, slot_s: u32) -> String {
    let setup = TableSetup {
        min_units: 10,
        paid: (0, 10_000_000),
        fuel_per_unit: 20_000,
        units_max,
        slot_s: Some(slot_s),
        ..TableSetup::noisy(Vec::new())
    };
    setup.policy(id)
}

const ACCOUNTS: &str = "[table.enterprise]\nclients = { smart-finance = { epsilon = \"2\", lifetime = \"3\" } }\n\
                        limit = { epsilon = \"2\", lifetime = \"3\" }\nwindow_days = 365\n";

struct City {
    home: TestHome,
    guest: Digest,
}

impl City {
    fn with(units_max: u32, slot_s: u32) -> Self {
        let files = vec![
            ("policies/tables/policy.toml".to_owned(), policy("tables", units_max, slot_s)),
            ("policies/accounts.toml".to_owned(), ACCOUNTS.to_owned()),
        ];
        let files = files.into_iter().chain([("policies/adversary/policy.toml".to_owned(), adversary())]);
        let home = TestHome::with(&Setup { files: files.collect(), ..Setup::default() });
        let guest = home.register(&std::fs::read(guest_path("contributor_adversary")).unwrap()).unwrap();
        Self { home, guest }
    }

    fn token(&self, behaviour: i64) -> String {
        let order = JobOrder {
            policy: ("tables".to_owned(), "1.0.0".to_owned()),
            guest: self.guest,
            parameters: vec![("behaviour".to_owned(), RawParameter::Integer(behaviour))],
            parties: Vec::new(),
            consents: Vec::new(),
            ..self.home.order(0, 1)
        };
        self.home.sign(&order)
    }

    fn charges(&self) -> Vec<(String, i64)> {
        self.home.reader().audit_charges().unwrap().into_iter().map(|charge| (charge.1, charge.5)).collect()
    }
}

/// The label policy of the test home, whose account these homes do not have.
fn adversary() -> String {
    policy("adversary", UNITS_MAX, 1)
}

fn table(answered: &Answered) -> Option<ReleasedTable> {
    answered.claims().unwrap().result.table.map(|table| *table)
}

#[test]
fn a_table_has_its_whole_domain_and_costs_epsilon_once() {
    let _turn = strong();
    let city = City::with(UNITS_MAX, 1);
    let first = city.home.answered(&city.token(0));
    assert_eq!(first.end, End::Answered);
    let released = table(&first).unwrap();
    assert_eq!(
        (released.cells.len(), released.epsilon.as_str(), released.noise.as_str()),
        (220, EPSILON, "discrete-laplace")
    );
    assert_eq!(released.measures.iter().map(|m| m.noise.scale.as_str()).collect::<Vec<_>>(), ["40000000", "4"]);
    // All firms are of one county and industry; twenty times the scale is further than noise gets.
    let cell = released.cells[2].as_ref().unwrap();
    let near = |text: &str, wanted: i64, scale: i64| (text.parse::<i64>().unwrap() - wanted).abs() < 20 * scale;
    assert!(near(&cell.count, UNITS, 2), "{cell:?}");
    assert!(near(&cell.sums[1], 500, 4), "{cell:?}");
    let suppressed = released.cells.iter().filter(|cell| cell.is_none()).count();
    assert!(suppressed > 200, "{suppressed}");
    assert_eq!(city.charges(), [("table.enterprise".to_owned(), 1_000_000_000)]);
    let claims = seen(&first).claims;
    assert_eq!((&claims["cost"], &claims["parties"]), (&json!({ "epsilon": "1" }), &json!([])));
    city.home.verify(&seen(&first).text).unwrap();
    // Another request for the same table: the stored one.
    let again = city.home.answered(&city.token(0));
    assert_eq!((again.end, table(&again)), (End::Reused, Some(released)));
    assert_eq!(seen(&again).claims["cost"], json!({ "epsilon": "0" }));
    city.home.verify(&seen(&again).text).unwrap();
    assert_eq!(city.charges().len(), 1);
    // Another one is charged, and the third is more than the window has.
    assert!(table(&city.home.answered(&city.token(3_000_001))).is_some());
    assert_eq!(refusal(&city.home.ask(&city.token(3_000_002))), Some(RefusalCode::Budget));
    assert_eq!(city.charges().len(), 2);
}

#[test]
fn a_cancelled_table_ends_at_its_tick_without_figures_and_its_charge_stays() {
    let _turn = strong();
    let city = City::with(UNITS_MAX, 1);
    // Every unit spins until its fuel ends.
    let token = city.token(6);
    let job = anshi::job::read_request(&token, &city.home.engine.config()).unwrap().value().job;
    let engine = Arc::clone(&city.home.engine);
    assert!(state(&engine, "smart-finance", job).unwrap().is_none());
    let answered = block_on(async {
        let asking = Arc::clone(&engine);
        let waiting = tokio::spawn(async move { answer(&asking, &token).await });
        let tick = loop {
            if let Some(JobState::Running { tick }) = state(&engine, "smart-finance", job).unwrap() {
                break tick;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        assert!(state(&engine, "housing-fund", job).unwrap().is_none(), "somebody else's job");
        assert!(!cancel(&engine, "housing-fund", job));
        assert!(cancel(&engine, "smart-finance", job));
        let answered = waiting.await.unwrap().unwrap();
        assert!(engine.clock().now() >= tick);
        answered
    });
    assert_eq!((answered.end, table(&answered)), (End::Cancelled, None));
    assert_eq!(seen(&answered).claims["result"], json!({ "kind": "table" }));
    city.home.verify(&seen(&answered).text).unwrap();
    assert!(matches!(state(&engine, "smart-finance", job), Ok(Some(JobState::Ended(_)))));
    assert_eq!(city.charges().len(), 1);
    // There is no table to give again: it is made, and paid.
    let again = city.home.answered(&city.token(6));
    assert_eq!(again.end, End::Answered);
    assert_eq!(city.charges().len(), 2);
}

#[test]
fn cancelling_tells_not_whether_the_run_has_ended() {
    let _turn = strong();
    let city = City::with(UNITS_MAX, 4);
    // Honest and quick: done long before the tick, and cancelled then.
    let token = city.token(0);
    let job = anshi::job::read_request(&token, &city.home.engine.config()).unwrap().value().job;
    let engine = Arc::clone(&city.home.engine);
    let answered = block_on(async {
        let asking = Arc::clone(&engine);
        let waiting = tokio::spawn(async move { answer(&asking, &token).await });
        while !matches!(state(&engine, "smart-finance", job), Ok(Some(JobState::Running { .. }))) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert!(cancel(&engine, "smart-finance", job));
        waiting.await.unwrap().unwrap()
    });
    assert_eq!((answered.end, table(&answered)), (End::Cancelled, None));
}

#[test]
fn more_units_than_the_slot_holds_are_refused_before_anything_is_charged() {
    let _turn = strong();
    let city = City::with(1_001, 1);
    let policies = city.home.engine.policies();
    let policy = policies.policies().find(|policy| policy.id == "tables").unwrap();
    assert_eq!(city.home.engine.standing().units(policy), Some(UNITS as u64), "counted when the engine opened");
    assert!(matches!(city.home.ask(&city.token(0)), Err(Failure::TooManyUnits(1_001))));
    assert_eq!((city.home.totals(), city.charges().len()), ((0, 0), 0));
}

#[test]
fn a_guest_of_the_other_kind_is_refused_by_its_manifest() {
    let _turn = strong();
    let city = City::with(UNITS_MAX, 1);
    let order =
        JobOrder { guest: city.home.adversary, parties: Vec::new(), consents: Vec::new(), ..city.home.order(0, 1) };
    let order = JobOrder { policy: ("tables".to_owned(), "1.0.0".to_owned()), ..order };
    let refused = city.home.ask(&city.home.sign(&order));
    assert_eq!(refusal(&refused), Some(RefusalCode::GuestManifest));
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("answers with a table") && told.contains("`verifier`"), "{told}");
}

#[test]
fn a_table_that_a_crash_interrupts_is_abandoned_and_stays_charged() {
    let _turn = strong();
    let city = City::with(UNITS_MAX, 600);
    let guest = city.guest;
    let killed = |path: &std::path::Path| {
        let mut asking = std::process::Command::new(env!("CARGO_BIN_EXE_anshi"));
        asking.args(["run", "--policy", "tables", "--param", "behaviour=0", "--home"]).arg(path);
        asking.arg("--guest").arg(guest_path("contributor_adversary")).arg("--out").arg(path.join("out.json"));
        let mut asking = asking.stdout(std::process::Stdio::null()).spawn().unwrap();
        let store = anshi::job::HomePaths::new(path).store();
        let charged = || anshi::ledger::LedgerReader::open(&store).unwrap().audit_charges().unwrap().len() == 1;
        while !charged() {
            assert!(asking.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(10));
        }
        asking.kill().unwrap();
        asking.wait().unwrap();
        assert!(!path.join("out.json").exists());
    };
    let (home, ()) = city.home.while_closed(killed);
    let jobs = home.reader().audit_jobs().unwrap();
    assert_eq!(jobs.len(), 1);
    assert!(matches!(state(&home.engine, "smart-finance", jobs[0].1), Ok(Some(JobState::Abandoned))));
    let city = City { home, guest };
    assert_eq!(city.charges().len(), 1);
}
