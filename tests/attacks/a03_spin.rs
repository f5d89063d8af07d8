//! Attack 3: spin iff a secret bit is set. Fuel ends the run, by the guest's own deeds and not by the machine's load.

use std::sync::atomic::{AtomicBool, Ordering};

use anshi::env::weaken::Weakness;
use anshi::ledger::End;
use anshi::model::RawParameter;

use super::run::check;
use crate::support::{Handmade, Setup, TestHome, Twins, policy_of};

const SPIN: i64 = 6;
const LOAD_THREADS: usize = 4;
const DEEDS_POLICY: &str = "deeds";

pub fn attack() -> Result<(), String> {
    // A long slot: under load a tick may be missed, which is not what is tried here.
    let twins = Twins::new(&Setup { slot_ms: 800, ..Setup::default() });
    let calm = twins.compare(SPIN)?;
    let stop = AtomicBool::new(false);
    let loaded = std::thread::scope(|scope| {
        for _ in 0..LOAD_THREADS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let loaded = twins.compare(SPIN);
        stop.store(true, Ordering::Relaxed);
        loaded
    })?;
    if calm != loaded || calm != ["undetermined", "no"] {
        return Err(format!("calm {calm:?}, under load {loaded:?}"));
    }
    uncounted()
}

/// Deeds that take far longer than the one instruction that they are, each so often that its fuel cannot suffice.
const DEEDS: [(&str, &str); 5] = [
    ("to ask for memory and be refused", "(drop (memory.grow (i32.const 60000)))"),
    ("to ask for no memory", "(drop (memory.grow (i32.const 0)))"),
    ("to ask for a larger table and be refused", "(drop (table.grow (ref.null func) (i32.const 1)))"),
    ("to fill memory", "(memory.fill (i32.const 65536) (i32.const 0) (i32.const 200))"),
    ("to copy memory", "(memory.copy (i32.const 65536) (i32.const 70000) (i32.const 200))"),
];
const TIMES: u32 = 30_000;

/// Work that fuel does not count would outlast the slot that was made for the fuel.
fn uncounted() -> Result<(), String> {
    let guest = |deed: &str| Handmade {
        verify: format!(
            "(local $times i32)
             (loop $again {deed}
               (local.set $times (i32.add (local.get $times) (i32.const 1)))
               (br_if $again (i32.lt_u (local.get $times) (i32.const {TIMES}))))
             (i32.const 0)"
        ),
        beside: "(table 1 1 funcref)".to_owned(),
        ..Handmade::default()
    };
    let parameter = "[[parameter]]\nname = \"behaviour\"\nkind = \"integer\"\nmin = 0\nmax = 9\nstep = 1\n";
    let home =
        TestHome::with(&Setup { files: vec![policy_of(DEEDS_POLICY, &guest(""), parameter, 2)], ..Setup::default() });
    for (what, deed) in DEEDS {
        let digest = home.register(&guest(deed).module())?;
        let order = home.order_under(DEEDS_POLICY, digest, 1, &[("behaviour", RawParameter::Integer(0))]);
        let answered = home.answered(&home.sign(&order));
        if answered.end != End::Fuel {
            return Err(format!("{what}, {TIMES} times, is next to free: it ended as `{}`", answered.end.word()));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::FaultTold);
}
