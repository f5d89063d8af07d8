//! Attack 36: a cost that depends on data. The twins' charges are equal, row by row.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Setup, TestHome, Twins};

/// Account, party, client and bits of every charge.
fn charges(home: &TestHome) -> Vec<String> {
    let rows = home.reader().audit_charges().unwrap();
    rows.into_iter().map(|(_, account, party, client, _, bits)| format!("{account} {party} {client} {bits}")).collect()
}

pub fn attack() -> Result<(), String> {
    let twins = Twins::new(&Setup::default());
    for behaviour in 0..=9 {
        twins.ask(behaviour);
    }
    let [with, without] = [&twins.with, &twins.without].map(charges);
    match with == without {
        true => Ok(()),
        false => Err(format!("the twins were charged differently: {with:?} and {without:?}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::CostByData);
}
