//! Approvals through the program and in an engine: a production home becomes usable, and what does not count does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anshi::env::Clock;
use anshi::job::{Engine, EngineOptions, KeyFile, OpenError, load_key};
use anshi::keys::{SigningKey, TokenKind, sign};
use anshi::model::{Digest, RefusalCode};
use anshi::policy::{ApprovalStatement, PolicyError};
use serde_json::Value;

use crate::support::{TestHome, engine_options, refusal, strong};

const POLICY: &str = "sme-credit-check";

/// Runs the program; gives its JSON and its exit code.
fn anshi(words: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_anshi")).args(words).arg("--json").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&told)
        .unwrap_or_else(|_| panic!("{words:?}: {told}{}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.code().unwrap())
}

/// A production home with two auditors, as an operator and they make it; the second has a second key.
struct Room {
    folder: tempfile::TempDir,
    home: PathBuf,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let room = Self { home: folder.path().join("home"), folder };
        room.done(&["init", "--home", room.home(), "--kind", "production"]);
        for (id, key) in [("first", "first"), ("second", "second"), ("second", "again")] {
            let key = room.key(key);
            room.done(&["key", "new", "--out", &key]);
            let public = format!("{key}.public");
            fs::write(&public, anshi(&["key", "show", &key]).0.to_string()).unwrap();
            room.done(&["client", "add", "--home", room.home(), "--id", id, "--kind", "auditor", "--key", &public]);
        }
        room.done(&["key", "new", "--out", &room.key("stranger")]);
        room
    }

    fn home(&self) -> &str {
        self.home.to_str().unwrap()
    }

    fn key(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn done(&self, words: &[&str]) -> Value {
        let (value, code) = anshi(words);
        assert_eq!(code, 0, "{words:?}: {value}");
        value
    }

    /// `approve` or `revoke` by the owner of a key.
    fn sign(&self, what: &str, about: &str, key: &str) -> Value {
        self.done(&["policy", what, about, "--home", self.home(), "--key", &self.key(key)])
    }

    fn state(&self) -> String {
        let listed = self.done(&["policy", "list", "--home", self.home()]);
        let found =
            listed["policies"].as_array().unwrap().iter().find(|policy| policy["id"] == POLICY).unwrap().clone();
        found["state"].as_str().unwrap().to_owned()
    }

    fn approvals(&self) -> PathBuf {
        self.home.join("policies").join(POLICY).join("approvals")
    }

    /// The policies that an engine takes.
    fn in_force(&self) -> Result<Vec<String>, OpenError> {
        let engine = Engine::open(&self.home, engine_options())?;
        Ok(engine.policies().policies().map(|policy| policy.id.clone()).collect())
    }
}

#[test]
fn two_auditors_put_a_production_homes_policy_in_force() {
    let room = Room::new();
    let unapproved = |opened| matches!(opened, Err(OpenError::Policy(PolicyError::AccountsUnapproved(2))));
    assert!(unapproved(room.in_force()));
    room.sign("approve", "--accounts", "first");
    assert!(unapproved(room.in_force()), "one of two");
    assert_eq!(room.sign("approve", "--accounts", "second")["approvals"], 2);
    assert_eq!(room.in_force().unwrap(), [""; 0]);

    let signed = room.sign("approve", POLICY, "second");
    assert_eq!((&signed["auditor"], &signed["approvals"], &signed["needed"]), (&"second".into(), &1.into(), &2.into()));
    // The same auditor again, with another key of its own: still one.
    assert_eq!(room.sign("approve", POLICY, "again")["approvals"], 1);
    assert_eq!((room.state().as_str(), room.in_force().unwrap().len()), ("not-approved", 0));

    assert_eq!(room.sign("approve", POLICY, "first")["approvals"], 2);
    assert_eq!((room.state().as_str(), room.in_force().unwrap()), ("in-force", vec![POLICY.to_owned()]));

    // A policy that was changed after it was approved is another.
    let path = room.home.join("policies").join(POLICY).join("policy.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("rows_max = 500", "rows_max = 600", 1)).unwrap();
    assert_eq!((room.state().as_str(), room.in_force().unwrap().len()), ("not-approved", 0));
    fs::write(&path, text).unwrap();
    assert_eq!(room.state(), "in-force");
}

#[test]
fn what_is_revoked_stays_revoked_until_it_is_approved_anew() {
    let room = Room::new();
    ["first", "second"].iter().for_each(|key| drop(room.sign("approve", POLICY, key)));
    assert_eq!(room.state(), "in-force");
    let files = || fs::read_dir(room.approvals()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let kept: Vec<(PathBuf, Vec<u8>)> =
        files().into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
    // By the other key of the auditor who approved.
    let revoked = room.sign("revoke", POLICY, "again");
    assert_eq!((&revoked["had_approved"], &revoked["approvals"]), (&true.into(), &1.into()));
    assert_eq!(room.state(), "not-approved");
    // Whoever puts the old approval back gains nothing.
    kept.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    assert_eq!(room.state(), "not-approved");
    assert_eq!(room.sign("approve", POLICY, "second")["approvals"], 2);
    assert_eq!(room.state(), "in-force");
}

#[test]
fn what_is_no_approval_does_not_count() {
    let room = Room::new();
    room.sign("approve", POLICY, "first");
    let listed = room.done(&["policy", "list", "--home", room.home()]);
    let digest = |id: &str| -> Digest {
        let found = listed["policies"].as_array().unwrap().iter().find(|policy| policy["id"] == id).unwrap();
        found["sha256"].as_str().unwrap().parse().unwrap()
    };
    let (this, other) = (digest(POLICY), digest("guarantor-check"));
    let second = load_key(Path::new(&room.key("second"))).unwrap();
    let now = Clock::System.now().seconds();
    let (iat, later) = (now - 10, now + 1_000);
    let approves = |sha256, exp| ApprovalStatement::Approves { sha256, iat, exp };
    let token = |key: &SigningKey, kind, statement: ApprovalStatement| sign(key, kind, &statement.payload().unwrap());
    let good = token(&second, TokenKind::Approval, approves(this, later));
    let stranger = load_key(Path::new(&room.key("stranger"))).unwrap();
    let path = room.approvals().join("x.jws");
    let cases = [
        ("of another policy", token(&second, TokenKind::Approval, approves(other, later))),
        ("expired", token(&second, TokenKind::Approval, approves(this, now - 1))),
        ("of a stranger", token(&stranger, TokenKind::Approval, approves(this, later))),
        ("of another kind", token(&second, TokenKind::Call, approves(this, later))),
        (
            "without an end",
            sign(&second, TokenKind::Approval, format!(r#"{{"approves":"{this}","iat":{iat}}}"#).as_bytes()),
        ),
        (
            "both at once",
            sign(
                &second,
                TokenKind::Approval,
                format!(r#"{{"approves":"{this}","revokes":"{this}","iat":{iat},"exp":{later}}}"#).as_bytes(),
            ),
        ),
        ("cut off", good.get(..good.len() - 4).unwrap().to_owned()),
        ("changed", good.replacen("eyJhcHByb3Zlc", "eyJhcHByb3Zld", 1)),
    ];
    for (what, text) in cases {
        assert_ne!(text, good, "{what}");
        fs::write(&path, text).unwrap();
        assert_eq!(room.state(), "not-approved", "an approval that is {what}");
    }
    fs::write(&path, good).unwrap();
    assert_eq!(room.state(), "in-force");

    // Who is no auditor cannot sign, and nobody signs what has ended; nothing is written.
    let before = fs::read_dir(room.approvals()).unwrap().count();
    for (key, more) in [("stranger", &[][..]), ("first", &["--until", "2020-01-01"][..])] {
        let key = room.key(key);
        let words = [&["policy", "approve", POLICY, "--home", room.home(), "--key", &key], more].concat();
        assert_eq!(anshi(&words).1, 2, "{words:?}");
    }
    assert_eq!(fs::read_dir(room.approvals()).unwrap().count(), before);
}

/// An engine reads approvals when it starts, and keeps to their ends without being told.
#[test]
fn an_approval_ends_while_the_engine_runs() {
    let _turn = strong();
    let shift = Arc::new(AtomicI64::new(0));
    let options = EngineOptions { clock: Clock::Shifted(Arc::clone(&shift)), ..engine_options() };
    let home = TestHome::new();
    let auditor = load_key(&home.paths().key(KeyFile::Auditor)).unwrap();
    let (policies, now) = (home.engine.policies(), Clock::System.now().seconds());
    let policy = policies.policies().next().unwrap().sha256;
    let accounts = policies.accounts().sha256();
    drop(policies);
    let approve = |path: &Path, sha256, exp| {
        fs::create_dir_all(path.join("approvals")).unwrap();
        let statement = ApprovalStatement::Approves { sha256, iat: now, exp }.payload().unwrap();
        fs::write(path.join("approvals/a.jws"), sign(&auditor, TokenKind::Approval, &statement)).unwrap();
    };
    let (home, ()) = home.opened_as(options, |home| {
        let config = home.join("anshi.toml");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replacen("approvals_needed = 0", "approvals_needed = 1", 1)).unwrap();
        approve(&home.join("policies"), accounts, now + 7_200);
        approve(&home.join("policies/adversary"), policy, now + 3_600);
    });
    assert_eq!(home.engine.config().approvals_needed, 1);
    let answered = home.answered(&home.token(100, 1));
    let receipt = home.verify(&answered.json).unwrap();
    assert_eq!(receipt.claims.approvals.len(), 1, "the receipt names the approval");
    assert_eq!(receipt.intent.approvals, receipt.claims.approvals, "and so does the log");
    let asked_after = |minutes: i64, number| {
        shift.store(minutes * 60_000, Ordering::SeqCst);
        refusal(&home.ask(&home.token(number, 1)))
    };
    assert_eq!(asked_after(59, 101), None);
    let spent = home.totals();
    assert_eq!(asked_after(61, 102), Some(RefusalCode::Policy), "the policy's approval has ended");
    approve(&home.path.join("policies/adversary"), policy, now + 36_000);
    home.engine.reload().unwrap();
    assert_eq!(asked_after(62, 103), None);
    assert_eq!(asked_after(121, 104), Some(RefusalCode::Policy), "the accounts' approval has ended");
    assert!(home.engine.reload().is_err());
    assert_eq!(home.totals().1, spent.1 + 1, "what is refused costs nothing");
}
