//! The files that people write: policies, accounts, catalog, configuration. Whatever stands in one, a mistake is told
//! with its place, and a key that nobody knows is a mistake.

use std::fs;
use std::path::Path;

use anshi::catalog::Catalog;
use anshi::config::{Callers, Config};
use anshi::document::{Document, DocumentError};
use anshi::model::Chinese;
use anshi::policy::{
    Accounts, ApprovalTrust, PolicySet, canonical_accounts, canonical_policy, check_policy, check_policy_file,
};
use anshi::workbench::Cases;

use super::scratch;

const UNKNOWN_KEY: &[u8] = b"nobody_knows_this = 1\n";

/// Reads a file twice, and with one more key; `read` gives what identifies the outcome, or the message.
fn strict<T: PartialEq + std::fmt::Debug>(path: &Path, data: &[u8], read: impl Fn() -> Result<T, String>) {
    scratch::write(path, data);
    match read() {
        Err(message) => assert!(!message.is_empty()),
        Ok(value) => {
            assert_eq!(read().as_ref(), Ok(&value), "one file, one meaning");
            scratch::write(path, &[UNKNOWN_KEY, data].concat());
            assert!(read().is_err(), "an unknown key was accepted");
        }
    }
}

/// A policy file. What is accepted has a canonical form, which is the same policy; what is refused is told in both languages,
/// each mistake within the file.
pub fn policy(data: &[u8]) {
    let path = scratch::folder("policy").join("policy.toml");
    if let Ok(text) = std::str::from_utf8(data) {
        let read = |text: &str| check_policy(&Document::new("policy.toml", text), scratch::catalog(), scratch::QUICK);
        match read(text) {
            Ok(policy) => {
                let canonical = canonical_policy(&Document::new("policy.toml", text)).unwrap();
                assert_eq!(
                    read(&canonical).as_ref(),
                    Ok(&policy),
                    "the canonical form is another policy:\n{canonical}"
                );
                let again = canonical_policy(&Document::new("policy.toml", canonical.as_str()));
                assert_eq!(again, Ok(canonical), "a canonical form has another");
            }
            Err(error) => told(&error),
        }
    }
    strict(&path, data, || {
        let policy = check_policy_file(&path, scratch::catalog(), scratch::QUICK).map_err(|error| error.to_string())?;
        for grant in &policy.grants {
            let dataset = scratch::catalog().dataset(&grant.dataset).expect("a grant of a dataset that is not there");
            assert!(grant.columns.iter().all(|column| dataset.column(column).is_some()));
        }
        Ok(policy.sha256)
    });
}

fn told(error: &DocumentError) {
    assert!(!error.findings.is_empty(), "refused, and nothing is wrong");
    assert!(error.findings.iter().filter_map(|finding| finding.span.as_ref()).all(|span| span.end <= error.text.len()));
    assert!(!error.to_string().is_empty() && !error.chinese().is_empty());
}

/// The file of accounts, with the same promises.
pub fn accounts(data: &[u8]) {
    let folder = scratch::folder("accounts");
    if let Ok(text) = std::str::from_utf8(data) {
        let read = |text: &str| Accounts::check(&Document::new("accounts.toml", text));
        match read(text) {
            Ok(accounts) => {
                let canonical = canonical_accounts(&Document::new("accounts.toml", text)).unwrap();
                assert_eq!(
                    read(&canonical).as_ref(),
                    Ok(&accounts),
                    "the canonical form is other accounts:\n{canonical}"
                );
            }
            Err(error) => told(&error),
        }
    }
    strict(&folder.join("accounts.toml"), data, || {
        let set = PolicySet::load(&folder, scratch::catalog(), scratch::QUICK, &ApprovalTrust::none_needed());
        set.map(|set| set.accounts().sha256()).map_err(|error| error.to_string())
    });
}

/// A policy's cases: what is checked names no file outside of the policy's folder, and no day that goes back.
pub fn cases(data: &[u8]) {
    let path = scratch::folder("cases").join("cases.toml");
    strict(&path, data, || {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let cases =
            Cases::check(&Document::new("cases.toml", text), scratch::policy()).map_err(|error| error.to_string())?;
        let mut day = cases.day;
        for case in &cases.cases {
            assert!(
                case.ask.rows.values().all(|file| !file.starts_with('/') && !file.split('/').any(|part| part == ".."))
            );
            assert!(case.day.is_none_or(|later| later >= day), "the clock goes back");
            day = case.day.unwrap_or(day);
        }
        Ok(format!("{cases:?}"))
    });
}

/// A dataset's file. Its first line may be `# name: NAME` to say what the file is called.
pub fn catalog(data: &[u8]) {
    let folder = scratch::folder("catalog");
    for old in fs::read_dir(&folder).unwrap() {
        fs::remove_file(old.unwrap().path()).unwrap();
    }
    let named = std::str::from_utf8(data).ok().and_then(|text| text.split_once("name = \""));
    let name = named.and_then(|(_, rest)| rest.split_once('"')).map_or("dataset", |(name, _)| name);
    let plain = !name.is_empty() && name.len() < 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let path = folder.join(format!("{}.toml", if plain { name } else { "dataset" }));
    strict(&path, data, || {
        let catalog = Catalog::load(&folder).map_err(|error| error.to_string())?;
        for dataset in catalog.datasets() {
            assert!(dataset.key_column().is_some(), "a dataset without its key");
            assert!(dataset.time.is_none_or(|time| time < dataset.columns.len()));
        }
        Ok(catalog.sha256())
    });
}

/// The file of a caller, called as its first `id` says.
pub fn caller(data: &[u8]) {
    let folder = scratch::folder("caller");
    for old in fs::read_dir(&folder).unwrap() {
        fs::remove_file(old.unwrap().path()).unwrap();
    }
    let named = std::str::from_utf8(data).ok().and_then(|text| text.split_once("id = \""));
    let name = named.and_then(|(_, rest)| rest.split_once('"')).map_or("caller", |(name, _)| name);
    let plain = !name.is_empty() && name.len() < 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let path = folder.join(format!("{}.toml", if plain { name } else { "caller" }));
    strict(&path, data, || {
        let callers = Callers::load(&folder).map_err(|error| error.to_string())?;
        let (id, caller) = callers.iter().next().ok_or("nobody")?;
        assert!(!caller.keys.is_empty(), "a caller without a key");
        for trusted in &caller.keys {
            assert_eq!((trusted.owner.as_str(), &trusted.kinds), (id, &caller.kind.signs()));
        }
        Ok(format!("{callers:?}"))
    });
}

/// The configuration of a home.
pub fn config(data: &[u8]) {
    let home = scratch::folder("config");
    strict(&home.join("anshi.toml"), data, || {
        Config::load(&home).map(|config| format!("{config:?}")).map_err(|error| error.to_string())
    });
}
