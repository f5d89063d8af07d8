//! What an ε means as odds: e to the power of ε, in whole numbers alone and rounded up. For people to read; budgets count ε.

use crate::model::Billionths;

/// Fixed point: ten places.
const ONE: u128 = 10_000_000_000;
/// e in it, rounded up.
const E: u128 = 27_182_818_285;
/// From here on a factor is no bound that helps anybody.
const EXPONENT_MAX: u64 = 35;

/// By how much odds grow at most: `1.65`, `54.6`, `163000`; `None` beyond 10¹⁵.
pub(super) fn factor(epsilon: Billionths) -> Option<String> {
    let billion = Billionths::ONE.count();
    let (whole, rest) = (epsilon.count() / billion, epsilon.count() % billion);
    if whole >= EXPONENT_MAX {
        return None;
    }
    let mut value = fraction(u128::from(rest) * (ONE / u128::from(billion)));
    for _ in 0..whole {
        value = (value * E).div_ceil(ONE);
    }
    Some(three_digits(value))
}

/// e to the power of `x` below one, rounded up: the series until its terms are nothing, and one more for the rest of it.
fn fraction(x: u128) -> u128 {
    let (mut sum, mut term) = (ONE, ONE);
    for n in 1_u128.. {
        term = (term * x).div_ceil(ONE * n);
        sum += term;
        if term <= 1 {
            break;
        }
    }
    sum + 1
}

/// Three significant digits, rounded up; none behind the point of what is a hundred or more.
fn three_digits(value: u128) -> String {
    let places = match value / ONE {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let step = ONE / 10_u128.pow(places);
    let mut unit = step;
    while value / unit >= 1_000 {
        unit *= 10;
    }
    let rounded = value.div_ceil(unit) * unit / step;
    if places == 0 {
        return rounded.to_string();
    }
    let scale = 10_u128.pow(places);
    let text = format!("{}.{:0width$}", rounded / scale, rounded % scale, width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_are_rounded_up_and_never_down() {
        let cases = [
            ("0.000000001", "1.01"),
            ("0.5", "1.65"),
            ("1", "2.72"),
            ("2.302585093", "10.1"),
            ("4", "54.6"),
            ("4.60517", "100"),
            ("12", "163000"),
            ("34.999999999", "1590000000000000"),
        ];
        for (epsilon, expected) in cases {
            assert_eq!(factor(Billionths::parse(epsilon).unwrap()).as_deref(), Some(expected), "{epsilon}");
        }
        assert_eq!(factor(Billionths::ZERO).as_deref(), Some("1.01"), "one would say that nothing is learnt");
        assert_eq!(factor(Billionths::parse("35").unwrap()), None);
    }

    #[test]
    fn more_epsilon_never_reads_as_better_odds() {
        let read = |text: Option<String>| text.map_or(f64::INFINITY, |text| text.parse().unwrap());
        let mut before = 0.0;
        for step in 0..1_500_u64 {
            let epsilon = Billionths::new(step * 24_000_000);
            let odds: f64 = read(factor(epsilon));
            let exact = (step as f64 * 0.024).exp();
            assert!(
                odds >= before && odds >= exact && odds <= (exact * 1.011).max(1.02) || odds.is_infinite(),
                "{step}: {odds}"
            );
            before = odds;
        }
    }
}
