//! The twin run over HTTP: two services whose homes differ in one figure of one firm, asked the same, and every byte of what
//! comes back compared: status, headers, lengths, bodies, of the answer and of everything else that can be looked at.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anshi::job::KeyFile;
use anshi::keys::TokenKind;
use anshi::receipt::Bundle;
use serde_json::{Value, json};

use super::home::{Setup, TestHome};
use super::http::{Reply, Served, send_to};
use super::rows::{ODD_FEN, firm};
use super::seen::{Seen, masked, masked_record, seen_bundle};
use super::twins::{OUTCOMES, difference};

/// The moment of the answer, and the random number by which the operator finds it in the log: the one says when a byte was
/// sent, which the ticks decide and `twin::time` looks at; the other comes from the operating system before anything is read.
const INDEPENDENT: [&str; 2] = ["date", "x-request-id"];
const JOSE: (&str, &str) = ("content-type", "application/jose");

/// Firm 1's secret is set in the one home and not in the other.
pub struct HttpTwins {
    pub with: Served,
    pub without: Served,
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The bundle that a job was answered with.
pub fn bundle_of(reply: &Reply) -> Result<Bundle, String> {
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|error| error.to_string()),
        status => Err(format!("{status}: {}", reply.text())),
    }
}

/// How many entries the log has, by its checkpoint.
pub fn checkpoint_size(note: &str) -> u64 {
    note.lines().nth(1).and_then(|size| size.parse().ok()).expect("a checkpoint")
}

/// The metrics in one order, without the times of answers, which `twin::time` looks at.
fn metrics_view(text: &str) -> Value {
    let timed =
        |line: &str| line.starts_with("anshi_answer_seconds") && !line.starts_with("anshi_answer_seconds_count");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let name = |line: &str| line.rsplit_once(' ').map_or_else(String::new, |(name, _)| name.to_owned());
    json!(lines.iter().map(|line| if timed(line) { name(line) } else { (*line).to_owned() }).collect::<Vec<_>>())
}

/// Status and headers; a length is compared with the body that it is the length of.
fn head(reply: &Reply) -> Value {
    let headers = reply.headers.iter().filter(|(name, _)| !INDEPENDENT.contains(&name.as_str()));
    let length = |value: &str| if value.parse() == Ok(reply.body.len()) { "the body's" } else { "another" };
    let shown = headers.map(|(name, value)| (name, if name == "content-length" { length(value) } else { value }));
    json!([reply.status, shown.collect::<Vec<_>>()])
}

/// A body that must be the same to the byte.
fn plain(reply: &Reply) -> Value {
    json!([head(reply), String::from_utf8_lossy(&reply.body)])
}

/// A text whose form alone is the same: salts and hashes are random.
fn form(reply: &Reply) -> Value {
    json!([head(reply), reply.body.len()])
}

fn checkpoint(reply: &Reply) -> Value {
    json!([form(reply), reply.text().lines().next(), checkpoint_size(reply.text())])
}

fn metrics(reply: &Reply) -> Value {
    json!([head(reply), metrics_view(reply.text())])
}

/// An answered job, in whole or as a member of `reply`.
fn answered(seen: &Seen, reply: &Reply, receipt: usize) -> Value {
    json!([head(reply), seen.masked, reply.body.len() - receipt])
}

fn job_state(reply: &Reply) -> Value {
    let mut state = reply.json();
    let Ok(bundle) = serde_json::from_value::<Bundle>(state["bundle"].take()) else { return plain(reply) };
    json!([answered(&seen_bundle(&bundle), reply, bundle.receipt.len()), state])
}

/// The same wherever the log has the job: jobs of one batch are charged side by side, and take the next places in any order.
fn unplaced_state(reply: &Reply) -> Value {
    let mut state = reply.json();
    let Ok(bundle) = serde_json::from_value::<Bundle>(state["bundle"].take()) else { return plain(reply) };
    json!([head(reply), unplaced(seen_bundle(&bundle)), state])
}

/// What is seen of an answer but for where the log has it.
pub fn unplaced(seen: Seen) -> Value {
    let mut unplaced = seen.masked;
    unplaced["claims"] = masked(&unplaced["claims"], &["/log/index"]);
    unplaced["outcome"] = masked(&unplaced["outcome"], &["/intent"]);
    // Of receipt and signature alone: records and proofs are as long as their places have digits and neighbours.
    unplaced["lengths"] = json!(unplaced["lengths"]["signature"]);
    unplaced
}

fn accesses(reply: &Reply) -> Value {
    let mut view = reply.json();
    let lines = view["accesses"].as_array_mut().unwrap();
    for line in &mut *lines {
        line["intent"] = masked_record(&line["intent"])[0].clone();
        *line = masked(line, &["/admitted_ms", "/index"]);
    }
    lines.sort_by_key(|line| line["job"].as_str().map(str::to_owned));
    json!([head(reply), view])
}

type Look = fn(&Reply) -> Value;

/// The log is published within this time, or never.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(30);

impl Served {
    /// Waits until everything that the ledger has is published, and gives how many entries that are.
    pub fn settled(&self) -> u64 {
        let until = Instant::now() + PUBLISHED_WITHIN;
        loop {
            let mut entries = 0;
            self.home.reader().audit_entries(|_| entries += 1).unwrap();
            // Not asked of the service, which counts what it is asked.
            let note = std::fs::read_to_string(self.home.paths().log().join("checkpoint")).unwrap();
            if checkpoint_size(&note) == entries {
                return entries;
            }
            assert!(Instant::now() < until, "the log is not published");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl HttpTwins {
    /// Two homes that differ in firm 1's last fen, served.
    pub fn new(setup: &Setup) -> Self {
        let home = |paid_fen| Served::with(&Setup { paid_fen, ..setup.clone() });
        Self { with: home(ODD_FEN), without: home(ODD_FEN - 1) }
    }

    /// Two homes, served.
    pub fn of([with, without]: [TestHome; 2]) -> Self {
        Self { with: Served::home(with), without: Served::home(without) }
    }

    /// Sends the same bytes to both at once.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> [Reply; 2] {
        std::thread::scope(|scope| {
            let both = [self.with.address, self.without.address];
            both.map(|address| scope.spawn(move || send_to(address, method, path, headers, body)))
                .map(|asking| asking.join().unwrap())
        })
    }

    /// Calls both with the same token of the home's key `file`.
    pub fn call(&self, (id, file): (&str, KeyFile), kind: TokenKind, path: &str, subject: Option<&str>) -> [Reply; 2] {
        let key = self.with.key(file);
        let token = self.with.call_about((id, &key), kind, ("GET", path, b""), subject);
        self.send("GET", path, &[("authorization", &format!("JOSE {token}"))], b"")
    }

    /// Asks both the same. What may differ is the label, as far as the policy has it; gives both.
    pub fn submit(&self, token: &str) -> Result<[Seen; 2], String> {
        let replies = self.send("POST", "/v1/jobs", &[JOSE], token.as_bytes());
        let received = now_ms();
        let mut both = Vec::new();
        for reply in &replies {
            let bundle = bundle_of(reply)?;
            let seen = seen_bundle(&bundle);
            if !OUTCOMES.contains(&seen.label.as_str()) && seen.claims["result"]["table"].is_null() {
                return Err(format!("the answer `{}` is no outcome of the policy", seen.label));
            }
            let tick_ms = seen.outcome["tick_ms"].as_i64().unwrap();
            if received < tick_ms {
                return Err(format!("an answer came {} ms before its tick", tick_ms - received));
            }
            both.push((answered(&seen, reply, bundle.receipt.len()), seen));
        }
        let [(first, with), (second, without)] = both.try_into().unwrap_or_else(|_| panic!("two answers"));
        match first == second {
            true => Ok([with, without]),
            false => Err(difference(&first, &second)),
        }
    }

    /// Looks at everything that anybody can look at, in both.
    pub fn look_around(&self, jobs: &[String]) -> Result<(), String> {
        self.look(jobs, true)
    }

    /// The same behind a batch of these jobs.
    pub fn look_around_batch(&self, jobs: &[String]) -> Result<(), String> {
        self.look(jobs, false)
    }

    fn look(&self, jobs: &[String], placed: bool) -> Result<(), String> {
        let id = firm(1).to_string();
        let (client, operator) = (("smart-finance", KeyFile::Client), ("development-operator", KeyFile::Operator));
        let guest = format!("/v1/guests/{}", self.with.home.adversary);
        for job in jobs {
            let look = if placed { job_state } else { unplaced_state };
            self.same(job, look, self.call(client, TokenKind::Call, job, None))?;
        }
        for path in ["/v1/budgets", "/v1/policies", guest.as_str(), "/v1/jobs/00", "/v1/nothing"] {
            self.same(path, plain, self.call(client, TokenKind::Call, path, Some(&id)))?;
        }
        let authority = ("development-authority", KeyFile::Authority);
        let path = "/v1/subjects/access";
        self.same(path, accesses, self.call(authority, TokenKind::Access, path, Some(&id)))?;
        self.look_at_the_log()?;
        for path in ["/healthz", "/readyz", "/.well-known/anshi", "/.well-known/jwks.json", "/log/key", "/openapi.json"]
        {
            self.same(path, plain, self.send("GET", path, &[], b""))?;
        }
        // What is refused is refused alike.
        for body in ["", "a.b.c"] {
            self.same("a refusal", plain, self.send("POST", "/v1/jobs", &[JOSE], body.as_bytes()))?;
        }
        self.same("/metrics", metrics, self.call(operator, TokenKind::Call, "/metrics", None))
    }

    fn look_at_the_log(&self) -> Result<(), String> {
        let path = "/log/checkpoint";
        // The log is published behind the answers that are in it; for a commit like for the next.
        self.with.settled();
        self.without.settled();
        let notes = self.send("GET", path, &[], b"");
        let size = checkpoint_size(notes[0].text());
        self.same(path, checkpoint, notes)?;
        for path in [format!("/log/tile/0/000.p/{size}"), format!("/log/tile/entries/000.p/{size}")] {
            self.same(&path, form, self.send("GET", &path, &[], b""))?;
        }
        Ok(())
    }

    /// What must be the same of both.
    pub fn same(&self, what: &str, look: Look, replies: [Reply; 2]) -> Result<(), String> {
        let [with, without] = replies.each_ref().map(look);
        if with == without { Ok(()) } else { Err(format!("{what}: {}", difference(&with, &without))) }
    }
}
