//! The two distributions as their definitions have them, in floats: what draws are held against. `vectors/noise.rs`
//! holds them against mpmath.

use anshi::model::NoiseKind;

/// So many σ and integers from zero a discrete Gaussian has less than a float can add.
const SIGMAS_MAX: f64 = 12.0;
const INTEGERS_MAX: i64 = 40;

/// A distribution of noise.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    noise: NoiseKind,
    scale: f64,
    /// What the weights exp(-|x|/b) or exp(-x²/2σ²) add up to.
    total: f64,
}

impl Exact {
    pub fn new(noise: NoiseKind, scale: f64) -> Self {
        let unscaled = Self { noise, scale, total: 1.0 };
        let total = match noise {
            // (1 + q) / (1 - q) for q = exp(-1/b), without cancellation.
            NoiseKind::DiscreteLaplace => 1.0 / (0.5 / scale).tanh(),
            NoiseKind::DiscreteGaussian => 1.0 + 2.0 * unscaled.sum(1, unscaled.end()),
        };
        Self { total, ..unscaled }
    }

    /// The first integer of no weight.
    fn end(&self) -> i64 {
        (SIGMAS_MAX * self.scale).ceil() as i64 + INTEGERS_MAX
    }

    fn weight(&self, x: f64) -> f64 {
        match self.noise {
            NoiseKind::DiscreteLaplace => (-x.abs() / self.scale).exp(),
            NoiseKind::DiscreteGaussian => (-x * x / (2.0 * self.scale * self.scale)).exp(),
        }
    }

    /// The weights of from..to, added; the smallest first.
    fn sum(&self, from: i64, to: i64) -> f64 {
        let mut weights: Vec<f64> = (from..to).map(|x| self.weight(x as f64)).collect();
        if weights.first() > weights.last() {
            weights.reverse();
        }
        weights.iter().sum()
    }

    /// P(X = x).
    pub fn at(&self, x: i64) -> f64 {
        self.weight(x as f64) / self.total
    }

    /// P(X ≥ x).
    pub fn from(&self, x: i64) -> f64 {
        match self.noise {
            _ if x <= 0 => 1.0 - self.from(1 - x),
            // q^x / (1 + q)
            NoiseKind::DiscreteLaplace => self.weight(x as f64) / (1.0 + self.weight(1.0)),
            NoiseKind::DiscreteGaussian => self.sum(x, self.end().max(x)) / self.total,
        }
    }

    /// P(from ≤ X < to).
    pub fn between(&self, from: i64, to: i64) -> f64 {
        match self.noise {
            NoiseKind::DiscreteGaussian => self.sum(from, to) / self.total,
            NoiseKind::DiscreteLaplace if from < 0 && to > 0 => self.from(from) - self.from(to),
            NoiseKind::DiscreteLaplace if to <= 0 => self.between(1 - to, 1 - from),
            NoiseKind::DiscreteLaplace => self.from(from) - self.from(to),
        }
    }

    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// The probabilities of -reach..=reach for the sum of so many draws, and that reach.
    pub fn of_sum(&self, draws: u32) -> (Vec<f64>, i64) {
        let reach = self.end();
        let one: Vec<f64> = (-reach..=reach).map(|x| self.at(x)).collect();
        let mut all = vec![1.0];
        for _ in 0..draws {
            let mut more = vec![0.0; all.len() + one.len() - 1];
            for (i, p) in all.iter().enumerate() {
                one.iter().zip(&mut more[i..]).for_each(|(q, into)| *into += p * q);
            }
            all = more;
        }
        (all, reach * i64::from(draws))
    }
}

/// The smallest ε for which a sum of so many draws and the same sum moved by `shift` are (ε, δ)-indistinguishable.
/// For the discrete Gaussian this is the whole truth: its likelihood ratio is a function of the sum.
pub fn epsilon_of_sum(exact: &Exact, draws: u32, shift: usize, delta: f64) -> f64 {
    let (all, _) = exact.of_sum(draws);
    let moved = |i: usize| i.checked_sub(shift).map_or(0.0, |i| all[i]);
    let excess = |epsilon: f64| (0..all.len()).map(|i| (moved(i) - epsilon.exp() * all[i]).max(0.0)).sum::<f64>();
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if excess(middle) > delta {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
