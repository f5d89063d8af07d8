//! Attack 14: how much memory is granted, how deep the stack is, in which order instances are made. A guest that looks
//! at all of it sees the same for every firm with the same rows, whatever runs beside it and ran before it.

use std::collections::BTreeSet;
use std::fmt::Write;

use anshi::env::weaken::Weakness;
use anshi::model::Digest;

use super::run::check;
use super::watcher::{DIVE, GROW, look, policy, sight, watcher};
use crate::support::{Setup, TestHome, firm};

/// Firms with one and the same payment.
const ALIKE: std::ops::Range<u32> = 2_001..2_025;
const DEPTHS_AT_ONCE: i64 = 8;
const DEPTH_MAX: i64 = 400_000;

fn alike() -> (String, String) {
    let mut rows = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期\n".to_owned();
    for number in ALIKE {
        writeln!(rows, "{},20260531,VAT,45000.00,45000.00,20260531,20260531", firm(number)).unwrap();
    }
    ("delivery/tax_payment/alike.csv".to_owned(), rows)
}

/// The greatest depth that firm's guest survives, found by asking for several at once; the two ends of what is left.
fn deepest(home: &TestHome, guest: Digest, firm: u32) -> i64 {
    let (mut survived, mut drowned) = (DIVE, DEPTH_MAX);
    while drowned - survived > 1 {
        let step = ((drowned - survived) / (DEPTHS_AT_ONCE + 1)).max(1);
        let depths: Vec<i64> = (1..=DEPTHS_AT_ONCE).map(|n| survived + n * step).filter(|d| *d < drowned).collect();
        let tokens = depths.iter().map(|depth| look(home, guest, firm, *depth)).collect();
        for (depth, answer) in depths.iter().zip(home.ask_all(tokens)) {
            match sight(answer).as_str() {
                "0" => survived = survived.max(*depth),
                _ => drowned = drowned.min(*depth),
            }
        }
    }
    survived
}

/// One sight for all firms, whoever is asked about beside them.
fn one_sight(home: &TestHome, guest: Digest, look_at: i64) -> Result<String, String> {
    let tokens = ALIKE.map(|firm| look(home, guest, firm, look_at)).collect();
    let sights: BTreeSet<String> = home.ask_all(tokens).into_iter().map(sight).collect();
    match sights.len() {
        1 => Ok(sights.into_iter().next().unwrap()),
        _ => Err(format!("looking {look_at}, firms with the same rows are told apart: {sights:?}")),
    }
}

pub fn attack() -> Result<(), String> {
    let guest = watcher(&[("tax_payment", &["period_end", "paid_fen"])]);
    let home = TestHome::with(&Setup { files: vec![policy(&guest), alike()], ..Setup::default() });
    let digest = home.register(&guest.module()).unwrap();
    // Two MiB are 32 pages, of which two are there from the start.
    let grown = one_sight(&home, digest, GROW)?;
    if grown != "30" {
        return Err(format!("memory grew {grown} times"));
    }
    for salt in 1..=3 {
        one_sight(&home, digest, salt)?;
    }
    let deepest = deepest(&home, digest, ALIKE.start);
    let around = [deepest - 1, deepest, deepest + 1, deepest + 2];
    let asked: Vec<(u32, i64)> = ALIKE
        .step_by(6)
        .flat_map(|firm| around.map(|depth| (firm, depth)))
        .filter(|(_, depth)| *depth >= DIVE)
        .collect();
    let tokens = asked.iter().map(|(firm, depth)| look(&home, digest, *firm, *depth)).collect();
    for ((firm, depth), answer) in asked.iter().zip(home.ask_all(tokens)) {
        let survived = sight(answer) == "0";
        if survived != (*depth <= deepest) {
            return Err(format!("firm {firm} is told from another by what happens {depth} calls deep"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::LimitsByLoad);
}
