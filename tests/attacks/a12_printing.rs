//! Attack 12: printing, core dumps, trace lines. A guest that fails with a figure of the data in its fault and a canary
//! in its names; every command that an operator runs on the home, at the most talkative; then everything that they
//! printed and every file outside of the snapshots is searched.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use anshi::env::weaken::{self, Weakness};
use anshi::job::KeyFile;

use super::run::check;
use crate::support::{Handmade, ODD_FEN, Setup, TestHome, firm, policy_of};

pub(super) const POLICY: &str = "printing";
pub(super) const PARAMETER: &str =
    "[[parameter]]\nname = \"nothing\"\nkind = \"integer\"\nmin = 0\nmax = 9\nstep = 1\n";
pub(super) const CANARY: &str = "CANARY_7f3a";
/// The address at which the guest faults: a figure of the data, where no memory is.
const ADDRESS: i64 = ODD_FEN & 0xffff_ffff | 0x8000_0000;
const RUNS: usize = 2;

pub(super) fn guest() -> Handmade {
    Handmade {
        parameters: vec![("nothing", "integer")],
        verify: format!(
            "(call ${CANARY} (i64.load (call $column (local.get $parties) (i32.const 0) (i32.const 0)))) (i32.const 0)"
        ),
        beside: format!(
            "(func ${CANARY} (param $paid i64)
               (drop (i32.load (i32.or (i32.const 0x80000000) (i32.wrap_i64 (local.get $paid))))))"
        ),
        ..Handmade::default()
    }
}

/// The figure in every form in which a person or a program writes it.
pub(super) fn figures() -> Vec<Vec<u8>> {
    let mut needles = vec![format!("{}.{:02}", ODD_FEN / 100, ODD_FEN % 100)];
    for number in [ODD_FEN, ADDRESS] {
        needles.extend([number.to_string(), format!("{number:x}"), format!("{number:X}")]);
    }
    let mut needles: Vec<Vec<u8>> = needles.into_iter().map(String::into_bytes).collect();
    for number in [ODD_FEN, ADDRESS] {
        needles.extend([number.to_le_bytes().to_vec(), number.to_be_bytes().to_vec()]);
    }
    needles
}

pub(super) fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// What an operator has: the command line, and a folder to work in.
struct Operator<'a> {
    work: &'a Path,
    home: &'a Path,
}

impl Operator<'_> {
    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
        command.args(arguments).current_dir(self.work).env("TMPDIR", self.work).env("HOME", self.work);
        command.env("ANSHI_LOG", "trace").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        if let Some(number) = weaken::number() {
            command.env("ANSHI_WEAKEN", number.to_string());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn ask(&self, run: usize, json: bool) -> Child {
        let (consent, out) = (format!("consent-{run}"), format!("bundle-{run}.json"));
        let (party, nothing) = (format!("enterprise={}", firm(1)), format!("nothing={run}"));
        let (home, key) = (self.home.to_str().unwrap(), self.home.join("keys/development-client.jwk"));
        let mut arguments = vec!["run", "--home", home, "--policy", POLICY, "--guest", "guest.wasm"];
        arguments.extend(["--party", &party, "--param", &nothing, "--consent", &consent]);
        arguments.extend(["--client-key", key.to_str().unwrap(), "--out", &out]);
        if json {
            arguments.push("--json");
        }
        self.start(&arguments)
    }
}

/// Whether the process may leave its memory in a file. It forbids it first of all, so that is waited for.
fn core_dump_forbidden(process: &mut Child) -> bool {
    while process.try_wait().unwrap().is_none() {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap_or_default();
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        let values: Vec<&str> = core.unwrap_or_default().split_whitespace().skip(4).collect();
        if values.starts_with(&["0", "0"]) {
            return true;
        }
    }
    false
}

fn said(name: &str, output: &Output) -> Result<(), String> {
    for (stream, bytes) in [("output", &output.stdout), ("errors", &output.stderr)] {
        let words = [CANARY.as_bytes().to_vec(), b"wasm trap".to_vec(), b"wasm backtrace".to_vec()];
        if let Some(needle) = figures().iter().chain(&words).find(|needle| holds(bytes, needle)) {
            return Err(format!("the {stream} of `anshi {name}` have `{}`", String::from_utf8_lossy(needle)));
        }
    }
    Ok(())
}

/// Searches every file below `folder`, outside of `except`.
pub(super) fn search(folder: &Path, except: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path == except {
            continue;
        }
        if path.is_dir() {
            search(&path, except)?;
        } else if let bytes = std::fs::read(&path).unwrap()
            && figures().iter().any(|needle| holds(&bytes, needle))
        {
            return Err(format!("the figure stands in `{}`", path.display()));
        }
    }
    Ok(())
}

/// Makes a production home of the test's: a synthetic one may tell more.
pub(super) fn into_production(home: &Path) {
    let config = home.join("anshi.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("kind = \"synthetic\""));
    std::fs::write(&config, text.replace("kind = \"synthetic\"", "kind = \"production\"")).unwrap();
}

pub fn attack() -> Result<(), String> {
    let guest = guest();
    let home = TestHome::with(&Setup { files: vec![policy_of(POLICY, &guest, PARAMETER, 2)], ..Setup::default() });
    let work = tempfile::tempdir().unwrap();
    std::fs::write(work.path().join("guest.wasm"), guest.module()).unwrap();
    for run in 0..RUNS {
        let order = home.order_under(POLICY, home.adversary, 1, &[]);
        std::fs::write(work.path().join(format!("consent-{run}")), &order.consents[0]).unwrap();
    }
    assert!(home.paths().key(KeyFile::Client).ends_with("keys/development-client.jwk"));
    let path = home.path.clone();
    drop(home.engine);
    into_production(&path);
    let operator = Operator { work: work.path(), home: &path };
    for run in 0..RUNS {
        let mut process = operator.ask(run, run > 0);
        let forbidden = core_dump_forbidden(&mut process);
        let output = process.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("undetermined"), "{told}{output:?}");
        said("run", &output)?;
        if !forbidden {
            return Err("the engine may leave its memory in a core file".to_owned());
        }
    }
    let home = path.to_str().unwrap();
    let jwks = path.join("jwks.json");
    let log_key = path.join("log.vkey");
    let verify = ["receipt", "verify", "bundle-0.json", "--jwks", jwks.to_str().unwrap()];
    let verify = [&verify[..], &["--log-key", log_key.to_str().unwrap()]].concat();
    let commands: [&[&str]; 7] = [
        &["budget", "show", "--home", home],
        &["audit", "verify", "--home", home, "--json"],
        &["audit", "verify", "--home", home, "--lang", "zh"],
        &["receipt", "show", "bundle-0.json"],
        &verify,
        &["snapshot", "verify", "--home", home],
        &["guest", "inspect", "guest.wasm"],
    ];
    for arguments in commands {
        let output = operator.start(arguments).wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        said(&arguments[..2].join(" "), &output)?;
    }
    search(&path, &path.join("data"))?;
    search(&path.with_extension("mirror"), Path::new(""))?;
    search(work.path(), Path::new(""))
}

#[test]
fn held() {
    check(attack, Weakness::GuestPrinted);
}
