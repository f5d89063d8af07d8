//! Noise as a weakened build draws it: each a mistake that the audit of the noise must find.

use rand::Rng;

use super::{Mechanism, Scale};
use crate::env::weaken::{Weakness, on};
use crate::env::{EntropyStream, textbook_laplace};
use crate::model::NoiseKind;

/// The number of cells that enters the scale.
pub fn cells(cells: u32) -> u32 {
    if on(Weakness::NoiseScaleCells) { cells.min(1) } else { cells }
}

/// The scale that is drawn at, when another is stated.
pub fn scale(noise: NoiseKind, scale: Scale) -> Scale {
    let (numerator, denominator) = (scale.numerator(), scale.denominator());
    let wrong = if on(Weakness::NoiseHalved) {
        denominator.checked_mul(2).and_then(|denominator| Scale::new(numerator, denominator))
    } else if on(Weakness::GaussianAsVariance) && noise == NoiseKind::DiscreteGaussian {
        let squares = numerator.checked_mul(numerator).zip(denominator.checked_mul(denominator));
        squares.and_then(|(numerator, denominator)| Scale::new(numerator, denominator))
    } else {
        None
    };
    wrong.unwrap_or(scale)
}

/// One sample that is not the sampler's.
pub fn sample(mechanism: &Mechanism, stream: &mut EntropyStream) -> Option<i128> {
    if on(Weakness::NoiseOff) {
        return Some(0);
    }
    let float = on(Weakness::NoiseFloat) && mechanism.noise == NoiseKind::DiscreteLaplace;
    float.then(|| textbook_laplace(mechanism.scale.numerator(), mechanism.scale.denominator(), stream.next_u64()))
}

/// The batch, with the first figure's noise stretched to the scales of the others.
pub fn batch(mechanisms: &[Mechanism], noise: Vec<Vec<i128>>) -> Vec<Vec<i128>> {
    let (true, Some(first), Some(drawn)) = (on(Weakness::NoiseShared), mechanisms.first(), noise.first()) else {
        return noise;
    };
    let stretched = |mechanism: &Mechanism| {
        let ratio = ratio(mechanism.scale, first.scale).unwrap_or(1);
        drawn.iter().map(|noise| noise.saturating_mul(ratio)).collect()
    };
    mechanisms.iter().map(stretched).collect()
}

fn ratio(one: Scale, other: Scale) -> Option<i128> {
    let above = one.numerator().checked_mul(other.denominator())?;
    let below = other.numerator().checked_mul(one.denominator())?;
    i128::try_from(above.checked_div(below)?).ok()
}
