//! Explanations of policies: golden words in both languages, what a reader is told, and that what is said of validity,
//! quotas and bits is so.

use std::fs;
use std::path::{Path, PathBuf};

use anshi::catalog::Catalog;
use anshi::document::Document;
use anshi::job::KeyFile;
use anshi::model::{Lang, Pace, RefusalCode, label_cost_bits};
use anshi::policy::{Accounts, Policy, check_policy_file};
use anshi::review::{Context, Explanation, explain, explanation_html, explanation_text};

use crate::support::{Served, TestHome, refusal, strong};

/// A label policy that says what none of the shipped ones says.
pub const ODD: &str = r#"id = "odd"
version = "1.0.0"
title = { zh = "其他", en = "Odd" }
purpose = "testing"
basis = ["one law", "another"]
valid = { from = 2026-01-01, until = 2026-12-31 }
[who]
clients = ["smart-finance", "tourism"]
guests = ["sha256:0000000000000000000000000000000000000000000000000000000000000000"]
[role.applicant]
unit = "person"
count = { min = 1, max = 3 }
consent = "not-required"
basis = "a statute"
[[grant]]
role = "applicant"
dataset = "person_registry"
columns = ["status"]
rows_max = 1
[[parameter]]
name = "since"
kind = "date"
values = [2026-01-01, 2026-06-01]
[[parameter]]
name = "certificate"
kind = "identifier"
[answer]
kind = "label"
labels = ["no", "yes"]
[limits]
fuel = 500_000
memory_mib = 1
slot_ms = 500
jobs_per_minute = 60
"#;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn catalog() -> Catalog {
    Catalog::load(&root().join("catalog")).unwrap()
}

pub fn accounts() -> Accounts {
    let path = root().join("policies/accounts.toml");
    Accounts::check(&Document::new("accounts.toml", fs::read_to_string(path).unwrap())).unwrap()
}

/// A policy of its text.
pub fn policy_of(text: &str) -> Policy {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, text).unwrap();
    check_policy_file(&path, &catalog(), Pace { nanos_per_kilofuel: 1_000, nanos_per_mib: 1 }).unwrap()
}

/// The text of a shipped policy.
pub fn shipped(id: &str) -> String {
    fs::read_to_string(root().join("policies").join(id).join("policy.toml")).unwrap()
}

pub const SHIPPED: [&str; 24] = [
    "approval-material-check",
    "children-by-district",
    "enterprise-certificate-check",
    "enterprise-vitality",
    "fund-early-repayment",
    "fund-employer-account",
    "fund-loan-check",
    "fund-purchase-withdrawal",
    "fund-rent-withdrawal",
    "guarantor-check",
    "household-check",
    "late-payment-by-county",
    "livelihood-by-county",
    "livelihood-claim-check",
    "loan-renewal-check",
    "person-certificate-check",
    "post-loan-warning",
    "power-connection-check",
    "public-servant-check",
    "revenue-verification",
    "school-district-check",
    "school-flows",
    "smart-fiscal",
    "sme-credit-check",
];

fn all() -> Vec<Policy> {
    SHIPPED.map(|id| policy_of(&shipped(id))).into_iter().chain([policy_of(ODD)]).collect()
}

fn explained(policy: &Policy, all: &[Policy], reader: Option<&str>) -> Explanation {
    let context = Context { accounts: &accounts(), policies: all.iter().collect(), reader: reader.map(str::to_owned) };
    explain(policy, &catalog(), &context)
}

/// Each sentence in a line of its own, behind its name.
fn lines(explanation: &Explanation, lang: Lang) -> String {
    let sentences = explanation.sections.iter().flat_map(|section| &section.sentences);
    sentences.map(|sentence| format!("{}: {}\n", sentence.id.word(), sentence.words.in_lang(lang))).collect()
}

/// Run with `ANSHI_WRITE_GOLDEN=1` to write the goldens anew; then read what has changed, as an auditor would.
#[test]
fn the_words_for_every_shipped_policy() {
    let (all, mut wrong) = (all(), Vec::new());
    for policy in &all {
        let explanation = explained(policy, &all, None);
        for (lang, ending) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
            let path = root().join("tests/goldens/explain").join(format!("{}.{ending}.txt", policy.id));
            let told = lines(&explanation, lang);
            if std::env::var_os("ANSHI_WRITE_GOLDEN").is_some() {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &told).unwrap();
            }
            let golden = fs::read_to_string(&path).unwrap_or_default();
            if golden != told {
                let line = golden.lines().zip(told.lines()).find(|(golden, told)| golden != told);
                wrong.push(format!("{}: {line:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_say_every_sentence_and_nothing_of_the_other_language() {
    let all = all();
    for policy in &all {
        let explanation = explained(policy, &all, None);
        for (lang, other) in [(Lang::En, Lang::Zh), (Lang::Zh, Lang::En)] {
            let (text, html) = (explanation_text(&explanation, lang), explanation_html(&explanation, lang));
            for sentence in explanation.sections.iter().flat_map(|section| &section.sentences) {
                assert!(text.contains(sentence.words.in_lang(lang)), "{}", sentence.id.word());
                assert!(!text.contains(sentence.words.in_lang(other)), "{}", sentence.id.word());
                assert!(html.contains(&format!("<li id=\"{}\">", sentence.id.word())));
            }
            assert!(html.starts_with("<!doctype html>") && !html.contains("http"), "a page needs no other");
        }
    }
}

/// A client is told of its own rights, and not who else asks.
#[test]
fn a_client_reads_of_itself_alone() {
    let all = all();
    let odd = all.last().unwrap();
    let read = |reader| lines(&explained(odd, &all, reader), Lang::En);
    assert!(read(None).contains("tourism") && read(None).contains("smart-finance"));
    let own = read(Some("smart-finance"));
    assert!(own.contains("smart-finance") && !own.contains("tourism"), "{own}");
    let stranger = read(Some("bank"));
    assert!(!stranger.contains("smart-finance") && !stranger.contains("tourism"), "{stranger}");
}

#[test]
fn gaussian_noise_anywhere_is_told_of_the_account() {
    let all = all();
    let laplace = all.iter().find(|policy| policy.id == "late-payment-by-county").unwrap();
    let alone = lines(&explained(laplace, std::slice::from_ref(laplace), None), Lang::En);
    assert!(alone.contains("ε = 4 together at most in any 365 days in a row, odds of at most 54.6 to 1;"), "{alone}");
    let beside = lines(&explained(laplace, &all, None), Lang::En);
    assert!(beside.contains("but for a chance of 0.000001 (ρ = 8)"), "{beside}");
    let of_one = |text: &str| text.lines().find(|line| line.starts_with("worst.table-job")).unwrap().to_owned();
    assert_eq!(of_one(&alone), of_one(&beside), "its own noise is what it is");
}

#[test]
fn an_answers_bits_tell_all_its_cases_apart() {
    for labels in 1..=300 {
        let (bits, cases) = (label_cost_bits(labels), labels + 1);
        assert!(cases <= 1 << bits && cases > 1 << (bits - 1), "{labels} labels at {bits} bits");
    }
}

fn rewritten(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_policy_is_asked_under_on_its_days_alone() {
    let _turn = strong();
    let home = TestHome::new();
    let today = home.engine.clock().now().day();
    for (from, to, code) in [
        ("from = 2020-01-01", format!("from = {}", today.plus_days(2)), Some(RefusalCode::PolicyDate)),
        ("until = 2099-12-31", format!("until = {}", today.plus_days(-2)), Some(RefusalCode::PolicyDate)),
        ("until = 2099-12-31", format!("until = {}", today.plus_days(2)), None),
    ] {
        let path = home.path.join("policies/adversary/policy.toml");
        rewritten(&path, from, &to);
        home.engine.reload().unwrap();
        assert_eq!(refusal(&home.ask(&home.token(100, 1))), code, "{to}");
        rewritten(&path, &to, from);
    }
}

#[test]
fn a_client_without_a_quota_is_refused() {
    let _turn = strong();
    let home = TestHome::new();
    rewritten(&home.path.join("policies/accounts.toml"), "smart-finance", "somebody-else");
    home.engine.reload().unwrap();
    let before = home.totals();
    assert_eq!(refusal(&home.ask(&home.token(100, 1))), Some(RefusalCode::Budget));
    assert_eq!(home.totals(), before);
}

#[test]
fn the_service_explains_a_policy_to_whoever_asks() {
    let _turn = strong();
    let served = Served::new();
    let ask = |id: &str, file| served.call((id, &served.key(file)), "GET", "/v1/policies/adversary").json();
    let told = ask("development-auditor", KeyFile::Auditor);
    let sentences: Vec<&serde_json::Value> = told["explanation"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["sentences"].as_array().unwrap())
        .collect();
    let of = |id: &str| sentences.iter().find(|sentence| sentence["id"] == id).unwrap();
    assert!(of("who.clients")["en"].as_str().unwrap().contains("`smart-finance`; nobody else"));
    assert!(of("worst.label-job")["zh"].as_str().unwrap().contains("2 比特"));
    let own = ask("smart-finance", KeyFile::Client).to_string();
    assert!(own.contains("is not told here") && own.contains("worst.label-client"), "{own}");
    assert!(!ask("development-operator", KeyFile::Operator).to_string().contains("is not told here"));
    let list = served.call(("smart-finance", &served.key(KeyFile::Client)), "GET", "/v1/policies").json();
    assert!(list[0]["explanation"].is_null());
}
