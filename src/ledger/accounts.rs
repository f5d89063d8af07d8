//! The arithmetic of accounts: pure, checked, on integers.

use crate::env::weaken::{self, Weakness};
use crate::model::Date;
use crate::policy::Quota;

/// What a client has spent of one account: bits of one party's, or billionths of ε of all units'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Within the window.
    pub window: u64,
    /// Ever.
    pub lifetime: u64,
}

/// Whether `amount` more would exceed `quota`.
pub fn exceeds(quota: &Quota, spent: Spent, amount: u64) -> bool {
    let more = |already: u64| already.saturating_add(amount);
    let ever = more(spent.lifetime) > quota.lifetime && !weaken::on(Weakness::LifetimeIgnored);
    more(spent.window) > quota.window || ever
}

/// The first day of the window that ends with `day`.
pub(super) fn window_start(day: Date, window_days: u32) -> Date {
    if weaken::on(Weakness::WindowByCalendar) {
        let (year, month, _) = day.ymd();
        return Date::from_ymd(year, month, 1).unwrap_or(day);
    }
    day.plus_days(1i32.saturating_sub_unsigned(window_days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bit_can_be_spent_once() {
        let quota = Quota { window: 6, lifetime: 9, window_days: 90 };
        assert!(!exceeds(&quota, Spent { window: 3, lifetime: 3 }, 3));
        assert!(exceeds(&quota, Spent { window: 4, lifetime: 4 }, 3));
        assert!(exceeds(&quota, Spent { window: 0, lifetime: 7 }, 3));
        assert!(exceeds(&quota, Spent { window: u64::MAX, lifetime: 0 }, 1));
        assert_eq!(window_start(Date::from_days(100), 1), Date::from_days(100));
        assert_eq!(window_start(Date::from_days(100), 90), Date::from_days(11));
    }
}
