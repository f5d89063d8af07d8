//! Attack 33: before and after one row changes. The budget belongs to the account, not to the snapshot: what changed
//! overnight is asked for with what is left.

use anshi::env::weaken::Weakness;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{TableHome, TableSetup, refusal, spread, take_delivery};

pub fn attack() -> Result<(), String> {
    let setup = TableSetup { quota: ("1", "1"), ..TableSetup::noisy(spread(1, 2, |_| 500)) };
    let home = TableHome::with(&setup);
    let before = home.ask(0).map_err(|error| error.to_string())?;
    // The next night, one row is another.
    let mut changed = setup.clone();
    changed.units[6].fen = 501;
    let (home, ()) = home.0.while_closed(|path| take_delivery(path, &changed.setup()));
    let home = TableHome(home);
    let after = home.ask(0);
    if let Ok(after) = &after {
        let snapshot = |answered| crate::support::seen(answered).claims["snapshot"].clone();
        return Err(format!("asked on {} and, on an empty account, on {}", snapshot(&before), snapshot(after)));
    }
    match (refusal(&after), home.charges().len()) {
        (Some(RefusalCode::Budget), 1) => Ok(()),
        other => Err(format!("on the next snapshot: {other:?}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::SnapshotRefills);
}
