//! Exact decimals of privacy budgets: never through a float, never rounded.

use std::fmt;

use super::{DecimalError, parse_decimal};

/// Decimal places that a budget or a share may have.
const PLACES: u8 = 9;

/// A decimal of at most nine places that is not negative, as a count of billionths: ε, and shares of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Billionths(u64);

impl Billionths {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(1_000_000_000);

    /// So many billionths.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// Reads `"0.5"`: digits, at most one point, no sign, at most nine places.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        if text.starts_with(['+', '-']) {
            return Err(DecimalError::Syntax);
        }
        let count = parse_decimal(text.as_bytes(), PLACES)?;
        u64::try_from(count).map(Self).map_err(|_| DecimalError::Range)
    }

    /// How many billionths.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// The sum; `None` beyond what 64 bits hold.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Billionths {
    /// The shortest decimal: `0.5`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / Self::ONE.0, self.0 % Self::ONE.0);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{rest:09}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_have_one_form() {
        for (text, count, shown) in [
            ("0.5", 500_000_000, "0.5"),
            ("12", 12_000_000_000, "12"),
            ("0.000000001", 1, "0.000000001"),
            ("1.250", 1_250_000_000, "1.25"),
            ("0", 0, "0"),
        ] {
            let read = Billionths::parse(text).unwrap();
            assert_eq!((read.count(), read.to_string().as_str()), (count, shown), "{text}");
        }
        for bad in ["-0", "+1", "-1", "0.0000000001", "1e3", "", ".5", "0,5", "18446744074"] {
            assert!(Billionths::parse(bad).is_err(), "{bad}");
        }
    }
}
