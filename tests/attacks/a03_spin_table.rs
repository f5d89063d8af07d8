//! Attack 3 for tables: one unit spins iff its secret bit is set. Its own fuel ends it, whatever the machine's load, and
//! the job is there at its tick.

use std::sync::atomic::{AtomicBool, Ordering};

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{TableSetup, TableTwins, Unit};

const SPIN: i64 = 6;
/// Asked again under another number it would be another job; the fuel it burns is the honest answer's price.
const BURN: i64 = 8;
const LOAD_THREADS: usize = 3;

pub fn attack() -> Result<(), String> {
    let units =
        |odd| (1..=20).map(|number| Unit { number, cell: 7, fen: 500 + i64::from(odd && number == 9) }).collect();
    let twins = TableTwins::new(&TableSetup::clear(Vec::new()), [units(true), units(false)]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..LOAD_THREADS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let compared = [SPIN, BURN].into_iter().try_for_each(|behaviour| match twins.compare(behaviour)? {
            [Some(_), Some(_)] => Ok(()),
            _ => Err(format!("behaviour {behaviour} left no table")),
        });
        stop.store(true, Ordering::Relaxed);
        compared
    })
}

#[test]
fn held() {
    check(attack, Weakness::UnitFaultTold);
}
