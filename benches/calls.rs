//! Lookups of one unit's rows, and calls of guests on fresh instances beside calls of a reused one.

use std::hint::black_box;

use anshi::data::Window;
use anshi::guest::{Guest, Registry, RunInput, build_input};
use anshi::model::{ParameterValue, Read, UnitId};
use anshi::policy::{Limits, PermittedParty, RolePlan, TablePlan};

use crate::home::{Asker, Place, guests};
use crate::table::{Table, measure};

const LIMITS: Limits = Limits { fuel: 500_000, memory_bytes: 1 << 20, slot_ms: 20, jobs_per_minute: 1 };
const ROWS: u32 = 24;
const CALLS: u32 = 2_000;
/// Calls that one reused instance serves.
const REUSED_CALLS: u32 = 50;
const LOOKUPS: u32 = 20_000;

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
        next = (next + 7_919) % units.len();
        &units[next]
    };
    let mut lookup = || {
        black_box(files.rows(files.ordinal(unit()), &window, &columns));
    };
    let ids = files.unit_ids();
    let mut place = 0usize;
    let mut search = || {
        place = (place + 7_919) % units.len();
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

fn party(id: UnitId) -> Vec<PermittedParty> {
    vec![PermittedParty { role: 0, role_name: "enterprise".to_owned(), id }]
}

/// Fresh instance and call, the same with its input built from the snapshot, and the reused instance.
pub fn calls(place: &Place, table: &mut Table) {
    let engine = place.open().unwrap();
    let snapshot = engine.snapshot().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path(), env!("CARGO_BIN_EXE_anshi").as_ref()).unwrap();
    let tax = snapshot.dataset("tax_payment").unwrap();
    let window = Window::new(snapshot.as_of(), None, ROWS);
    let full = |id: &&UnitId| tax.rows(tax.ordinal(id), &window, &[]).rows == ROWS as usize;
    let units = Asker::new(&engine, place).units;
    let parties = party(*units.iter().find(full).unwrap());
    let guests = [
        ("adversary 0: 3 columns × 24 rows and 1 × 1", "adversary.wasm", 0, "< 10 µs"),
        ("sme-credit-check: 20 columns of 8 tables, at most 24 rows each", "sme_credit_check.wasm", 10_000_000, ""),
    ];
    for (what, file, parameter, target) in guests {
        let guest = load(&registry, file);
        let (plan, parameters) = (plan(&guest), vec![ParameterValue::Integer(parameter)]);
        let build = || build_input(&plan, &parties, &parameters, snapshot).unwrap();
        let input: RunInput = build();
        let mut reused = guest.reused(&LIMITS).unwrap();
        let expected = reused.run(&input).unwrap();
        let fresh = |input: &RunInput| assert_eq!(guest.run(input, &LIMITS).0, Ok(expected));
        let mut calls = 1;
        let mut again = || {
            // Guests built with the SDK never free: an instance that is reused has to be renewed now and then.
            calls += 1;
            if calls % REUSED_CALLS == 0 {
                reused = guest.reused(&LIMITS).unwrap();
            }
            assert_eq!(reused.run(&input), Ok(expected));
        };
        let samples = measure(
            CALLS,
            &mut [&mut again, &mut || fresh(&input), &mut || drop(black_box(build())), &mut || fresh(&build())],
        );
        table.time(&format!("call of a reused instance, {what}"), &samples[0], None, "");
        table.time(&format!("fresh instance and call, {what}"), &samples[1], Some(("reused", &samples[0])), target);
        table.time(&format!("input from the snapshot alone, {what}"), &samples[2], None, "");
        let whole = format!("lookup, input, fresh instance and call, {what}");
        table.time(&whole, &samples[3], Some(("fresh", &samples[1])), "< 25 µs");
    }
}
