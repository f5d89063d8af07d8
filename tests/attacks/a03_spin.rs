//! Attack 3: spin iff a secret bit is set. Fuel ends the run, by the guest's own deeds and not by the machine's load.

use std::sync::atomic::{AtomicBool, Ordering};

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{Setup, Twins};

const SPIN: i64 = 6;
const LOAD_THREADS: usize = 4;

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
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::FaultTold);
}
