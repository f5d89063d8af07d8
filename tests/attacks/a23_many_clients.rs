//! Attack 23: many clients, one owner. Quotas are disjoint parts of one limit: accounts whose quotas add up to more are
//! refused, and what all clients spend together stays within the limit.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;
use anshi::policy::{ApprovalTrust, PolicySet};

use super::run::check;
use crate::support::{TableHome, TableSetup, TestHome, refusal, spread};

const LIMIT: i64 = 2_000_000_000;

/// Accounts of two clients, ε each, under a limit of ε = 2.
fn accounts(each: &str) -> String {
    let quota = format!("{{ epsilon = \"{each}\", lifetime = \"{each}\" }}");
    format!(
        "[table.enterprise]\nclients = {{ smart-finance = {quota}, housing-fund = {quota} }}\n\
         limit = {{ epsilon = \"2\", lifetime = \"2\" }}\nwindow_days = 30\n"
    )
}

pub fn attack() -> Result<(), String> {
    let home = TableHome::with(&TableSetup::noisy(spread(1, 1, |_| 500))).0;
    let put = |each| move |path: &std::path::Path| std::fs::write(path.join("policies/accounts.toml"), accounts(each));
    // Both the whole limit, or parts of a billionth too much.
    for each in ["2", "1.000000001"] {
        put(each)(&home.path).unwrap();
        let trust = ApprovalTrust::none_needed();
        let pace = home.engine.config().pace;
        if PolicySet::load(&home.path.join("policies"), &home.engine.catalog(), pace, &trust).is_ok() {
            return Err(format!("two clients may spend ε = {each} each, of a limit of 2"));
        }
    }
    let (home, _) = home.while_closed(put("1"));
    let home = TableHome(home);
    let (name, key) = TestHome::stranger();
    let stranger = |behaviour| {
        let order = anshi::job::JobOrder { client: name.to_owned(), ..home.order(behaviour) };
        anshi::job::compose_job(&order, &key, home.0.engine.clock().now(), &anshi::env::Entropy).unwrap()
    };
    let tokens = vec![home.token(0), home.token(3_000_001), stranger(0), stranger(3_000_001)];
    let refusals: Vec<_> = home.0.ask_all(tokens).iter().map(refusal).collect();
    let answered = refusals.iter().filter(|code| code.is_none()).count();
    let refused = refusals.iter().filter(|code| **code == Some(RefusalCode::Budget)).count();
    let spent = home.0.bits_charged();
    match (answered, refused, spent) {
        (2, 2, LIMIT) => Ok(()),
        _ => Err(format!("{refusals:?}: {spent} billionths of ε were spent of a limit of {LIMIT}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::QuotasOverlap);
}
