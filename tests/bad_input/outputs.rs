//! What commands write where somebody names a file: never over another one, unless it is said; and no question is asked that
//! is two questions.

use std::fs;

use super::bureau::anshi;
use super::languages::fails;
use crate::support::{TestHome, firm, guest_path};

#[test]
fn nothing_that_is_there_is_replaced_and_no_parameter_is_given_twice() {
    let _turn = crate::support::strong();
    let home = TestHome::new();
    let path = home.path.clone();
    drop(home.engine);
    let (at, guest) = (path.display().to_string(), guest_path("adversary").display().to_string());
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.json").display().to_string();
    let party = format!("enterprise={}", firm(1));
    let run = |out: &str, more: &[&str]| -> Vec<String> {
        let asked = ["--policy", "adversary", "--guest", &guest, "--party", &party, "--consent", "auto"];
        let words = ["run", "--home", &at, "--out", out];
        [&words[..], &asked, more].concat().into_iter().map(str::to_owned).collect()
    };
    let refused = |words: &[String], told: &str| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        fails(&words, 2);
        let said = anshi(&words).1;
        assert!(said.contains(told), "{said}");
    };
    let charged = |home: &std::path::Path| {
        let reader = anshi::ledger::LedgerReader::open(&home.join("ledger.sqlite")).unwrap();
        reader.audit_charges().unwrap().len()
    };
    let asked = ["--param", "behaviour=150"];
    for there in ["jwks.json", "log.vkey", "anshi.toml", "keys/log.jwk"].map(|name| path.join(name)) {
        let before = fs::read(&there).unwrap();
        let there = there.display().to_string();
        refused(&run(&there, &asked), "is there already: name another file");
        refused(&run(&new, &[&asked[..], &["--csv", &there]].concat()), "is there already");
        let issue = ["consent", "issue", "--home", &at, "--policy", "adversary", "--party", &party, "--out", &there];
        refused(&issue.map(str::to_owned), "is there already");
        let build = ["guest", "build", "sandbox-guests/adversary", "--out", &there];
        refused(&build.map(str::to_owned), "is there already");
        assert_eq!(fs::read(&there).unwrap(), before);
    }
    refused(&run(&new, &[&asked[..], &["--csv", &new]].concat()), "is named for two things");
    refused(&run(&new, &["--param", "behaviour=150", "--param", "behaviour=151"]), "`behaviour` is given twice");
    assert_eq!(charged(&path), 0, "nothing was asked");
    assert!(!fs::exists(&new).unwrap());
    let ask = |words: Vec<String>| anshi(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ask(run(&new, &asked)).0, 0);
    let first = fs::read(&new).unwrap();
    refused(&run(&new, &["--param", "behaviour=151"]), "is there already");
    assert_eq!((fs::read(&new).unwrap(), charged(&path)), (first.clone(), 1));
    assert_eq!(ask(run(&new, &["--param", "behaviour=151", "--force"])).0, 0);
    assert_ne!(fs::read(&new).unwrap(), first);
}
