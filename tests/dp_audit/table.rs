//! Which check notices which mistake, as a table: every check on the engine as it is, then every mistake with the checks
//! that must notice it.

use anshi::env::weaken::Weakness;

use super::checks::{self, Found};
use crate::support::strong;

/// How much is printed of what a check found.
const TOLD_CHARS: usize = 110;

/// A check, and how many draws it makes of everything it looks at.
struct Check {
    name: &'static str,
    run: fn(usize) -> Found,
    draws: usize,
    /// In the ordinary tests, and against mistakes.
    draws_in_short: usize,
}

const CHI_SQUARED_LAPLACE: Check =
    Check { name: "chi_squared_laplace", run: checks::chi_squared_laplace, draws: 1_000_000, draws_in_short: 20_000 };
const CHI_SQUARED_GAUSSIAN: Check =
    Check { name: "chi_squared_gaussian", run: checks::chi_squared_gaussian, draws: 1_000_000, draws_in_short: 20_000 };
const LOW_BITS: Check = Check { name: "low_bits", run: checks::low_bits, draws: 200_000, draws_in_short: 20_000 };
const FRESH: Check = Check { name: "fresh", run: checks::fresh, draws: 200_000, draws_in_short: 1_000 };
const INDEPENDENT: Check =
    Check { name: "independent", run: checks::independent, draws: 200_000, draws_in_short: 2_000 };
const LIKELIHOOD_LAPLACE: Check =
    Check { name: "likelihood_laplace", run: checks::likelihood_laplace, draws: 200_000, draws_in_short: 20_000 };
const LIKELIHOOD_GAUSSIAN: Check =
    Check { name: "likelihood_gaussian", run: checks::likelihood_gaussian, draws: 200_000, draws_in_short: 20_000 };

const CHECKS: [&Check; 7] = [
    &CHI_SQUARED_LAPLACE,
    &CHI_SQUARED_GAUSSIAN,
    &LOW_BITS,
    &FRESH,
    &INDEPENDENT,
    &LIKELIHOOD_LAPLACE,
    &LIKELIHOOD_GAUSSIAN,
];

/// A mistake, and the checks each of which must notice it.
type Mistake = (&'static str, Weakness, &'static [&'static Check]);

const MISTAKES: [Mistake; 7] = [
    (
        "no noise at all",
        Weakness::NoiseOff,
        &[&CHI_SQUARED_LAPLACE, &CHI_SQUARED_GAUSSIAN, &LIKELIHOOD_LAPLACE, &LIKELIHOOD_GAUSSIAN],
    ),
    (
        "half the scale",
        Weakness::NoiseHalved,
        &[&CHI_SQUARED_LAPLACE, &CHI_SQUARED_GAUSSIAN, &LIKELIHOOD_LAPLACE, &LIKELIHOOD_GAUSSIAN],
    ),
    (
        "several cells of one unit forgotten",
        Weakness::NoiseScaleCells,
        &[&CHI_SQUARED_LAPLACE, &CHI_SQUARED_GAUSSIAN, &LIKELIHOOD_LAPLACE, &LIKELIHOOD_GAUSSIAN],
    ),
    ("one noise for count and measures", Weakness::NoiseShared, &[&INDEPENDENT, &LIKELIHOOD_LAPLACE]),
    ("variance for standard deviation", Weakness::GaussianAsVariance, &[&CHI_SQUARED_GAUSSIAN]),
    ("noise by floats", Weakness::NoiseFloat, &[&CHI_SQUARED_LAPLACE, &LOW_BITS]),
    ("noise from a fixed seed", Weakness::NoiseSeedFixed, &[&FRESH]),
];

#[cfg(feature = "weaken")]
fn with(weakness: Weakness, check: &Check) -> Option<Found> {
    Some(crate::support::weakened(weakness, || (check.run)(check.draws_in_short)))
}

/// No build but a weakened one can make the mistakes.
#[cfg(not(feature = "weaken"))]
fn with(_: Weakness, _: &Check) -> Option<Found> {
    None
}

fn short(told: &str) -> String {
    told.chars().take(TOLD_CHARS).collect()
}

#[test]
fn noise_is_what_it_is_stated_to_be() {
    for check in CHECKS {
        let _turn = strong();
        let found = (check.run)(check.draws_in_short);
        assert!(found.is_ok(), "{}: {found:?}", check.name);
    }
}

#[test]
fn every_mistake_is_noticed() {
    for (title, weakness, noticed_by) in MISTAKES {
        for check in noticed_by {
            let found = with(weakness, check);
            assert!(!matches!(found, Some(Ok(_))), "{title}: {} notices nothing: {found:?}", check.name);
        }
    }
}

#[test]
#[ignore = "run by make dp-audit"]
fn table() {
    let mut good = true;
    println!("\nThe noise as it is:");
    for check in CHECKS {
        let _turn = strong();
        let started = std::time::Instant::now();
        let (state, told) = match (check.run)(check.draws) {
            Ok(told) => ("good", told),
            Err(told) => ("WRONG", told),
        };
        good &= state == "good";
        println!("{:<22} {:>6.1} s  {state:<6} {}", check.name, started.elapsed().as_secs_f32(), told);
    }
    println!("\nWith one mistake:");
    let mut noticed = 0;
    for (title, weakness, noticed_by) in MISTAKES {
        let mut all = true;
        for check in noticed_by {
            let (state, told) = match with(weakness, check) {
                None => ("untried", "this build makes no mistakes".to_owned()),
                Some(Err(told)) => ("noticed", told),
                Some(Ok(told)) => ("MISSED", told),
            };
            all &= state == "noticed";
            println!("{title:<36} {:<22} {state:<8} {}", check.name, short(&told));
        }
        noticed += u32::from(all);
    }
    println!("\n{noticed} of {} mistakes noticed", MISTAKES.len());
    assert!(good && noticed as usize == MISTAKES.len(), "the noise is wrong, or the audit misses a mistake");
}
