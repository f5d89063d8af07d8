//! The seeded bugs: each a mistake that a table's engine could have, and the test that catches it. `make dp-audit` prints
//! the table; `docs/privacy_seeds.md` holds it.

use anshi::env::weaken::Weakness;

use super::checks::{self, Found};
use super::{gate, neighbours};
use crate::attacks::catalog::attack_of;
use crate::support::{strong, weakened};

/// What catches a bug.
#[derive(Clone, Copy)]
enum Catcher {
    /// A check of this audit, with so many draws, releases, cases or pairs.
    Check(&'static str, fn(usize) -> Found, usize),
    /// An attack, by its test's name.
    Attack(&'static str),
}

use Catcher::{Attack, Check};

const CHI_LAPLACE: Catcher = Check("dp_audit::checks::chi_squared_laplace", checks::chi_squared_laplace, 20_000);
const CHI_GAUSSIAN: Catcher = Check("dp_audit::checks::chi_squared_gaussian", checks::chi_squared_gaussian, 20_000);
const LOW_BITS: Catcher = Check("dp_audit::checks::low_bits", checks::low_bits, 20_000);
const FRESH: Catcher = Check("dp_audit::checks::fresh", checks::fresh, 1_000);
const INDEPENDENT: Catcher = Check("dp_audit::checks::independent", checks::independent, 2_000);
const BY_HAND: Catcher = Check("dp_audit::neighbours::by_hand", neighbours::by_hand, 2_000);
const OF_GUESTS: Catcher = Check("dp_audit::neighbours::of_guests", neighbours::of_guests, 3);
const SCALES: Catcher = Check("dp_audit::gate::stated_scales", |_| gate::stated_scales(), 1);
const LIKELIHOOD: Catcher = Check("dp_audit::gate::likelihood", gate::likelihood, 20_000);

/// A bug, what switches it on, and what catches it.
type Seed = (&'static str, Weakness, Catcher);

const SEEDS: [Seed; 25] = [
    ("halved sensitivity", Weakness::NoiseHalved, LIKELIHOOD),
    ("off-by-one threshold", Weakness::ThresholdOffByOne, Attack("attacks::a29_threshold")),
    ("reused instance", Weakness::UnitInstanceReused, OF_GUESTS),
    ("threshold on the true count", Weakness::ThresholdTrue, Attack("attacks::a29_threshold")),
    ("noise by floats", Weakness::NoiseFloat, LOW_BITS),
    ("refund on failure", Weakness::Refund, Attack("attacks::a37_refund_table")),
    ("missing clamp", Weakness::Unclamped, BY_HAND),
    ("merged cells not counted as one", Weakness::DuplicatesApart, BY_HAND),
    ("noise from a fixed seed", Weakness::NoiseSeedFixed, FRESH),
    ("limit for each client, not shared", Weakness::QuotasOverlap, Attack("attacks::a23_many_clients")),
    ("cells of a unit unbounded", Weakness::CellsUnbounded, BY_HAND),
    ("no noise", Weakness::NoiseOff, CHI_LAPLACE),
    ("several cells of a unit forgotten in the scale", Weakness::NoiseScaleCells, LIKELIHOOD),
    ("one noise for count and measures", Weakness::NoiseShared, INDEPENDENT),
    ("variance for standard deviation", Weakness::GaussianAsVariance, CHI_GAUSSIAN),
    ("scale of the upper bound alone", Weakness::BoundUpperOnly, SCALES),
    ("shares of ε forgotten", Weakness::SharesIgnored, LIKELIHOOD),
    ("empty cells left out", Weakness::EmptyLeftOut, Attack("attacks::a09_names")),
    ("true totals", Weakness::TotalsTrue, Attack("attacks::a30_from_total")),
    ("fresh noise for the same table, free", Weakness::SameRenoised, Attack("attacks::a25_same_table")),
    ("a unit's fault ends the job", Weakness::UnitFaultTold, Attack("attacks::a01_trap_table")),
    ("a unit that failed is counted", Weakness::FaultCounted, Attack("attacks::a01_trap_table")),
    ("lifetime cap not looked at", Weakness::LifetimeIgnored, Attack("attacks::a24_midnight")),
    ("window by the calendar", Weakness::WindowByCalendar, Attack("attacks::a24_midnight")),
    ("a new snapshot refills the budget", Weakness::SnapshotRefills, Attack("attacks::a33_one_row")),
];

impl Catcher {
    const fn name(self) -> &'static str {
        match self {
            Check(name, ..) | Attack(name) => name,
        }
    }

    fn run(self) -> Found {
        match self {
            Check(_, check, size) => check(size),
            Attack(test) => attack_of(test)().map(|()| "held".to_owned()),
        }
    }
}

fn short(told: &str) -> String {
    told.chars().filter(|c| !c.is_control()).take(110).collect()
}

#[test]
#[ignore = "run by make dp-audit"]
fn table() {
    let mut catchers: Vec<Catcher> = Vec::new();
    for (.., catcher) in SEEDS {
        if !catchers.iter().any(|known| known.name() == catcher.name()) {
            catchers.push(catcher);
        }
    }
    println!("\nThe engine as it is:");
    let mut sound = true;
    for catcher in catchers {
        let _turn = strong();
        let started = std::time::Instant::now();
        let found = catcher.run();
        sound &= found.is_ok();
        let (state, told) = found.map_or_else(|wrong| ("WRONG", wrong), |told| ("passes", told));
        println!("| {} | {state} | {:.1} s | {} |", catcher.name(), started.elapsed().as_secs_f32(), short(&told));
    }
    println!("\n| bug | caught by | result |\n|---|---|---|");
    let mut caught = 0;
    for (bug, weakness, catcher) in SEEDS {
        let found = weakened(weakness, || catcher.run());
        caught += usize::from(found.is_err());
        let result = found.map_or_else(|told| format!("caught: {}", short(&told)), |_| "MISSED".to_owned());
        println!("| {bug} | `{}` | {result} |", catcher.name());
    }
    println!("\n{caught} of {} seeded bugs are caught", SEEDS.len());
    assert!(sound && caught == SEEDS.len(), "the engine is wrong, or the audit misses a bug");
}
