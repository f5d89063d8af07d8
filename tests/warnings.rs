//! Warnings of `anshi policy check`: each arises where it should, and not beside; accepted ones are shown with their reasons.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anshi::document::Document;
use anshi::model::{Chinese, Lang, Manifest, Read, Role, TableRead, World};
use anshi::policy::Accounts;
use anshi::review::{Warning, warnings};

use crate::explain::{SHIPPED, accounts, catalog, policy_of, shipped};

fn codes(text: &str, accounts: &Accounts, guests: &[Manifest]) -> Vec<&'static str> {
    let (open, _) = warnings(&policy_of(text), &catalog(), Some(accounts), guests, None);
    open.iter().map(Warning::code).collect()
}

const CREDIT: &str = "sme-credit-check";
const SURETY: &str = "guarantor-check";
const LATE: &str = "late-payment-by-county";
const SERVANT: &str = "public-servant-check";
const VALUES: &str = "values = [5_000_000, 10_000_000, 50_000_000]";

/// A policy, what stands in it, what just does not warn there, what does, and with which code.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    (CREDIT, VALUES, "min = 1\nmax = 15\nstep = 1", "min = 1\nmax = 16\nstep = 1", "A001"),
    (
        CREDIT,
        "\"C\", \"D\"]",
        "\"C\", \"D\", \"E\", \"F\", \"G\", \"H\"]",
        "\"C\", \"D\", \"E\", \"F\", \"G\", \"H\", \"I\"]",
        "A003",
    ),
    (LATE, "epsilon_per_job = \"0.5\"", "epsilon_per_job = \"0.5\"", "epsilon_per_job = \"1.1\"", "A004"),
    (LATE, "share = \"0.5\"", "share = \"0.3\"", "share = \"0.29\"", "A006"),
    (CREDIT, "until = 2027-12-31", "until = 2028-01-01", "until = 2028-01-02", "A010"),
    (CREDIT, "[\"smart-finance\"]", "[\"smart-finance\"]", "[\"smart-finance\", \"bank\"]", "A011"),
    (SURETY, "\"A009\"", "\"A009\"", "\"A004\"", "A009"),
    (LATE, "\"A007\"", "\"A007\"", "\"A004\"", "A007"),
    (SERVANT, "guests = [", "guests = [", "guests = \"any\" # [", "A016"),
];

#[test]
fn each_warning_arises_where_it_should_and_not_beside() {
    let accounts = accounts();
    let mut seen = BTreeSet::new();
    for (policy, from, quiet, loud, code) in CASES {
        let text = shipped(policy);
        assert!(text.contains(from), "{policy}: `{from}`");
        let text = if *code == "A006" {
            text.replace("[[accept]]\nwarning = \"A006\"", "[[accept]]\nwarning = \"A000\"")
        } else {
            text
        };
        let quiet = codes(&text.replacen(from, quiet, 1), &accounts, &[]);
        let loud = codes(&text.replacen(from, loud, 1), &accounts, &[]);
        let count = |codes: &[&str]| codes.iter().filter(|found| *found == code).count();
        assert!(count(&loud) > count(&quiet), "{code}: {quiet:?} {loud:?}");
        assert!(*code == "A006" || count(&quiet) == 0, "{code}: {quiet:?}");
        seen.insert(*code);
    }
    let of = |window: u32, ever: &str| {
        let text = format!(
            "[label.enterprise]\nclients = {{ smart-finance = {{ bits = 24, lifetime = 240 }} }}\nlimit = {{ bits = 24, lifetime = 240 }}\nwindow_days = {window}\n\
             [table.enterprise]\nclients = {{ smart-finance = {{ epsilon = \"1\", lifetime = \"{ever}\" }} }}\nlimit = {{ epsilon = \"1\", lifetime = \"{ever}\" }}\nwindow_days = 365\n"
        );
        Accounts::check(&Document::new("accounts.toml", text)).unwrap()
    };
    let slow = |window| codes(&shipped(CREDIT), &of(window, "1"), &[]).contains(&"A002");
    assert!(slow(30) && !slow(31));
    let much = |ever| codes(&shipped(LATE), &of(90, ever), &[]).contains(&"A005");
    assert!(much("10.1") && !much("10"));
    let guest = |reads: &[&str]| {
        let reads = reads.iter().map(|column| Read { column: (*column).to_owned(), values: Vec::new() }).collect();
        let tables = vec![TableRead { dataset: "person_registry".to_owned(), reads }];
        let roles = vec![Role { name: "applicant".to_owned(), tables }];
        Manifest {
            parameters: Vec::new(),
            world: World::Verifier { roles, labels: vec!["yes".to_owned()] },
            memory_bytes: 0,
        }
    };
    let unread = |reads: &[&str]| codes(crate::explain::ODD, &accounts, &[guest(reads)]).contains(&"A008");
    assert!(unread(&[]) && !unread(&["status"]));
    let both = [guest(&[]), guest(&["status"])];
    assert!(!codes(crate::explain::ODD, &accounts, &both).contains(&"A008"), "one of two reads it");
    seen.extend(["A002", "A005", "A008", "A012"]);
    assert_eq!(seen.len(), 13, "{seen:?}");
}

#[test]
fn shipped_policies_have_no_warning_that_nobody_considered() {
    for id in SHIPPED {
        let (open, _) = warnings(&policy_of(&shipped(id)), &catalog(), Some(&accounts()), &[], None);
        let open: Vec<String> = open.iter().map(|warning| format!("{} {warning}", warning.code())).collect();
        // ε = 12 ever is the accounts' to change, not a policy's.
        assert!(open.iter().all(|warning| warning.starts_with("A005")), "{id}: {open:?}");
    }
}

#[test]
fn accepting_a_warning_shows_why_and_accepting_nothing_is_told() {
    let (open, accepted) = warnings(&policy_of(&shipped(SURETY)), &catalog(), Some(&accounts()), &[], None);
    assert!(open.is_empty(), "{open:?}");
    assert_eq!(accepted.len(), 3, "one for each dataset");
    assert!(accepted.iter().all(|(warning, reason)| warning.code() == "A009" && reason.contains("consent")));
    let other = shipped(SURETY).replacen("A009", "A003", 1);
    let (open, accepted) = warnings(&policy_of(&other), &catalog(), Some(&accounts()), &[], None);
    assert_eq!(open.iter().map(Warning::code).collect::<Vec<_>>(), ["A009", "A009", "A009", "A012"]);
    assert!(accepted.is_empty());
    // What cannot be judged without a guest is not called idle.
    let other = shipped(SURETY).replacen("A009", "A008", 1);
    assert_eq!(codes(&other, &accounts(), &[]), ["A009"; 3]);
}

#[test]
fn the_command_shows_warnings_in_both_languages_and_stays_good() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late-payment-by-county");
    crate::support::copy_folder(&root.join("late-payment-by-county"), &path);
    // More than is shipped.
    let accounts = fs::read_to_string(root.join("accounts.toml")).unwrap();
    let accounts = accounts.replacen("lifetime = \"10\"", "lifetime = \"12\"", 1).replacen("\"20\"", "\"22\"", 1);
    fs::write(folder.path().join("accounts.toml"), accounts).unwrap();
    let run = |lang: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_anshi"))
            .args(["policy", "check", path.to_str().unwrap(), "--lang", lang])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let (en, zh) = (run("en"), run("zh"));
    assert!(
        en.contains("warning A005: `smart-finance` may spend ε = 12 ever")
            && en.contains("accepted A007, because “empty cells"),
        "{en}"
    );
    assert!(
        zh.contains("警告 A005：`smart-finance` 累计可用 ε = 12") && zh.contains("已接受 A006，理由为“the share"),
        "{zh}"
    );
    let warning = Warning::ManyLabels(9);
    assert_ne!(warning.text(Lang::Zh), warning.text(Lang::En));
}
