//! What auditors read of a home: a line for each job, the files of a month, and what must be in none of them. Pages are
//! compared with goldens in both languages; `ANSHI_WRITE_GOLDEN=1` writes them anew, and then an auditor reads what has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anshi::keys::sha256;
use anshi::model::{AccountKind, Digest, Lang, Millis, UnitKind};
use anshi::policy::Quota;
use anshi::review::{
    Asked, BUDGET_COLUMNS, BudgetLine, Ended, JOB_COLUMNS, JobLine, MonthPage, Wanted, budgets_csv, jobs_csv,
    month_html,
};
use serde_json::Value;

use super::replay::calm;
use crate::support::{ABSENT, firm, label, strong};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn of(byte: u8) -> String {
    Digest::from_bytes([byte; 32]).to_string()
}

/// A job of a month that never was.
fn line(index: u64, client: &str, ended: Ended, reason: &str) -> JobLine {
    let known = !matches!(ended, Ended::Abandoned | Ended::Open);
    JobLine {
        index,
        admitted: Millis::parse("2026-10-05T08:30:00.250Z").unwrap().plus(i64::try_from(index).unwrap() * 86_400_000),
        job: Digest::from_bytes([u8::try_from(index).unwrap(); 32]).hex(),
        client: client.to_owned(),
        policy: ("sme-credit-check".to_owned(), "2.0.0".to_owned(), of(0xa0)),
        approvals: if known { vec![of(0xb0), of(0xb1)] } else { Vec::new() },
        purpose: known.then(|| "sme-lending".to_owned()),
        guest: of(0xc0),
        snapshot: (of(0xd0), known.then(|| "2026-09-30".to_owned())),
        roles: BTreeMap::from([("enterprise".to_owned(), 1), ("legal_representative".to_owned(), 1)]),
        consents: 2,
        bits: if reason == "reused" { 0 } else { 6 },
        epsilon: 0,
        ended,
        reason: reason.to_owned(),
    }
}

/// Everything that can be in a month, and one client that chose its name to be a formula.
fn month() -> Asked {
    let mut asked = Asked::default();
    let hostile = "=HYPERLINK(\"http://x\",\"a<b\")";
    let ends = [
        (Ended::Answered, "answered"),
        (Ended::Answered, "reused"),
        (Ended::Undetermined, "trap"),
        (Ended::Undetermined, "missed-tick"),
        (Ended::Abandoned, "abandoned"),
        (Ended::Open, ""),
    ];
    for (index, (ended, reason)) in (1..).zip(ends) {
        asked.add(line(index, "smart-finance", ended, reason));
    }
    asked.add(line(7, hostile, Ended::Undetermined, "fuel"));
    asked.add(JobLine {
        policy: ("tax-by-industry".to_owned(), "1.1.0".to_owned(), of(0xa1)),
        purpose: Some("fiscal-analysis".to_owned()),
        roles: BTreeMap::new(),
        consents: 0,
        bits: 0,
        epsilon: 500_000_000,
        ..line(8, "fiscal", Ended::Answered, "answered")
    });
    let quota = |window, lifetime| Some(Quota { window, lifetime, window_days: 90 });
    asked.budgets = vec![
        BudgetLine {
            account: AccountKind::Label(UnitKind::Enterprise),
            client: "smart-finance".to_owned(),
            parties: 4,
            spent: 15,
            quota: quota(24, 240),
            most: (24, 51),
            used_up: (1, 0),
        },
        BudgetLine {
            account: AccountKind::Label(UnitKind::Person),
            client: hostile.to_owned(),
            parties: 1,
            spent: 3,
            quota: None,
            most: (0, 3),
            used_up: (0, 0),
        },
        BudgetLine {
            account: AccountKind::Table(UnitKind::Enterprise),
            client: "fiscal".to_owned(),
            parties: 1,
            spent: 500_000_000,
            quota: quota(4_000_000_000, 12_000_000_000),
            most: (1_500_000_000, 2_500_000_000),
            used_up: (0, 0),
        },
    ];
    asked
}

fn page(asked: &Asked, lang: Lang) -> String {
    let wanted = Wanted { month: Some("2026-10".parse().unwrap()), ..Wanted::default() };
    let files = [("jobs-2026-10.csv".to_owned(), sha256(jobs_csv(asked).as_bytes()))];
    let facts = MonthPage {
        ledger: "anshi/0123456789ab",
        month: "2026-10".parse().unwrap(),
        wanted: &wanted,
        made: Millis::parse("2026-11-02T09:00:00Z").unwrap(),
        log: (1_234, Digest::from_bytes([0xe0; 32])),
        files: &files,
    };
    month_html(asked, &facts, lang)
}

#[test]
fn the_files_of_a_month_are_the_goldens() {
    let asked = month();
    let mut wrong = Vec::new();
    for (name, told) in [
        ("jobs.csv", jobs_csv(&asked)),
        ("budgets.csv", budgets_csv(&asked)),
        ("asked.en.html", page(&asked, Lang::En)),
        ("asked.zh.html", page(&asked, Lang::Zh)),
        ("nothing.en.html", page(&Asked::default(), Lang::En)),
    ] {
        let path = root().join("tests/goldens/asked").join(name);
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
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_in_the_files_is_markup_or_a_formula() {
    let asked = month();
    for lang in [Lang::En, Lang::Zh] {
        let html = page(&asked, lang);
        assert!(html.contains("a&lt;b") && !html.contains("a<b"));
        assert!(
            !html.contains("<script") && !html.contains("src=") && !html.contains("href="),
            "it needs no other file"
        );
    }
    for csv in [jobs_csv(&asked), budgets_csv(&asked)] {
        assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"a<b\"\")\""), "{csv}");
        assert!(csv.ends_with("\r\n") && csv.matches('\n').count() == csv.matches("\r\n").count());
        assert!(!csv.contains(",=") && !csv.contains(",\"="), "{csv}");
    }
}

#[test]
fn the_documents_name_every_column() {
    let text = fs::read_to_string(root().join("docs/audit.md")).unwrap();
    for column in JOB_COLUMNS.iter().chain(&BUDGET_COLUMNS) {
        assert!(text.contains(&format!("`{column}`")), "docs/audit.md has no `{column}`");
    }
}

fn anshi(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_anshi")).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_home_tells_that_it_answered_and_never_what_or_about_whom() {
    let _turn = strong();
    let home = calm();
    let asked = [(0, 1), (0, 2), (1, 1), (14, ABSENT)];
    let answers = home.ask_all(asked.iter().map(|(behaviour, party)| home.token(*behaviour, *party)).collect());
    let labels: Vec<String> = answers.iter().flatten().map(label).collect();
    assert_eq!(labels, ["yes", "no", "undetermined", "no"]);
    home.answered(&home.token(0, 1));
    let pseudonyms: Vec<String> = home.reader().charged().unwrap().iter().map(|(_, party, _)| party.hex()).collect();
    let (path, out) = (text(&home.path).to_owned(), home.path.with_file_name("export"));
    let shown = anshi(&["audit", "show", "--home", &path, "--json"]);
    let value: Value = serde_json::from_str(&shown).unwrap();
    let jobs = value["jobs"].as_array().unwrap();
    assert_eq!((jobs.len(), &value["total"]["answered"], &value["total"]["undetermined"]), (5, &4.into(), &1.into()));
    assert_eq!((&value["total"]["bits"], &value["total"]["reused"]), (&8.into(), &1.into()));
    // A yes, a no and a no about nobody in the data are told alike, but for names, numbers and times.
    let told = |job: &Value| {
        let mut job = job.clone();
        ["index", "admitted", "job"].iter().for_each(|column| job[*column] = Value::Null);
        job
    };
    let answered: Vec<Value> = jobs.iter().filter(|job| job["reason"] == "answered").map(told).collect();
    assert!(answered.len() == 3 && answered.iter().all(|job| *job == answered[0]), "{answered:?}");
    let month = jobs[0]["admitted"].as_str().unwrap().get(..7).unwrap().to_owned();
    let lines = anshi(&["audit", "show", "--home", &path, "--lang", "en"]);
    let wrote = anshi(&["audit", "export", "--home", &path, "--month", &month, "--out", text(&out), "--lang", "zh"]);
    let mut all = vec![shown, lines, wrote];
    for entry in fs::read_dir(&out).unwrap().map(Result::unwrap) {
        all.push(fs::read_to_string(entry.path()).unwrap());
    }
    assert_eq!(all.len(), 6);
    for told in &all {
        for secret in pseudonyms.iter().cloned().chain([firm(1), firm(2)].map(|firm| firm.to_string())) {
            assert!(!told.contains(&secret), "{told}");
        }
        let words = told.split(|c: char| !c.is_ascii_alphanumeric());
        assert!(words.clone().all(|word| word != "yes"), "{told}");
    }
}

#[test]
fn what_is_asked_for_is_told_and_no_more() {
    let _turn = strong();
    let home = calm();
    home.answered(&home.token(0, 1));
    let path = text(&home.path).to_owned();
    let jobs = |arguments: &[&str]| {
        let arguments = [&["audit", "show", "--home", &path, "--json"], arguments].concat();
        let value: Value = serde_json::from_str(&anshi(&arguments)).unwrap();
        (value["jobs"].as_array().unwrap().len(), value["budgets"].as_array().unwrap().len())
    };
    assert_eq!(jobs(&[]), (1, 1));
    assert_eq!(jobs(&["--client", "smart-finance", "--policy", "adversary"]), (1, 1));
    assert_eq!(jobs(&["--client", "housing-fund"]), (0, 0));
    assert_eq!(jobs(&["--policy", "other"]), (0, 1), "budgets are of clients, across all policies");
    assert_eq!(jobs(&["--month", "2001-02"]), (0, 0), "as of that month's end nothing was spent");
    let wrong = Command::new(env!("CARGO_BIN_EXE_anshi"))
        .args(["audit", "show", "--home", &path, "--month", "2026-13", "--lang", "zh"])
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("月份请写成 2026-01 的形式"));
}

#[test]
fn an_export_replaces_nothing_unless_told_to() {
    let _turn = strong();
    let home = calm();
    let (path, out) = (text(&home.path).to_owned(), home.path.with_file_name("export"));
    let mut arguments = vec!["audit", "export", "--home", &path, "--month", "2026-01", "--out", text(&out)];
    anshi(&arguments);
    let again = Command::new(env!("CARGO_BIN_EXE_anshi")).args(&arguments).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    arguments.push("--force");
    anshi(&arguments);
}
