//! What `anshi guest test` plays on is what a service runs: the same guest, request and snapshot give the same receipt, claim by claim.
//!
//! The workbench keeps its home as it is before the first case, and every request and bundle. Here another engine is opened on that
//! copy as `anshi serve` and `anshi run` open theirs (`Engine::open`, a clock that goes by itself, slots that are waited for), and is
//! sent the very same bytes. Every claim must be the same, the commitments to the parties and the place in the log included, but:
//!
//! - `iat`, the tick: it is another moment;
//! - the figures of a table, which are noise: how many cells there are, their keys, bounds, shares and scales must be the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anshi::document::Document;
use anshi::env::Clock;
use anshi::job::{Engine, EngineOptions, Failure, answer, unpack_catalog};
use anshi::model::Pace;
use anshi::policy::check_policy;
use anshi::receipt::{Bundle, Claims};
use anshi::workbench::{Cases, Play, play};
use serde_json::Value;

use crate::support::{block_on, guest_path};

/// A policy with its cases, played, and where everything was kept.
struct Kept {
    folder: tempfile::TempDir,
    cases: Cases,
}

impl Kept {
    fn play(id: &str, change: impl Fn(String) -> String) -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        let policy_text = change(fs::read_to_string(shipped.join(id).join("policy.toml")).unwrap());
        let document = Document::new("policy.toml", policy_text.as_str());
        let policy = check_policy(&document, &unpack_catalog().unwrap(), Pace::NONE).unwrap();
        let text = fs::read_to_string(shipped.join(id).join("cases.toml")).unwrap();
        let cases = Cases::check(&Document::new("cases.toml", text), &policy).unwrap();
        // One snapshot and one day: what comes after the first change of either is asked of another home.
        let same = cases.cases.iter().take_while(|case| case.day.is_none() && !case.new_data).cloned().collect();
        let cases = Cases { cases: same, ..cases };
        let module = fs::read(guest_path(&id.replace('-', "_"))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let played = play(
            &Play {
                policy: &policy,
                folder: &shipped.join(id),
                policy_text: &policy_text,
                accounts_text: &fs::read_to_string(shipped.join("accounts.toml")).unwrap(),
                catalog: None,
                cases: &cases,
                modules: &BTreeMap::from([(id.to_owned(), module)]),
                compiler: &PathBuf::from(env!("CARGO_BIN_EXE_anshi")),
                keep: Some(&folder.path().join("kept")),
            },
            &mut |_| {},
        );
        assert_eq!(played.unwrap().wrong(), 0);
        Self { folder, cases }
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join("kept").join(within)
    }

    /// What another engine answers to the same bytes: for each case the claims of both, where it was answered.
    fn asked_again(&self) -> Vec<(usize, Claims, Claims)> {
        let noon = i64::from(self.cases.day.days()) * 86_400_000 + 43_200_000;
        let clock = Clock::Shifted(Arc::new(AtomicI64::new(noon - Clock::System.now().0)));
        let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
        let engine = Arc::new(Engine::open(&self.path("home"), EngineOptions { clock, compiler }).unwrap());
        let mut answered = Vec::new();
        for number in 1..=self.cases.cases.len() {
            let token = fs::read_to_string(self.path(&format!("requests/{number}.jws"))).unwrap();
            let bundle = fs::read_to_string(self.path(&format!("bundles/{number}.json"))).ok();
            match (block_on(answer(&engine, &token)), bundle) {
                (Ok(ours), Some(bundle)) => {
                    let bundle: Bundle = serde_json::from_str(&bundle).unwrap();
                    answered.push((number, ours.claims().unwrap(), bundle.claims().unwrap()));
                }
                (Err(Failure::Refused(_)), None) => {}
                (ours, theirs) => panic!("case {number}: {ours:?}, and the workbench {theirs:?}"),
            }
        }
        answered
    }
}

/// The claims that differ, and need not.
fn differing(one: &Claims, other: &Claims) -> Vec<String> {
    let comparable = |claims: &Claims| {
        let mut value = serde_json::to_value(claims).unwrap();
        value.as_object_mut().unwrap().remove("iat");
        if let Some(table) = value.pointer_mut("/result/table").and_then(Value::as_object_mut) {
            // Noise decides figures, and which cells are printed.
            let cells = table["cells"].as_array().unwrap().len();
            table.insert("cells".to_owned(), cells.into());
            table.remove("total");
        }
        value
    };
    let (one, other) = (comparable(one), comparable(other));
    let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
    let mut names: Vec<String> = one.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| one.get(name) != other.get(name)).collect()
}

#[test]
fn a_labels_receipt_is_the_same() {
    let kept = Kept::play("sme-credit-check", |text| text);
    let answered = kept.asked_again();
    assert!(answered.len() >= 5, "{}", answered.len());
    for (number, ours, theirs) in &answered {
        assert_eq!(differing(ours, theirs), Vec::<String>::new(), "case {number}");
    }
    // Other answers, requests and places in the log are told apart.
    let (first, last) = (&answered[0], &answered[answered.len() - 1]);
    let apart = differing(&first.1, &last.2);
    for claim in ["jti", "log", "parties", "req"] {
        assert!(apart.contains(&claim.to_owned()), "{apart:?}");
    }
}

/// What a service runs under another policy, were it only in a limit, is another receipt, and is noticed.
#[test]
fn another_policy_on_the_same_home_is_noticed() {
    let kept = Kept::play("sme-credit-check", |text| text);
    let path = kept.path("home/policies/sme-credit-check/policy.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("fuel = 500_000", "fuel = 499_999")).unwrap();
    for (number, ours, theirs) in kept.asked_again() {
        assert_eq!(differing(&ours, &theirs), ["policy"], "case {number}");
    }
}

#[test]
fn a_tables_receipt_is_the_same_but_for_its_noise() {
    // A slot of a minute would be waited for.
    let short =
        |text: String| text.replace("units_max = 80_000", "units_max = 100").replace("slot_s = 60", "slot_s = 2");
    let kept = Kept::play("late-payment-by-county", short);
    let answered = kept.asked_again();
    assert!(answered.len() >= 3, "{}", answered.len());
    for (number, ours, theirs) in &answered {
        assert_eq!(differing(ours, theirs), Vec::<String>::new(), "case {number}");
        assert!(ours.result.table.is_some());
    }
    // The noise is drawn anew: two tables of 220 cells that are alike would be a miracle.
    let (_, ours, theirs) = &answered[0];
    assert_ne!(ours.result, theirs.result);
}
