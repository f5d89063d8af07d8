//! Attack 57: a person whom nobody has named, inside a firm's rows. Two homes that differ in who a firm's officers are,
//! and in nothing else; a guest that looks at every column, at the whole memory, sees the same in both.

use std::fmt::Write;

use anshi::env::weaken::Weakness;
use anshi::model::{Digest, UnitId, UnitKind};

use super::run::check;
use super::watcher::{look, policy, sight, watcher};
use crate::support::{Setup, TestHome, firm};

const LOOKS: i64 = 10;
const FIRM: u32 = 1;
/// Another firm, of which one of the first firm's officers may be an officer too.
const SISTER: u32 = 2;

const DATASET: &str = r#"
name = "officers"
title = { zh = "任职", en = "Officers" }
department = { zh = "市场监督管理局", en = "Administration for market regulation" }
library = "legal-entity"
collections = ["smart-finance"]
unit = "enterprise"
key = "uscc"
classification = "L3"
update = "daily"
[[column]]
name = "uscc"
type = "identifier"
title = { zh = "代码", en = "Code" }
[[column]]
name = "officer"
type = "identifier"
title = { zh = "人员", en = "Officer" }
[[column]]
name = "post"
type = "text"
title = { zh = "职务", en = "Post" }
[[column]]
name = "since"
type = "date"
title = { zh = "起始", en = "Since" }
[[column]]
name = "share"
type = "integer"
title = { zh = "比例", en = "Share" }
[[column]]
name = "nominee"
type = "boolean"
title = { zh = "代持", en = "Nominee" }
[source]
kind = "csv"
files = "officers/*.csv"
encoding = "utf-8"
columns = { "firm" = "uscc", "officer" = "officer", "post" = "post", "since" = "since", "share" = "share", "nominee" = "nominee" }
dates = ["%Y-%m-%d"]
missing = [""]
on_bad_id = "reject"
rejects_max = "0"
[synthetic]
rows_per_unit = { min = 1, max = 3 }
"#;

/// A person by the region, the day of birth and the number: what an identifier tells whoever sees it.
fn person(head: &str) -> UnitId {
    UnitId::with_check(UnitKind::Person, head.as_bytes().try_into().unwrap()).unwrap()
}

/// The rows in which these three are the officers of the one firm, and these two of the other.
fn delivery(officers: [&str; 3], sisters: [&str; 2]) -> (String, String) {
    let mut rows = "firm,officer,post,since,share,nominee\n".to_owned();
    let posts = ["chair,2019-03-01,60,false", "manager,2020-05-01,,true", "supervisor,,10,false"];
    for (officer, rest) in officers.iter().zip(posts) {
        writeln!(rows, "{},{},{rest}", firm(FIRM), person(officer)).unwrap();
    }
    for (officer, rest) in sisters.iter().zip(posts) {
        writeln!(rows, "{},{},{rest}", firm(SISTER), person(officer)).unwrap();
    }
    ("delivery/officers/delivery.csv".to_owned(), rows)
}

fn home(files: Vec<(String, String)>) -> TestHome {
    TestHome::with(&Setup { files, ..Setup::default() })
}

/// What is seen of both firms, all in all.
fn sights(home: &TestHome, guest: Digest) -> Vec<String> {
    let asked = [FIRM, SISTER].into_iter().flat_map(|firm| (1..=LOOKS).map(move |number| (firm, number)));
    let tokens = asked.map(|(firm, number)| look(home, guest, firm, number)).collect();
    home.ask_all(tokens).into_iter().map(sight).collect()
}

pub fn attack() -> Result<(), String> {
    let guest = watcher(&[("officers", &["officer", "since", "post", "share", "nominee"])]);
    // By whole numbers: the same region and birth and another; older than the others and younger; an officer of both.
    let (first, second, third) = ("37140219620101001", "37140219750202002", "37140219880303003");
    let variants = [
        ([first, second, third], [second, third]),
        ([third, second, first], [second, third]),
        (["11010119490101001", second, third], [first, third]),
        ([first, second, "65422319990909009"], [first, second]),
    ];
    let mut seen: Vec<Vec<String>> = Vec::new();
    for (officers, sisters) in variants {
        let files =
            vec![policy(&guest), ("catalog/officers.toml".to_owned(), DATASET.to_owned()), delivery(officers, sisters)];
        let home = home(files);
        let digest = home.register(&guest.module()).unwrap();
        seen.push(sights(&home, digest));
        if seen.iter().flatten().any(|sight| sight == "undetermined") {
            return Err(format!("the guest was cut off: {seen:?}"));
        }
        if seen.first() != seen.last() {
            let last = seen.last().unwrap();
            return Err(format!("a guest sees who a firm's officers are: {:?} and {last:?}", seen[0]));
        }
    }
    asks_for_names(&variants[0].0)
}

/// Guests that want the identifiers in another form than as tokens: by values to be told apart.
fn asks_for_names(officers: &[&str; 3]) -> Result<(), String> {
    let mut guest = watcher(&[("officers", &["officer"])]);
    guest.tables[0].1[0].1 = officers.iter().map(|officer| person(officer).to_string()).collect();
    let files = vec![
        policy(&guest),
        ("catalog/officers.toml".to_owned(), DATASET.to_owned()),
        delivery(*officers, [officers[0], officers[1]]),
    ];
    let home = home(files);
    let Ok(digest) = home.register(&guest.module()) else { return Ok(()) };
    match crate::support::refusal(&home.ask(&look(&home, digest, FIRM, 1))) {
        Some(anshi::model::RefusalCode::GuestManifest) => Ok(()),
        other => Err(format!("a guest that knows names may look for them among the officers: {other:?}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::IdentifierTold);
}
