//! The canonical form of a policy and of the accounts: the value that their digest is of, written as TOML. One line for each
//! key at the top, keys in order, no comments, nothing that may be left out and says nothing. Two files of one digest have one
//! canonical form, and it reads back as the same policy: so it shows what an approval is of.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::mistake::Mistake;
use super::raw::{RawAccounts, RawPolicy};
use super::schema::{accounts_shape, policy_shape};
use crate::document::{Document, DocumentError, Finding, Key, Shape};

/// The canonical form of a policy whose form is right.
pub fn canonical_policy(document: &Document) -> Result<String, DocumentError> {
    canonical::<RawPolicy>(document, policy_shape())
}

/// The canonical form of accounts whose form is right.
pub fn canonical_accounts(document: &Document) -> Result<String, DocumentError> {
    canonical::<RawAccounts>(document, accounts_shape())
}

/// The canonical form of accounts as one client may see them: its own quotas, and as each limit no more than they are, for
/// the rest of it would tell what others have. `None` where the client has no quota.
pub fn accounts_of_client(document: &Document, client: &str) -> Result<Option<String>, DocumentError> {
    let shape = accounts_shape();
    document.read::<RawAccounts>(shape, |_| true).settle(document, |raw, findings| {
        let mut members = members(raw, findings);
        for kind in members.values_mut() {
            let Some(accounts) = kind.as_object_mut() else { continue };
            accounts.retain(|_, account| of_client(account, client).is_some());
        }
        members.retain(|_, accounts| accounts.as_object().is_some_and(|accounts| !accounts.is_empty()));
        (!members.is_empty()).then(|| text(shape, &members))
    })
}

/// Leaves an account what is `client`'s; `None` where nothing is.
fn of_client(account: &mut Value, client: &str) -> Option<()> {
    let own = account.get("clients")?.get(client)?.clone();
    *account.get_mut("clients")? = Value::Object(Map::from_iter([(client.to_owned(), own.clone())]));
    *account.get_mut("limit")? = own;
    Some(())
}

fn canonical<T: Serialize + DeserializeOwned>(document: &Document, shape: &Shape) -> Result<String, DocumentError> {
    document.read::<T>(shape, |_| true).settle(document, |raw, findings| text(shape, &members(raw, findings)))
}

/// What stands at a file's top.
fn members(raw: impl Serialize, findings: &mut Vec<Finding>) -> Map<String, Value> {
    match serde_json::to_value(raw) {
        Ok(Value::Object(members)) => members,
        Ok(_) => Map::new(),
        Err(error) => {
            findings.push(Finding::whole(Mistake::Digest(error.to_string())));
            Map::new()
        }
    }
}

fn text(shape: &Shape, members: &Map<String, Value>) -> String {
    entries(shape, members).into_iter().map(|entry| entry + "\n").collect()
}

/// `key = value` for each key, in order.
fn entries(shape: &Shape, members: &Map<String, Value>) -> Vec<String> {
    // The one field whose type its neighbour decides: what a parameter may be.
    let days = members.get("kind").is_some_and(|kind| kind == "date");
    let mut members: Vec<(&String, &Value)> = members.iter().filter(|(_, value)| !value.is_null()).collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    let entry = |(name, value): (&String, &Value)| {
        let below = match shape {
            Shape::Table(keys) => keys.iter().find(|key| key.name == *name).map(|Key { shape, .. }| shape),
            Shape::Named(of) => Some(&**of),
            _ => None,
        };
        format!("{} = {}", key(name), value_text(below.unwrap_or(&Shape::Anything), value, days))
    };
    members.into_iter().map(entry).collect()
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

fn value_text(shape: &Shape, value: &Value, days: bool) -> String {
    match value {
        Value::String(text) if is_day(shape, days) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            let element = match shape {
                Shape::List(element) => element,
                Shape::Either(choices) => match choices.iter().find(|choice| matches!(choice, Shape::List(_))) {
                    Some(Shape::List(element)) => element,
                    _ => &Shape::Anything,
                },
                _ => &Shape::Anything,
            };
            let values = values.iter().map(|value| value_text(element, value, days));
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => match entries(shape, members) {
            none if none.is_empty() => "{}".to_owned(),
            entries => format!("{{ {} }}", entries.join(", ")),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn is_day(shape: &Shape, days: bool) -> bool {
    match shape {
        Shape::Day => true,
        Shape::Either(choices) => days && choices.contains(&Shape::Day),
        _ => false,
    }
}

/// A basic string: TOML has JSON's escapes, and wants one for the control character that JSON leaves alone.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
