//! Attack 63: whom was asked about, read from a copy of the ledger. Requests name their parties and are archived; without the
//! home's salt key, which no backup has, neither the ledger nor anything that is kept beside it tells a name.

use std::path::Path;

use anshi::env::Entropy;
use anshi::env::weaken::Weakness;
use anshi::job::{Batch, begin_batch, compose_batch};

use super::run::check;
use crate::support::{TestHome, block_on, firm};

/// The files below `folder` that hold `needle`, but for the data and the keys.
fn found(folder: &Path, needle: &[u8], into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.path() {
            path if path.is_dir() && name != "data" && name != "keys" => found(&path, needle, into),
            path if path.is_file() => {
                let bytes = std::fs::read(path).unwrap();
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    into.push(name);
                }
            }
            _ => {}
        }
    }
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    home.answered(&home.token(0, 1));
    let orders = [home.order(0, 2), home.order(1, 2)];
    let batch = compose_batch(&orders, &home.client, home.engine.clock().now(), &Entropy).unwrap();
    let ran = async { begin_batch(&home.engine, Batch::read(&home.engine, &batch).unwrap()).await?.result().await };
    block_on(ran).unwrap();
    let kept = home.reader().audit_jobs().unwrap();
    let archived = |intent: &u64| home.reader().archived_request(*intent).unwrap().is_some();
    assert!(kept.len() == 3 && kept.iter().all(|(intent, ..)| archived(intent)), "requests are archived");
    let mut telling = Vec::new();
    for party in [1, 2] {
        let id = firm(party).to_string();
        found(&home.path, id.as_bytes(), &mut telling);
        found(&home.path.with_extension("mirror"), id.as_bytes(), &mut telling);
    }
    if telling.is_empty() { Ok(()) } else { Err(format!("parties are named in {telling:?}")) }
}

#[test]
fn held() {
    check(attack, Weakness::RequestsUnsealed);
}
