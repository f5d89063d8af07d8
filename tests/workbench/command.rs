//! `anshi policy test`: what fails and how that is told, and that a policy that does otherwise than its cases say is found out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{copy_folder, guest_path};

/// What a command said, and its exit code.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

/// Runs the command in `folder`.
pub fn anshi(folder: &Path, words: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_anshi")).args(words).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
}

/// Where the guests are.
pub fn guests() -> PathBuf {
    guest_path("sme_credit_check").parent().unwrap().to_owned()
}

/// A folder `policies` with one of the shipped policies, and these cases beside it.
pub fn desk(policy: &str, cases: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let policies = folder.path().join("policies");
    copy_folder(&shipped.join(policy), &policies.join(policy));
    fs::copy(shipped.join("accounts.toml"), policies.join("accounts.toml")).unwrap();
    fs::write(policies.join(policy).join("cases.toml"), cases).unwrap();
    folder
}

/// Tests the policies of the folder.
fn test(folder: &Path, lang: &str) -> Said {
    let guests = guests();
    anshi(folder, &["policy", "test", "policies", "--guests", guests.to_str().unwrap(), "--lang", lang])
}

const WRONG: &str = r#"guest = "sme-credit-check"
[request]
parties = { enterprise = "healthy" }
parameters = { min_paid_fen = 10_000_000 }
[[case]]
title = { zh = "好企业", en = "a good firm" }
expect = { answer = "A", cost = 3 }
left = { healthy = 21 }
[[case]]
title = { zh = "坏企业", en = "a bad firm" }
parties = { enterprise = "failing" }
expect = { answer = "B" }
left = { failing = 1 }
[[case]]
expect = { answer = "A", cost = 3 }
left = { healthy = 20 }
left_ever = { healthy = 236 }
[[case]]
purpose = "marketing"
expect = { refused = "wrong-purpose", detail = "sme-borrowing" }
[[case]]
consents = []
expect = { answer = "A" }
[[case]]
new_data = true
times = 3
expect = { answer = "A", cost = 3 }
left = { healthy = 13 }
"#;

#[test]
fn a_wrong_case_is_told_with_its_line_and_what_came_instead() {
    let folder = desk("sme-credit-check", WRONG);
    let said = test(folder.path(), "en");
    let lines = [
        "  ok     1  a good firm: answer `A`, 3 bits; left of `healthy`: 21 bits",
        "  WRONG  2  a bad firm  (policies/sme-credit-check/cases.toml:12)",
        "             outcome",
        "               expected  answer `B`",
        "               got       answer `D`, 3 bits",
        // Of another answer it is not told what is left: that follows.
        "  WRONG  3  answer `A`, 3 bits  (policies/sme-credit-check/cases.toml:15)",
        "             cost",
        "               expected  3 bits",
        "               got       0 bits",
        "  WRONG  4  refused: wrong-purpose (sme-borrowing)  (policies/sme-credit-check/cases.toml:20)",
        "             detail",
        "               expected  sme-borrowing",
        "               got       sme-lending",
        "  WRONG  5  answer `A`  (policies/sme-credit-check/cases.toml:23)",
        "             outcome",
        "               expected  answer `A`",
        "               got       refused: consent-missing (role `enterprise`)",
        "  WRONG  6  answer `A`, 3 bits  (policies/sme-credit-check/cases.toml:27)",
        "             left of `healthy`, the 3rd time",
        "               expected  13 bits",
        "               got       12 bits",
        "  no case expects `C`, `D`",
        "6 cases, 5 not as expected",
    ];
    let told: Vec<&str> = said.out.lines().skip(2).collect();
    assert_eq!(told, lines, "{}", said.out);
    assert_eq!((said.err.trim(), said.code), ("error: 5 cases came out otherwise than expected", 1));
    let said = test(folder.path(), "zh");
    for part in [
        "相符  1  好企业：回答 `A`，3 比特；`healthy` 的窗口余额：21 比特",
        "不符  2  坏企业",
        "预期  回答 `B`",
        "实际  回答 `D`，3 比特",
        "共 6 个用例，5 个与预期不符",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    assert!(said.err.contains("有 5 个用例的结果与预期不符"), "{}", said.err);
}

/// What of the policy or of its accounts is changed, and that it is found out.
const LOOSENED: [(&str, &str, &str); 4] = [
    ("sme-credit-check/policy.toml", "consent = \"required\"", "consent = \"not-required\"\nbasis = \"none\""),
    ("sme-credit-check/policy.toml", "50_000_000]", "50_000_000, 7_000_000]"),
    (
        "sme-credit-check/policy.toml",
        "labels = [\"A\", \"B\", \"C\", \"D\"]",
        "labels = [\"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\", \"H\"]",
    ),
    (
        "accounts.toml",
        "bits = 24, lifetime = 240 }\napprovals = { bits = 8",
        "bits = 25, lifetime = 240 }\napprovals = { bits = 7",
    ),
];

const HELD: &str = r#"guest = "sme-credit-check"
[request]
parties = { enterprise = "healthy" }
parameters = { min_paid_fen = 10_000_000 }
[[case]]
expect = { answer = "A", cost = 3 }
left = { healthy = 21 }
[[case]]
consents = []
expect = { refused = "consent-missing" }
[[case]]
parameters = { min_paid_fen = 7_000_000 }
expect = { refused = "bad-parameters" }
"#;

#[test]
fn a_policy_that_does_otherwise_is_found_out() {
    let folder = desk("sme-credit-check", HELD);
    assert_eq!(test(folder.path(), "en").code, 0);
    for (file, from, to) in LOOSENED {
        let path = folder.path().join("policies").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "`{from}`");
        fs::write(&path, text.replace(from, to)).unwrap();
        let said = test(folder.path(), "en");
        assert!(said.code == 1 && said.out.contains("WRONG"), "`{to}`\n{}{}", said.out, said.err);
        fs::write(&path, text).unwrap();
    }
}

#[test]
fn json_is_one_value_with_both_languages() {
    let folder = desk("sme-credit-check", HELD);
    let guests = guests();
    let said = anshi(
        folder.path(),
        &["policy", "test", "policies/sme-credit-check", "--guests", guests.to_str().unwrap(), "--json"],
    );
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((told["cases"].as_u64(), told["wrong"].as_u64(), said.code), (Some(3), Some(0), 0));
    let policy = &told["policies"][0];
    assert_eq!(policy["policy"], "sme-credit-check");
    assert!(policy["sha256"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(policy["cases"][1]["got"]["en"], "refused: consent-missing (role `enterprise`)");
    assert_eq!(policy["cases"][1]["got"]["zh"], "拒绝：consent-missing（角色 `enterprise`）");
    assert_eq!(policy["labels_without_case"], serde_json::json!(["B", "C", "D"]));
}

#[test]
fn what_cannot_be_tested_is_said() {
    let folder = desk("sme-credit-check", HELD);
    let run = |words: &[&str]| anshi(folder.path(), &[&["policy", "test"], words, &["--lang", "en"]].concat());
    for (words, code, part) in [
        (&[][..], 2, "say with `--home` or `--policies`"),
        (&["sme-credit-check"], 2, "is no folder"),
        (&["sme-credit-chek", "--policies", "policies"], 2, "did you mean `sme-credit-check`?"),
        (&["policies/sme-credit-check"], 1, "the guest `sme-credit-check` of `policies/sme-credit-check/cases.toml`"),
        (&["sme-credit-check", "--policies", "policies", "--guests", "nowhere"], 2, "`nowhere` does not exist"),
        (&["policies", "--guests", "policies"], 1, "`policies` has no `sme-credit-check.wasm`"),
        (&["."], 2, "neither a policy's folder nor a folder of policies"),
    ] {
        let said = run(words);
        assert!(said.code == code && said.err.contains(part), "{words:?}: {}{}", said.code, said.err);
    }
    fs::remove_file(folder.path().join("policies/sme-credit-check/cases.toml")).unwrap();
    let said = run(&["policies"]);
    assert!(said.code == 1 && said.err.contains("has no `cases.toml`"), "{}", said.err);
}

/// A home whose departments deliver otherwise than by files: its cases are played on a twin all the same.
#[test]
fn a_homes_policies_are_tested_whatever_its_departments_deliver() {
    let folder = tempfile::tempdir().unwrap();
    let guests = guests();
    let run = |words: &[&str]| anshi(folder.path(), &[words, &["--lang", "en"]].concat());
    assert_eq!(run(&["init", "--home", "home", "--kind", "production"]).code, 0);
    let path = folder.path().join("home/catalog/electricity_usage.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (schema, rest) = text.split_once("[source]").unwrap();
    let synthetic = rest.split_once("[synthetic]").map_or_else(String::new, |(_, rest)| format!("[synthetic]{rest}"));
    let source = "[source]\nkind = \"postgresql\"\nconnection = \"grid\"\ntable = \"usage\"\non_bad_id = \"reject\"\nrejects_max = \"0.01\"\n\n";
    fs::write(&path, format!("{schema}{source}{synthetic}")).unwrap();
    fs::write(folder.path().join("home/policies/sme-credit-check/cases.toml"), HELD).unwrap();
    let said = run(&["policy", "test", "sme-credit-check", "--home", "home", "--guests", guests.to_str().unwrap()]);
    assert!(said.code == 0 && said.out.contains("3 cases, all as expected"), "{}{}", said.out, said.err);
    // Nothing of it touched the home: there are still no data.
    assert!(!folder.path().join("home/data/current").exists());
}

const MANY: &str = r#"guest = "guarantor-check"
[request]
parties = { enterprise = "healthy", guarantor = "representative" }
[[case]]
expect = { answer = "yes" }
[[population]]
scale = "0.002"
most = 40
role = "enterprise"
dataset = "enterprise_officers"
others = [{ role = "guarantor", dataset = "enterprise_officers", column = "person_id" }]
shares = { no = ["0.2", "0.9"], yes = ["0.1", "0.8"] }
"#;

/// Whoever is asked about comes with the officer whom the firm's own rows name: somebody else would always be answered `no`.
#[test]
fn how_the_answers_of_many_are_shared_out_is_held_to_its_range() {
    let desk_of = |cases: &str| desk("guarantor-check", cases);
    let said = test(desk_of(MANY).path(), "en");
    assert!(said.code == 0 && said.out.contains("`enterprise`: 40 asked"), "{}{}", said.out, said.err);
    let said = test(desk_of(&MANY.replace("[\"0.1\", \"0.8\"]", "[\"0\", \"0.05\"]")).path(), "zh");
    assert!(said.code == 1 && said.out.contains("cases.toml:12)") && said.out.contains("不符"), "{}", said.out);
    // Nobody but the firm: the policy wants two.
    let alone = MANY.lines().filter(|line| !line.starts_with("others")).collect::<Vec<_>>().join("\n");
    let said = test(desk_of(&alone).path(), "en");
    assert!(said.code == 1 && said.out.contains("0 asked, 40 left out"), "{}", said.out);
    // A client who may not ask is refused, every time.
    let refused = MANY
        .replace("[request]\nparties", "[request]\nclient = \"housing-fund\"\nparties")
        .replace("[[case]]\nexpect = { answer = \"yes\" }", "[[case]]\nexpect = { refused = \"client-not-allowed\" }");
    let said = test(desk_of(&refused).path(), "en");
    assert!(said.code == 1 && said.out.contains("40 refused: client-not-allowed"), "{}", said.out);
    for (from, to, told) in [
        ("\"enterprise_officers\"\nothers", "\"no_such\"\nothers", "no dataset `no_such`"),
        ("\"person_id\"", "\"no_such\"", "no column `no_such`"),
        ("\"enterprise_officers\"\nothers", "\"person_registry\"\nothers", "another kind of unit"),
    ] {
        let said = test(desk_of(&MANY.replace(from, to)).path(), "en");
        assert!(said.code == 1 && said.err.contains(told), "{to}: {}", said.err);
    }
}

const HOUSES: &str = r#"guest = "household-check"
[request]
client = "civil-affairs"
parties = { applicant = "poor" }
parameters = { line_fen = 97_100 }
[[case]]
purpose = "marketing"
expect = { refused = "wrong-purpose" }
[[population]]
scale = "0.004"
most = 60
role = "applicant"
dataset = "social_assistance"
others = [{ role = "member", dataset = "household_register", column = "household" }]
shares = { differs = ["0", "0.1"], no = ["0", "1"], marginal = ["0", "1"], minimum = ["0", "1"] }
"#;

/// The number of the household names nobody: whoever has the same one comes along. By spouses and parents alone children would be
/// missing, and households with children would differ.
#[test]
fn whoever_shares_an_identifier_comes_along() {
    let said = test(desk("household-check", HOUSES).path(), "en");
    assert!(said.code == 0 && said.out.contains("`applicant`: "), "{}{}", said.out, said.err);
    let spouses = HOUSES.replace("column = \"household\"", "column = \"spouse_id\"");
    let said = test(desk("household-check", &spouses).path(), "en");
    assert!(said.code == 1 && said.out.contains("cases.toml:15)"), "{}{}", said.out, said.err);
    for (from, to, told) in [
        (
            "column = \"household\"",
            "column = \"relation\"",
            "`household_register.relation` is no column of identifiers",
        ),
        (
            "\"household_register\", column = \"household\"",
            "\"insured_persons\", column = \"employer_uscc\"",
            "another kind of unit",
        ),
    ] {
        let said = test(desk("household-check", &HOUSES.replace(from, to)).path(), "en");
        assert!(said.code == 1 && said.err.contains(told), "{to}: {}{}", said.out, said.err);
    }
}
