//! Two versions of a policy or of the accounts compared: each change as looser, tighter or neither, and one verdict. The order
//! is `order`'s; how it is told is the command's.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Field, facts};
use super::order::{Direction, Order, Value, direction, order_of};
use crate::model::AccountKind;
use crate::policy::{Accounts, Policy, Quota};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field, as it is called in TOML.
    pub field: &'static str,
    /// Of which entry: a role, a dataset, a client; empty where there is one alone.
    pub of: String,
    /// What it was; `None` where it was not there.
    pub old: Option<String>,
    /// What it is; `None` where it is no more.
    pub new: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
}

/// All changes between two versions of something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Difference {
    /// A whole policy more.
    pub fn added(id: &str) -> Self {
        Self { changes: vec![whole("policy", id, (None, Some(id.to_owned())), Direction::Looser)] }
    }

    /// A whole policy less.
    pub fn removed(id: &str) -> Self {
        Self { changes: vec![whole("policy", id, (Some(id.to_owned()), None), Direction::Tighter)] }
    }

    /// The whole: looser if anything is, tighter if something is and nothing looser; `None` where nothing changed.
    pub fn verdict(&self) -> Option<Direction> {
        self.changes.iter().map(|change| change.direction).max()
    }
}

/// What changed from one version of a policy to another.
pub fn compare(old: &Policy, new: &Policy) -> Difference {
    let (old, new) = (facts(old), facts(new));
    let mut changes = Vec::new();
    compare_fields("", &old.fields, &new.fields, &mut changes);
    let keys: BTreeSet<_> = old.entries.keys().chain(new.entries.keys()).collect();
    for key in keys {
        let (field, name) = key;
        match (old.entries.get(key), new.entries.get(key)) {
            (Some(old), Some(new)) => compare_fields(name, &old.fields, &new.fields, &mut changes),
            (None, Some(_)) => {
                changes.push(whole(field, name, (None, Some(name.clone())), Direction::Looser));
            }
            (Some(old), None) => {
                // What is taken away allows less, unless a request had to have it, or the rest becomes another thing by it.
                let less = !old.needed && order_of(field) == Order::Set;
                let direction = if less { Direction::Tighter } else { Direction::Looser };
                changes.push(whole(field, name, (Some(name.clone()), None), direction));
            }
            (None, None) => {}
        }
    }
    Difference { changes }
}

fn whole(field: &'static str, of: &str, (old, new): (Option<String>, Option<String>), direction: Direction) -> Change {
    Change { field, of: of.to_owned(), old, new, direction }
}

fn compare_fields(of: &str, old: &[Field], new: &[Field], changes: &mut Vec<Change>) {
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = (
        old.iter().map(|(name, value)| (*name, value)).collect(),
        new.iter().map(|(name, value)| (*name, value)).collect(),
    );
    let names: BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    for field in names {
        let (old, new) = (old.get(field).copied(), new.get(field).copied());
        if old == new {
            continue;
        }
        let direction = match (old, new) {
            (Some(old), Some(new)) => direction(order_of(field), old, new),
            // One is about labels and the other about a table.
            _ => Direction::Looser,
        };
        // Another order of the same elements, another way to write the same values: no change of what is allowed.
        let text = |value: Option<&Value>| value.map(Value::text);
        changes.push(Change { field, of: of.to_owned(), old: text(old), new: text(new), direction });
    }
}

/// What changed from one version of the accounts to another.
pub fn compare_accounts(old: &Accounts, new: &Accounts) -> Difference {
    let (old, new) = (quotas(old), quotas(new));
    let mut changes = Vec::new();
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (account, client) = key;
        let of = match client {
            Some(client) => format!("{} {client}", account.word()),
            None => account.word().to_owned(),
        };
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => compare_quota(*account, &of, *old, *new, &mut changes),
            (None, Some(new)) => {
                let new = account.shown(new.window);
                changes.push(whole("quota", &of, (None, Some(new)), Direction::Looser));
            }
            (Some(old), None) => {
                let old = account.shown(old.window);
                changes.push(whole("quota", &of, (Some(old), None), Direction::Tighter));
            }
            (None, None) => {}
        }
    }
    Difference { changes }
}

/// Clients' quotas and, without a client, the accounts' limits.
fn quotas(accounts: &Accounts) -> BTreeMap<(AccountKind, Option<String>), Quota> {
    let limits: Vec<(AccountKind, Quota)> = accounts.limits().collect();
    let of = |account: AccountKind| {
        accounts.quotas_in(account).map(move |(client, quota)| ((account, Some(client.to_owned())), quota))
    };
    let clients = limits.iter().flat_map(|(account, _)| of(*account)).collect::<Vec<_>>();
    clients.into_iter().chain(limits.iter().map(|(account, limit)| ((*account, None), *limit))).collect()
}

fn compare_quota(account: AccountKind, of: &str, old: Quota, new: Quota, changes: &mut Vec<Change>) {
    let amount = |amount: u64| Value::Number(amount.into(), account.shown(amount));
    let rows = [
        ("quota.window", Order::More, amount(old.window), amount(new.window)),
        ("quota.lifetime", Order::More, amount(old.lifetime), amount(new.lifetime)),
        ("window_days", Order::Less, Value::number(old.window_days), Value::number(new.window_days)),
    ];
    for (field, order, old, new) in rows.into_iter().filter(|(_, _, old, new)| old != new) {
        let direction = direction(order, &old, &new);
        changes.push(Change { field, of: of.to_owned(), old: Some(old.text()), new: Some(new.text()), direction });
    }
}
