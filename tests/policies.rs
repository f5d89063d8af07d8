//! What puts policies in force: whole folders, slots beside each other, approvals, owners of keys. Mistakes in one file are
//! `mistakes`' business.

use std::path::{Path, PathBuf};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::document::Document;
use anshi::env::Entropy;
use anshi::job::{InitOptions, initialise};
use anshi::model::Pace;
use anshi::policy::{Accounts, ApprovalTrust, PolicyError, PolicySet, check_policy_file};

use crate::explain::SHIPPED;

const PACE: Pace = Pace::ASSUMED;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn catalog() -> Catalog {
    Catalog::load(&root().join("catalog")).unwrap()
}

#[test]
fn a_clients_dataset_is_part_of_what_is_approved() {
    let good = std::fs::read_to_string(root().join("policies/loan-renewal-check/policy.toml")).unwrap();
    let digest = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, text).unwrap();
        check_policy_file(&path, &catalog(), PACE).unwrap().sha256
    };
    let changes = [
        ("rows_max = 500                     #", "rows_max = 499 #"),
        ("\"PRINCIPAL\", \"INTEREST\"", "\"PRINCIPAL\", \"INTEREST\", \"FEE\""),
        ("history_months = 24\nrows_max = 500                     #", "history_months = 23\nrows_max = 500 #"),
        ("title = { zh = \"还款记录\"", "title = { zh = \"还款\""),
        ("unit = \"fen\"\nmin = 0", "unit = \"fen\"\nmin = 1"),
    ];
    for (from, to) in changes {
        let other = good.replacen(from, to, 1);
        assert_ne!(other, good, "`{from}` is not in the policy");
        assert_ne!(digest(&other), digest(&good), "`{to}`");
    }
    assert_eq!(digest(&good.replace("# none of the catalog's names", "")), digest(&good));
}

/// What is said of it is `mistakes`' business.
#[test]
fn quotas_are_disjoint() {
    let good = std::fs::read_to_string(root().join("policies/accounts.toml")).unwrap();
    let accounts = |text: &str| Accounts::check(&Document::new("accounts.toml", text)).map(drop);
    accounts(&good).unwrap();
    for (from, to) in [
        ("limit = { bits = 40,", "limit = { bits = 39,"),
        ("bits = 24, lifetime = 240 }", "bits = 24, lifetime = 241 }"),
        ("limit = { epsilon = \"8\"", "limit = { epsilon = \"7.999999999\""),
        ("lifetime = \"10\" } }", "lifetime = \"10.000000001\" } }"),
    ] {
        let error = accounts(&good.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.contains("disjoint"), "`{to}`: {error}");
    }
}

/// Label jobs wait for each other, so a policy whose own slot is long enough can make another's too short.
#[test]
fn a_label_policys_slot_holds_the_others_runs_too() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("policies"), folder.path());
    let load = || PolicySet::load(folder.path(), &catalog(), PACE, &ApprovalTrust::none_needed());
    load().unwrap();
    let path = folder.path().join("guarantor-check/policy.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    // 120 ms of fuel in a slot of its own that holds them, beside another of 50 ms.
    let text = text.replacen("fuel = 500_000", "fuel = 10_000_000", 1).replacen("slot_ms = 50", "slot_ms = 500", 1);
    std::fs::write(&path, text).unwrap();
    check_policy_file(&path, &catalog(), PACE).unwrap();
    let told = load().map(drop).unwrap_err().to_string();
    assert!(told.contains("a run of `guarantor-check` too") && told.contains("/policy.toml:"), "{told}");
}

#[test]
fn a_policy_without_its_approvals_is_not_in_force() {
    let trust = ApprovalTrust { needed: 1, ..ApprovalTrust::none_needed() };
    let set = PolicySet::load(&root().join("policies"), &catalog(), PACE, &trust);
    assert!(matches!(set, Err(PolicyError::AccountsUnapproved(1))));
    let set = PolicySet::load(&root().join("policies"), &catalog(), PACE, &ApprovalTrust::none_needed()).unwrap();
    assert!(set.policies().map(|policy| policy.id.as_str()).eq(SHIPPED));
}

#[test]
fn enough_different_auditors_put_a_policy_in_force() {
    use anshi::keys::{SigningKey, TokenKind, TrustedKey, sign};
    use anshi::model::Millis;
    use anshi::policy::ApprovalStatement;
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("policies"), folder.path());
    let keys = [SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32])];
    let auditor = |(name, key): (&str, &SigningKey)| TrustedKey {
        owner: name.into(),
        key: key.public().clone(),
        kinds: vec![TokenKind::Approval],
    };
    let auditors = ["one", "two"].into_iter().zip(&keys).map(auditor).collect();
    let trust = ApprovalTrust { needed: 2, auditors, now: Millis(10_000) };
    let load = || PolicySet::load(folder.path(), &catalog(), PACE, &trust);
    let free = PolicySet::load(folder.path(), &catalog(), PACE, &ApprovalTrust::none_needed()).unwrap();
    let policy = free.policies().find(|policy| policy.id == "sme-credit-check").unwrap().sha256;
    let approve = |path: &Path, sha256, key: &SigningKey, name: &str| {
        std::fs::create_dir_all(path).unwrap();
        let payload = ApprovalStatement::Approves { sha256, iat: 9, exp: 11 }.payload().unwrap();
        std::fs::write(path.join(name), sign(key, TokenKind::Approval, &payload)).unwrap();
    };
    for (key, name) in keys.iter().zip(["one.jws", "two.jws"]) {
        approve(&folder.path().join("approvals"), free.accounts().sha256(), key, name);
    }
    let of_policy = folder.path().join("sme-credit-check/approvals");
    approve(&of_policy, policy, &keys[0], "one.jws");
    approve(&of_policy, policy, &keys[0], "one-again.jws");
    approve(&of_policy, free.accounts().sha256(), &keys[1], "two.jws");
    assert_eq!(load().unwrap().policies().count(), 0, "one auditor twice, and an approval of something else");
    assert_eq!(load().unwrap().unapproved(), SHIPPED);
    approve(&of_policy, policy, &keys[1], "two.jws");
    let others: Vec<&str> = SHIPPED.into_iter().filter(|id| *id != "sme-credit-check").collect();
    assert_eq!(load().unwrap().unapproved(), others);
    assert_eq!(load().unwrap().policies().count(), 1);
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_key_has_one_owner_in_one_role() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    initialise(&InitOptions { home: home.clone(), kind: HomeKind::Synthetic }, &Entropy).unwrap();
    let text = std::fs::read_to_string(home.join("clients.d/smart-finance.toml")).unwrap();
    let (path, (_, key)) = (home.join("clients.d/another.toml"), text.split_once("[[key]]").unwrap());
    for kind in ["platform", "authority", "auditor"] {
        std::fs::write(&path, format!("id = \"another\"\nkind = \"{kind}\"\n[[key]]{key}")).unwrap();
        let error = Config::load(&home).unwrap_err().to_string();
        assert!(error.contains("every key has one owner"), "{kind}: {error}");
    }
    std::fs::remove_file(&path).unwrap();
    Config::load(&home).unwrap();
}

/// The guest kit's policy of the same name differs in its limits and in what its comments say, and in nothing else.
#[test]
fn the_kits_revenue_verification_is_the_shipped_one_with_other_limits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = |folder: &str| {
        let text = std::fs::read_to_string(root.join(folder).join("revenue-verification/policy.toml")).unwrap();
        let (rules, limits) = text.split_once("[limits]").unwrap();
        (rules.split_once("\nid = ").unwrap().1.to_owned(), limits.to_owned())
    };
    let (shipped, kit) = (rules("policies"), rules("sandbox-guests/kit/policies"));
    assert_eq!(shipped.0, kit.0);
    assert_ne!(shipped.1, kit.1);
}
