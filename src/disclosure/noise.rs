//! Noise: how much, and drawing it. Exact samples of the discrete Laplace and the discrete Gaussian distribution
//! (Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy", 2020, by the crate `prio`) at
//! scales that are exact rationals, from the operating system's randomness. Never sees a sum, and knows no floats.

mod implied;
mod scale;
#[cfg(feature = "weaken")]
mod weakened;

use std::fmt;
use std::sync::Arc;

use prio::dp::Rational;
use prio::dp::distributions::{DiscreteGaussian, DiscreteLaplace};
use rand::distr::Distribution;

use crate::env::{Entropy, EntropyError, EntropyStream};
use crate::model::{Billionths, NoiseKind};

pub use self::implied::{ImpliedLoss, implied};
use self::scale::{LN_20, NORMAL_95, Scale, Sensitivity};

/// How one figure of every cell (the count of units, or one measure) is noised: a function of the policy alone.
///
/// With `bound` the most that one unit changes one cell, `cells` the number of cells that it may change, ε the job's
/// and `share` this figure's part of it:
///
/// - discrete Laplace of scale `cells · bound / (ε · share)`, exactly: the figure is (ε · share)-differentially private;
/// - discrete Gaussian with σ = `√cells · bound / (ε · √share)`, rounded up to a decimal, by less than 10⁻¹² of it:
///   the figure is `share · ρ`-zero-concentrated differentially private, where ρ = ε²/2 is the job's.
#[derive(Clone)]
pub struct Mechanism {
    noise: NoiseKind,
    scale: Scale,
    sampler: Arc<Sampler>,
}

enum Sampler {
    Laplace(DiscreteLaplace),
    Gaussian(DiscreteGaussian),
}

impl Mechanism {
    /// The mechanism of a figure. `None` where a parameter is zero, a share is more than the whole, `cells · bound` is
    /// beyond 2⁶⁸, or the scale is beyond 2¹⁰⁰.
    pub fn new(noise: NoiseKind, bound: u64, cells: u32, epsilon: Billionths, share: Billionths) -> Option<Self> {
        let sensitivity = Sensitivity::new(bound, cells)?;
        let scale = match noise {
            NoiseKind::DiscreteLaplace => Scale::laplace(sensitivity, epsilon, share)?,
            NoiseKind::DiscreteGaussian => Scale::gaussian(sensitivity, epsilon, share)?,
        };
        let sampler = Arc::new(Sampler::new(noise, scale)?);
        Some(Self { noise, scale, sampler })
    }

    /// The scale, for people and JSON: Laplace's b, the Gaussian's σ. A decimal, exact where 13 digits suffice,
    /// otherwise rounded up to them (or to an integer, if that is longer). σ is always exact.
    pub fn scale_text(&self) -> String {
        self.scale.text()
    }

    /// Half the width of a 95 % interval: an integer w with P(|noise| ≤ w) ≥ 0.95, at most one more than the smallest.
    ///
    /// - Laplace: with q = exp(-1/b), P(|noise| > w) = 2q/(1 + q) · q^w ≤ q^w, which is at most 1/20 from b · ln 20 on.
    /// - Gaussian: P(|noise| > w) ≤ P(|N(0, σ²)| > w) by the tail bound of Canonne et al., at most 1/20 from 1.96 σ on.
    pub fn half_width_95(&self) -> u128 {
        self.scale.times_up(match self.noise {
            NoiseKind::DiscreteLaplace => LN_20,
            NoiseKind::DiscreteGaussian => NORMAL_95,
        })
    }

    fn sample(&self, stream: &mut EntropyStream) -> i128 {
        #[cfg(feature = "weaken")]
        if let Some(noise) = weakened::sample(self, stream) {
            return noise;
        }
        self.sampler.sample(stream)
    }
}

impl PartialEq for Mechanism {
    fn eq(&self, other: &Self) -> bool {
        (self.noise, self.scale) == (other.noise, other.scale)
    }
}

impl Eq for Mechanism {}

impl fmt::Debug for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mechanism").field("noise", &self.noise).field("scale", &self.scale).finish_non_exhaustive()
    }
}

impl Sampler {
    fn new(noise: NoiseKind, scale: Scale) -> Option<Self> {
        #[cfg(feature = "weaken")]
        let scale = weakened::scale(noise, scale);
        let scale = Rational::from_unsigned(scale.numerator(), scale.denominator()).ok()?;
        Some(match noise {
            NoiseKind::DiscreteLaplace => Self::Laplace(DiscreteLaplace::new(scale).ok()?),
            NoiseKind::DiscreteGaussian => Self::Gaussian(DiscreteGaussian::new(scale).ok()?),
        })
    }

    fn sample(&self, stream: &mut EntropyStream) -> i128 {
        let noise = match self {
            Self::Laplace(laplace) => laplace.sample(stream),
            Self::Gaussian(gaussian) => gaussian.sample(stream),
        };
        // No scale is beyond 2¹⁰⁰, so 128 bits hold it but for a chance below exp(-2²⁶).
        i128::try_from(&noise).unwrap_or(if noise.sign() == num_bigint::Sign::Minus { i128::MIN } else { i128::MAX })
    }
}

/// Draws the noise of every cell and figure, `noise[figure][cell]`, in one batch, so that no time of drawing belongs to
/// one cell. Every call fetches its own randomness; if that fails at any point, nothing of the batch is handed out.
pub fn draw(mechanisms: &[Mechanism], cells: usize, entropy: &Entropy) -> Result<Vec<Vec<i128>>, EntropyError> {
    draw_from(mechanisms, cells, entropy.stream())
}

fn draw_from(
    mechanisms: &[Mechanism],
    cells: usize,
    mut stream: EntropyStream,
) -> Result<Vec<Vec<i128>>, EntropyError> {
    let mut figure = |mechanism: &Mechanism| (0..cells).map(|_| mechanism.sample(&mut stream)).collect();
    let noise = mechanisms.iter().map(&mut figure).collect();
    stream.check()?;
    #[cfg(feature = "weaken")]
    let noise = weakened::batch(mechanisms, noise);
    Ok(noise)
}

#[cfg(test)]
mod tests;
