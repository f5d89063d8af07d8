//! The slots that the instances of a table's units run in: nothing is left in them, they hold no more than they must, and
//! whoever needs one gets it.

use std::sync::Barrier;

use anshi::env::weaken::Weakness;
use anshi::guest::Fault;

use super::policy::hostile;
use super::same_sums::Table;
use crate::support::{HandmadeUnits, strong, weakened};

/// Enough for anything here.
const FUEL: u64 = 200_000_000;
/// How many threads share a pool: about as many as a machine has processors whose labels all run on one, or as have each a
/// whole store of a table's units.
const THREADS_OF_LABELS: usize = 48;
const THREADS_OF_TABLES: usize = 7;
const MEMORY_MIB: u64 = 64;
/// What a process gains beside the memory of one instance.
const BESIDE_MIB: u64 = 32;

fn table(guest: &HandmadeUnits, memory_mib: u64) -> Table {
    let mut table = Table::of(&guest.module(), &hostile("slots", "", 1, 100));
    table.policy.limits.memory_bytes = memory_mib << 20;
    table
}

/// Looks at everything that an instance has, memory and table that it did not begin with included, and leaves it full. Gives
/// how much it met, and how many pages it has.
fn scanner(pages: u32) -> HandmadeUnits {
    let beside = "(table $table 100 9000 funcref) (elem declare func $contribute)
        (func $scan (result i64) (local $at i32) (local $met i64)
          (drop (memory.grow (i32.const PAGES)))
          (local.set $at (i32.const 196608))
          (loop $more
            (local.set $met (i64.add (local.get $met) (i64.extend_i32_u (i64.ne (i64.load (local.get $at)) (i64.const 0)))))
            (i64.store (local.get $at) (i64.const -1))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $more (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
          (drop (table.grow $table (ref.null func) (i32.const 500)))
          (local.set $at (i32.const 600))
          (loop $entries
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (local.set $met (i64.add (local.get $met)
              (i64.extend_i32_u (i32.eqz (ref.is_null (table.get $table (local.get $at)))))))
            (table.set $table (local.get $at) (ref.func $contribute))
            (br_if $entries (local.get $at)))
          (local.set $met (i64.add (local.get $met) (global.get $seen)))
          (global.set $seen (i64.const 1))
          (i64.add (local.get $met) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 48))))";
    let beside = beside.replace("PAGES", &pages.to_string());
    HandmadeUnits { contribute: HandmadeUnits::answer("(call $scan)"), beside, ..HandmadeUnits::default() }
}

/// How many units met something, or had less memory than all others.
fn odd(pages: u32, memory_mib: u64) -> usize {
    let clean = i64::from(pages + HandmadeUnits::PAGES) << 48;
    let given = table(&scanner(pages), memory_mib).told(7, FUEL);
    given.iter().filter(|given| given.as_ref().map(|given| given.values[0]) != Ok(clean)).count()
}

#[test]
fn no_unit_meets_what_another_left_beyond_its_first_memory() {
    // Below what a slot keeps of its memory, little above it, and far.
    for (pages, memory_mib) in [(10, 1), (45, 3), (250, 16)] {
        let turn = strong();
        assert_eq!(odd(pages, memory_mib), 0, "{memory_mib} MiB");
        drop(turn);
        assert!(weakened(Weakness::UnitInstanceReused, || odd(pages, memory_mib)) > 0, "the test shows nothing");
    }
}

/// Faults of a pool that has no slot for a unit, of as many threads at once.
fn turned_away(guest: &HandmadeUnits, threads: usize) -> usize {
    let begin = Barrier::new(threads);
    let turned_away = |mut table: Table| {
        begin.wait();
        let told = (0..10).flat_map(|_| table.told(7, FUEL));
        told.filter(|given| matches!(given, Err(Fault::Trap(text)) if text.contains("limit"))).count()
    };
    let tables: Vec<Table> = (0..threads).map(|_| table(guest, 1)).collect();
    std::thread::scope(|scope| {
        let all: Vec<_> = tables.into_iter().map(|table| scope.spawn(|| turned_away(table))).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn there_is_a_slot_for_every_run() {
    let _turn = strong();
    // A store ends with a fault, and has had one instance then: as a label's has.
    let label = HandmadeUnits { contribute: "(unreachable)".to_owned(), ..HandmadeUnits::default() };
    assert_eq!(turned_away(&label, THREADS_OF_LABELS), 0, "units depend on what runs beside them");
    assert_eq!(turned_away(&HandmadeUnits::default(), THREADS_OF_TABLES), 0, "units depend on what runs beside them");
}

/// The test's own process, in which others may run: what is looked at is far more than they take.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() >> 10
}

#[test]
#[ignore = "looks at the memory of its process: run it alone"]
fn a_thread_holds_the_memory_of_one_instance() {
    let _turn = strong();
    let mut table = table(&scanner(u32::try_from(MEMORY_MIB * 16).unwrap() - HandmadeUnits::PAGES), MEMORY_MIB);
    let before = resident_mib();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while is_done.try_recv() != Err(std::sync::mpsc::TryRecvError::Disconnected) {
            most = most.max(resident_mib());
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        most
    });
    assert!(table.told(7, FUEL).iter().all(Result::is_ok));
    drop(done);
    let gained = watch.join().unwrap() - before;
    assert!((MEMORY_MIB / 2..=MEMORY_MIB + BESIDE_MIB).contains(&gained), "{gained} MiB for one of {MEMORY_MIB}");
}
