//! Attack 64: production bytes in a bank's pack. A home in use, with something to recognise in every kind of file that it has
//! and in every place of the files that a pack is made of; the archive, unpacked to its last byte, holds none of it.

use std::fs;
use std::io::Read;
use std::path::Path;

use anshi::data::synth::SynthOptions;
use anshi::env::Clock;
use anshi::env::weaken::Weakness;
use anshi::job::KeyFile;
use anshi::model::Date;
use anshi::pack::{ExportOptions, export};
use flate2::read::GzDecoder;

use super::run::check;
use crate::support::{Setup, TestHome, firm};

/// The client that gets the pack, and one whose quotas are nobody else's business.
const CLIENTS: &[&str] = &["smart-finance", "housing-fund"];

/// What the other client may spend.
const QUOTA_OF_OTHERS: u32 = 77_777;

/// Something to recognise: no other text has it.
fn canary(place: &str) -> String {
    format!("kanarie-{place}-7f3a")
}

/// Every file below `folder`, the folders that tests keep beside a home as well.
fn visit(folder: &Path, act: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { visit(&entry.path(), act) } else { act(&entry.path()) }
    }
}

/// Puts a canary into each file that a person writes, and files beside them that a person might leave there.
fn plant(home: &Path, planted: &mut Vec<String>) {
    let mut known = |place: &str| {
        planted.push(canary(place));
        canary(place)
    };
    let change = |path: &str, change: &dyn Fn(String) -> String| {
        let path = home.join(path);
        let text = change(fs::read_to_string(&path).unwrap());
        fs::write(path, text).unwrap();
    };
    let comment = |text: String, canary: &str| format!("# {canary}\n{text}\n# {canary}\n");
    let catalog = known("catalog");
    change("catalog/tax_payment.toml", &|text| comment(text, &catalog));
    let (file, header, missing) = (known("file"), known("header"), known("missing"));
    change("catalog/tax_payment.toml", &|text| {
        let text = text.replace("files = \"tax_payment/", &format!("files = \"{file}/"));
        let text = text.replace("\"缴款日期\" =", &format!("\"{header}\" ="));
        text.replace("\"NULL\"", &format!("\"{missing}\""))
    });
    let (connection, query) = (known("connection"), known("query"));
    change("catalog/tax_filing.toml", &|text| {
        let (before, source) = text.split_once("[source]").unwrap();
        let (_, synthetic) = source.split_once("[synthetic]").unwrap();
        let columns = source.lines().find(|line| line.starts_with("columns")).unwrap();
        format!(
            "{before}[source]\nkind = \"postgresql\"\nconnection = \"{connection}\"\nquery = \"select 1 -- {query}\"\n\
             {columns}\non_bad_id = \"reject\"\n\n[synthetic]{synthetic}"
        )
    });
    fs::write(
        home.join("policies/accounts.toml"),
        format!(
            "[label.enterprise]\nclients = {{ smart-finance = {{ bits = 5, lifetime = 50 }}, housing-fund = {{ bits = 9, \
             lifetime = {QUOTA_OF_OTHERS} }} }}\nlimit = {{ bits = 20, lifetime = 90000 }}\nwindow_days = 90\n"
        ),
    )
    .unwrap();
    let policy = known("policy");
    change("policies/adversary/policy.toml", &|text| comment(text, &policy));
    let accounts = known("accounts");
    change("policies/accounts.toml", &|text| comment(text, &accounts));
    let (config, server) = (known("config"), known("database-host"));
    change("anshi.toml", &|text| {
        let text = text.replace("kind = \"synthetic\"", "kind = \"production\"");
        format!(
            "{text}\n# {config}\n[connection.{connection}]\nkind = \"postgresql\"\nhost = \"{server}\"\ndbname = \"d\"\nuser = \"u\"\ntls = \"off\"\n"
        )
    });
    for path in ["clients.d/housing-fund.toml", "clients.d/smart-finance.toml"] {
        let client = known("client");
        change(path, &|text| comment(text, &client));
    }
    leave_behind(home, &mut known);
}

/// Puts files where nobody expects them, and cases that are not the program's own: they may be about anybody.
fn leave_behind(home: &Path, known: &mut dyn FnMut(&str) -> String) {
    for stray in [
        "catalog/tax_payment.toml~",
        "catalog/notes.md",
        "catalog/tax_payment.csv",
        "catalog/old/tax_payment.toml",
        "policies/notes.txt",
        "policies/accounts.toml.orig",
        "policies/adversary/policy.toml.swp",
        "policies/adversary/rows.csv",
        "policies/adversary/rows/delivery.csv",
        "policies/adversary/approvals/stray.jws",
        "policies/adversary/approvals/stray.txt",
        "policies/draft/notes.toml",
        "data/stray.bin",
        "rejects/tax_payment.csv",
        "keys/stray.key",
        "guests/stray.wasm",
        "archive/stray.json",
        "log/stray",
        "backup/ledger.sqlite",
    ] {
        let path = home.join(stray);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, known("stray")).unwrap();
    }
    let (day, person) = (known("case"), firm(1));
    fs::write(
        home.join("policies/adversary/cases.toml"),
        format!(
            "guest = \"adversary\"\nday = 2026-10-08\n[[case]]\ntitle = {{ zh = \"{day}\", en = \"{day}\" }}\n\
             parties = {{ enterprise = \"{person}\" }}\nparameters = {{ behaviour = 1 }}\nexpect = {{ answer = \"yes\" }}\n"
        ),
    )
    .unwrap();
}

/// What the home has made and is nobody else's: keys, salts, names of ledger, log and snapshots, everybody asked about.
fn secrets(home: &TestHome, into: &mut Vec<String>) {
    let paths = home.paths();
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    for key in
        [KeyFile::Receipt, KeyFile::Log, KeyFile::Client, KeyFile::Authority, KeyFile::Operator, KeyFile::Auditor]
    {
        let jwk: serde_json::Value = serde_json::from_str(&text(&paths.key(key))).unwrap();
        into.extend(["d", "x"].map(|member| jwk[member].as_str().unwrap().to_owned()));
    }
    into.push(text(&paths.salt()).trim().to_owned());
    into.push(home.engine.standing().config.ledger.clone());
    into.push(text(&paths.log_key()).trim().to_owned());
    let snapshot = text(&paths.data().join("current"));
    into.push(snapshot.trim().trim_start_matches("sha256:").to_owned());
    into.extend((0..8).map(|number| firm(number).to_string()));
    into.extend([home.adversary, home.credit_check, home.contributor].map(|guest| guest.hex()));
}

/// The archive's bytes, as whoever gets it can see them.
fn plain(archive: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(archive).read_to_end(&mut bytes).unwrap();
    bytes
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::with(&Setup { clients: CLIENTS, ..Setup::default() });
    home.answered(&home.token(0, 1));
    let mut planted = vec![QUOTA_OF_OTHERS.to_string()];
    secrets(&home, &mut planted);
    plant(&home.path, &mut planted);
    // What is looked for can be found: every canary is in the home, and in a file.
    let mut lying = Vec::new();
    // The engine publishes its log meanwhile: a file may get its name, and lose the one that it had.
    visit(&home.path, &mut |file| lying.extend(fs::read(file).unwrap_or_default()));
    let is_in = |needle: &String, hay: &[u8]| hay.windows(needle.len()).any(|window| window == needle.as_bytes());
    for canary in planted.iter().filter(|text| text.starts_with("kanarie-")) {
        assert!(is_in(canary, &lying), "`{canary}` was not planted");
    }
    let seeds = SynthOptions { scale_ppm: 10_000, seed: 1, as_of: Date::from_ymd(2026, 9, 30).unwrap() };
    let options = ExportOptions { home: home.path.clone(), client: CLIENTS[0].to_owned(), seeds };
    let pack = plain(&export(&options, &Clock::System).map_err(|error| error.to_string()).unwrap().bytes);
    for shown in ["tax_payment", "adversary", "smart-finance", "package anshi:sandbox"] {
        assert!(is_in(&shown.to_owned(), &pack), "a pack without `{shown}` is of no use");
    }
    let told: Vec<&String> = planted.iter().filter(|needle| is_in(needle, &pack)).collect();
    if told.is_empty() { Ok(()) } else { Err(format!("the pack holds {told:?}")) }
}

#[test]
fn held() {
    check(attack, Weakness::PackCopied);
}
