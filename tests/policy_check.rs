//! `anshi policy check` over files and folders, `schema` and `canonical`: what they print and how they end; and that a canonical
//! form is the same policy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anshi::document::Document;
use anshi::model::Pace;
use anshi::policy::{Accounts, canonical_accounts, canonical_policy, check_policy};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::explain::{SHIPPED, catalog, shipped};
use crate::support::{copy_folder, differs};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `anshi policy` in `folder`.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_anshi")).arg("policy").args(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn json(folder: &Path, args: &[&str]) -> (i32, Value) {
    let (code, out, _) = run(folder, args);
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

/// What `make test` asks of every shipped policy.
#[test]
fn shipped_policies_and_accounts_are_in_order() {
    let (code, out, err) = run(&root(), &["check", "policies", "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(out.matches("is in order").count(), SHIPPED.len() + 1, "{out}");
    let (code, other, _) = run(&root(), &["check", "--policies", "policies", "--lang", "en"]);
    assert_eq!((code, other), (0, out), "a folder is one, however it is named");
}

/// A folder of policies with mistakes in two files and one in the accounts, and one beside another.
fn bad_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&root().join("policies"), &folder.path().join("policies"));
    let change = |path: &str, from: &str, to: &str| {
        let path = folder.path().join("policies").join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    change("accounts.toml", "window_days = 90", "window_day = 90");
    change("sme-credit-check/policy.toml", "purpose = ", "porpose = ");
    change("sme-credit-check/policy.toml", "\"paid_date\"]", "\"paid_dat\"]");
    change("late-payment-by-county/policy.toml", "noise = \"discrete-laplace\"", "noise = \"laplace\"");
    change("guarantor-check/policy.toml", "fuel = 500_000", "fuel = 10_000_000");
    change("guarantor-check/policy.toml", "slot_ms = 50", "slot_ms = 500");
    let (from, to) = ("policies/enterprise-vitality", "policies/vitality");
    fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
    folder
}

/// A Chinese office's editor saves GB 18030: that is a mistake of that file, and hides none of the others'.
#[test]
fn a_file_that_is_no_utf8_hides_nothing_of_the_others() {
    let folder = bad_folder();
    let path = folder.path().join("policies/loan-renewal-check/policy.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, encoding_rs::GB18030.encode(&text).0).unwrap();
    for (lang, told) in [("en", "save it as UTF-8"), ("zh", "请另存为 UTF-8")] {
        let (code, _, err) = run(folder.path(), &["check", "policies", "--lang", lang]);
        assert!(code == 1 && err.contains(told) && err.contains("porpose") && err.contains("window_day"), "{err}");
    }
}

/// Without accounts a policy is judged in part: broken ones beside it are told, whichever of its names it goes by.
#[test]
fn broken_accounts_beside_a_policy_are_told() {
    let folder = bad_folder();
    for path in ["policies/loan-renewal-check", "policies/loan-renewal-check/policy.toml"] {
        let (code, out, err) = run(folder.path(), &["check", path, "--lang", "en"]);
        assert!(code == 1 && err.contains("window_day") && err.contains("policies/accounts.toml"), "{out}{err}");
    }
}

#[test]
fn every_mistake_of_every_file_is_told_at_once() {
    let folder = bad_folder();
    let mut wrong = Vec::new();
    // Six mistakes in five files, and the sum.
    for (lang, count) in [("en", "error: "), ("zh", "错误")].map(|(lang, word)| (lang, (word, 7))) {
        let (code, out, err) = run(folder.path(), &["check", "policies", "--lang", lang]);
        assert_eq!((code, err.matches(count.0).count() - usize::from(lang == "zh")), (1, count.1), "{err}");
        let told = format!("{}\n--- in order\n{out}", crate::mistakes::without_times(&err));
        wrong.extend(differs(&format!("tests/goldens/policy-check/folder.{lang}.txt"), &told));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_get_one_value_with_both_languages() {
    let folder = bad_folder();
    for args in [
        ["check", "policies", "--json", "--lang", "zh"].as_slice(),
        &["check", "--policies", "policies", "--format", "json"],
        &["--json", "check", "policies", "--format", "human"],
    ] {
        let (code, value) = json(folder.path(), args);
        assert_eq!((code, &value["files"], &value["mistakes"]), (1, &(SHIPPED.len() + 1).into(), &6.into()), "{value}");
        let error =
            value["errors"].as_array().unwrap().iter().find(|error| error["en"].as_str().unwrap().contains("porpose"));
        let error = error.unwrap();
        assert_eq!((&error["line"], &error["column"], &error["end_column"]), (&8.into(), &1.into(), &8.into()));
        assert_eq!(error["help"]["en"], "did you mean `purpose`?");
        assert_eq!(error["help"]["zh"], "是否指 `purpose`？");
        assert!(error["file"].as_str().unwrap().ends_with("sme-credit-check/policy.toml"));
        let good: Vec<&str> =
            value["policies"].as_array().unwrap().iter().map(|policy| policy["policy"].as_str().unwrap()).collect();
        let bad = ["enterprise-vitality", "late-payment-by-county", "sme-credit-check"];
        assert_eq!(good, SHIPPED.into_iter().filter(|id| !bad.contains(id)).collect::<Vec<_>>());
        assert_eq!(value["accounts"], Value::Array(Vec::new()));
    }
    let (code, value) = json(&root(), &["check", "policies/late-payment-by-county", "--json"]);
    assert_eq!((code, &value["policies"][0]["warnings"]), (0, &Value::Array(Vec::new())));
    let warning = &value["policies"][0]["accepted"][1];
    assert_eq!((&warning["code"], &warning["reference"]), (&"A007".into(), &"docs/policies.md#warnings".into()));
    assert!(warning["zh"].as_str().unwrap().contains("min_units"), "{warning}");
    assert!(
        value["policies"][0]["accepted"][0]["reason"].as_str().unwrap().contains("share of late payers"),
        "{value}"
    );
}

#[test]
fn files_that_are_not_there_and_folders_without_policies_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, _, err) = run(folder.path(), &["check", "empty", "--lang", "en"]);
    assert_eq!(code, 2);
    assert!(err.contains("`empty` has neither `policy.toml` nor `accounts.toml`"), "{err}");
    let (code, _, err) = run(folder.path(), &["check", "absent.toml", "--lang", "en"]);
    assert_eq!(code, 1);
    assert!(err.contains("absent.toml"), "{err}");
    let (code, ..) = run(folder.path(), &["check"]);
    assert_eq!(code, 2, "nothing was named");
}

#[test]
fn a_homes_policies_are_checked_with_its_own_accounts_and_guests() {
    let home = crate::support::TestHome::new();
    let check = |home: &Path| {
        let (code, out, err) = run(&root(), &["check", "--home", home.to_str().unwrap(), "--lang", "en"]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    };
    let (home, ()) = home.while_closed(|home| {
        let out = check(home);
        // Its own accounts let its parameter be searched; all that is granted is read by a guest that it has.
        assert!(out.contains("policy adversary 1.0.0 is in order") && out.contains("warning A001: "), "{out}");
        assert!(!out.contains("A008"), "{out}");
        let path = home.join("policies/adversary/policy.toml");
        let good = fs::read_to_string(&path).unwrap();
        fs::write(&path, good.replacen("\"payable_fen\"]", "\"payable_fen\", \"tax_kind\"]", 1)).unwrap();
        let out = check(home);
        assert!(out.contains("warning A008: `tax_payment` grants `tax_kind`"), "{out}");
        fs::write(&path, good).unwrap();
    });
    drop(home);
}

#[test]
fn schema_and_canonical_form_are_printed() {
    let (code, schema) = json(&root(), &["schema"]);
    assert_eq!(code, 0);
    assert_eq!(schema, anshi::policy::policy_schema());
    let (code, schema) = json(&root(), &["schema", "--accounts", "--json"]);
    assert_eq!((code, schema), (0, anshi::policy::accounts_schema()));
    let mut wrong = Vec::new();
    for (path, name) in SHIPPED
        .map(|id| (format!("policies/{id}"), id))
        .into_iter()
        .chain([("policies/accounts.toml".to_owned(), "accounts")])
    {
        let (code, out, err) = run(&root(), &["canonical", &path]);
        assert_eq!((code, err.as_str()), (0, ""));
        wrong.extend(differs(&format!("tests/goldens/policy-check/canonical.{name}.toml"), &out));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A change of one line: what a policy's author might do, and more.
#[derive(Clone, Debug)]
enum Change {
    Number(u64),
    Text(String),
    Gone,
    Twice,
    Comment,
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        4 => (0..2_000_u64).prop_map(Change::Number),
        1 => any::<u64>().prop_map(Change::Number),
        3 => "[a-zα-ω审\"\\\\\u{1}\u{7f} -]{0,6}".prop_map(Change::Text),
        1 => Just(Change::Gone),
        1 => Just(Change::Twice),
        2 => Just(Change::Comment),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 0..3)
}

fn apply(text: &str, changes: &[(prop::sample::Index, Change)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (place, change) in changes {
        let place = place.index(lines.len());
        let line = lines[place].clone();
        match change {
            Change::Number(number) => {
                let end = |from: usize| {
                    line[from..].find(|c: char| !c.is_ascii_digit() && c != '_').map_or(line.len(), |n| from + n)
                };
                if let Some(start) = line.find(|c: char| c.is_ascii_digit()) {
                    lines[place].replace_range(start..end(start), &number.to_string());
                }
            }
            Change::Text(text) => {
                let mut parts = line.splitn(3, '"');
                if let (Some(before), Some(_), Some(after)) = (parts.next(), parts.next(), parts.next()) {
                    let text = Value::from(text.as_str()).to_string().replace('\u{7f}', "\\u007f");
                    lines[place] = format!("{before}{text}{after}");
                }
            }
            Change::Gone => drop(lines.remove(place)),
            Change::Twice => lines.insert(place, line),
            Change::Comment => lines[place] += " # 审计员看过",
        }
    }
    lines.join("\n")
}

/// Runs `same` on changed files, and counts those that it found in order.
fn often_same(files: &[String], same: impl Fn(&str) -> Option<()>) {
    let mut runner = TestRunner::new(Config { cases: 4_000, failure_persistence: None, ..Config::default() });
    let good = std::cell::Cell::new(0);
    let strategy = (0..files.len(), changes());
    let outcome = runner.run(&strategy, |(file, changes)| {
        if same(&apply(&files[file], &changes)).is_some() {
            good.set(good.get() + 1);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!((800..3_900).contains(&good.get()), "{} of 4,000 were in order: too few, or too many", good.get());
}

#[test]
fn a_canonical_form_reads_back_as_the_same_policy() {
    let (catalog, quick) = (catalog(), Pace { nanos_per_kilofuel: 1, nanos_per_mib: 1 });
    let read = |text: &str| check_policy(&Document::new("policy.toml", text), &catalog, quick);
    let files: Vec<String> = SHIPPED.iter().map(|id| shipped(id)).chain([crate::explain::ODD.to_owned()]).collect();
    often_same(&files, |text| {
        let policy = read(text).ok()?;
        let canonical = canonical_policy(&Document::new("policy.toml", text)).unwrap();
        assert_eq!(read(&canonical).as_ref(), Ok(&policy), "{canonical}");
        assert_eq!(canonical_policy(&Document::new("policy.toml", canonical.as_str())), Ok(canonical));
        Some(())
    });
}

#[test]
fn a_canonical_form_reads_back_as_the_same_accounts() {
    let read = |text: &str| Accounts::check(&Document::new("accounts.toml", text));
    let file = fs::read_to_string(root().join("policies/accounts.toml")).unwrap();
    often_same(&[file], |text| {
        let accounts = read(text).ok()?;
        let canonical = canonical_accounts(&Document::new("accounts.toml", text)).unwrap();
        assert_eq!(read(&canonical).as_ref(), Ok(&accounts), "{canonical}");
        assert_eq!(canonical_accounts(&Document::new("accounts.toml", canonical.as_str())), Ok(canonical));
        Some(())
    });
}

/// What is tried in a home: the shipped table policy with one change.
fn tried(home: &Path, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let text = shipped("late-payment-by-county");
    assert!(text.contains(from), "{from}");
    let path = folder.path().join("policy.toml");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let guest = crate::support::guest_path("late_payment_by_county");
    let (path, home, guest) = (path.to_str().unwrap(), home.to_str().unwrap(), guest.to_str().unwrap());
    let (code, out, err) = run(&root(), &["check", path, "--home", home, "--guest", guest, "--trial", "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    out
}

#[test]
fn runs_on_invented_data_show_bounds_that_bias_or_drown_and_history_that_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (home, delivery) = (folder.path().join("home"), folder.path().join("delivery"));
    let anshi = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_anshi")).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let (at_home, delivered) = (home.to_str().unwrap(), delivery.to_str().unwrap());
    anshi(&["init", "--home", at_home, "--kind", "synthetic"]);
    anshi(&["synth", "--out", delivered, "--scale", "0.01"]);
    anshi(&["ingest", "--home", at_home, "--from", delivered]);
    // Few firms owe most of the money: a bound that cuts none of it drowns it.
    let narrow = tried(&home, "upper = 2_000_000", "upper = 10");
    assert!(narrow.contains("warning A013: on invented data the bounds of `late_fen` take away "), "{narrow}");
    assert!(!narrow.contains("A014"), "{narrow}");
    let wide = tried(&home, "upper = 2_000_000", "upper = 900_000_000_000");
    assert!(
        wide.contains("warning A014: on invented data, scaled to 80000 units, a middling cell of `late_fen`"),
        "{wide}"
    );
    assert!(!wide.contains("A013") && !wide.contains("A015"), "{wide}");
    let long = tried(&home, "history_months = 18", "history_months = 480");
    assert!(long.contains("warning A015: half of the 480 months of `tax_payment` would do"), "{long}");
    // The same for labels, whose parties are named: a history that no run needs, and one that some do.
    let path = root().join("policies/sme-credit-check");
    let guest = crate::support::guest_path("sme_credit_check");
    let args = ["check", path.to_str().unwrap(), "--home", at_home, "--guest", guest.to_str().unwrap(), "--trial"];
    let (code, value) = json(&root(), &[&args[..], &["--json"]].concat());
    let warnings = value["policies"][0]["warnings"].as_array().unwrap();
    let unused: Vec<&str> = warnings
        .iter()
        .filter(|warning| warning["code"] == "A015")
        .map(|warning| warning["en"].as_str().unwrap().split('`').nth(1).unwrap())
        .collect();
    assert_eq!(code, 0);
    assert!(unused.contains(&"water_gas_heat_usage") && !unused.contains(&"tax_payment"), "{unused:?}");
}

#[test]
fn a_production_home_runs_no_guest_outside_of_the_gate() {
    use anshi::config::HomeKind;
    use anshi::env::Entropy;
    use anshi::job::{InitOptions, initialise};
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    initialise(&InitOptions { home: home.clone(), kind: HomeKind::Production }, &Entropy).unwrap();
    let guest = crate::support::guest_path("late_payment_by_county");
    let args =
        ["check", "--home", home.to_str().unwrap(), "--guest", guest.to_str().unwrap(), "--trial", "--lang", "en"];
    let (code, _, err) = run(&root(), &args);
    assert_eq!(code, 2);
    assert!(err.contains("on invented data alone"), "{err}");
}
