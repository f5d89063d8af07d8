//! Attack 58: lists in guest memory that overlap: a little memory, and gigabytes to copy out of it. What a guest
//! returns is copied under a limit; what it does with the memory that it is given is its own affair.

use std::time::{Duration, Instant};

use anshi::env::weaken::Weakness;
use anshi::model::RawParameter;

use super::run::check;
use crate::support::{Handmade, Setup, TestHome, label, policy_of};

const POLICY: &str = "overlap";
const PARAMETER: &str = "[[parameter]]\nname = \"behaviour\"\nkind = \"integer\"\nmin = 0\nmax = 9\nstep = 1\n";
/// No registration of these takes longer, on a busy machine either: none is compiled for long.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many labels a guest names, all of them the same 64 KiB.
const OVERLAPPING: u32 = 3_000;
/// How often a manifest is changed by chance.
const CHANCES: u64 = 12;

/// A manifest whose labels are as many entries, each pointing to the whole of the first page.
fn overlapping(labels: u32) -> Handmade {
    let describe = format!(
        "(local $at i32)
         (memory.fill (i32.const 0) (i32.const 120) (i32.const 1000))
         (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536))
         (local.set $at (i32.const 131072))
         (loop $labels
           (i32.store (local.get $at) (i32.const 65536))
           (i32.store offset=4 (local.get $at) (i32.const 65536))
           (local.set $at (i32.add (local.get $at) (i32.const 8)))
           (br_if $labels (i32.lt_u (local.get $at) (i32.const {}))))
         (i32.store offset=16 (i32.const MANIFEST) (i32.const 131072))
         (i32.store offset=20 (i32.const MANIFEST) (i32.const {labels}))
         (i32.const MANIFEST)",
        131_072 + 8 * labels
    );
    Handmade { describe: Some(describe), pages: 8, ..Handmade::default() }
}

/// Manifests that lie: lists outside of memory, longer than memory, at odd places; texts that are none.
fn lying() -> Vec<(&'static str, Handmade)> {
    let store = |offset: u32, value: &str| {
        let describe =
            format!("(i32.store offset={offset} (i32.const MANIFEST) (i32.const {value})) (i32.const MANIFEST)");
        Handmade { describe: Some(describe), ..Handmade::default() }
    };
    let plain = |describe: &str| Handmade { describe: Some(describe.to_owned()), ..Handmade::default() };
    vec![
        ("labels outside of memory", store(16, "0x7fffffff")),
        ("labels at an odd place", store(16, "1025")),
        ("labels without end", store(20, "0xffffffff")),
        ("roles without end", store(12, "0x0fffffff")),
        ("parameters without end", store(4, "0x40000000")),
        ("a manifest outside of memory", plain("(i32.const 0x7ffffff0)")),
        ("a manifest at an odd place", plain("(i32.const 3)")),
        ("a manifest at the end of memory", plain("(i32.const 131064)")),
        ("no end", plain("(loop $forever (br $forever)) (i32.const 0)")),
        ("no manifest", plain("(unreachable)")),
        ("all memory there is", plain("(drop (memory.grow (i32.const 60000))) (i32.const MANIFEST)")),
    ]
}

/// Allocators that put one list over another, or nowhere.
const ALLOCATORS: [(&str, &str); 5] = [
    ("everything at one place", "(i32.const 65536)"),
    ("outside of memory", "(i32.const 0x7ffffff8)"),
    ("at odd places", "(i32.const 65537)"),
    ("nowhere", "(unreachable)"),
    ("never done", "(loop $forever (br $forever)) (i32.const 0)"),
];

fn registered(home: &TestHome, what: &str, guest: &Handmade) -> Result<Result<(), String>, String> {
    let started = Instant::now();
    let registered = home.register(&guest.module());
    match started.elapsed() {
        elapsed if elapsed > PATIENCE => Err(format!("{what}: registration took {elapsed:?}")),
        _ => Ok(registered.map(drop)),
    }
}

pub fn attack() -> Result<(), String> {
    let own = Handmade::default();
    let home = TestHome::with(&Setup { files: vec![policy_of(POLICY, &own, PARAMETER, 2)], ..Setup::default() });
    // Few enough to be copied, so that it is their number alone that is refused before.
    match registered(&home, "overlapping labels", &overlapping(OVERLAPPING))? {
        Err(refused) if refused.contains("bytes that a manifest may have") => {}
        other => {
            let bytes = u64::from(OVERLAPPING) << 16;
            return Err(format!("{bytes} bytes of labels were copied out of half a mebibyte: {other:?}"));
        }
    }
    for (what, guest) in lying() {
        let outcome = registered(&home, what, &guest)?;
        if outcome.is_ok() && what != "all memory there is" {
            return Err(format!("a guest whose manifest has {what} was registered"));
        }
    }
    by_chance(&home)?;
    for (what, allocator) in ALLOCATORS {
        let guest = Handmade { allocator: Some(allocator.to_owned()), ..Handmade::default() };
        let digest = home.register(&guest.module()).map_err(|error| format!("{what}: {error}"))?;
        let order = home.order_under(POLICY, digest, 1, &[("behaviour", RawParameter::Integer(0))]);
        let answer = home.ask(&home.sign(&order)).as_ref().map_or_else(ToString::to_string, label);
        if !["no", "undetermined"].contains(&answer.as_str()) {
            return Err(format!("a guest that allocates {what} gave `{answer}`"));
        }
    }
    let answer = label(&home.answered(&home.token(0, 1)));
    if answer == "yes" { Ok(()) } else { Err(format!("after all that an honest job gave `{answer}`")) }
}

/// Manifests in which some words were changed by chance: registered or refused, and nothing else.
fn by_chance(home: &TestHome) -> Result<(), String> {
    let mut dice = crate::crash::Dice(58);
    for _ in 0..CHANCES {
        let mut describe = String::new();
        for _ in 0..2 {
            let (offset, value) = (4 * dice.below(24), dice.next() as u32 >> dice.below(32));
            describe.push_str(&format!("(i32.store offset={offset} (i32.const 1024) (i32.const {value}))"));
        }
        let (offset, value) = (4 * dice.below(6), dice.next() as u32 >> dice.below(32));
        describe.push_str(&format!("(i32.store offset={offset} (i32.const MANIFEST) (i32.const {value}))"));
        describe.push_str("(i32.const MANIFEST)");
        let guest = Handmade { describe: Some(describe.clone()), ..Handmade::default() };
        let _ = registered(home, &describe, &guest)?;
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::CopiesUnbounded);
}
