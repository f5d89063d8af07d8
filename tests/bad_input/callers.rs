//! `clients.d` and `[server]`: mistakes are told with file, line and cure, stop a start, and change nothing of an engine that
//! runs.

use std::fs;
use std::path::Path;

use anshi::config::Config;
use anshi::model::{Chinese, Lang};

use crate::support::TestHome;

/// What goes wrong in `smart-finance.toml`: what stands there, what takes its place, and what is said in either language.
const CALLERS: [(&str, &str, &str, &str); 7] = [
    ("kind = \"platform\"", "kind = \"platfrom\"", "did you mean `platform`?", "是否指 `platform`？"),
    ("kind = ", "kin = ", "did you mean `kind`?", "是否指 `kind`？"),
    (
        "id = \"smart-finance\"",
        "id = \"smart-loans\"",
        "must be called `smart-loans.toml`",
        "必须名为 `smart-loans.toml`",
    ),
    ("id = \"smart-finance\"", "id = \"Smart Finance\"", "is not a name", "不能作名称"),
    ("crv = \"Ed25519\"", "crv = \"X25519\"", "the key of `smart-finance`", "`smart-finance` 的密钥"),
    ("kty = ", "d = \"AAAA\"\nkty = ", "unknown", "未知"),
    ("kind = \"platform\"", "kind = \"platform\"\nkey = []", "duplicate key", "键重复"),
];

/// The same in `[server]` of `anshi.toml`.
const SERVERS: [(&str, &str, &str); 8] = [
    ("listen = \"localhost\"", "is an address and a port", "应为地址与端口"),
    ("listen = \"0.0.0.0:7700\"", "behind a gateway", "由网关对外"),
    ("certificate_file = \"chain.pem\"", "needs both", "须同时写"),
    ("connections_max = 0", "at least 1", "至少为 1"),
    ("jobs_waiting_max = 0", "at least 1", "至少为 1"),
    ("client_share_percent = 101", "1 to 100", "1 至 100"),
    ("client_share_percent = \"50\"", "invalid type", "类型"),
    ("connection_max = 5", "did you mean `connections_max`?", "是否指 `connections_max`？"),
];

fn says(home: &Path, file: &str, en: &str, zh: &str) {
    let error = Config::load(home).expect_err(en);
    for (lang, wanted) in [(Lang::En, en), (Lang::Zh, zh)] {
        let text = error.text(lang);
        assert!(text.contains(wanted) && text.contains(&format!("{file}:")), "no `{wanted}` in:\n{text}");
    }
}

#[test]
fn a_mistake_in_a_callers_file_is_told_and_changes_nothing() {
    let home = TestHome::new();
    let path = home.paths().caller("smart-finance");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to, en, zh) in CALLERS {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "`{from}` is not in the file");
        fs::write(&path, bad).unwrap();
        says(&home.path, "smart-finance.toml", en, zh);
        assert!(home.engine.reload().is_err(), "{to}");
        home.answered(&home.token(0, 1));
    }
    // One key, two owners.
    fs::write(&path, &good).unwrap();
    let other = home.paths().caller("other-bank");
    fs::write(&other, good.replacen("smart-finance", "other-bank", 1)).unwrap();
    says(&home.path, "smart-finance.toml", "is a key of `other-bank` too", "也是 `other-bank` 的密钥");
    fs::write(&other, "id = \"other-bank\"\nkind = \"platform\"\nkey = []\n").unwrap();
    says(&home.path, "other-bank.toml", "has no key", "没有密钥");
}

#[test]
fn a_mistake_in_the_services_configuration_is_told() {
    let home = TestHome::new();
    let path = home.path.join("anshi.toml");
    let good = fs::read_to_string(&path).unwrap();
    let (before, _) = good.split_once("[server]").unwrap();
    for (line, en, zh) in SERVERS {
        fs::write(&path, format!("{before}[server]\n{line}\n")).unwrap();
        says(&home.path, "anshi.toml", en, zh);
    }
}
