//! `anshi guest test`: what a run uses and which columns no case needs is so, the exit codes, and that nobody's data are measured on.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anshi::config::{Config, HomeKind};
use anshi::data::Invented;
use anshi::job::HomePaths;
use serde_json::Value;
use tempfile::TempDir;

use super::command::{Said, anshi, desk, guests};
use crate::support::{Handmade, TestHome, policy_of};

/// Pages of memory that the guest of [`own_guest`] has in the end.
const PAGES: u64 = 9;

/// Where it looks into the first column.
const PAID: &str = "(i32.const 0) (i32.const 0)))";

/// Answers `yes` where the first `paid_fen` of the firm's is more than nothing; reads `payable_fen` for nothing, and wants more memory.
fn own_guest() -> Handmade {
    Handmade {
        parameters: Vec::new(),
        tables: vec![("tax_payment", vec![("paid_fen", Vec::new()), ("payable_fen", Vec::new())])],
        verify: "(local $first i32)
            (drop (memory.grow (i32.sub (i32.const 9) (memory.size))))
            (if (i32.eqz (call $rows (local.get $parties) (i32.const 0))) (then (return (i32.const 0))))
            (local.set $first (call $column (local.get $parties) (i32.const 0) (i32.const 0)))
            (i64.gt_s (i64.load (local.get $first)) (i64.const 0))"
            .to_owned(),
        ..Handmade::default()
    }
}

const CASES: &str = r#"guest = "own"
[request]
parties = { enterprise = "healthy" }
[[case]]
expect = { answer = "yes" }
[[case]]
purpose = "marketing"
expect = { refused = "wrong-purpose" }
"#;

/// A folder with a guest, its policy and its cases.
fn bench(guest: &Handmade, cases: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.wasm"), guest.module()).unwrap();
    let (path, policy) = policy_of("own", guest, "", 1);
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, policy).unwrap();
    fs::write(path.with_file_name("cases.toml"), cases).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/accounts.toml");
    fs::copy(shipped, folder.path().join("policies/accounts.toml")).unwrap();
    folder
}

fn test(folder: &Path, words: &[&str]) -> Said {
    anshi(folder, &[&["guest", "test", "--guest", "own.wasm", "--policy", "policies/own"], words].concat())
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err))
}

#[test]
fn memory_fuel_and_needed_columns_are_those_of_the_guest() {
    let folder = bench(&own_guest(), CASES);
    let said = test(folder.path(), &["--json"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let told = json(&said);
    let own = &told["measured"][0];
    assert_eq!(own["most"]["memory_bytes"], PAGES * 65_536);
    assert_eq!(own["memory_percent"], "56.3");
    assert_eq!(own["columns_no_case_needs"], serde_json::json!(["enterprise.tax_payment.payable_fen"]));
    assert_eq!(own["columns_granted_and_not_read"], serde_json::json!([]));
    assert_eq!(told["cases"][0]["used"]["runs"], 1);
    assert!(told["cases"][0]["used"]["timed"].as_u64().unwrap() > 1);
    assert!(told["cases"][1].get("used").is_none(), "a refused case runs nothing");
    let fuel = own["most"]["fuel"].as_u64().unwrap();
    assert!(fuel > 0 && fuel < told["limits"]["fuel"].as_u64().unwrap());
    // The same guest that works longer, and one that needs the other column.
    let mut longer = own_guest();
    let spin = "(local $n i32) (local.set $n (i32.const 10000))
        (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))";
    longer.verify = longer.verify.replace("(local $first i32)", &format!("(local $first i32) {spin}"));
    assert!(longer.verify.contains(PAID));
    longer.verify = longer.verify.replace(PAID, "(i32.const 0) (i32.const 1)))");
    let other = json(&test(bench(&longer, CASES).path(), &["--json"]));
    let other = &other["measured"][0];
    assert!(other["most"]["fuel"].as_u64().unwrap() > fuel + 30_000);
    assert_eq!(other["columns_no_case_needs"], serde_json::json!(["enterprise.tax_payment.paid_fen"]));
}

#[test]
fn a_trap_is_told_with_its_words_and_spent_fuel_as_such() {
    let cases = CASES.replace("\"yes\"", "\"undetermined\"");
    for (verify, words) in [
        ("(unreachable)", "the first: a trap: "),
        ("(loop $on (br $on)) (i32.const 0)", "the first: its fuel was used up"),
        (
            "(local $n i32) (if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable))) (i32.const 0)",
            "more memory than the policy allows",
        ),
    ] {
        let folder = bench(&Handmade { verify: verify.to_owned(), ..own_guest() }, &cases);
        let said = test(folder.path(), &["--lang", "en"]);
        assert!(
            said.code == 0 && said.out.contains("1 run gave no answer") && said.out.contains(words),
            "{}",
            said.out
        );
    }
}

#[test]
fn people_are_told_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let guest = guests().join("sme_credit_check.wasm");
    let run = |lang| {
        let words =
            ["guest", "test", "--guest", guest.to_str().unwrap(), "--policy", "sme-credit-check", "--lang", lang];
        anshi(folder.path(), &words)
    };
    let said = run("en");
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    for part in [
        "  ok     1  ",
        " of 500000 (",
        " of 1 MiB (",
        "on this machine; the slot is 50 ms whatever they take",
        "    granted, but not read\n      `enterprise.tax_payment`: period_end, tax_kind",
        "each blanked alone, nothing came out otherwise",
        "22 cases, all as expected",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    let said = run("zh");
    for part in
        ["    燃料  ", "，上限 1 MiB（", "次运行的中位数", "    已授予而未读取\n", "共 22 个用例，全部与预期相符"]
    {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
}

#[test]
fn of_a_table_the_largest_of_its_units_counts_and_its_sums_say_what_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let guest = guests().join("late_payment_by_county.wasm");
    let guest = guest.to_str().unwrap();
    let said =
        anshi(folder.path(), &["guest", "test", "--guest", guest, "--policy", "late-payment-by-county", "--json"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let told = json(&said);
    let own = &told["measured"][0];
    let (most, cases) = (&own["most"], told["cases"].as_array().unwrap());
    assert!(most["runs"].as_u64().unwrap() > 1);
    let fuels: Vec<u64> = cases.iter().filter_map(|case| case["used"]["fuel"].as_u64()).collect();
    assert_eq!(fuels.iter().max().copied(), most["fuel"].as_u64());
    assert!(fuels.len() > 3 && fuels.iter().any(|fuel| Some(*fuel) != most["fuel"].as_u64()));
    // Where a firm is, and when it paid, moves every sum; the cell that it adds to needs both dimensions.
    let unneeded: Vec<&str> =
        own["columns_no_case_needs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for needed in ["business_registration.county", "business_registration.industry", "tax_payment.due_date"] {
        assert!(!unneeded.contains(&needed), "{unneeded:?}");
    }
}

#[test]
fn exit_codes_say_what_went_wrong() {
    let folder = bench(&own_guest(), &CASES.replace("\"yes\"", "\"no\""));
    let wrong = test(folder.path(), &["--lang", "en"]);
    assert!(wrong.code == 1 && wrong.err.contains("1 case came out otherwise"), "{}{}", wrong.out, wrong.err);
    for (words, part) in [
        (&["guest", "test"][..], "has no `guest.toml`"),
        (&["guest", "test", "--guest", "own.wasm", "--policy", "sme-credit-chek"], "did you mean `sme-credit-check`?"),
        (&["guest", "test", "--guest", "own.wasm"], "--policy"),
        (
            &["guest", "test", "--guest", "own.wasm", "--policy", "policies/own", "--cases", "nowhere"],
            "there are no cases",
        ),
        (&["guest", "test", "--guest", "own.wasm", "--policy", "policies/own", "--keep", "policies"], "`policies`"),
    ] {
        let said = anshi(folder.path(), &[words, &["--lang", "en"]].concat());
        assert!(said.code == 2 && said.err.contains(part), "{words:?}: {} {}", said.code, said.err);
    }
}

/// What does not fit, and what the policy does not list: the engine's own words, and exit code 3.
#[test]
fn a_policy_that_takes_no_such_guest_says_everything_that_is_in_the_way() {
    let folder = bench(&own_guest(), CASES);
    let path = folder.path().join("policies/own/policy.toml");
    let text = fs::read_to_string(&path).unwrap();
    let narrow = text
        .replace("[\"paid_fen\", \"payable_fen\"]", "[\"payable_fen\"]")
        .replace("[\"no\", \"yes\"]", "[\"no\", \"perhaps\", \"yes\"]");
    fs::write(&path, narrow.replace("labels = [\"no\", \"perhaps\", \"yes\"]", "labels = [\"no\", \"perhaps\"]"))
        .unwrap();
    fs::write(path.with_file_name("cases.toml"), CASES.replace("\"yes\"", "\"no\"")).unwrap();
    let said = test(folder.path(), &["--lang", "en"]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    for part in
        ["the policy does not grant `tax_payment.paid_fen` of role `enterprise`", "the policy has no label `yes`"]
    {
        assert!(said.out.contains(part) && said.err.contains(part), "{part}: {}{}", said.out, said.err);
    }
    let told = json(&test(folder.path(), &["--json"]));
    assert_eq!(
        (told["error"].as_str(), told["refused"].as_array().map(Vec::len)),
        (Some("guest-exceeds-policy"), Some(2))
    );
    let other = format!("guests = [\"sha256:{}\"]", "0".repeat(64));
    fs::write(&path, text.replace("guests = \"any\"", &other)).unwrap();
    fs::write(path.with_file_name("cases.toml"), CASES).unwrap();
    let told = json(&test(folder.path(), &["--json"]));
    assert_eq!(told["error"], "guest-not-allowed");
    // One that is listed is tested.
    let digest = anshi::keys::sha256(&own_guest().module());
    fs::write(&path, text.replace("guests = \"any\"", &format!("guests = [\"{digest}\"]"))).unwrap();
    assert_eq!(test(folder.path(), &[]).code, 0);
}

/// A probe takes a snapshot of which every unit is invented, of a home that says so too; nothing else makes one.
#[test]
fn nobodys_data_are_measured_on() {
    // A home of kind synthetic with units that `anshi synth` does not invent, as if somebody had written the word into the file.
    let home = TestHome::new();
    let (config, catalog) = (home.engine.config(), home.engine.catalog());
    assert_eq!(config.kind, HomeKind::Synthetic);
    let data = HomePaths::new(&home.path).data();
    assert!(Invented::open(HomeKind::Synthetic, &data, &catalog).unwrap().is_none());
    // What the workbench plays on is invented, and no home of kind production is, whatever is in it.
    let folder = desk(
        "sme-credit-check",
        "guest = \"sme-credit-check\"\n[request]\nparties = { enterprise = \"healthy\" }\nparameters = { min_paid_fen = 10_000_000 }\n[[case]]\nexpect = { answer = \"A\" }\n",
    );
    let guest = guests().join("sme_credit_check.wasm");
    let words = [
        "guest",
        "test",
        "--guest",
        guest.to_str().unwrap(),
        "--policy",
        "policies/sme-credit-check",
        "--keep",
        "kept",
    ];
    assert_eq!(anshi(folder.path(), &words).code, 0);
    let config = Config::load(&folder.path().join("kept/home")).unwrap();
    let catalog = anshi::catalog::Catalog::load(&config.catalog).unwrap();
    let data = HomePaths::new(&config.home).data();
    assert!(Invented::open(config.kind, &data, &catalog).unwrap().is_some());
    assert!(Invented::open(HomeKind::Production, &data, &catalog).unwrap().is_none());
    // One dataset that the catalog cannot read, and nobody knows what is in it.
    fs::remove_file(config.catalog.join("tax_payment.toml")).unwrap();
    let catalog = anshi::catalog::Catalog::load(&config.catalog).unwrap();
    assert!(Invented::open(config.kind, &data, &catalog).unwrap().is_none());
}

/// How long a test waits for what must come; how soon it does is nobody's affair.
const PATIENCE: Duration = Duration::from_secs(240);

/// A command that watches, and what it says.
pub struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (say, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
        Self { child, lines }
    }

    /// The next line that has this part in it.
    pub fn line_with(&self, part: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no line with `{part}`"));
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Ctrl-C ends it.
    pub fn end(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().code().is_none_or(|code| code == 130));
    }
}

#[test]
fn watch_tests_again_after_a_change_and_goes_on_when_something_is_broken() {
    let folder = bench(&own_guest(), CASES);
    let words = ["guest", "test", "--guest", "own.wasm", "--policy", "policies/own", "--watch", "--lang", "en"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
    let watching = Watching::start(command.args(words).current_dir(folder.path()));
    assert!(!watching.line_with("2 cases, ").contains('\u{1b}'), "no screen is cleared in a pipe");
    watching.line_with("waiting for a change");
    // The cases, by a rename, as editors do; then a guest that is none, then one that is.
    let cases = folder.path().join("policies/own/cases.toml");
    fs::write(cases.with_extension("new"), CASES.replace("\"yes\"", "\"no\"")).unwrap();
    fs::rename(cases.with_extension("new"), &cases).unwrap();
    assert_eq!(watching.line_with("2 cases, "), "2 cases, 1 not as expected");
    watching.line_with("waiting for a change");
    fs::write(folder.path().join("own.wasm"), "broken").unwrap();
    watching.line_with("waiting for a change");
    let answers_no = Handmade { verify: "(i32.const 0)".to_owned(), ..own_guest() };
    fs::write(folder.path().join("own.wasm"), answers_no.module()).unwrap();
    assert_eq!(watching.line_with("2 cases, "), "2 cases, all as expected");
    watching.line_with("waiting for a change");
    watching.end();
}
