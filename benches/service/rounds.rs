//! Rounds: the floor and the engine in turn, with as many jobs at once of the same requests, then latency at a fixed rate.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anshi::job::{HomePaths, KeyFile, load_key};
use anshi::model::{RawRows, UnitId};

use super::city::{City, JOBS_PER_MINUTE, Question};
use super::floor::{Ed25519, JobRows};
use super::line::{Ran, closed, job_request, open};
use super::served::Served;

/// Each person is asked about under the one, and then, where rounds are many, under the other, which differs by its name alone.
const POLICIES: [&str; 2] = ["yardstick", "yardstick-again"];
/// The policies whose slots and runs would count beside the bench's own.
const OTHERS: [&str; 5] =
    ["sme-credit-check", "guarantor-check", "loan-renewal-check", "enterprise-vitality", "late-payment-by-county"];
const SLOT_MS: u32 = 50;
/// What the yardstick needs for 24 rows (7,280), and a margin.
const FUEL: u32 = 10_000;
/// The rate at which latency is measured, as the design states it.
const OPEN_PER_SECOND: f64 = 500.0;
const OPEN_LINES: usize = 200;

/// One side's rounds.
#[derive(Default)]
struct Side {
    per_second: Vec<f64>,
    /// Processor time of the server, in microseconds for each job.
    micros: Vec<f64>,
    /// The load generator's, whose work is the same in all rounds of a side: how fast the machine was meanwhile.
    generator: Vec<f64>,
}

impl Side {
    fn add(&mut self, ran: &Ran, at_once: u64, [server, generator]: [Duration; 2]) {
        assert_eq!(ran.count(200), ran.answers.len(), "every job is answered");
        let each = |processor: Duration| processor.as_secs_f64() * 1e6 / ran.answers.len() as f64;
        self.per_second.push(ran.per_second_of_all(at_once as usize));
        self.micros.push(each(server));
        self.generator.push(each(generator));
    }

    fn last(&self) -> f64 {
        *self.per_second.last().unwrap()
    }
}

/// Processor time of this thread, in which the generator runs.
fn own_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn ends(values: &[f64]) -> (f64, f64) {
    (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(0.0, f64::max))
}

/// Of as many as there are, also of an even number.
fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

/// `jobs` jobs a round, `at_once` of them in flight; each side begins every other round. Rates are those of the time in which
/// so many are: a service runs all day, and the slots at both ends of a round would count as a tenth of it.
pub fn rounds(rounds: u64, jobs: u64, at_once: u64, (scale_ppm, of): (u64, Ed25519)) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::make(folder.path(), scale_ppm, &["yardstick"], &arrange);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut questions = POLICIES.iter().flat_map(|policy| city.persons.iter().map(|person| question(policy, *person)));
    let mut requests = |count: u64| -> Vec<Vec<u8>> {
        let taken: Vec<Question> = questions.by_ref().take(count as usize).collect();
        assert_eq!(taken.len() as u64, count, "a question for each job: fewer rounds, or more data");
        taken.iter().map(|question| job_request(&city.token(question))).collect()
    };
    let engine = Served::engine(&city.home, &folder.path().join("log"));
    // Some to warm up, and to count what a job writes.
    let warm = runtime.block_on(closed(engine.address, at_once as usize, requests(jobs / 2)));
    assert_eq!(warm.count(200), warm.answers.len(), "{:?}", warm.answers.first());
    let rows = count_rows(&city.paths(), warm.answers.len());
    let floor = start_floor(folder.path(), &city.paths(), rows, of);
    runtime.block_on(closed(floor.address, at_once as usize, requests(jobs / 4)));
    let (mut floors, mut engines) = (Side::default(), Side::default());
    for round in 1..=rounds {
        let requests = requests(jobs);
        let mut sides = [(&floor, &mut floors), (&engine, &mut engines)];
        if round % 2 == 0 {
            sides.reverse();
        }
        for (server, side) in sides {
            let requests = requests.clone();
            let before = [server.processor(), own_processor()];
            let ran = runtime.block_on(closed(server.address, at_once as usize, requests));
            side.add(&ran, at_once, [server.processor() - before[0], own_processor() - before[1]]);
        }
        let (floor, engine) = (floors.last(), engines.last());
        println!("round {round}: floor {floor:.0}/s, engine {engine:.0}/s, {:.2}", engine / floor);
    }
    let what = format!(
        "{at_once} in flight, {jobs} jobs a round, {rounds} rounds, the floor with the Ed25519 of {}",
        of.name()
    );
    print_rates(&what, (&floors, &engines), (rows, city.held[POLICIES[0]]));
    let seconds = (jobs as f64 / OPEN_PER_SECOND).ceil();
    let requests = requests((seconds * OPEN_PER_SECOND) as u64);
    let ran = runtime.block_on(open(engine.address, OPEN_LINES, requests.clone(), OPEN_PER_SECOND));
    let floor_ran = runtime.block_on(open(floor.address, OPEN_LINES, requests, OPEN_PER_SECOND));
    print_latencies(&ran, &floor_ran);
    engine.stop();
}

fn print_rates(what: &str, (floors, engines): (&Side, &Side), (rows, held): (JobRows, f64)) {
    let ratios: Vec<f64> =
        engines.per_second.iter().zip(&floors.per_second).map(|(engine, floor)| engine / floor).collect();
    let work = |side: &Side, with_generator: bool| -> Vec<f64> {
        let generator = side.generator.iter().map(|micros| if with_generator { *micros } else { 0.0 });
        side.micros.iter().zip(generator).map(|(server, generator)| server + generator).collect()
    };
    let ratio_of_work = |with_generator| {
        let (floors, engines) = (work(floors, with_generator), work(engines, with_generator));
        median(&floors.iter().zip(&engines).map(|(floor, engine)| floor / engine).collect::<Vec<f64>>())
    };
    println!(
        "\nA job writes {} rows of {} bytes in its two rounds, each of which it shares with {}; the slots hold {held:.0} a second.",
        rows.rows,
        rows.row_bytes,
        rows.per_round - 1,
    );
    println!("{what}, load of the machine {}\n", load());
    println!(
        "| what | median | least to most | processor of the server, a job | and of the generator |\n|---|---|---|---|---|"
    );
    for (what, side) in [("the floor", floors), ("**signed label jobs**", engines)] {
        let (least, most) = ends(&side.per_second);
        let (micros, generator) = (median(&side.micros), median(&side.generator));
        let rate = median(&side.per_second);
        println!("| {what} | {rate:.0}/s | {least:.0} to {most:.0}/s | {micros:.0} µs | {generator:.0} µs |");
    }
    let (ratio, (least, most)) = (median(&ratios), ends(&ratios));
    let [server, both] = [false, true].map(ratio_of_work);
    println!(
        "| ratio, median of the rounds | **{ratio:.2}** (target 0.60) | {least:.2} to {most:.2} | {server:.2} | {both:.2} with it |"
    );
}

fn print_latencies(ran: &Ran, floor: &Ran) {
    assert_eq!(ran.count(200), ran.answers.len());
    println!("\n| latency at {OPEN_PER_SECOND} jobs/s, open loop | p50 | p99 | p99.9 |\n|---|---|---|---|");
    let slot = Duration::from_millis(u64::from(SLOT_MS));
    for (what, ran, slot) in [("the floor", floor, Duration::ZERO), ("**beyond the slot**", ran, slot)] {
        let latencies = ran.latencies();
        let shown =
            |permille| format!("{:.1} ms", latencies.permille(permille).saturating_sub(slot).as_secs_f64() * 1e3);
        println!("| {what} | {} | {} | {} |", shown(500), shown(990), shown(999));
    }
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap().split(' ').take(2).collect::<Vec<_>>().join(", ")
}

fn question(policy: &'static str, person: UnitId) -> Question {
    Question {
        policy,
        version: "1.0.0",
        purpose: "measuring",
        guest: "yardstick",
        parameters: Vec::new(),
        parties: vec![("person", person)],
        rows: RawRows::default(),
    }
}

/// The bench's policies alone, and accounts that let them be asked.
fn arrange(home: &Path) {
    let policies = home.join("policies");
    for other in OTHERS {
        std::fs::remove_dir_all(policies.join(other)).unwrap();
    }
    for policy in POLICIES {
        std::fs::create_dir_all(policies.join(policy)).unwrap();
        std::fs::write(policies.join(policy).join("policy.toml"), policy_text(policy)).unwrap();
    }
    let accounts = "[label.person]\nclients = { smart-finance = { bits = 24, lifetime = 240 } }\n\
                    limit = { bits = 24, lifetime = 240 }\nwindow_days = 90\n";
    std::fs::write(policies.join("accounts.toml"), accounts).unwrap();
}

fn policy_text(policy: &str) -> String {
    format!(
        r#"id = "{policy}"
version = "1.0.0"
title = {{ zh = "量具", en = "Yardstick" }}
purpose = "measuring"
basis = ["a benchmark"]
valid = {{ from = 2020-01-01, until = 2099-12-31 }}
[who]
clients = ["smart-finance"]
guests = "any"
[role.person]
unit = "person"
count = {{ min = 1, max = 1 }}
consent = "required"
[[grant]]
role = "person"
dataset = "housing_fund"
columns = ["citizen_id", "account", "employer_uscc", "period_end", "base_fen", "payable_fen", "paid_fen", "balance_fen"]
history_months = 60
rows_max = 24
[answer]
kind = "label"
labels = ["no", "yes"]
[limits]
fuel = {FUEL}
memory_mib = 1
slot_ms = {SLOT_MS}
jobs_per_minute = {JOBS_PER_MINUTE}
"#
    )
}

/// What one job writes in its two rounds, counted in the ledger after `jobs` of them. The registration of the one
/// guest and the checkpoints are not a job's.
fn count_rows(paths: &HomePaths, jobs: usize) -> JobRows {
    let tables: BTreeMap<&str, &str> = [
        ("job", "LENGTH(id) + LENGTH(input) + LENGTH(client) + LENGTH(policy) + LENGTH(sameness) + 15"),
        (
            "charge",
            "LENGTH(account) + LENGTH(party) + LENGTH(client) + LENGTH(sameness) + COALESCE(LENGTH(issuer) + LENGTH(jti), 0) + 15",
        ),
        ("consent_use", "LENGTH(issuer) + LENGTH(jti) + 7"),
        ("outcome", "LENGTH(answer) + LENGTH(claims) + LENGTH(parties) + LENGTH(reason) + LENGTH(reason_salt) + 18"),
        ("entry", "LENGTH(kind) + LENGTH(salt) + LENGTH(record) + 6"),
        ("hash", "LENGTH(hash) + 6"),
        ("request", "LENGTH(sealed) + 6"),
    ]
    .into();
    let connection = rusqlite::Connection::open(paths.store()).unwrap();
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, f64>(0)).unwrap();
    let other = "SELECT CAST(COUNT(*) AS REAL) FROM outcome WHERE reason != 'answered'";
    assert!(one(other) == 0.0, "the yardstick answers every job by itself: has it fuel and time enough?");
    let sums = tables.iter().map(|(table, bytes)| {
        (
            one(&format!("SELECT CAST(COUNT(*) AS REAL) FROM {table}")),
            one(&format!("SELECT TOTAL({bytes}) FROM {table}")),
        )
    });
    let (rows, bytes) = sums.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let each = |count: f64| count / jobs as f64;
    let claims_bytes = one("SELECT AVG(LENGTH(claims)) FROM outcome") as usize;
    let per_round = per_round(&connection);
    JobRows { rows: each(rows).round() as usize, row_bytes: (bytes / rows) as usize, claims_bytes, per_round }
}

/// How many entries the transaction has in which the median entry was written: each grows the log by its own.
fn per_round(connection: &rusqlite::Connection) -> usize {
    let mut statement = connection.prepare("SELECT size FROM checkpoint ORDER BY size").unwrap();
    let sizes: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut rounds: Vec<usize> = sizes.windows(2).map(|pair| (pair[1] - pair[0]) as usize).collect();
    rounds.sort_unstable();
    let (half, mut below) = (rounds.iter().sum::<usize>() / 2, 0);
    let reaches_half = |round: &&usize| {
        below += **round;
        below >= half
    };
    *rounds.iter().find(reaches_half).unwrap()
}

/// This program again, as the floor.
fn start_floor(folder: &Path, paths: &HomePaths, rows: JobRows, of: Ed25519) -> Served {
    let public = |file| {
        let key = load_key(&paths.key(file)).unwrap();
        serde_json::to_string(&key.public().to_jwk()).unwrap()
    };
    let floor = folder.join("floor");
    std::fs::create_dir_all(&floor).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("floor").arg(&floor).args(rows.arguments());
    command.args([public(KeyFile::Client), public(KeyFile::Authority)]).arg(of.name());
    Served::start(command, &folder.join("floor.log"))
}
