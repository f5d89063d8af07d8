//! Lookups of one unit's rows, and calls of guests on fresh instances beside calls of a reused one.

use std::hint::black_box;

use anshi::data::{Snapshot, Window};
use anshi::guest::{Guest, Registry, RunInput, build_input};
use anshi::model::{ParameterValue, Read, UnitId, UnitKind};
use anshi::policy::{ClientRows, Limits, Origin, PermittedParty, RolePlan, TablePlan};

use crate::home::{Asker, Place, guests};
use crate::table::{Table, measure};

/// With a slot that no busy machine makes a call miss.
const LIMITS: Limits = Limits { fuel: 500_000, memory_bytes: 1 << 20, slot_ms: 60_000, jobs_per_minute: 1 };
const ROWS: u32 = 24;
const CALLS: u32 = 2_000;
/// Calls that one reused instance serves.
const REUSED_CALLS: u32 = 50;
const LOOKUPS: u32 = 20_000;
/// Whom the calls are about, in turn, and how far they lie from each other.
const PARTIES: usize = 2_000;
const STRIDE: usize = 7_919;

/// A unit's lookup alone, over units scattered through the snapshot.
pub fn lookups(place: &Place, scale: u64, table: &mut Table) {
    let engine = place.open().unwrap();
    let snapshot = engine.snapshot().unwrap();
    let files = snapshot.dataset("tax_payment").unwrap();
    let units = Asker::new(&engine, place).units;
    let columns: Vec<usize> =
        ["period_end", "paid_fen", "payable_fen"].map(|name| files.schema().column(name).unwrap().0).to_vec();
    let window = Window::new(snapshot.as_of(), Some(24), 500);
    let mut next = 0usize;
    let mut unit = || {
        next = (next + STRIDE) % units.len();
        &units[next]
    };
    let mut lookup = || {
        black_box(files.rows(files.ordinal(unit()), &window, &columns));
    };
    let ids = files.unit_ids();
    let mut place = 0usize;
    let mut search = || {
        place = (place + STRIDE) % units.len();
        black_box(ids.binary_search(units[place].as_bytes()).ok());
    };
    let samples = measure(LOOKUPS, &mut [&mut search, &mut lookup]);
    let scale = scale as f64 / 1e6;
    let what = format!("a binary search among {} units, scale {scale}", units.len());
    table.time(&what, &samples[0], None, "");
    let what = format!("a unit's lookup: ordinal, window, 3 columns, scale {scale}");
    table.time(&what, &samples[1], Some(("search", &samples[0])), "");
}

fn load(registry: &Registry, name: &str) -> std::sync::Arc<Guest> {
    let module = std::fs::read(guests().join(name)).unwrap();
    registry.load(&registry.register(&module).unwrap().row).unwrap()
}

/// What the guest reads, at most 24 rows of each table.
fn plan(guest: &Guest) -> Vec<RolePlan> {
    let table = |table: &anshi::model::TableRead| TablePlan {
        dataset: table.dataset.clone(),
        origin: Origin::Snapshot,
        reads: table
            .reads
            .iter()
            .map(|read| Read { column: read.column.clone(), values: read.values.clone() })
            .collect(),
        history_months: None,
        rows_max: ROWS,
    };
    let role = |role: &anshi::model::Role| RolePlan {
        role: role.name.clone(),
        tables: role.tables.iter().map(table).collect(),
    };
    guest.manifest().roles().iter().map(role).collect()
}

/// A guest, and the table of which its party has 24 rows.
struct Subject {
    what: &'static str,
    file: &'static str,
    role: &'static str,
    dataset: &'static str,
    kind: UnitKind,
    parameters: &'static [ParameterValue],
    /// What a fresh instance and its call should take, and the whole job.
    targets: [&'static str; 2],
}

const ADVERSARY: Subject = Subject {
    what: "adversary 0: 3 columns × 24 rows and 1 × 1",
    file: "adversary.wasm",
    role: "enterprise",
    dataset: "tax_payment",
    kind: UnitKind::Enterprise,
    parameters: &[ParameterValue::Integer(0)],
    targets: ["< 10 µs", "< 25 µs"],
};
const CREDIT_CHECK: Subject = Subject {
    what: "sme-credit-check: 20 columns of 8 tables, at most 24 rows each",
    file: "sme_credit_check.wasm",
    parameters: &[ParameterValue::Integer(10_000_000)],
    targets: ["", "< 25 µs"],
    ..ADVERSARY
};
const YARDSTICK: Subject = Subject {
    what: "yardstick: 8 columns × 24 rows",
    file: "yardstick.wasm",
    role: "person",
    dataset: "housing_fund",
    kind: UnitKind::Person,
    parameters: &[],
    targets: ["", "< 25 µs"],
};

/// Fresh instance and call, the same with its input built from the snapshot, and the reused instance; the guests of
/// other shapes only where `all` is wanted.
pub fn calls(place: &Place, scale: u64, all: bool, table: &mut Table) {
    let engine = place.open().unwrap();
    let snapshot = engine.snapshot().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path(), env!("CARGO_BIN_EXE_anshi").as_ref()).unwrap();
    let others = if all { &[ADVERSARY, CREDIT_CHECK][..] } else { &[] };
    for subject in others.iter().chain([&YARDSTICK]) {
        measure_subject(subject, &registry, &snapshot, scale, table);
    }
}

/// Units scattered through the snapshot that have 24 rows of the subject's table.
fn parties(subject: &Subject, snapshot: &Snapshot) -> Vec<Vec<PermittedParty>> {
    let files = snapshot.dataset(subject.dataset).unwrap();
    let window = Window::new(snapshot.as_of(), None, ROWS);
    let unit = |id: &[u8; 18]| UnitId::parse(subject.kind, std::str::from_utf8(id).unwrap()).unwrap();
    let full = |id: &UnitId| files.rows(files.ordinal(id), &window, &[]).rows == ROWS as usize;
    let full: Vec<UnitId> = files.unit_ids().iter().map(unit).filter(full).collect();
    let party = |place: usize| {
        let (role_name, id) = (subject.role.to_owned(), full[place * STRIDE % full.len()]);
        vec![PermittedParty { role: 0, role_name, id }]
    };
    (0..PARTIES).map(party).collect()
}

fn measure_subject(subject: &Subject, registry: &Registry, snapshot: &Snapshot, scale: u64, table: &mut Table) {
    let guest = load(registry, subject.file);
    let (plan, parties) = (plan(&guest), parties(subject, snapshot));
    let own = ClientRows::default();
    let build = |place: usize| build_input(&plan, &parties[place], subject.parameters, (snapshot, &own)).unwrap();
    let fresh = |input: &RunInput| guest.run(input, &LIMITS).0.unwrap();
    let expected: Vec<u32> = (0..PARTIES).map(|place| fresh(&build(place))).collect();
    let input = build(0);
    let mut reused = guest.reused(&LIMITS).unwrap();
    let mut calls = 1;
    let mut again = || {
        // Guests built with the SDK never free: an instance that is reused has to be renewed now and then.
        calls += 1;
        if calls % REUSED_CALLS == 0 {
            reused = guest.reused(&LIMITS).unwrap();
        }
        assert_eq!(reused.run(&input), Ok(expected[0]));
    };
    let (mut built, mut done) = (0, 0);
    let mut inputs = || {
        built = (built + 1) % PARTIES;
        black_box(build(built));
    };
    let mut jobs = || {
        done = (done + 1) % PARTIES;
        assert_eq!(fresh(&build(done)), expected[done]);
    };
    let mut alone = || assert_eq!(fresh(&input), expected[0]);
    let samples = measure(CALLS, &mut [&mut again, &mut alone, &mut inputs, &mut jobs]);
    let what = format!("{}, scale {}", subject.what, scale as f64 / 1e6);
    table.time(&format!("call of a reused instance, {what}"), &samples[0], None, "");
    let [call, job] = subject.targets;
    table.time(&format!("fresh instance and call, {what}"), &samples[1], Some(("reused", &samples[0])), call);
    table.time(&format!("input from the snapshot alone, {what}"), &samples[2], None, "");
    let whole = format!("one label job without I/O: lookup, input, fresh instance and call, {what}");
    table.time(&whole, &samples[3], Some(("fresh", &samples[1])), job);
}

/// From a closed home to an engine that takes jobs.
pub fn ready(place: &Place, scale: u64, table: &mut Table) {
    let samples = measure(1, &mut [&mut || drop(black_box(place.open().unwrap()))]);
    let what = format!("start to ready: the home opened, scale {}", scale as f64 / 1e6);
    table.time(&what, &samples[0], None, "< 1 s");
}
