//! Attack 49: the guest, or the client, chooses noise or bounds. There is no such word: not in a request, not in its
//! parameters, not in what a guest returns; and no policy goes without its own.

use anshi::keys::TokenKind;
use anshi::model::RawParameter;
use anshi::policy::check_policy_file;
use serde_json::{Value, json};

use super::run::check_beside;
use crate::support::{TableHome, TableSetup, signed_again, spread};

/// What would be chosen, and to what.
fn choices() -> Vec<(&'static str, Value)> {
    vec![
        ("epsilon", json!("20")),
        ("epsilon_per_job", json!("20")),
        ("noise", json!("none")),
        ("privacy", json!({ "noise": "discrete-laplace", "epsilon_per_job": "20" })),
        ("lower", json!(i64::MIN)),
        ("upper", json!(i64::MAX)),
        ("min_units", json!(0)),
        ("cells_per_unit", json!(1_000)),
        ("seed", json!(1)),
        ("share", json!("1")),
    ]
}

/// Lines without which there is no policy of a table.
const NEEDED: [&str; 8] = [
    "noise = ",
    "epsilon_per_job = ",
    "lower = ",
    "upper = ",
    "share = ",
    "min_units = ",
    "cells_per_unit = ",
    "unit = \"e",
];

/// A request in which one thing more is chosen.
fn choosing(home: &TableHome, name: &str, value: &Value) -> String {
    signed_again(&home.token(0), TokenKind::Job, &home.0.client, |payload| payload[name] = value.clone())
}

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 1, |_| 500)));
    for (name, value) in choices() {
        if home.0.ask(&choosing(&home, name, &value)).is_ok() {
            return Err(format!("a request with `{name}` was answered"));
        }
        let mut order = home.order(0);
        order.parameters.push((name.to_owned(), RawParameter::Text(value.to_string())));
        if home.0.ask(&home.0.sign(&order)).is_ok() {
            return Err(format!("a parameter `{name}` was taken"));
        }
    }
    if !home.charges().is_empty() {
        return Err("a refused request was charged".to_owned());
    }
    let path = home.0.path.join("policies/hostile-table-0/policy.toml");
    let policy = std::fs::read_to_string(&path).unwrap();
    let checked = || check_policy_file(&path, &home.0.engine.catalog(), home.0.engine.config().pace).is_ok();
    assert!(checked(), "the policy is good as it is");
    for line in NEEDED {
        let without: Vec<&str> = policy.lines().filter(|given| !given.starts_with(line)).collect();
        std::fs::write(&path, without.join("\n")).unwrap();
        if checked() {
            return Err(format!("a policy without `{line}` is taken: something else would choose"));
        }
    }
    Ok(())
}

/// A reader that takes what it knows and leaves the rest, as readers of JSON do if nobody forbids it.
pub fn without() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 1, |_| 500)));
    for (name, value) in choices() {
        let token = choosing(&home, name, &value);
        let payload = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        let read: Value = serde_json::from_slice(&payload).unwrap();
        if read[name] == value {
            return Err(format!("`{name}` is read as {value}"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check_beside(attack, without);
}
