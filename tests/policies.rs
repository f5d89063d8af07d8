//! Policy, accounts and catalog files with one mistake each: every mistake is found, with its line.

use std::path::{Path, PathBuf};

use anshi::catalog::Catalog;
use anshi::config::{Config, HomeKind};
use anshi::document::Document;
use anshi::env::Entropy;
use anshi::job::{InitOptions, initialise};
use anshi::model::Pace;
use anshi::policy::{Accounts, ApprovalTrust, PolicyError, PolicySet, check_policy_file};

const PACE: Pace = Pace::ASSUMED;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn catalog() -> Catalog {
    Catalog::load(&root().join("catalog")).unwrap()
}

fn check(text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, text).unwrap();
    check_policy_file(&path, &catalog(), PACE).map(drop).map_err(|error| error.to_string())
}

/// What stands in the good policy, what takes its place, and what the finding must say.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("purpose = ", "porpose = ", "did you mean `purpose`?"),
    ("id = \"sme", "id = \"SME", "is not a name"),
    ("version = \"2.0.0\"", "version = \"1.0\"", "three numbers"),
    ("version = \"2.0.0\"", "version = \"01.0.0\"", "three numbers"),
    ("from = 2026-01-01", "from = 2029-01-01", "`until` is before `from`"),
    ("from = 2026-01-01", "from = 2026-02-30", "invalid date"),
    ("from = 2026-01-01", "from = \"2026-01-01\"", "expected"),
    ("guests = \"any\"", "guests = \"all\"", "\"any\" or a list"),
    ("guests = \"any\"", "guests = [\"sha256:12\"]", "64 lower-case hexadecimal"),
    ("unit = \"enterprise\"", "unit = \"firm\"", "`enterprise` or `person`"),
    ("unit = \"enterprise\"", "unit = \"person\"", "the role is not"),
    ("max = 1 }", "max = 0 }", "a role has at least"),
    ("consent = \"required\"", "consent = \"not-required\"", "names the `basis`"),
    ("consent = \"required\"", "consent = \"maybe\"", "\"required\" or \"not-required\""),
    ("dataset = \"tax_payment\"", "dataset = \"tax_payments\"", "did you mean `tax_payment`?"),
    ("\"paid_date\"]", "\"paid_dat\"]", "did you mean `paid_date`?"),
    ("\"paid_date\"]", "\"due_date\"]", "stands here twice"),
    (
        "role = \"enterprise\"\ndataset = \"tax_payment\"",
        "role = \"enterprize\"\ndataset = \"tax_payment\"",
        "did you mean `enterprise`?",
    ),
    ("history_months = 24                #", "#", "say how far back"),
    ("history_months = 24                #", "history_months = 0 #", "at least 1"),
    ("rows_max = 1\n", "rows_max = 1\nhistory_months = 3\n", "no `time`"),
    ("rows_max = 500 ", "rows_max = 0 ", "`rows_max` is from 1"),
    ("dataset = \"electricity_usage\"", "dataset = \"tax_payment\"", "granted to `enterprise` twice"),
    ("kind = \"integer\"", "kind = \"float\"", "an `integer`, a `date`"),
    ("values = [5_000_000, 10_000_000, 50_000_000]", "values = [5_000_000, 5_000_000]", "stands here twice"),
    ("values = [5_000_000, 10_000_000, 50_000_000]", "values = [5.5]", "expected"),
    ("values = [5_000_000, 10_000_000, 50_000_000]", "values = [\"many\"]", "not an integer"),
    ("values = [5_000_000, 10_000_000, 50_000_000]", "min = 1", "a finite list"),
    ("values = [5_000_000, 10_000_000, 50_000_000]", "min = 9\nmax = 1\nstep = 1", "`min` ≤ `max`"),
    ("kind = \"label\"", "kind = \"graph\"", "does not answer `graph`"),
    ("kind = \"label\"", "kind = \"table\"", "`labels` has no meaning"),
    ("role = \"enterprise\"\ndataset = \"tax_payment\"", "dataset = \"tax_payment\"", "needs `role`"),
    ("slot_ms = 50", "slot_s = 50", "`slot_s` has no meaning"),
    ("fuel = 500_000\n", "", "needs `fuel`"),
    ("\"D\"]", "\"Undetermined\"]", "cannot be a label"),
    ("\"D\"]", "\"A\"]", "stands here twice"),
    ("\"D\"]", "\"D\\u200b\"]", "cannot be printed"),
    ("labels = [\"A\", \"B\", \"C\", \"D\"]", "labels = []", "at least one label"),
    ("fuel = 500_000", "fuel = 0", "`fuel` is from 1"),
    ("fuel = 500_000", "fuel = 5_000_000", "the slot must hold"),
    ("slot_ms = 50", "slot_ms = 5", "the slot must hold"),
    ("memory_mib = 1", "memory_mib = 64", "the slot must hold"),
    ("rows_max = 500 ", "rows_max = 100_000 ", "the slot must hold"),
    ("memory_mib = 1", "memory_mib = 1_000", "`memory_mib` is from 1"),
    ("jobs_per_minute = 600", "jobs_per_minute = 0", "at least 1"),
    ("jobs_per_minute = 600", "jobs_per_minute = -1", "invalid value"),
    ("basis = [\"enterprise authorisation\", \"征信业务管理办法\"]", "basis = []", "at least one legal `basis`"),
    ("fuel = 500_000", "fuel = 500_000\nfuel = 400_000", "duplicate key"),
    ("title = { zh = \"小微企业授信核验\", ", "title = { ", "missing field `zh`"),
    (", en = \"SME credit check\" }", " }", "missing field `en`"),
    ("clients = [\"smart-finance\"]", "clients = [\"Smart\"]", "`Smart` is not a name"),
    ("{ min = 1, max = 1 }", "{ min = -1, max = 1 }", "invalid value"),
    ("[limits]", "[[accept]]\nwarning = \"A9\"\nreason = \"x\"\n[limits]", "a warning's code is"),
    ("[limits]", "[[accept]]\nwarning = \"A001\"\nreason = \" \"\n[limits]", "say why the warning is accepted"),
    (
        "[limits]",
        "[[accept]]\nwarning = \"A001\"\nreason = \"x\"\n[[accept]]\nwarning = \"A001\"\nreason = \"y\"\n[limits]",
        "is accepted twice",
    ),
    ("name = \"min_paid_fen\"", "name = \"MIN\"", "`MIN` is not a name"),
];

#[test]
fn every_mistake_in_a_policy_is_found_with_its_line() {
    let good = std::fs::read_to_string(root().join("policies/sme-credit-check/policy.toml")).unwrap();
    check(&good).unwrap();
    for (from, to, expected) in MISTAKES {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "`{from}` is not in the policy");
        let error = check(&bad).expect_err(&format!("`{to}` passed"));
        assert!(error.contains(expected), "`{to}`: no `{expected}` in:\n{error}");
        assert!(error.contains("policy.toml:"), "`{to}`: no line in:\n{error}");
    }
}

/// The same for a table's policy.
const TABLE_MISTAKES: &[(&str, &str, &str)] = &[
    ("unit = \"enterprise\"\ncells", "unit = \"person\"\ncells", "are about the unit `enterprise`"),
    ("unit = \"enterprise\"\ncells", "cells", "needs `unit`"),
    ("cells_per_unit = 1", "cells_per_unit = 0", "`cells_per_unit` is from 1"),
    ("cells_per_unit = 1", "cells_per_unit = 65", "`cells_per_unit` is from 1"),
    ("min_units = 20", "min_unit = 20", "did you mean `min_units`?"),
    ("name = \"industry\"", "name = \"county\"", "the dimension `county` stands here twice"),
    ("\"S\", \"T\"]", "\"S\", \"S\"]", "the label `S` stands here twice"),
    ("name = \"late_fen\"", "name = \"late\"", "the measure `late` stands here twice"),
    ("lower = 0\nupper = 1\n", "lower = 2\nupper = 1\n", "`lower` ≤ `upper`"),
    ("lower = 0\nupper = 1\n", "lower = 0\nupper = 0\n", "not both 0"),
    ("upper = 1\n", "upper = 1_000_000_000_000_001\n", "neither beyond"),
    ("share = \"0.25\"", "share = \"0.5\"", "must leave some of the whole"),
    ("share = \"0.25\"", "share = \"0\"", "`share` is above 0"),
    ("share = \"0.25\"", "share = \"-0.25\"", "not a number"),
    ("share = \"0.25\"", "share = \"0.0000000001\"", "more than 9 decimals"),
    ("share = \"0.25\"", "share = 0.25", "expected a string"),
    ("noise = \"discrete-laplace\"", "noise = \"discrete-laplac\"", "did you mean `discrete-laplace`?"),
    ("epsilon_per_job = \"0.5\"", "epsilon_per_job = \"0\"", "above 0"),
    ("epsilon_per_job = \"0.5\"", "epsilon_per_job = \"21\"", "at most 20"),
    ("epsilon_per_job = \"0.5\"", "epsilon_per_job = \"1e-1\"", "not a number"),
    ("epsilon_per_job = \"0.5\"\n", "epsilon_per_job = \"0.5\"\ndelta = \"0.1\"\n", "unknown field `delta`"),
    ("[privacy]", "[private]", "did you mean `privacy`?"),
    ("fuel_per_unit = 20_000", "fuel = 20_000", "`fuel` has no meaning"),
    ("fuel_per_unit = 20_000", "fuel_per_unit = 0", "`fuel_per_unit` is from 1"),
    ("units_max = 100_000", "units_max = 0", "`units_max` is from 1"),
    ("units_max = 100_000", "units_max = 100_000_000", "the slot must hold `units_max`"),
    ("memory_mib = 1", "memory_mib = 2", "the slot must hold `units_max`"),
    ("rows_max = 80 ", "rows_max = 100_000 ", "the slot must hold `units_max`"),
    ("slot_s = 60", "slot_s = 1", "the slot must hold `units_max`"),
    ("slot_s = 60", "slot_s = 100_000", "the slot must hold `units_max`"),
    ("[[grant]]\ndataset", "[[grant]]\nrole = \"enterprise\"\ndataset", "`role` has no meaning"),
    (
        "[who]",
        "[role.enterprise]\nunit = \"enterprise\"\ncount = { min = 1, max = 1 }\nconsent = \"required\"\n[who]",
        "has no meaning",
    ),
    ("kind = \"table\"", "kind = \"label\"", "`cells_per_unit` has no meaning"),
    ("unit = \"fen\"", "unit = \"f\\u200bn\"", "cannot be printed"),
];

#[test]
fn every_mistake_in_a_tables_policy_is_found_with_its_line() {
    let good = std::fs::read_to_string(root().join("policies/late-payment-by-county/policy.toml")).unwrap();
    check(&good).unwrap();
    for (from, to, expected) in TABLE_MISTAKES {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "`{from}` is not in the policy");
        let error = check(&bad).expect_err(&format!("`{to}` passed"));
        assert!(error.contains(expected), "`{to}`: no `{expected}` in:\n{error}");
        assert!(error.contains("policy.toml:"), "`{to}`: no line in:\n{error}");
    }
}

/// The same for the datasets whose rows a client sends along.
const CLIENT_DATASET_MISTAKES: &[(&str, &str, &str)] = &[
    ("name = \"repayments\"", "name = \"tax_filing\"", "the catalog has a dataset `tax_filing`"),
    ("name = \"repayments\"", "name = \"Repayments\"", "is not a name"),
    ("name = \"repayments\"  ", "nam = \"repayments\"", "did you mean `name`?"),
    ("role = \"enterprise\"                # whom", "role = \"enterprize\" #", "did you mean `enterprise`?"),
    ("max = 1 }", "max = 2 }", "say with `key` which column"),
    ("time = \"due_date\"", "time = \"due_dat\"", "did you mean `due_date`?"),
    ("time = \"due_date\"", "time = \"due_fen\"", "the time is a column of type `date`"),
    ("time = \"due_date\"", "time = \"due_date\"\nkey = \"loan\"", "its column has `names = \"enterprise\"`"),
    ("time = \"due_date\"", "time = \"due_date\"\nkey = \"firm\"", "has no column `firm`"),
    ("time = \"due_date\"  ", "#", "has no `time` to count history on"),
    ("history_months = 24\nrows_max = 500                     #", "rows_max = 500 #", "say how far back"),
    ("history_months = 24\nrows_max = 500                     #", "history_months = 0\nrows_max = 500 #", "at least 1"),
    ("rows_max = 500                     #", "rows_max = 0 #", "`rows_max` of a client's dataset is from 1 to 10000"),
    ("rows_max = 500                     #", "rows_max = 10_001 #", "is from 1 to 10000"),
    ("rows_max = 500                     #", "rows_max = 500\nunit = \"enterprise\" #", "unknown field `unit`"),
    ("title = { zh = \"还款记录\", ", "title = { ", "missing field `zh`"),
    (", en = \"Repayments\" }", " }", "missing field `en`"),
    ("name = \"kind\"", "name = \"loan\"", "the column `loan` stands here twice"),
    ("type = \"identifier\"", "type = \"identifer\"", "did you mean `identifier`?"),
    ("values = [\"PRINCIPAL\", \"INTEREST\"]", "values = [\"PRINCIPAL\", \"PRINCIPAL\"]", "stands here twice"),
    ("type = \"identifier\"", "type = \"identifier\"\nmin = 1", "only a column of type `integer`"),
    ("unit = \"fen\"\nmin = 0", "unit = \"fen\"\nmin = 2\nmax = 1", "`max` is less than `min`"),
    (
        "[answer]",
        "[[client_dataset]]\nname = \"repayments\"\ntitle = { zh = \"\", en = \"\" }\nrole = \"enterprise\"\n\
         rows_max = 1\ncolumn = []\n[answer]",
        "the client's dataset `repayments` stands here twice",
    ),
    (
        "[answer]",
        "[[client_dataset]]\nname = \"others\"\ntitle = { zh = \"\", en = \"\" }\nrole = \"enterprise\"\n\
         rows_max = 1\ncolumn = []\n[answer]",
        "has 1 to 64 columns",
    ),
];

#[test]
fn every_mistake_in_a_clients_dataset_is_found_with_its_line() {
    let good = std::fs::read_to_string(root().join("policies/loan-renewal-check/policy.toml")).unwrap();
    check(&good).unwrap();
    for (from, to, expected) in CLIENT_DATASET_MISTAKES {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "`{from}` is not in the policy");
        let error = check(&bad).expect_err(&format!("`{to}` passed"));
        assert!(error.contains(expected), "`{to}`: no `{expected}` in:\n{error}");
        assert!(error.contains("policy.toml:"), "`{to}`: no line in:\n{error}");
    }
    let table = std::fs::read_to_string(root().join("policies/late-payment-by-county/policy.toml")).unwrap();
    let (_, dataset) = good.split_once("[[client_dataset]]").unwrap();
    let (dataset, _) = dataset.split_once("[answer]").unwrap();
    let error = check(&format!("{table}\n[[client_dataset]]{dataset}")).unwrap_err();
    assert!(error.contains("`[[client_dataset]]` has no meaning"), "{error}");
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

#[test]
fn all_mistakes_are_told_at_once() {
    let good = std::fs::read_to_string(root().join("policies/sme-credit-check/policy.toml")).unwrap();
    let bad = good.replace("\"paid_date\"]", "\"paid_dat\"]").replace("fuel = 500_000", "fuel = 0");
    let error = check(&bad).unwrap_err();
    assert!(error.contains("did you mean `paid_date`?") && error.contains("`fuel` is from 1"), "{error}");
}

#[test]
fn quotas_are_disjoint() {
    let good = std::fs::read_to_string(root().join("policies/accounts.toml")).unwrap();
    let accounts =
        |text: &str| Accounts::check(&Document::new("accounts.toml", text)).map(drop).map_err(|e| e.to_string());
    accounts(&good).unwrap();
    let cases = [
        ("limit = { bits = 24,", "limit = { bits = 23,", "disjoint"),
        ("lifetime = 240 } }", "lifetime = 241 } }", "disjoint"),
        ("bits = 24, lifetime = 240 } }", "bits = 24, lifetime = 20 } }", "lifetime of `smart-finance`"),
        ("window_days = 90", "window_days = 0", "at least one day"),
        ("[label.enterprise]", "[label.firm]", "`enterprise` or `person`"),
        ("window_days = 90", "window_day = 90", "did you mean `window_days`?"),
        ("limit = { epsilon = \"4\"", "limit = { epsilon = \"3.999999999\"", "disjoint"),
        ("lifetime = \"12\" } }", "lifetime = \"12.000000001\" } }", "disjoint"),
        (
            "epsilon = \"4\", lifetime = \"12\" } }",
            "epsilon = \"4\", lifetime = \"3\" } }",
            "lifetime of `smart-finance`",
        ),
        ("epsilon = \"4\", lifetime = \"12\" } }", "epsilon = \"four\", lifetime = \"12\" } }", "not a number"),
        ("[table.enterprise]", "[table.firm]", "`table.firm`"),
    ];
    for (from, to, expected) in cases {
        let error = accounts(&good.replacen(from, to, 1)).expect_err(to);
        assert!(error.contains(expected), "`{to}`: no `{expected}` in:\n{error}");
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
    assert!(told.contains("a run of `guarantor-check` too") && told.contains("/policy.toml`"), "{told}");
}

#[test]
fn a_policy_without_its_approvals_is_not_in_force() {
    let trust = ApprovalTrust { needed: 1, ..ApprovalTrust::none_needed() };
    let set = PolicySet::load(&root().join("policies"), &catalog(), PACE, &trust);
    assert!(matches!(set, Err(PolicyError::AccountsUnapproved(1))));
    let set = PolicySet::load(&root().join("policies"), &catalog(), PACE, &ApprovalTrust::none_needed()).unwrap();
    assert!(set.policies().map(|policy| policy.id.as_str()).eq([
        "enterprise-vitality",
        "guarantor-check",
        "late-payment-by-county",
        "loan-renewal-check",
        "sme-credit-check"
    ]));
}

#[test]
fn enough_different_auditors_put_a_policy_in_force() {
    use anshi::keys::{SigningKey, TokenKind, TrustedKey, sign};
    use anshi::model::Millis;
    use anshi::policy::ApprovalStatement;
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("policies"), folder.path());
    let keys = [SigningKey::from_seed([1; 32]).unwrap(), SigningKey::from_seed([2; 32]).unwrap()];
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
    assert_eq!(
        load().unwrap().unapproved(),
        ["enterprise-vitality", "guarantor-check", "late-payment-by-county", "loan-renewal-check", "sme-credit-check"]
    );
    approve(&of_policy, policy, &keys[1], "two.jws");
    assert_eq!(
        load().unwrap().unapproved(),
        ["enterprise-vitality", "guarantor-check", "late-payment-by-county", "loan-renewal-check"]
    );
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
