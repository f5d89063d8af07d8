//! Every command's help and a collection of errors, in both languages, through the program: no English sentence in a
//! Chinese one, and no Chinese in an English one. What others say (the operating system, a parser) stands in backticks.

use std::path::Path;
use std::process::Command;

use super::module::describing;
use crate::support::{TestHome, firm, guest_path, strong};

/// What a run printed, and how it ended.
struct Ended {
    text: String,
    code: i32,
}

fn anshi(words: &[&str], lang: &str) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_anshi")).args(words).args(["--lang", lang]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    Ended { text, code: output.status.code().unwrap() }
}

/// The lines that are ours: neither the source of a file nor its place, neither an example nor how a command is written.
fn prose(text: &str) -> String {
    let ours = |line: &&str| {
        let line = line.trim_start();
        let source = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('|');
        !source && !line.starts_with("-->") && !line.starts_with("用法：") && !line.starts_with("Usage:")
    };
    let text = text.split("示例：").next().unwrap_or_default();
    let lines = text.lines().filter(ours).map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join(" ; "));
    lines.collect::<Vec<_>>().join("\n")
}

/// A run of four English words.
fn english(text: &str) -> Option<String> {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'');
    prose(text).split(|c: char| !c.is_ascii() || ";:,.()\n".contains(c)).find_map(|run| {
        let words: Vec<&str> = run.split_whitespace().collect();
        let found = words.windows(4).find(|four| four.iter().all(is_word))?;
        Some(found.join(" "))
    })
}

fn chinese(text: &str) -> Option<char> {
    prose(text).chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
}

#[test]
fn the_heuristic_sees_what_it_should() {
    assert_eq!(english("错误：the signature does not verify").as_deref(), Some("the signature does not"));
    assert_eq!(english("错误：`the signature does not verify`，请用 `anshi policy list --home x y`"), None);
    assert_eq!(chinese("error: `银行`: not a name"), None);
    assert_eq!(chinese("error: 不是名称"), Some('不'));
}

#[test]
fn every_help_is_in_the_readers_language() {
    let mut seen = 0;
    let mut waiting = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let (zh, en) = (anshi(&words, "zh"), anshi(&words, "en"));
        assert_eq!((zh.code, en.code), (0, 0), "{words:?}");
        assert_eq!(english(&zh.text), None, "{words:?}:\n{}", zh.text);
        assert_eq!(chinese(&en.text.replace("暗室", "")), None, "{words:?}:\n{}", en.text);
        assert!(zh.text.contains("示例：anshi") && en.text.contains("Example: anshi"), "{words:?}");
        seen += 1;
        // Commands are listed one a line behind their heading.
        let listed = en.text.split("Commands:\n").nth(1).unwrap_or_default();
        for line in listed.lines().take_while(|line| !line.is_empty()) {
            let name = line.split_whitespace().next().filter(|_| line.starts_with("  ") && !line.starts_with("   "));
            waiting.extend(name.map(|name| path.iter().cloned().chain([name.to_owned()]).collect()));
        }
    }
    assert!(seen >= 26, "only {seen} commands were found");
}

/// Fails unless the command fails with `code`, in both languages alike, each in its own words.
pub fn fails(words: &[&str], code: i32) {
    let (zh, en) = (anshi(words, "zh"), anshi(words, "en"));
    assert_eq!((zh.code, en.code), (code, code), "{words:?}:\n{}\n{}", zh.text, en.text);
    assert_eq!(english(&zh.text), None, "{words:?}:\n{}", zh.text);
    assert_eq!(chinese(&en.text), None, "{words:?}:\n{}", en.text);
    let commands = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    assert!(!commands(&zh.text) && !commands(&en.text), "{words:?}: {:?} {:?}", zh.text, en.text);
    assert!(chinese(&zh.text).is_some() && !en.text.trim().is_empty(), "{words:?}:\n{}\n{}", zh.text, en.text);
}

/// A file in `folder`, by path.
fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn wrong_use_is_told_in_the_readers_language() {
    let cases: [&[&str]; 10] = [
        &["nonsense"],
        &["init"],
        &["init", "--home", "x", "--kind", "odd"],
        &["init", "--homme", "x"],
        &["synth", "--out", "x", "--as-of", "2026-02-30"],
        &["synth", "--out", "x", "--scale", "1e9"],
        &["synth", "--out", "x", "--seed", "many"],
        &["run", "--party", "enterprise"],
        &["snapshot", "show", "--home", "x", "sha256:12"],
        &["consent", "revoke", "--home", "x"],
    ];
    for words in cases {
        fails(words, 2);
    }
}

#[test]
fn what_files_have_wrong_is_told_in_the_readers_language() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| file(folder.path(), name, bytes);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let good = std::fs::read_to_string(root.join("policies/sme-credit-check/policy.toml")).unwrap();
    let accounts = std::fs::read_to_string(root.join("policies/accounts.toml")).unwrap();
    let mistakes = good
        .replace("\"paid_date\"]", "\"paid_dat\"]")
        .replace("fuel = 500_000", "fuel = 0")
        .replace("version = \"1.0.0\"", "version = \"1\"")
        .replace("consent = \"required\"", "consent = \"maybe\"")
        .replace("labels = [\"A\",", "labels = [\"undetermined\",");
    fails(&["policy", "check", &at("mistakes.toml", mistakes.as_bytes())], 1);
    for (name, from, to) in [
        ("unknown", "purpose = ", "porpose = "),
        ("missing", "purpose = ", "# "),
        ("date", "from = 2026-01-01", "from = \"2026-01-01\""),
        ("no-date", "from = 2026-01-01", "from = 2026-02-30"),
        ("type", "basis = [", "basis = 5 # ["),
        ("syntax", "basis = [", "basis = [["),
    ] {
        fails(&["policy", "check", &at(&format!("{name}.toml"), good.replacen(from, to, 1).as_bytes())], 1);
    }
    let spent = accounts.replace("lifetime = 240 }", "lifetime = 1 }").replace("window_days = 90", "window_days = 0");
    fails(&["policy", "check", &at("accounts.toml", spent.as_bytes())], 1);
    fails(&["guest", "inspect", &at("text.wasm", "银行".as_bytes())], 1);
    fails(&["guest", "inspect", &at("cut.wasm", b"\0asm\x01\0")], 1);
    let importing = wat::parse_str("(component (import \"host:log/line\" (func)))").unwrap();
    fails(&["guest", "inspect", &at("importing.wasm", &importing)], 1);
    fails(&["guest", "inspect", &at("trapping.wasm", &describing("unreachable"))], 1);
    fails(&["key", "show", &at("key.jwk", b"{}")], 1);
    fails(&["key", "show", &folder.path().join("absent").display().to_string()], 1);
    fails(&["receipt", "show", &at("bundle.json", b"{\"receipt\": 1}")], 1);
    // A bundle is anybody's, and its names are no orders to the terminal.
    let moving = at("moving.json", br#"{"\u001b[2Jsame\nverified": 1}"#);
    fails(&["receipt", "show", &moving], 1);
    assert!(!anshi(&["receipt", "show", &moving], "en").text.contains("\nverified"), "a line of its own");
    let catalog = folder.path().join("catalog");
    std::fs::create_dir(&catalog).unwrap();
    let tax = std::fs::read_to_string(root.join("catalog/tax_payment.toml")).unwrap();
    let broken =
        tax.replacen("unit = \"enterprise\"", "unit = \"firm\"", 1).replacen("key = ", "key = \"nobody\" #", 1);
    file(&catalog, "tax_paymen.toml", broken);
    let (out, catalog) = (folder.path().join("out").display().to_string(), catalog.display().to_string());
    fails(&["synth", "--out", &out, "--catalog", &catalog], 1);
    fails(&["synth", "--out", &out, "--catalog", &out], 1);
}

#[test]
fn what_homes_refuse_is_told_in_the_readers_language() {
    let _turn = strong();
    let home = TestHome::new();
    let bundle = home.answered(&home.token(0, 1)).json;
    let (home, ()) = home.while_closed(|home| told(home, &bundle));
    drop(home);
}

fn told(home: &Path, bundle: &str) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| file(folder.path(), name, bytes);
    let path = home.display().to_string();
    let out = folder.path().join("out").display().to_string();
    let guest = guest_path("adversary").display().to_string();
    let credit = guest_path("sme_credit_check").display().to_string();
    let party = format!("enterprise={}", firm(1));
    let run = |extra: &[&str], code: i32| {
        let mut words = vec!["run", "--home", &path, "--out", &out];
        words.extend_from_slice(extra);
        fails(&words, code);
    };
    let asked = ["--policy", "adversary", "--guest", &guest, "--party", &party];
    let with = |extra: &[&'static str]| -> Vec<String> { asked.iter().chain(extra).map(|w| (*w).to_owned()).collect() };
    for extra in [
        &["--param", "behaviour=0"] as &[&'static str],
        &["--consent", "auto"],
        &["--consent", "auto", "--param", "behaviour=999"],
        &["--consent", "auto", "--param", "behaviour=0", "--param", "other=1"],
    ] {
        let words = with(extra);
        run(&words.iter().map(String::as_str).collect::<Vec<_>>(), 3);
    }
    run(&["--policy", "adversry", "--guest", &guest, "--party", &party], 3);
    run(&["--policy", "adversary", "--guest", &credit, "--party", &party, "--consent", "auto"], 3);
    run(&["--policy", "adversary", "--guest", &guest, "--party", "bank=1", "--param", "behaviour=0"], 3);
    run(&["--policy", "adversary", "--guest", &guest, "--party", &party, "--client", "housing-fund"], 2);
    let issue = ["consent", "issue", "--home", &path, "--policy", "adversary", "--out", &out];
    let issue_to = |party: &str| {
        let mut words = issue.to_vec();
        words.extend(["--party", party]);
        fails(&words, 2);
    };
    issue_to("enterprise=91371402MA769M6L9X");
    issue_to("bank=91371402MA769M6L9G");
    fails(&["consent", "revoke", "--home", &path, "--consent", &at("consent.jws", b"no.consent.here")], 1);
    fails(&["consent", "revoke", "--home", &path, "--jti", "x", "--issuer", "nobody"], 2);
    fails(&["snapshot", "show", "--home", &path, &format!("sha256:{}", "0".repeat(64))], 2);
    fails(&["budget", "show", "--home", &path, "--party", "nobody"], 2);
    fails(&["ingest", "--home", &path, "--from", folder.path().to_str().unwrap()], 1);
    fails(&["init", "--home", &path, "--kind", "synthetic"], 1);
    fails(&["snapshot", "list", "--home", folder.path().to_str().unwrap()], 1);
    let (jwks, key) = (home.join("jwks.json").display().to_string(), home.join("log.vkey").display().to_string());
    let bundle_file = at("bundle.json", bundle.as_bytes());
    let torn = at(
        "torn.json",
        bundle.replacen("\"salt\": \"", "\"salt\": \"A", 1).replacen("\"salt\":\"", "\"salt\":\"A", 1).as_bytes(),
    );
    fails(&["receipt", "verify", &torn, "--jwks", &jwks, "--log-key", &key], 4);
    fails(&["receipt", "verify", &bundle_file, "--jwks", &jwks, "--log-key", &key, "--party", "enterprise=nobody"], 4);
    // Keys that are none are wrong use: they say nothing of the receipt.
    fails(&["receipt", "verify", &bundle_file, "--jwks", &key, "--log-key", &key], 2);
    fails(&["receipt", "verify", &bundle_file, "--jwks", &jwks, "--log-key", &jwks], 2);
    let config = home.join("anshi.toml");
    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, good.replacen("nanos_per_kilofuel", "nanos_per_kilofuels", 1)).unwrap();
    fails(&["snapshot", "list", "--home", &path], 1);
    std::fs::write(&config, good).unwrap();
    let receipt_key = home.join("keys/receipt.jwk");
    let kept = std::fs::read(&receipt_key).unwrap();
    std::fs::write(&receipt_key, "{}").unwrap();
    run(&["--policy", "adversary", "--guest", &guest, "--party", &party], 1);
    std::fs::write(&receipt_key, kept).unwrap();
}
