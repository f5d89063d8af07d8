//! `anshi demo`: any scenario out of its policy and its cases alone, with its refusals, its receipts and its batch; and what is
//! said where it cannot be shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anshi::document::Document;
use anshi::policy::{Accounts, Policy};
use anshi::workbench::{Cases, Expect, asks_many, chosen, unshown};
use serde_json::Value;

use crate::explain::{SHIPPED, policy_of, shipped};
use crate::support::copy_folder;
use crate::workbench::command::{Said, anshi, guests};

fn demo(folder: &Path, words: &[&str]) -> Said {
    let guests = guests();
    let words = [&["demo", "--home", "shown", "--guests", guests.to_str().unwrap()], words].concat();
    anshi(folder, &words)
}

/// What a demo of `scenario` tells a program.
fn told(scenario: &str, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &[&["--json", "--scenario", scenario], more].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    for job in told["jobs"].as_array().unwrap().iter().filter_map(|job| job["out"].as_str()) {
        let [jwks, key] = ["shown/jwks.json", "shown/log.vkey"];
        let verified = anshi(folder.path(), &["receipt", "verify", job, "--jwks", jwks, "--log-key", key]);
        assert_eq!(verified.code, 0, "{}", verified.err);
    }
    told
}

/// The labels that were answered, and the refusals, in their order.
fn outcomes(told: &Value) -> Vec<&str> {
    let jobs = told["jobs"].as_array().unwrap();
    jobs.iter().filter_map(|job| job["result"].as_str().or(job["refused"].as_str())).collect()
}

fn accounts() -> Accounts {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/accounts.toml");
    Accounts::check(&Document::new("accounts.toml", fs::read_to_string(path).unwrap())).unwrap()
}

fn cases_of(id: &str) -> (Cases, Policy) {
    let policy = policy_of(&shipped(id));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(id).join("cases.toml");
    let document = Document::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
    (Cases::check(&document, &policy).unwrap(), policy)
}

#[test]
fn every_label_is_shown_and_a_refusal_of_every_shipped_policy() {
    let mut many = Vec::new();
    for id in SHIPPED {
        let (cases, policy) = cases_of(id);
        let chosen = chosen(&cases, &policy, &accounts());
        assert_eq!(unshown(&chosen, &policy), Vec::<String>::new(), "{id}");
        let kind = |wanted: fn(&Expect) -> bool| chosen.iter().filter(|case| wanted(&case.expect)).count();
        assert_eq!(kind(|expect| matches!(expect, Expect::Refused { .. })), 1, "{id}");
        assert_eq!(
            kind(|expect| matches!(expect, Expect::Table { .. })),
            usize::from(policy.table().is_some()),
            "{id}"
        );
        assert!(chosen.len() <= policy.labels().len() + 3, "{id}: {}", chosen.len());
        many.extend(asks_many(&cases, &policy).then_some(id));
    }
    assert_eq!(many, ["household-check", "livelihood-claim-check", "post-loan-warning", "public-servant-check"]);
}

#[test]
fn who_does_not_belong_is_among_what_is_asked() {
    let titles = |id: &str| -> Vec<String> {
        let (cases, policy) = cases_of(id);
        chosen(&cases, &policy, &accounts()).iter().map(|case| case.title.clone().unwrap().en).collect()
    };
    let stranger = "a stranger in the child's place: as many, but not of the household";
    assert!(titles("household-check").iter().any(|title| title == stranger));
    assert!(titles("school-district-check").iter().any(|title| title.contains("a stranger with a home")));
    assert!(titles("guarantor-check").iter().any(|title| title == "the supervisor does not represent the firm"));
}

#[test]
fn a_label_scenario_asks_its_cases_and_says_so_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--scenario", "guarantor-check", "--lang", "en"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    for part in [
        "Anshi shows `guarantor-check`: Guarantor check. Everything here is invented.",
        "Is the named person the firm's legal representative today",
        "asked    by `smart-finance`, about `enterprise` (a firm, which consents) and `guarantor` (a person, who consents)",
        "one answer: no or yes, for 2 bits of each party, out of 24 bits of each firm and 12 bits of each person in 90 days",
        "job      the legal representative, a person of means (",
        "): answer yes, 2 bits charged, receipt in `shown/demo/healthy.bundle.json`",
        "job      the supervisor does not represent the firm (",
        "refused before any data was touched (consent-missing), nothing charged",
        "receipts hold",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    // What it says to try next works as it stands: the same question again, for nothing.
    let (_, run) = said.out.split_once(" run --home").unwrap();
    let run = run.split('\n').take(2).collect::<Vec<_>>().join("\n");
    let words: Vec<&str> =
        ["run", "--home"].into_iter().chain(run.split_whitespace().filter(|word| *word != "\\")).collect();
    let again = anshi(folder.path(), &[&words[..], &["--lang", "en"]].concat());
    let told = "answer yes, 0 bits charged, receipt in `shown/demo/again.bundle.json`";
    assert_eq!(again.out.trim(), told, "{}", again.err);

    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--scenario", "guarantor-check", "--lang", "zh"]);
    for part in [
        "暗室演示 `guarantor-check`：法定代表人担保核验。以下数据均为虚构。",
        "由 `smart-finance` 询问 `enterprise`（企业，1 家，须经其授权）、`guarantor`（个人，1 人，须经其授权）",
        "只允许回答 no、yes 之一，每次扣每个当事方 2 比特",
        "份回执均有效",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
}

#[test]
fn only_what_the_policy_grants_is_invented() {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--json", "--scenario", "fund-employer-account"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let (_, policy) = cases_of("fund-employer-account");
    let show = anshi(folder.path(), &["--json", "snapshot", "show", "--home", "shown"]);
    let shown: Value = serde_json::from_str(&show.out).unwrap();
    let mut names: Vec<&str> =
        shown["datasets"].as_array().unwrap().iter().map(|dataset| dataset["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let mut granted = policy.frame();
    granted.sort();
    granted.dedup();
    assert_eq!(names, granted);
}

#[test]
fn a_batch_is_charged_signed_and_verified_job_by_job() {
    let told = told("household-check", &["--scale", "0.03"]);
    assert_eq!(outcomes(&told).len(), 6);
    let batch = &told["batch"];
    let counts: BTreeMap<String, u64> = serde_json::from_value(batch["labels"].clone()).unwrap();
    let refused: BTreeMap<String, u64> = serde_json::from_value(batch["refused"].clone()).unwrap();
    let (answered, refused) = (counts.values().sum::<u64>(), refused.values().sum::<u64>());
    assert!(answered > 100, "{batch}");
    assert_eq!(answered + refused, batch["asked"].as_u64().unwrap());
    assert_eq!(counts["undetermined"], 0, "{batch}");
    assert!(counts["minimum"] > 0 && counts["no"] > counts["minimum"], "{batch}");
    // Five bundles that were written, and one of each job of the batch.
    assert_eq!(told["receipts_verified"].as_u64(), Some(5 + answered));
}

#[test]
fn a_table_of_more_cells_than_are_shown_says_so_before_their_sum() {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--scenario", "late-payment-by-county", "--lang", "en"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let mut lines = said.out.lines().skip_while(|line| !line.starts_with("… 12 of "));
    assert!(lines.next().is_some_and(|line| line.ends_with(" printed cells; the sum of all of them:")), "{}", said.out);
    assert!(lines.next().is_some_and(|line| line.starts_with('Σ')), "{}", said.out);
}

#[test]
fn more_units_than_a_table_counts_are_told_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--scenario", "smart-fiscal", "--scale", "3"];
    for (lang, told) in
        [("en", "`smart-fiscal` counts, 80000 (`units_max`): take a smaller `--scale`"), ("zh", "请用更小的 `--scale`")]
    {
        let said = demo(folder.path(), &[&words[..], &["--lang", lang]].concat());
        assert!(said.code == 2 && said.err.contains(told), "{}", said.err);
    }
    assert!(!folder.path().join("shown").exists());
}

#[test]
fn commands_to_try_next_hold_where_the_folder_has_a_space() {
    let folder = tempfile::tempdir().unwrap();
    let guests = guests();
    let words =
        ["demo", "--home", "my home", "--guests", guests.to_str().unwrap(), "--scenario", "revenue-verification"];
    let said = anshi(folder.path(), &[&words[..], &["--lang", "en"]].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    for part in
        ["audit verify --home 'my home'", "--jwks 'my home/jwks.json'", "--out 'my home/demo/again.bundle.json'"]
    {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
}

#[test]
fn a_table_is_shown_and_written() {
    let told = told("late-payment-by-county", &["--scale", "0.001"]);
    let job = &told["jobs"][0];
    assert_eq!(job["epsilon"], "0.5");
    assert_eq!(job["table"]["cells"].as_array().unwrap().len(), 220);
    assert!(told["jobs"][1]["refused"].is_string() && told["batch"].is_null());
}

#[test]
fn a_table_that_nobody_would_wait_for_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox-guests/kit/policies");
    let words = ["--policies", kit.to_str().unwrap(), "--scenario", "fiscal-themes", "--scale", "0.1", "--lang", "en"];
    let said = demo(folder.path(), &words);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("take a smaller `--scale`") && !said.out.contains("\njob "), "{}", said.err);
}

#[test]
fn an_unknown_scenario_is_told_with_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--scenario", "houshold-check", "--lang", "en"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("no scenario `houshold-check`, did you mean `household-check`? There are\n"),
        "{}",
        said.err
    );
    let said = demo(folder.path(), &["--scenario", "../policies", "--lang", "zh"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("没有场景") && said.err.contains("社会救助家庭经济状况核对"), "{}", said.err);
    assert!(!folder.path().join("shown").exists());
    let gone = anshi(folder.path(), &["demo", "--list", "--policies", "gone", "--lang", "en"]);
    assert!(gone.code == 2 && gone.err.contains("the folder `gone` does not exist"), "{}", gone.err);
    let list = anshi(folder.path(), &["demo", "--list", "--json"]);
    let list: Value = serde_json::from_str(&list.out).unwrap();
    let listed: Vec<&str> =
        list["scenarios"].as_array().unwrap().iter().map(|one| one["scenario"].as_str().unwrap()).collect();
    assert_eq!(listed, SHIPPED);
    let zh = anshi(folder.path(), &["demo", "--list", "--lang", "zh"]);
    assert!(zh.out.contains("小微企业授信核验") && zh.out.lines().count() == SHIPPED.len(), "{}", zh.out);
}

#[test]
fn a_guest_that_is_not_there_or_not_the_listed_one_stops_it_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let said = anshi(
        folder.path(),
        &["demo", "--home", "shown", "--scenario", "school-flows", "--guests", ".", "--lang", "en"],
    );
    assert_eq!(said.code, 2);
    let told = "`.` has no `school-flows.wasm`: say with `--guests` in which folder `school-flows.wasm` is";
    assert!(said.err.contains(told), "{}", said.err);
    for words in [["--guests", "gone"], ["--policies", "gone"]] {
        let scenario = ["demo", "--home", "shown", "--scenario", "school-flows", "--lang", "en"];
        let said = anshi(folder.path(), &[&scenario[..], &words].concat());
        assert!(said.code == 2 && said.err.contains("the folder `gone` does not exist"), "{}", said.err);
    }
    fs::create_dir_all(folder.path().join("sandbox-guests/school-flows")).unwrap();
    let said = anshi(folder.path(), &["demo", "--home", "shown", "--scenario", "school-flows", "--lang", "en"]);
    assert!(said.code == 2 && said.err.contains("`make guests` builds it"), "{}", said.err);
    let other = guests().join("sme_credit_check.wasm");
    let words = ["demo", "--home", "shown", "--scenario", "public-servant-check", "--guest", other.to_str().unwrap()];
    let said = anshi(folder.path(), &[&words[..], &["--lang", "en"]].concat());
    assert!(said.code == 2 && said.err.contains("allows listed guests alone"), "{}", said.err);
    assert!(!folder.path().join("shown").exists());
}

#[test]
fn a_case_that_comes_out_otherwise_ends_it_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    for name in ["revenue-verification", "accounts.toml"] {
        match policies.join(name) {
            folded if folded.is_dir() => copy_folder(&folded, &folder.path().join("own").join(name)),
            file => drop(fs::copy(file, folder.path().join("own").join(name)).unwrap()),
        }
    }
    let cases = folder.path().join("own/revenue-verification/cases.toml");
    let text = fs::read_to_string(&cases).unwrap();
    let said = demo(folder.path(), &["--policies", "own", "--scenario", "revenue-verification", "--lang", "en"]);
    assert_eq!(said.code, 0, "{}", said.err);
    fs::remove_dir_all(folder.path().join("shown")).unwrap();
    fs::remove_dir_all(folder.path().join("shown.mirror")).unwrap();
    fs::write(&cases, text.replacen("answer = \"yes\", cost = 2", "answer = \"no\", cost = 2", 1)).unwrap();
    let said = demo(folder.path(), &["--policies", "own", "--scenario", "revenue-verification", "--lang", "en"]);
    assert_eq!(said.code, 1, "{}", said.out);
    let place =
        "revenue-verification/cases.toml:14: the case came out otherwise than it says: outcome: expected answer `no`";
    assert!(said.err.contains(place), "{}", said.err);
}
