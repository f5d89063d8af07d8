//! What a Gaussian job's ε means: ρ, and the pair (ε, δ) that it implies. For people to read; budgets count the job's ε.

use num_bigint::BigUint;

use super::scale::{decimal, div_up};
use crate::model::Billionths;

/// The δ of the pair.
const DELTA: &str = "0.000001";
/// 2 · √(ln(1/δ) / 2), by which the job's ε is multiplied, in units of 10⁻¹⁸, rounded up.
const FACTOR: u64 = 5_256_521_769_756_931_979;
/// Places of the pair's ε.
const PLACES: usize = 6;

/// The privacy loss of a Gaussian job, as decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpliedLoss {
    /// ρ of zero-concentrated differential privacy, exact: half the square of the job's ε.
    pub rho: String,
    /// The δ for which `epsilon` holds.
    pub delta: String,
    /// ρ + 2 √(ρ ln(1/δ)), rounded up (Bun and Steinke, "Concentrated Differential Privacy", 2016, proposition 1.3).
    pub epsilon: String,
}

/// What the ε of a Gaussian job implies: ρ = ε²/2, and the job is (ε′, δ)-differentially private for δ = 10⁻⁶ and the ε′
/// given.
pub fn implied(epsilon: Billionths) -> ImpliedLoss {
    let epsilon = BigUint::from(epsilon.count());
    // In units of 10⁻¹⁹ and 10⁻²⁷.
    let rho = &epsilon * &epsilon * 5_u8;
    let total = &rho * 100_000_000_u32 + epsilon * FACTOR;
    let rounded = div_up(&total, &BigUint::from(10_u8).pow(27 - PLACES as u32));
    ImpliedLoss { rho: decimal(&rho, 19), delta: DELTA.to_owned(), epsilon: decimal(&rounded, PLACES) }
}
