//! A soak: four fifths of what the service can do, hour by hour, while it is killed and started again. At the end the
//! ledger is read: every answer that anybody got is in it, and nothing was charged twice.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anshi::ledger::LedgerReader;
use anshi::model::{Digest, RawParameter, RawRows};
use anshi::receipt::Bundle;

use super::calls::arrange;
use super::check::{Auditor, Tables, job_of};
use super::city::{City, Question, edit};
use super::home::{Dice, Place};
use super::line::{Line, closed, job_request};
use super::replay::word;
use super::served::Served;

const GUEST: &str = "sme_credit_check";
const LINES: usize = 200;
/// What the service can do is measured with so many jobs.
const CAPACITY_JOBS: u64 = 2_000;
const LOAD_PERCENT: f64 = 80.0;
/// The policy's values of its one parameter, for as many different jobs about one firm.
const MINIMA: i64 = 200;
/// Every firm may be asked everything.
const BITS: i64 = 3 * MINIMA;
/// Between two kills at least so long, and in a long soak a twelfth of it; at most twice.
const KILL_EVERY: Duration = Duration::from_secs(12);
/// One bundle of so many is kept whole, and verified against the ledger at the end.
const KEPT_OF: u64 = 50;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A server has started by then.
const PATIENCE: Duration = Duration::from_secs(120);
/// More than this, in kB, no server grows after its first seconds: caches that fill, and nothing that is kept for ever.
const GROWTH_MAX_KB: u64 = 160 << 10;

/// How a request ended.
enum Ended {
    /// With a bundle: its intent, its price, and some bundles whole.
    Answered { intent: u64, bits: u64, bundle: Option<String> },
    /// Its engine was killed between charge and tick.
    Abandoned,
}

/// What the lines share.
struct Shared {
    /// Where the service is; `None` while there is none.
    address: Mutex<Option<SocketAddr>>,
    ended: Mutex<BTreeMap<Digest, Ended>>,
    sent: AtomicU64,
    /// Requests that were sent again because their connection broke.
    again: AtomicU64,
}

/// Soaks for `seconds`.
pub fn soak(seconds: u64, scale_ppm: u64, nanos_per_kilofuel: Option<u64>) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::make(folder.path(), scale_ppm, &[GUEST], &|home| lay_out(home, nanos_per_kilofuel));
    let city = Arc::new(city);
    let log = folder.path().join("log");
    let mut auditor = Auditor::new(&Place::at(folder.path()));
    auditor.window_bits = BITS;
    let mut server = Served::engine(&city.home, &log);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let questions = Arc::new(AtomicU64::new(0));
    let requests = (0..CAPACITY_JOBS).map(|_| job_request(&city.token(&next(&city, &questions)))).collect();
    let capacity = runtime.block_on(closed(server.address, LINES, requests)).per_second();
    let per_second = capacity * LOAD_PERCENT / 100.0;
    println!("soak: {capacity:.0} jobs a second at most; {per_second:.0} for {seconds} s");
    let shared = Arc::new(Shared {
        address: Mutex::new(Some(server.address)),
        ended: Mutex::default(),
        sent: AtomicU64::new(0),
        again: AtomicU64::new(0),
    });
    let (started, until) = (Instant::now(), Duration::from_secs(seconds));
    let lines: Vec<_> = (0..LINES)
        .map(|_| {
            runtime.spawn(ask_on(
                Arc::clone(&shared),
                Arc::clone(&city),
                Arc::clone(&questions),
                (started, until, per_second),
            ))
        })
        .collect();
    let least = KILL_EVERY.max(until / 12);
    let (mut dice, mut kills, mut memory) = (Dice(seconds), 0, Vec::new());
    while started.elapsed() < until {
        let life = least + Duration::from_millis(dice.below(least.as_millis() as u64));
        // The last server lives to the end.
        let dies = started.elapsed() + life + least < until;
        memory.push(watch(&server, if dies { life } else { until.saturating_sub(started.elapsed()) }));
        if dies {
            *lock(&shared.address) = None;
            server.kill();
            kills += 1;
            server = Served::engine(&city.home, &log);
            *lock(&shared.address) = Some(server.address);
        }
    }
    runtime.block_on(async {
        for line in lines {
            line.await.unwrap();
        }
    });
    server.stop();
    let ended = std::mem::take(&mut *lock(&shared.ended));
    let sent = shared.sent.load(Ordering::Relaxed);
    report(&memory, kills, sent, shared.again.load(Ordering::Relaxed));
    check(&city, &mut auditor, &ended, sent);
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lay_out(home: &Path, nanos_per_kilofuel: Option<u64>) {
    arrange(home, nanos_per_kilofuel);
    let policies = home.join("policies");
    let minima: Vec<i64> = (1..=MINIMA).collect();
    edit(&policies.join("sme-credit-check/policy.toml"), "values = ", &format!("{minima:?}"));
    let accounts = format!(
        "[label.enterprise]\nclients = {{ smart-finance = {{ bits = {BITS}, lifetime = {BITS} }} }}\n\
         limit = {{ bits = {BITS}, lifetime = {BITS} }}\nwindow_days = 90\n\
         [label.person]\nclients = {{ smart-finance = {{ bits = 12, lifetime = 120 }} }}\n\
         limit = {{ bits = 12, lifetime = 120 }}\nwindow_days = 90\n\
         [table.enterprise]\nclients = {{ smart-finance = {{ epsilon = \"4\", lifetime = \"12\" }} }}\n\
         limit = {{ epsilon = \"4\", lifetime = \"12\" }}\nwindow_days = 365\n"
    );
    std::fs::write(policies.join("accounts.toml"), accounts).unwrap();
}

/// Every question once: firm by firm, then the next value of the parameter.
fn next(city: &City, questions: &AtomicU64) -> Question {
    let number = questions.fetch_add(1, Ordering::Relaxed);
    let firms = city.firms.len() as u64;
    let minimum = (number / firms) as i64 % MINIMA + 1;
    Question {
        policy: "sme-credit-check",
        version: "2.0.0",
        purpose: "sme-lending",
        guest: GUEST,
        parameters: vec![("min_paid_fen".to_owned(), RawParameter::Integer(minimum))],
        parties: vec![("enterprise", city.firms[(number % firms) as usize])],
        rows: RawRows::default(),
    }
}

/// Sends at the rate, whatever is answered; what breaks off is sent again until it is answered.
async fn ask_on(
    shared: Arc<Shared>,
    city: Arc<City>,
    questions: Arc<AtomicU64>,
    (started, until, per_second): (Instant, Duration, f64),
) {
    let mut line = None;
    loop {
        let number = shared.sent.fetch_add(1, Ordering::Relaxed);
        let due = Duration::from_secs_f64(number as f64 / per_second);
        if due >= until {
            shared.sent.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        tokio::time::sleep_until((started + due).into()).await;
        let token = city.token(&next(&city, &questions));
        let request = job_request(&token);
        let begun = Instant::now();
        let said = loop {
            assert!(begun.elapsed() < PATIENCE, "a request is never answered");
            let address = *lock(&shared.address);
            if line.is_none()
                && let Some(address) = address
            {
                line = Line::open(address).await.ok();
            }
            let said = match &mut line {
                Some(line) => line.ask(&request).await.ok(),
                None => None,
            };
            match said {
                Some(said) if said.status != 503 => break said,
                Some(_) => {}
                None => {
                    line = None;
                    shared.again.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let ended = match word(&said).as_str() {
            "answered" => answered(&said.body, number),
            "abandoned" => Ended::Abandoned,
            other => panic!("nothing may be refused here: {other}"),
        };
        lock(&shared.ended).insert(job_of(&token), ended);
    }
}

fn answered(body: &[u8], number: u64) -> Ended {
    let bundle: Bundle = serde_json::from_slice(body).unwrap();
    let claims = bundle.claims().unwrap();
    let kept = number.is_multiple_of(KEPT_OF).then(|| String::from_utf8(body.to_vec()).unwrap());
    Ended::Answered { intent: claims.log.unwrap().index, bits: claims.cost.bits.unwrap(), bundle: kept }
}

/// Its anonymous memory, in kB, look by look.
fn watch(server: &Served, life: Duration) -> Vec<u64> {
    let started = Instant::now();
    let mut seen = Vec::new();
    while started.elapsed() < life {
        std::thread::sleep(LOOK_EVERY.min(life));
        seen.push(server.anonymous_kb().expect("the service ended by itself"));
    }
    seen
}

fn report(memory: &[Vec<u64>], kills: u64, sent: u64, again: u64) {
    println!("{sent} requests, {kills} kills, {again} sendings broke off");
    for (number, seen) in memory.iter().enumerate().filter(|(_, seen)| !seen.is_empty()) {
        let (early, late) = (seen[seen.len() / 4], *seen.last().unwrap());
        let most = seen.iter().max().unwrap();
        println!(
            "server {number}: {} s, anonymous memory {early} kB early, {late} kB late, {most} kB at most",
            seen.len() / 2
        );
        assert!(late.saturating_sub(early) < GROWTH_MAX_KB, "memory grows: {seen:?}");
    }
}

/// The ledger against what was answered.
fn check(city: &City, auditor: &mut Auditor, ended: &BTreeMap<Digest, Ended>, sent: u64) {
    assert_eq!(ended.len() as u64, sent, "every request is answered");
    let reader = LedgerReader::open(&city.paths().store()).unwrap();
    let tables = Tables::read(&reader);
    let mut abandoned = 0;
    for (job, ended) in ended {
        let intent = tables.jobs[job];
        let charged: i64 = tables.charges.get(&intent).map_or(0, |charges| {
            assert_eq!(charges.len(), 1, "job {job} was charged twice");
            charges[0].2
        });
        match ended {
            Ended::Abandoned => {
                assert!(!tables.outcomes[&intent]);
                abandoned += 1;
            }
            Ended::Answered { intent: told, bits, bundle } => {
                assert_eq!((*told, u64::try_from(charged)), (intent, Ok(*bits)), "what was told is what was charged");
                assert!(tables.outcomes[&intent], "job {job} was answered and has no answer in the ledger");
                if let Some(bundle) = bundle {
                    auditor.released(bundle, &reader);
                }
            }
        }
    }
    auditor.check(&reader, &tables);
    println!(
        "{} jobs in the ledger, {abandoned} abandoned, {} bundles verified",
        tables.jobs.len(),
        auditor.released_count()
    );
}
