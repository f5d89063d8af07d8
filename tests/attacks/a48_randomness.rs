//! Attack 48: shared or copied randomness. Two homes that are copies of each other, and one home before and after a
//! start, draw other noise for the same sums: it is the operating system's, fetched for each release.

use anshi::env::weaken::Weakness;

use super::run::check;
use crate::support::{CELLS, Table, TableHome, TableSetup, TableTwins, spread};

const SAME: [i64; 3] = [3_000_000, 3_000_001, 3_000_002];
/// At a scale of 2 every fourth count or so is the same by chance, and of 220 never two in three.
const SAME_MOST: usize = 2 * CELLS / 3;

fn same(one: &Table, other: &Table) -> usize {
    (0..CELLS).filter(|cell| one.cell(*cell).zip(other.cell(*cell)).is_some_and(|(one, other)| one == other)).count()
}

pub fn attack() -> Result<(), String> {
    let units = || spread(1, 5, |_| 500);
    let TableTwins { with, without } = TableTwins::new(&TableSetup::noisy(Vec::new()), [units(), units()]);
    let copies = [&with, &without].map(|home| home.table(SAME[0]).unwrap());
    let again = with.table(SAME[1]).unwrap();
    let restarted = TableHome(with.0.reopened()).table(SAME[2]).unwrap();
    let [first, copy] = &copies;
    for (what, other) in [("a copy of the home", copy), ("another release", &again), ("another start", &restarted)] {
        let same = same(first, other);
        if same > SAME_MOST {
            return Err(format!("{what} has the same noise in {same} of {CELLS} cells"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::NoiseSeedFixed);
}

/// What draws from a fixed seed is not in a build for use.
#[cfg(not(feature = "weaken"))]
#[test]
fn no_seed_can_be_fixed() {
    const { assert!(!anshi::env::weaken::on(Weakness::NoiseSeedFixed)) };
}
