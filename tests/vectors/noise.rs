//! The distributions of noise by mpmath, and OpenDP's opinion of them: scales, probabilities, intervals, histograms of
//! its samplers. And the special functions that the audit's statistics stand on.

use std::collections::BTreeMap;

use anshi::disclosure::{draw, implied};
use anshi::env::Entropy;
use anshi::model::{Billionths, NoiseKind};
use serde::Deserialize;

use super::failures::Failures;
use crate::dp_audit::exact::Exact;
use crate::dp_audit::goodness::{counted, same};
use crate::dp_audit::statistics::{beta_below, gamma_above};

/// How many draws of ours stand against a histogram of OpenDP's.
const DRAWS: usize = 30_000;
/// The p-value below which two samples are of two distributions.
const P_MIN: f64 = 1e-6;

#[derive(Deserialize)]
struct File {
    mechanisms: Vec<Mechanism>,
    implied: Vec<Implied>,
    statistics: Statistics,
}

#[derive(Deserialize)]
struct Mechanism {
    noise: String,
    bound: u64,
    cells: u32,
    epsilon: String,
    share: String,
    scale: String,
    loss_by_opendp: f64,
    half_width_95: u128,
    points: Vec<Point>,
    #[serde(default)]
    histogram_by_opendp: Vec<(i128, u64)>,
}

#[derive(Deserialize)]
struct Point {
    x: i64,
    at: String,
    from: String,
}

#[derive(Deserialize)]
struct Implied {
    epsilon: String,
    rho: String,
    implied: String,
    by_opendp: f64,
}

#[derive(Deserialize)]
struct Statistics {
    gamma_above: Vec<[f64; 3]>,
    beta_below: Vec<[f64; 4]>,
}

fn file() -> File {
    serde_json::from_str(include_str!("noise.json")).unwrap()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[expect(clippy::float_arithmetic, reason = "what others computed in floats")]
fn near(ours: f64, theirs: f64, relative: f64) -> bool {
    (ours - theirs).abs() <= relative * theirs.abs()
}

impl Mechanism {
    fn kind(&self) -> NoiseKind {
        NoiseKind::from_word(&self.noise).unwrap()
    }

    fn ours(&self) -> anshi::disclosure::Mechanism {
        let decimal = |text| Billionths::parse(text).unwrap();
        let (epsilon, share) = (decimal(&self.epsilon), decimal(&self.share));
        anshi::disclosure::Mechanism::new(self.kind(), self.bound, self.cells, epsilon, share).unwrap()
    }

    fn name(&self) -> String {
        format!("{} {} {} {} {}", self.noise, self.bound, self.cells, self.epsilon, self.share)
    }
}

#[test]
fn scales_and_intervals_are_those_of_fractions_and_opendp() {
    let _turn = crate::support::strong();
    let mut failures = Failures::default();
    for theirs in file().mechanisms {
        let (ours, name) = (theirs.ours(), theirs.name());
        failures.check(ours.scale_text() == theirs.scale, || format!("scale of {name}: {}", ours.scale_text()));
        // What OpenDP says that a mechanism of this scale costs: the share of ε, or of ρ.
        let (epsilon, share) = (number(&theirs.epsilon), number(&theirs.share));
        let loss = match theirs.kind() {
            NoiseKind::DiscreteLaplace => epsilon * share,
            NoiseKind::DiscreteGaussian => epsilon * epsilon / 2.0 * share,
        };
        failures.check(near(theirs.loss_by_opendp, loss, 1e-9), || format!("loss of {name}"));
        // Theirs is the smallest; ours is allowed one more.
        let more = ours.half_width_95().checked_sub(theirs.half_width_95);
        failures.check(more.is_some_and(|more| more <= 1), || format!("interval of {name}: {}", ours.half_width_95()));
    }
    failures.none(60);
}

#[test]
fn probabilities_of_the_audit_are_those_of_mpmath() {
    let mut failures = Failures::default();
    for theirs in file().mechanisms {
        let exact = Exact::new(theirs.kind(), number(&theirs.scale));
        for Point { x, at, from } in &theirs.points {
            // The scale's text is rounded in the thirteenth digit; five scales out that is five times as much.
            let (at, from) = (number(at), number(from));
            failures.check(near(exact.at(*x), at, 1e-11), || format!("P(X = {x}) of {}", theirs.name()));
            failures.check(near(exact.at(-x), at, 1e-11), || format!("P(X = -{x}) of {}", theirs.name()));
            failures.check(near(exact.from(x + 1), from, 1e-11), || format!("P(X > {x}) of {}", theirs.name()));
            failures.check(near(exact.between(x + 1, x + 1001), from - exact.from(x + 1001), 1e-9), || {
                format!("P({x} < X < {}) of {}", x + 1001, theirs.name())
            });
        }
    }
    failures.none(400);
}

#[test]
fn draws_are_as_opendp_draws() {
    let _turn = crate::support::strong();
    let mut failures = Failures::default();
    for theirs in file().mechanisms.iter().filter(|theirs| !theirs.histogram_by_opendp.is_empty()) {
        let histogram: BTreeMap<i128, u64> = theirs.histogram_by_opendp.iter().copied().collect();
        let ours = counted(&draw(&[theirs.ours()], DRAWS, &Entropy).unwrap()[0]);
        let fit = same(&ours, &histogram);
        failures.check(fit.p > P_MIN, || format!("{}: p = {:.2e}", theirs.name(), fit.p));
        // It can fail: the same draws, each larger by a third of the scale. (By one is too little where the scale is
        // wide: one run in thirty would not see it.)
        let third = (number(&theirs.scale) / 3.0).ceil() as i128;
        let moved = ours.iter().map(|(noise, count)| (noise + third, *count)).collect();
        let p = same(&moved, &histogram).p;
        failures.check(p < P_MIN, || format!("{} moved by {third}: p = {p:.2e}", theirs.name()));
    }
    failures.none(24);
}

#[test]
fn the_implied_loss_is_rounded_up_and_more_than_opendp_says() {
    let mut failures = Failures::default();
    for theirs in file().implied {
        let ours = implied(Billionths::parse(&theirs.epsilon).unwrap());
        failures.check(ours.rho == theirs.rho, || format!("ρ of {}: {}", theirs.epsilon, ours.rho));
        failures.check(ours.epsilon == theirs.implied, || format!("ε of {}: {}", theirs.epsilon, ours.epsilon));
        // By the exact profile of the Gaussian, at the same δ.
        failures.check(number(&ours.epsilon) >= theirs.by_opendp, || format!("ε of {}", theirs.epsilon));
    }
    failures.none(21);
}

#[test]
fn the_statistics_of_the_audit_are_those_of_mpmath() {
    let mut failures = Failures::default();
    let Statistics { gamma_above: gammas, beta_below: betas } = file().statistics;
    for [a, x, theirs] in gammas {
        let ours = gamma_above(a, x);
        failures.check(near(ours, theirs, 1e-9), || format!("Q({a}, {x}): {ours}, not {theirs}"));
    }
    for [a, b, x, theirs] in betas {
        let ours = beta_below(a, b, x);
        failures.check(near(ours, theirs, 1e-7), || format!("I({a}, {b}; {x}): {ours}, not {theirs}"));
    }
    failures.none(17);
}
