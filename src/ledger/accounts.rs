//! The arithmetic of accounts: pure, checked, on integers.

use crate::model::Date;
use crate::policy::Quota;

/// What a client has spent of one party's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Bits within the window.
    pub window_bits: u64,
    /// Bits ever.
    pub lifetime_bits: u64,
}

/// Whether `bits` more would exceed `quota`.
pub fn exceeds(quota: &Quota, spent: Spent, bits: u32) -> bool {
    let more = |already: u64| already.saturating_add(u64::from(bits));
    more(spent.window_bits) > u64::from(quota.bits) || more(spent.lifetime_bits) > u64::from(quota.lifetime_bits)
}

/// The first day of the window that ends with `day`.
pub(super) fn window_start(day: Date, window_days: u32) -> Date {
    day.plus_days(1i32.saturating_sub_unsigned(window_days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bit_can_be_spent_once() {
        let quota = Quota { bits: 6, lifetime_bits: 9, window_days: 90 };
        assert!(!exceeds(&quota, Spent { window_bits: 3, lifetime_bits: 3 }, 3));
        assert!(exceeds(&quota, Spent { window_bits: 4, lifetime_bits: 4 }, 3));
        assert!(exceeds(&quota, Spent { window_bits: 0, lifetime_bits: 7 }, 3));
        assert!(exceeds(&quota, Spent { window_bits: u64::MAX, lifetime_bits: 0 }, 1));
        assert_eq!(window_start(Date::from_days(100), 1), Date::from_days(100));
        assert_eq!(window_start(Date::from_days(100), 90), Date::from_days(11));
    }
}
