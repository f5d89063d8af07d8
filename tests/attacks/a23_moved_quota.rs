//! Attack 23, by another way: one client spends its quota, and an edited `accounts.toml` gives the same quota to another
//! client of the same owner. The quotas of the file still add up to the limit; with what was spent they do not.

use std::sync::Arc;

use anshi::env::weaken::Weakness;
use anshi::job::{Engine, JobOrder, OpenError, answer, compose_job};
use anshi::ledger::{Excess, LedgerError};
use anshi::model::AccountKind;

use super::run::check;
use crate::support::{Setup, TableHome, TableSetup, TestHome, block_on, engine_options, spread};

/// Accounts of tables with these quotas under a limit of ε = 2.
fn tables(clients: &[(&str, &str)]) -> String {
    let quota = |epsilon: &str| format!("{{ epsilon = \"{epsilon}\", lifetime = \"{epsilon}\" }}");
    let clients: Vec<String> = clients.iter().map(|(client, each)| format!("{client} = {}", quota(each))).collect();
    let limit = quota("2");
    format!("[table.enterprise]\nclients = {{ {} }}\nlimit = {limit}\nwindow_days = 30\n", clients.join(", "))
}

/// Accounts of labels with these quotas of bits, in the window and ever, under a limit.
fn labels(clients: &[(&str, u32, u32)], limit: (u32, u32)) -> String {
    let quota = |bits: u32, lifetime: u32| format!("{{ bits = {bits}, lifetime = {lifetime} }}");
    let clients: Vec<String> =
        clients.iter().map(|(client, bits, ever)| format!("{client} = {}", quota(*bits, *ever))).collect();
    let limit = quota(limit.0, limit.1);
    format!("[label.enterprise]\nclients = {{ {} }}\nlimit = {limit}\nwindow_days = 90\n", clients.join(", "))
}

pub fn attack() -> Result<(), String> {
    let (name, key) = TestHome::stranger();
    let home = TableHome::with(&TableSetup::noisy(spread(1, 1, |_| 500))).0;
    let put = |text: String| move |path: &std::path::Path| std::fs::write(path.join("policies/accounts.toml"), text);
    let home = TableHome(home.while_closed(put(tables(&[("smart-finance", "2")]))).0);
    for behaviour in [0, 3_000_001] {
        assert!(home.0.ask_all(vec![home.token(behaviour)]).iter().all(Result::is_ok));
    }
    let order = JobOrder { client: name.to_owned(), ..home.order(3_000_002) };
    let token = compose_job(&order, &key, home.0.engine.clock().now(), &anshi::env::Entropy).unwrap();
    let path = home.0.path.clone();
    drop(home.0.engine);
    // All of it to another; half of it to another; both, by the first one's leaving the file.
    for clients in [&[(name, "2")][..], &[("smart-finance", "1"), (name, "1")], &[(name, "1")]] {
        put(tables(clients))(&path).unwrap();
        match Engine::open(&path, engine_options()) {
            Err(OpenError::Ledger(LedgerError::Limit(_))) => {}
            Err(other) => return Err(format!("the accounts are refused for another reason: {other}")),
            Ok(engine) => {
                let answered = block_on(answer(&Arc::new(engine), &token)).is_ok();
                return Err(format!("a limit of ε = 2 is spent, and {clients:?} may go on: {answered}"));
            }
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::SpentForgotten);
}

/// What the engine says of these accounts; `None` where it starts.
fn opened(path: &std::path::Path, accounts: &str, days: i64) -> Option<Excess> {
    std::fs::write(path.join("policies/accounts.toml"), accounts).unwrap();
    let mut options = engine_options();
    options.clock = anshi::env::Clock::Shifted(Arc::new((days * 86_400_000).into()));
    match Engine::open(path, options) {
        Ok(_) => None,
        Err(OpenError::Ledger(LedgerError::Limit(excess))) => Some(*excess),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn each_party_counts_alone_and_the_message_says_what_would_do() {
    let _turn = crate::support::strong();
    let home = TestHome::with(&Setup { bits: 8, ..Setup::default() });
    // Two bits each: six of the first firm, two of the second.
    for behaviour in [150, 151, 152] {
        home.answered(&home.token(behaviour, 1));
    }
    home.answered(&home.token(150, 2));
    let path = home.path.clone();
    drop(home.engine);
    let moved = |limit| labels(&[("smart-finance", 2, 2), ("housing-fund", 6, 6)], limit);
    let excess = opened(&path, &moved((8, 8)), 0).expect("twelve bits could be spent of eight");
    assert_eq!((excess.account.word(), excess.window_days, excess.limit), ("label.enterprise", None, 8));
    assert!(matches!(excess.account, AccountKind::Label(_)));
    assert_eq!((excess.needed, excess.parties), (12, 1), "the second firm's fit");
    let shares: Vec<_> = excess.shares.iter().map(|s| (s.client.as_str(), s.quota, s.spent)).collect();
    assert_eq!(shares, [("housing-fund", 6, 0), ("smart-finance", 2, 6)]);
    let [en, zh] = [excess.to_string(), anshi::model::Chinese::chinese(&excess)];
    for words in ["`label.enterprise`", "`housing-fund`", "`smart-finance`", "12", "8"] {
        assert!(en.contains(words) && zh.contains(words), "{words} in {en}\n{zh}");
    }
    // The cure that it names.
    assert_eq!(opened(&path, &moved((12, 12)), 0), None);
    // What is ever and what is in the window are two sums; the window passes.
    let window = labels(&[("smart-finance", 2, 2), ("housing-fund", 6, 6)], (8, 12));
    assert_eq!(opened(&path, &window, 0).map(|excess| excess.window_days), Some(Some(90)));
    assert_eq!(opened(&path, &window, 89).map(|excess| excess.needed), Some(12));
    assert_eq!(opened(&path, &window, 90), None);
    // To spend less than was spent already harms nobody: nothing more can be spent.
    assert_eq!(opened(&path, &labels(&[("smart-finance", 4, 4)], (4, 4)), 90), None);
    // Who leaves the file takes nothing along.
    let left = labels(&[("housing-fund", 3, 3)], (8, 8));
    assert_eq!(opened(&path, &left, 90).map(|excess| excess.needed), Some(9));
    let fits = labels(&[("housing-fund", 2, 2)], (8, 8));
    assert_eq!(opened(&path, &fits, 90), None);
    // What passed once is not added up again, but for a day or a file that went back.
    let mark = path.join("limits.checked");
    let passed = std::fs::read_to_string(&mark).unwrap();
    assert_eq!(opened(&path, &fits, 91), None);
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), passed);
    assert_eq!(opened(&path, &fits, 10), None);
    assert_ne!(std::fs::read_to_string(&mark).unwrap(), passed);
    assert_eq!(opened(&path, &moved((12, 12)), 10), None);
    assert!(opened(&path, &moved((8, 8)), 10).is_some());
    assert_eq!(opened(&path, &window, 90), None);
    assert!(opened(&path, &window, 0).is_some(), "the window has not passed on that day");
    std::fs::write(&mark, passed.replace(char::is_numeric, "0")).unwrap();
    assert!(opened(&path, &moved((8, 8)), 90).is_some(), "another's mark counts for nothing");
}
