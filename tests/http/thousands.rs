//! A batch of thousands: households of the invented city, asked over HTTP under one signature, and each answer held against what the
//! workbench says of the very same household.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anshi::config::{CallerKind, caller_text};
use anshi::document::Document;
use anshi::env::{Clock, Entropy};
use anshi::job::{ConsentOrder, Engine, HomePaths, JobOrder, KeyFile, compose_batch, compose_consent, load_key};
use anshi::keys::SigningKey;
use anshi::model::{Digest, RawParameter, RawRows, UnitId};
use anshi::policy::Policy;
use anshi::workbench::{Cases, Cities, Play, play_populations};

use super::batches::{results, submit};
use crate::explain::{policy_of, shipped};
use crate::support::{Served, TestHome, engine_options, guest_path};

const CLIENT: &str = "civil-affairs";
const LINE_FEN: i64 = 97_100;
/// Everybody whom the register knows, as an applicant, with the spouse and the parents whom it names.
const CASES: &str = r#"
guest = "household-check"
day = 2026-02-01
[data]
as_of = 2026-01-31
[request]
client = "civil-affairs"
parties = { applicant = "poor" }
parameters = { line_fen = 97_100 }
[[case]]
expect = { answer = "differs" }
[[population]]
role = "applicant"
dataset = "household_register"
most = 2000
scale = "0.007"
others = [
    { role = "member", dataset = "household_register", column = "spouse_id", of = "applicant" },
    { role = "member", dataset = "household_register", column = "father_id", of = "applicant" },
    { role = "member", dataset = "household_register", column = "mother_id", of = "applicant" },
]
parameters = { line_fen = 97_100 }
shares = { differs = ["0", "1"], no = ["0", "1"], marginal = ["0", "1"], minimum = ["0", "1"] }
"#;
/// The same person is asked about more than once, as an applicant and as others' kin: here nobody's quota ends.
const ACCOUNTS: &str = r#"
[label.person]
clients = { civil-affairs = { bits = 3_000, lifetime = 30_000 } }
limit = { bits = 3_000, lifetime = 30_000 }
window_days = 90
"#;

/// The workbench's answers, and the home that it has left as it was before the first of them.
fn played(policy: &Policy, folder: &std::path::Path) -> (Vec<(Vec<(String, UnitId)>, String)>, PathBuf) {
    let cases = Cases::check(&Document::new("cases.toml", CASES), policy).unwrap();
    let module = fs::read(guest_path("household_check")).unwrap();
    let kept = folder.join("kept");
    let text = shipped("household-check");
    let play = Play {
        policy,
        folder,
        policy_text: &text,
        accounts_text: ACCOUNTS,
        catalog: None,
        cases: &cases,
        modules: &BTreeMap::from([("household-check".to_owned(), module)]),
        compiler: &engine_options().compiler,
        keep: Some(&kept),
    };
    let populations = play_populations(&play, &mut Cities::default(), &mut |_| {}).unwrap();
    let [population] = <[_; 1]>::try_from(populations).unwrap();
    assert!(population.is_as_expected(), "{:?}", population.refused);
    (population.answers, kept.join("home"))
}

/// The home, served with real ticks, by a client whose key is at hand.
fn served(home: PathBuf, folder: tempfile::TempDir) -> Served {
    let paths = HomePaths::new(&home);
    let client = SigningKey::generate(&Entropy).unwrap();
    fs::write(paths.caller(CLIENT), caller_text(CLIENT, CallerKind::Platform, &[client.public().clone()])).unwrap();
    // Nobody waited where it was made. Here every run of the batch counts for eight milliseconds of its slots.
    let config = fs::read_to_string(home.join("anshi.toml")).unwrap();
    let pace = |line: &str| match line.split_once(" = ") {
        Some(("nanos_per_kilofuel", _)) => "nanos_per_kilofuel = 8000\n".to_owned(),
        _ => format!("{line}\n"),
    };
    fs::write(home.join("anshi.toml"), config.lines().map(pace).collect::<String>()).unwrap();
    let policy = home.join("policies/household-check/policy.toml");
    let text = fs::read_to_string(&policy).unwrap().replace("slot_ms = 50 ", "slot_ms = 500 ");
    fs::write(&policy, text).unwrap();
    let none = Digest::from_hex(&"0".repeat(64)).unwrap();
    Served::home(TestHome {
        engine: Arc::new(Engine::open(&home, engine_options()).unwrap()),
        client,
        authority: load_key(&paths.key(KeyFile::Authority)).unwrap(),
        adversary: none,
        credit_check: none,
        contributor: none,
        path: home,
        _folder: folder,
    })
}

/// What the client asks about a household, every member of which consents.
fn order(served: &Served, policy: &Policy, guest: Digest, parties: &[(String, UnitId)]) -> JobOrder {
    let config = served.home.engine.config();
    let now = Clock::System.now();
    let consent = |(role, unit): &(String, UnitId)| {
        let order = ConsentOrder {
            issuer: "development-authority".to_owned(),
            audience: config.ledger.clone(),
            subject: *unit,
            client: CLIENT.to_owned(),
            purpose: policy.purpose.clone(),
            policy: policy.id.clone(),
            versions: (policy.version_text(), "2.0.0".to_owned()),
            role: role.clone(),
            max_uses: 1,
            valid: (now.plus(-60_000), now.plus(3_600_000)),
        };
        compose_consent(&order, &served.home.authority, &Entropy).unwrap()
    };
    JobOrder {
        client: CLIENT.to_owned(),
        audience: config.ledger.clone(),
        public_url: config.public_url.clone(),
        policy: (policy.id.clone(), policy.version_text()),
        guest,
        parameters: vec![("line_fen".to_owned(), RawParameter::Integer(LINE_FEN))],
        parties: parties.iter().map(|(role, unit)| (role.clone(), unit.to_string())).collect(),
        consents: parties.iter().map(consent).collect(),
        rows: RawRows::default(),
        purpose: policy.purpose.clone(),
    }
}

#[test]
fn two_thousand_households_are_answered_as_the_workbench_answers_each() {
    let folder = tempfile::tempdir().unwrap();
    let policy = policy_of(&shipped("household-check"));
    let (answers, home) = played(&policy, folder.path());
    assert_eq!(answers.len(), 2_000);
    let served = served(home, folder);
    let guest = anshi::keys::sha256(&fs::read(guest_path("household_check")).unwrap());
    let orders: Vec<JobOrder> = answers.iter().map(|(parties, _)| order(&served, &policy, guest, parties)).collect();
    let now = served.home.engine.clock().now();
    let token = compose_batch(&orders, &served.home.client, now, &Entropy).unwrap();
    let claims = results(&served, &submit(&served, &token));
    let lines = claims["results"].as_array().unwrap();
    assert_eq!(lines.len(), answers.len());
    let (mut seen, mut late) = (BTreeMap::<&str, u64>::new(), 0);
    for (line, (parties, label)) in lines.iter().zip(&answers) {
        // A batch lets everybody else go first: beside other work on this machine, some run may find no processor in time.
        if line["label"] == "undetermined" {
            late += 1;
            continue;
        }
        assert_eq!(line["label"].as_str(), Some(label.as_str()), "{parties:?}: {line}");
        *seen.entry(label).or_default() += 1;
    }
    assert!(late < 100, "{late} were not answered in time");
    // A comparison of two thousand times the same would show little.
    assert!(seen.len() >= 3 && seen["no"] > 100 && seen["differs"] > 100, "{seen:?}");
    let receipt = served.call(
        (CLIENT, &served.home.client),
        "GET",
        &format!("/v1/jobs/{}", lines[1_999]["job"].as_str().unwrap()),
    );
    let verified = served.home.verify(&receipt.json()["bundle"].to_string()).unwrap().claims;
    assert_eq!(verified.result.label.as_deref(), Some(answers[1_999].1.as_str()));
}
