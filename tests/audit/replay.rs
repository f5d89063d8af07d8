//! Labels computed again from the archive: every kind of answer that a home has given is the same again, and what cannot be
//! computed is told as that. Nothing is charged, logged or signed for it.

use std::path::{Path, PathBuf};

use anshi::env::Entropy;
use anshi::job::{
    Answered, Batch, Engine, JobOrder, JobState, Lacking, Replay, ReplayError, ReplayInputs, SignatureCheck, Verdict,
    begin_batch, compose_batch, replay, state,
};
use anshi::model::Digest;

use super::earlier::make_earlier;
use crate::support::{
    ABSENT, ODD_FEN, OwnRows, Setup, TestHome, block_on, engine_options, label, own_row, strong, take_delivery,
};

/// Long enough for a busy machine, unless time is what is tried.
pub const CALM_MS: u32 = 2_000;

/// Computes a bundle's job again.
pub fn again(home: &Path, bundle: &str) -> Result<Replay, ReplayError> {
    replay(&ReplayInputs { home, bundle, compiler: engine_options().compiler })
}

/// What came of it.
pub fn verdict(home: &Path, bundle: &str) -> Verdict {
    again(home, bundle).unwrap().verdict
}

/// A bundle as its file.
pub fn bundle(answered: &Answered) -> String {
    answered.json.clone()
}

/// A home whose ticks are not missed.
pub fn calm() -> TestHome {
    TestHome::with(&Setup { slot_ms: CALM_MS, ..Setup::default() })
}

#[test]
fn every_answer_of_every_kind_is_the_same_again() {
    let _turn = strong();
    let home = calm();
    // A label each, a party without rows, and every fault that a guest can make.
    let asked = [(0, 1), (0, 2), (14, ABSENT), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1)];
    let answers = home.ask_all(asked.iter().map(|(behaviour, party)| home.token(*behaviour, *party)).collect());
    let answers: Vec<Answered> = answers.into_iter().map(Result::unwrap).collect();
    let labels: Vec<String> = answers.iter().map(label).collect();
    assert_eq!(labels[..3], ["yes", "no", "no"]);
    assert!(labels[3..].iter().all(|label| label == "undetermined"), "{labels:?}");
    // The same jobs once more get the stored answers, of a fault, too.
    let stored = home.ask_all(vec![home.token(0, 1), home.token(1, 1)]);
    let before = (home.totals(), home.bits_charged());
    for answered in answers.iter().chain(stored.iter().flatten()) {
        let replayed = again(&home.path, &bundle(answered)).unwrap();
        assert_eq!(replayed.verdict, Verdict::Same, "{}", label(answered));
        assert_eq!((replayed.same_build, replayed.signature), (true, Some(SignatureCheck::Verified)));
    }
    assert_eq!((home.totals(), home.bits_charged()), before, "nothing is logged or charged for it");
    assert_eq!(stored.len(), 2);
}

#[test]
fn a_batchs_jobs_are_the_same_again() {
    let _turn = strong();
    let home = calm();
    let orders: Vec<JobOrder> = [(0, 1), (1, 1), (0, 2)].map(|(behaviour, party)| home.order(behaviour, party)).into();
    let bundles = run_batch(&home, &orders);
    assert_eq!(bundles.len(), 3);
    for bundle in &bundles {
        assert_eq!(verdict(&home.path, bundle), Verdict::Same);
    }
    let kept = |sql: &str| -> i64 {
        rusqlite::Connection::open(home.paths().store()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((kept("SELECT COUNT(*) FROM batch"), kept("SELECT COUNT(*) FROM batch_job")), (1, 3));
    assert_eq!(kept("SELECT COUNT(*) FROM request"), 0, "a batch is kept once, for all of its jobs");
}

/// The bundles of a batch's jobs.
fn run_batch(home: &TestHome, orders: &[JobOrder]) -> Vec<String> {
    let token = compose_batch(orders, &home.client, home.engine.clock().now(), &Entropy).unwrap();
    let ran = async {
        let underway = begin_batch(&home.engine, Batch::read(&home.engine, &token).unwrap()).await?;
        underway.result().await
    };
    block_on(ran).unwrap();
    let jobs = home.reader().audit_jobs().unwrap();
    jobs.iter().map(|(_, job, ..)| stored_bundle(&home.engine, *job)).collect()
}

fn stored_bundle(engine: &Engine, job: Digest) -> String {
    match state(engine, "smart-finance", job).unwrap() {
        Some(JobState::Ended(answered)) => bundle(&answered),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_clients_own_rows_come_back_with_its_request() {
    let _turn = strong();
    let own = OwnRows::comparing();
    for owed in [ODD_FEN - 1, ODD_FEN + 1] {
        let answered = own.home.answered(&own.token(vec![own_row("2026-06-01", owed)]));
        if label(&answered) != "undetermined" {
            assert_eq!(verdict(&own.home.path, &bundle(&answered)), Verdict::Same);
        }
    }
}

#[test]
fn what_time_decided_is_not_computed_again() {
    let _turn = strong();
    // Told that the machine is quicker than any, the engine takes a slot that its fuel does not fit.
    let home = TestHome::with(&Setup { slot_ms: 2_000, ..Setup::default() });
    let (home, ()) = home.while_closed(|path| {
        rewrite(&path.join("policies/adversary/policy.toml"), |line| match line {
            _ if line.starts_with("fuel") => Some("fuel = 1_000_000_000".to_owned()),
            _ if line.starts_with("slot_ms") => Some("slot_ms = 20".to_owned()),
            _ => None,
        });
        rewrite(&path.join("anshi.toml"), |line| match line {
            _ if line.starts_with("nanos_per_kilofuel") => Some("nanos_per_kilofuel = 1".to_owned()),
            _ if line.starts_with("nanos_per_mib") => Some("nanos_per_mib = 1".to_owned()),
            _ => None,
        });
    });
    let answered = home.answered(&home.token(6, 1));
    assert_eq!(answered.end.word(), "missed-tick");
    assert_eq!(verdict(&home.path, &bundle(&answered)), Verdict::Impossible(Lacking::MissedTick));
    let stored = home.answered(&home.token(6, 1));
    assert_eq!(stored.end.word(), "reused");
    assert_eq!(verdict(&home.path, &bundle(&stored)), Verdict::Impossible(Lacking::MissedTick));
}

/// Changes lines of a file.
pub fn rewrite(path: &Path, change: impl Fn(&str) -> Option<String>) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed: String = text.lines().map(|line| change(line).unwrap_or_else(|| line.to_owned()) + "\n").collect();
    assert_ne!(changed, text, "{} was to be changed", path.display());
    std::fs::write(path, changed).unwrap();
}

#[test]
fn later_versions_snapshots_and_keys_change_nothing() {
    let _turn = strong();
    let home = calm();
    let old = bundle(&home.answered(&home.token(0, 1)));
    take_delivery(&home.path, &Setup { paid_fen: ODD_FEN + 1, ..Setup::default() });
    rewrite(&home.path.join("policies/adversary/policy.toml"), |line| match line {
        _ if line.starts_with("version") => Some("version = \"1.1.0\"".to_owned()),
        _ if line.starts_with("labels") => Some("labels = [\"no\", \"yes\", \"perhaps\"]".to_owned()),
        _ => None,
    });
    // The catalog has another dataset more than it had.
    let dataset = std::fs::read_to_string(home.path.join("catalog/tax_payment.toml")).unwrap();
    let dataset = dataset.replacen("name = \"tax_payment\"", "name = \"tax_payment_again\"", 1);
    std::fs::write(home.path.join("catalog/tax_payment_again.toml"), dataset).unwrap();
    home.engine.reload().unwrap();
    let order = JobOrder { policy: ("adversary".to_owned(), "1.1.0".to_owned()), ..home.order(0, 1) };
    let answered = home.answered(&home.sign(&order));
    assert_eq!(label(&answered), "no", "the firm has paid an even sum since");
    for bundle in [&old, &bundle(&answered)] {
        assert_eq!(verdict(&home.path, bundle), Verdict::Same);
    }
    // A client that is gone: its request is bound by the digest alone, and that is said.
    std::fs::remove_file(home.path.join("clients.d/smart-finance.toml")).unwrap();
    let replayed = again(&home.path, &old).unwrap();
    assert_eq!((replayed.verdict, replayed.signature), (Verdict::Same, Some(SignatureCheck::KeyGone)));
}

#[test]
fn a_home_from_before_the_archive_goes_on_and_says_so() {
    let _turn = strong();
    let home = calm();
    let old = bundle(&home.answered(&home.token(0, 1)));
    let (home, ()) = home.while_closed(|path| {
        let store = path.join("ledger.sqlite");
        make_earlier(&store);
        let sql = "DROP TABLE request; DROP TABLE batch; DROP TABLE batch_job; PRAGMA user_version = 3;";
        rusqlite::Connection::open(store).unwrap().execute_batch(sql).unwrap();
        std::fs::remove_dir_all(path.join("archive")).unwrap();
        assert_eq!(verdict(path, &old), Verdict::Impossible(Lacking::Request), "as no engine has opened it yet");
    });
    assert_eq!(verdict(&home.path, &old), Verdict::Impossible(Lacking::Request));
    let new = bundle(&home.answered(&home.token(0, 2)));
    assert_eq!(verdict(&home.path, &new), Verdict::Same);
}

#[test]
fn another_homes_receipt_is_not_this_ones() {
    let _turn = strong();
    let (home, twin) = (calm(), calm());
    let answered = bundle(&home.answered(&home.token(0, 1)));
    // Copies of one home sign with the same keys: the ledger tells them apart.
    assert_eq!(verdict(&twin.path, &answered), Verdict::Impossible(Lacking::Job));
    let other = super::home::Home::copy();
    assert!(matches!(again(&other.path(), &answered), Err(ReplayError::Bundle(_))));
    let (code, printed) = anshi(&["audit", "replay", &saved(&answered, &home), "--home", path(&other.path())]);
    assert!(code == 4 && printed.contains("not verified"), "{code}: {printed}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes a bundle beside its home.
fn saved(bundle: &str, home: &TestHome) -> String {
    let file = home.path.with_file_name("bundle.json");
    std::fs::write(&file, bundle).unwrap();
    path(&file).to_owned()
}

fn anshi(arguments: &[&str]) -> (i32, String) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_anshi")).args(arguments).output().unwrap();
    (done.status.code().unwrap(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
}

#[test]
fn the_command_says_one_word_and_nothing_of_the_answer() {
    let _turn = strong();
    let home = calm();
    let answered = home.answered(&home.token(0, 1));
    let file = saved(&bundle(&answered), &home);
    let home_path = path(&home.path).to_owned();
    let ask = |lang: &str, json: bool| {
        let mut arguments = vec!["audit", "replay", &file, "--home", &home_path, "--lang", lang];
        arguments.extend(json.then_some("--json"));
        anshi(&arguments)
    };
    // The test's program asked, the command's computes: another build, and it says so.
    let (code, printed) = ask("en", false);
    assert!(code == 0 && printed.starts_with("same: job ") && printed.contains("another build"), "{printed}");
    assert_eq!(printed.lines().count(), 1);
    let (code, printed) = ask("zh", false);
    assert!(code == 0 && printed.starts_with("一致：") && !printed.contains("same"), "{printed}");
    let (code, printed) = ask("en", true);
    let value: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, &value["verdict"], &value["about"]), (0, &"same".into(), &serde_json::Value::Null));
    assert!(!printed.contains("yes"), "{printed}");
    let guest = home.path.join("guests").join(format!("{}.wasm", home.adversary.hex()));
    std::fs::remove_file(guest).unwrap();
    let (code, printed) = ask("en", true);
    let value: serde_json::Value = serde_json::from_str(printed.split("error:").next().unwrap()).unwrap();
    assert_eq!((code, &value["verdict"], &value["about"]), (1, &"impossible".into(), &"guest".into()));
}

#[test]
fn a_restored_home_computes_the_same() {
    let _turn = strong();
    let home = calm();
    let answered = bundle(&home.answered(&home.token(0, 1)));
    crate::upkeep::place::back_up(&home.path, "backup").unwrap();
    crate::upkeep::place::bring_back(&home.path, "backup", "restored").unwrap();
    let restored: PathBuf = home.path.with_file_name("restored");
    assert_eq!(verdict(&restored, &answered), Verdict::Same);
}
