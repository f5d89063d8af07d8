//! Laplace noise as textbooks have it, by the logarithm of a float: what must not be used, for weakened builds
//! alone. Its low bits depend on what it is added to, and it is not the distribution that it says.

/// A sample of scale `numerator / denominator`, rounded to an integer. The bits of `uniform` are random.
#[expect(clippy::float_arithmetic, clippy::cast_possible_truncation, reason = "the weakness is the float")]
pub fn textbook_laplace(numerator: u128, denominator: u128, uniform: u64) -> i128 {
    let scale = numerator as f64 / denominator as f64;
    let magnitude = ((uniform >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    let noise = -scale * magnitude.ln();
    (if uniform & 1 == 0 { noise } else { -noise }).round() as i128
}
