//! Contributors made by hand, each one core module, against the engine's own calls of them: what the component gives that is
//! made of it, the module gives too, whatever it answers and whatever runs beside it.

use super::policy::hostile;
use super::same_sums::Table;
use crate::support::{HandmadeUnits, strong};
use anshi::guest::{Contributions, Fault, inspect};

/// Enough for a look at all memory, and too little for it.
const FUELS: [u64; 2] = [3_000_000, 900];
/// What is copied of an answer at most, in cells of four bytes.
const CELLS_MOST: u32 = 4_096;
const END: u32 = HandmadeUnits::PAGES << 16;

type Given = Vec<Result<Contributions, Fault>>;

/// What the units of both give, the module's and its component's.
fn both(guest: &HandmadeUnits, fuel: u64) -> [Given; 2] {
    let policy = hostile("by-hand", "", 1, 100);
    let module = guest.module();
    let component = inspect(&module).unwrap().component;
    [module, component].map(|module| Table::of(&module, &policy).given(7, fuel))
}

/// Two lists of these places and lengths.
fn lists(cells: (u32, u32), values: (u32, u32)) -> String {
    let words = [cells.0, cells.1, values.0, values.1].into_iter().zip([16, 20, 24, 28]);
    let stores = words.map(|(word, at)| format!("(i32.store offset={at} (i32.const 0) (i32.const {word}))"));
    stores.collect::<String>() + "(i32.const 16)"
}

#[test]
fn an_answer_is_held_to_the_same_rules() {
    let _turn = strong();
    let lengths = [(0, 0), (2, 2), (CELLS_MOST, 0), (CELLS_MOST + 1, 0), (CELLS_MOST - 2, 1), (CELLS_MOST - 1, 1)];
    let mut answers: Vec<String> = lengths.map(|(cells, values)| lists((1_024, cells), (1_024, values))).into();
    for place in [0, 1_024, 1_025, 1_026, 1_028, END - 8, END - 4, END, 0x7fff_ffff, 0u32.wrapping_sub(8), u32::MAX - 3]
    {
        for length in [0, 1, 2, 0x2000_0000, 0x2000_0001, 0x4000_0000, u32::MAX] {
            answers.extend([lists((place, length), (1_024, 0)), lists((1_024, 0), (place, length))]);
        }
    }
    let places = [0, 17, 18, END - 20, END - 16, END - 12, END, 0x7fff_fff0, u32::MAX - 15, u32::MAX - 3];
    answers.extend(places.map(|place| format!("(i32.const {place})")));
    let mut given = [0, 0];
    for contribute in answers {
        let [module, component] =
            both(&HandmadeUnits { contribute: contribute.clone(), ..HandmadeUnits::default() }, FUELS[0]);
        assert_eq!(module, component, "{contribute}");
        given[usize::from(module.iter().all(Result::is_ok))] += 1;
    }
    assert!(given.iter().all(|given| *given > 10), "nearly all are taken, or nearly none: {given:?}");
}

#[test]
fn what_runs_beside_the_call_is_the_same() {
    let _turn = strong();
    let after = |body: &str| {
        format!("(func (export \"cabi_post_anshi:sandbox/contributing@0.1.0#contribute\") (param $answer i32) {body})")
    };
    let allocator = |name: &str| {
        let body = "(global.set $seen (i64.const 13)) (i32.const 131072)";
        format!("(func (export \"{name}\") (param i32 i32 i32 i32) (result i32) {body})")
    };
    let once = "(if (i32.load (i32.const 40)) (then (unreachable))) (i32.store (i32.const 40) (i32.const 1))";
    for beside in [
        "(func $start (global.set $seen (i64.const 9))) (start $start)".to_owned(),
        format!("(func $start {once}) (start $start)"),
        "(func (export \"_initialize\") (global.set $seen (i64.const 11)))".to_owned(),
        after("(unreachable)"),
        after("(loop $forever (br $forever))"),
        after("(if (i32.ne (local.get $answer) (i32.const 16)) (then (unreachable)))"),
        after("(memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))"),
        "(export \"another\" (memory $memory))".to_owned(),
        allocator("cabi_export_realloc"),
        allocator("cabi_import_realloc"),
        allocator("canonical_abi_realloc"),
        allocator("cm32p2_realloc"),
    ] {
        let contribute = HandmadeUnits::answer("(i64.add (global.get $seen) (call $all))");
        let guest = HandmadeUnits { contribute, beside, ..HandmadeUnits::default() };
        for fuel in FUELS {
            let [module, component] = both(&guest, fuel);
            assert_eq!(module, component, "{}, {fuel} fuel", guest.beside);
        }
    }
}

/// Where lists lie over each other their bytes may differ, and what comes of it: that it ends in the same way may not.
#[test]
fn an_allocator_that_lies_ends_alike() {
    let _turn = strong();
    let near = "(i32.and (i32.sub (i32.const 196608) (local.get $size)) (i32.sub (i32.const 0) (local.get $align)))";
    let mut given = [0, 0];
    for allocator in [
        "(i32.const 65536)",
        "(i32.const 0)",
        "(i32.const 196608)",
        "(i32.const 196600)",
        near,
        "(i32.const -8)",
        "(i32.const 65537)",
        "(i32.const 65540)",
        "(unreachable)",
        "(loop $forever (br $forever)) (i32.const 0)",
        "(i32.shl (memory.grow (i32.const 1)) (i32.const 16))",
        "(drop (memory.grow (i32.const 1))) (i32.const 65536)",
        "(drop (memory.grow (i32.const 13))) (i32.const 983040)",
        "(drop (memory.grow (i32.const 14))) (i32.const 983040)",
        "(memory.fill (i32.const 65536) (i32.const 255) (i32.const 65536)) (i32.const 65536)",
        "(call $contribute (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
    ] {
        let contribute = HandmadeUnits::answer("(call $all)");
        let guest = HandmadeUnits { allocator: allocator.to_owned(), contribute, ..HandmadeUnits::default() };
        let [module, component] =
            both(&guest, FUELS[0]).map(|given| given.into_iter().map(|given| given.err()).collect::<Vec<_>>());
        assert_eq!(module, component, "{allocator}");
        given[usize::from(module.iter().all(Option::is_none))] += 1;
    }
    assert!(given.iter().all(|given| *given > 3), "nearly all end well, or nearly none: {given:?}");
}
