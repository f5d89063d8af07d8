//! How an attacker that knows everything but one unit guesses whether it is there: by the likelihood ratio of the printed
//! figures, which nobody can do better. What it can reach at most is known from what it paid.

use crate::dp_audit::statistics::probability_at_least;
use crate::support::Table;

/// The chance that a bound calls a sound engine broken.
const ALPHA: f64 = 1e-7;

/// Right guesses, and all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guesses {
    pub right: u64,
    pub all: u64,
}

impl Guesses {
    pub fn add(&mut self, is_right: bool) {
        self.right += u64::from(is_right);
        self.all += 1;
    }

    /// Whether so many right guesses can be, where the attacker has paid `epsilon`: at most e^ε/(1 + e^ε) of them.
    pub fn within(self, epsilon: f64) -> Result<(), String> {
        let most = epsilon.exp() / (1.0 + epsilon.exp());
        let least = probability_at_least(self.right, self.all, ALPHA);
        let Self { right, all } = self;
        match least <= most {
            true => Ok(()),
            false => {
                Err(format!("{right} of {all} guesses were right, more than {:.1} % for ε = {epsilon}", 100.0 * most))
            }
        }
    }
}

/// The scales of a table's three figures, as it states them.
pub fn scales(table: &Table) -> [f64; 3] {
    let measure = |at: usize| &table.0.measures[at].noise;
    [&table.0.count, measure(0), measure(1)].map(|noise| noise.scale.parse().unwrap())
}

/// ln P(printed | the unit is there) - ln P(printed | it is not), where all else adds up to `known` and the unit to
/// `unit`. A suppressed cell's count was negative, which speaks against it.
pub fn log_ratio(printed: Option<[i128; 3]>, known: [i128; 3], unit: [i128; 3], scales: [f64; 3]) -> f64 {
    let Some(printed) = printed else { return -1.0 };
    (0..3)
        .map(|figure| {
            let noise = printed[figure] - known[figure];
            (noise.abs() - (noise - unit[figure]).abs()) as f64 / scales[figure]
        })
        .sum()
}
