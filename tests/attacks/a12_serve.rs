//! Attacks 2 and 12 over HTTP: a real `anshi serve` process at its most talkative, asked by guests that fail with a figure of
//! the data in their faults. Everything that comes over HTTP, everything that the process prints, and every file outside of
//! the snapshots is searched; and the log for who was asked about, too.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anshi::env::Entropy;
use anshi::env::weaken::{self, Weakness};
use anshi::job::{CallOrder, CallTarget, JobOrder, KeyFile, compose_batch, compose_call, load_key};
use anshi::keys::{SigningKey, TokenKind, sha256};
use anshi::model::{Digest, RawParameter};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::a02_text::FAULT_WORDS;
use super::a12_printing::{CANARY, PARAMETER, POLICY, figures, guest, holds, into_production, search};
use super::run::check;
use crate::support::{Reply, Setup, TestHome, firm, policy_of, send_to};

const JOSE: (&str, &str) = ("content-type", "application/jose");
const BEHAVIOURS: i64 = 15;

/// What is asked of the process: made while its home is still open here.
struct Questions {
    jobs: Vec<String>,
    batch: String,
    /// Who asks for what, about whom.
    calls: Vec<(String, String)>,
    /// What no line of the log may have: whom it is about, and what somebody signed.
    secrets: Vec<String>,
}

fn questions(home: &TestHome, faulty: Digest) -> Questions {
    let nothing = [("nothing", RawParameter::Integer(1))];
    let mut orders: Vec<JobOrder> = (0..BEHAVIOURS).map(|behaviour| home.order(behaviour, 1)).collect();
    orders.push(home.order_under(POLICY, faulty, 1, &nothing));
    let jobs: Vec<String> = orders.iter().map(|order| home.sign(order)).collect();
    let again: Vec<JobOrder> = (0..BEHAVIOURS).map(|behaviour| home.order(behaviour + 100, 1)).collect();
    let batch = compose_batch(&again, &home.client, home.engine.clock().now(), &Entropy).unwrap();
    let key = |file| load_key(&home.paths().key(file)).unwrap();
    let id = firm(1).to_string();
    let call = |(caller, key): (&str, &SigningKey), kind, path: &str| {
        let config = home.engine.config();
        let target = CallTarget { method: "GET".to_owned(), path: path.to_owned(), body: sha256(b"") };
        let subject = Some(id.clone());
        let order = CallOrder { caller, audience: &config.ledger, public_url: &config.public_url, target, subject };
        (path.to_owned(), compose_call(&order, kind, key, home.engine.clock().now(), &Entropy).unwrap())
    };
    let (client, operator, authority) = (key(KeyFile::Client), key(KeyFile::Operator), key(KeyFile::Authority));
    let guest = format!("/v1/guests/{faulty}");
    let mut calls: Vec<(String, String)> = ["/v1/budgets", "/v1/policies", &guest, "/v1/jobs/00"]
        .map(|path| call(("smart-finance", &client), TokenKind::Call, path))
        .to_vec();
    calls.push(call(("development-authority", &authority), TokenKind::Access, "/v1/subjects/access"));
    calls.push(call(("development-operator", &operator), TokenKind::Call, "/metrics"));
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let mut secrets = vec![id, orders[0].consents[0].clone(), signature(&batch)];
    secrets.extend(jobs.iter().map(|job| signature(job)));
    Questions { jobs, batch, calls, secrets }
}

/// The process, and where it listens.
fn start(home: &Path, log: &Path) -> (Child, SocketAddr) {
    let config = home.join("anshi.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
    command.args(["serve", "--config", config.to_str().unwrap(), "--json"]);
    command.env("ANSHI_LOG", "trace").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    if let Some(number) = weaken::number() {
        command.env("ANSHI_WEAKEN", number.to_string());
    }
    let errors = std::fs::File::create(log).unwrap();
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
    let mut text = String::new();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    // One object, over several lines.
    let said: Value = loop {
        if output.read_line(&mut text).unwrap() == 0 {
            panic!("{text}{}", std::fs::read_to_string(log).unwrap());
        }
        if let Ok(said) = serde_json::from_str(&text) {
            break said;
        }
    };
    process.stdout = Some(output.into_inner());
    (process, said["listening"].as_str().unwrap().parse().unwrap())
}

/// Everything that a reply has, as it is and with each part of it decoded that may be base64url.
fn readable(reply: &Reply) -> Vec<u8> {
    let mut all: Vec<u8> =
        reply.headers.iter().flat_map(|(name, value)| format!("{name}: {value}\n").into_bytes()).collect();
    all.extend(&reply.body);
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || [b'-', b'_'].contains(byte);
    let decode = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let segments = bytes.split(|byte| !is_base64(byte)).filter(|segment| segment.len() > 8);
        segments.filter_map(|segment| BASE64URL_NOPAD.decode(segment).ok()).collect()
    };
    // A batch's result has no further token in it, a bundle's records have none either.
    let once = decode(&reply.body);
    once.iter().for_each(|part| all.extend(part));
    all
}

fn searched(what: &str, bytes: &[u8]) -> Result<(), String> {
    let words = FAULT_WORDS.iter().map(|word| word.as_bytes().to_vec()).chain([CANARY.as_bytes().to_vec()]);
    match figures().into_iter().chain(words).find(|needle| holds(bytes, needle)) {
        None => Ok(()),
        Some(needle) => Err(format!("{what} has `{}`", String::from_utf8_lossy(&needle))),
    }
}

fn ask_everything(address: SocketAddr, questions: &Questions) -> Result<(), String> {
    let mut ended = 0;
    for (number, job) in questions.jobs.iter().enumerate() {
        let reply = send_to(address, "POST", "/v1/jobs", &[JOSE], job.as_bytes());
        ended += usize::from(reply.status == 200);
        searched(&format!("the answer to job {number}"), &readable(&reply))?;
    }
    if ended != questions.jobs.len() {
        return Err(format!("{ended} of {} jobs were answered", questions.jobs.len()));
    }
    for accept in ["text/event-stream", "application/json"] {
        let reply = send_to(address, "POST", "/v1/batches", &[JOSE, ("accept", accept)], questions.batch.as_bytes());
        searched("a batch", &readable(&reply))?;
    }
    for (path, token) in &questions.calls {
        let reply = send_to(address, "GET", path, &[("authorization", &format!("JOSE {token}"))], b"");
        // A guest's names are its own.
        searched(path, &readable(&reply))?;
    }
    for path in ["/log/checkpoint", "/log/tile/0/000.p/32", "/readyz", "/openapi.json", "/.well-known/anshi", "/none"] {
        searched(path, &readable(&send_to(address, "GET", path, &[], b"")))?;
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let guest = guest();
    let home = TestHome::with(&Setup { files: vec![policy_of(POLICY, &guest, PARAMETER, 2)], ..Setup::default() });
    let faulty = home.register(&guest.module()).unwrap();
    let questions = questions(&home, faulty);
    let path = home.path.clone();
    let TestHome { engine, _folder: folder, .. } = home;
    drop(engine);
    into_production(&path);
    let log = folder.path().join("log");
    let (mut process, address) = start(&path, &log);
    let asked = ask_everything(address, &questions);
    let id = rustix::process::Pid::from_child(&process);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let mut printed = Vec::new();
    process.stdout.take().unwrap().read_to_end(&mut printed).unwrap();
    let status = process.wait().unwrap();
    asked?;
    if !status.success() {
        return Err(format!("the service ended with {status}"));
    }
    let logged = std::fs::read(&log).unwrap();
    assert!(holds(&logged, b"\"answered\""), "the log has a line for each request");
    for (what, bytes) in [("the output", &printed), ("the log", &logged)] {
        searched(what, bytes)?;
        if let Some(secret) = questions.secrets.iter().find(|secret| holds(bytes, secret.as_bytes())) {
            return Err(format!("{what} of the service has `{secret}`"));
        }
    }
    search(&path, &path.join("data"))?;
    search(&path.with_extension("mirror"), Path::new(""))
}

#[test]
fn held() {
    check(attack, Weakness::GuestPrinted);
}
