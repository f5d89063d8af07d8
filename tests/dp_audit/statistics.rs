//! The statistics of the audit: p-values, and Clopper and Pearson's bounds. Special functions by series and continued
//! fractions; `vectors/noise.rs` holds them against mpmath.

/// Halvings of an interval until no float is between its ends.
const HALVINGS: u32 = 60;
const TERMS_MAX: u32 = 100_000;
/// Where a series or a fraction no longer changes.
const PRECISION: f64 = 1e-15;
/// Instead of a zero that would be divided by.
const TINY: f64 = 1e-300;

/// P(X ≥ `statistic`) for X of the χ² distribution.
pub fn chi_squared_p(statistic: f64, degrees: usize) -> f64 {
    gamma_above(degrees as f64 / 2.0, statistic / 2.0)
}

/// The lower bound of a probability that an event had which came `hits` times in `trials`: it is below with probability
/// `1 - alpha` (Clopper and Pearson).
pub fn probability_at_least(hits: u64, trials: u64, alpha: f64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    let (hits, trials) = (hits as f64, trials as f64);
    bisect(|p| beta_below(hits, trials - hits + 1.0, p) < alpha).0
}

/// The upper bound, likewise.
pub fn probability_at_most(hits: u64, trials: u64, alpha: f64) -> f64 {
    if hits == trials {
        return 1.0;
    }
    let (hits, trials) = (hits as f64, trials as f64);
    bisect(|p| beta_below(hits + 1.0, trials - hits, p) < 1.0 - alpha).1
}

/// The two-sided p-value of `hits` heads in `trials` throws of a fair coin.
pub fn fair_coin_p(hits: u64, trials: u64) -> f64 {
    let fewer = hits.min(trials - hits) as f64;
    (2.0 * (1.0 - beta_below(fewer + 1.0, trials as f64 - fewer, 0.5))).min(1.0)
}

/// The ends of the last interval in 0..1 whose lower end is `below` and whose upper end is not.
fn bisect(below: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low, high)
}

/// ln Γ(x) for x > 0, by Stirling's series from 20 on.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 20.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x;
    shift + (x - 0.5) * x.ln() - x + (2.0 * std::f64::consts::PI).ln() / 2.0 + series
}

/// The regularised upper incomplete gamma function Q(a, x).
pub fn gamma_above(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..TERMS_MAX {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * PRECISION {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    let start = x + 1.0 - a;
    let term = |n: u32| (f64::from(n) * (a - f64::from(n)), start + 2.0 * f64::from(n));
    front / fraction(start, term)
}

/// The regularised incomplete beta function I(a, b; x).
pub fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let term = |n: u32| {
        let half = f64::from(n / 2);
        let above = if n % 2 == 0 {
            half * (b - half) * x / ((a + 2.0 * half - 1.0) * (a + 2.0 * half))
        } else {
            -(a + half) * (a + b + half) * x / ((a + 2.0 * half) * (a + 2.0 * half + 1.0))
        };
        (above, 1.0)
    };
    front / fraction(1.0, term)
}

/// start + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method, where `term(n)` is (aₙ, bₙ).
fn fraction(start: f64, term: impl Fn(u32) -> (f64, f64)) -> f64 {
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut value = not_zero(start);
    let (mut above, mut below) = (value, 0.0);
    for n in 1..TERMS_MAX {
        let (a, b) = term(n);
        below = 1.0 / not_zero(b + a * below);
        above = not_zero(b + a / above);
        let change = above * below;
        value *= change;
        if (change - 1.0).abs() < PRECISION {
            break;
        }
    }
    value
}
