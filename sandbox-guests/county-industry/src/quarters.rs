//! The quarters that a table is about. It knows the calendar, and nothing of what happened in them.

use anshi_guest::calendar;

use crate::first_day;

/// The last four settled quarters, the oldest first; `Q-1` is the newest. Named by their distance: a policy names its cells
/// once, and the snapshot's date, which the receipt states, says which quarters of the calendar they are.
pub const QUARTERS: &[&str] = &["Q-4", "Q-3", "Q-2", "Q-1"];

const QUARTER_MONTHS: i32 = 3;

/// The days of [`QUARTERS`].
#[derive(Debug, Clone, Copy)]
pub struct Quarters {
    /// The first day of each, and the day after the last.
    starts: [i32; 5],
}

impl Quarters {
    /// The last four that had ended `settled_days` days before `as_of`, or earlier: what is due for a quarter falls due after it.
    #[must_use]
    pub fn settled(as_of: i32, settled_days: i32) -> Self {
        let month = calendar::month(as_of.saturating_sub(settled_days).saturating_add(1));
        let end = month.saturating_sub(month.rem_euclid(QUARTER_MONTHS));
        let start = |ago: i32| first_day(end.saturating_sub(ago * QUARTER_MONTHS));
        Self { starts: [start(4), start(3), start(2), start(1), start(0)] }
    }

    /// The place in [`QUARTERS`] of the quarter that a day falls in.
    #[must_use]
    #[inline]
    pub fn place(self, day: i32) -> Option<u32> {
        let begun = self.starts.iter().filter(|start| **start <= day).count() as u32;
        begun.checked_sub(1).filter(|place| (*place as usize) < QUARTERS.len())
    }
}

#[cfg(test)]
mod tests {
    use anshi_guest::calendar::day;

    use super::*;

    fn places(as_of: i32, days: [i32; 6]) -> [Option<&'static str>; 6] {
        let quarters = Quarters::settled(as_of, 30);
        days.map(|day| quarters.place(day).and_then(|place| QUARTERS.get(place as usize).copied()))
    }

    #[test]
    fn quarters_are_those_of_the_calendar() {
        let days =
            [day(2025, 6, 30), day(2025, 7, 1), day(2025, 12, 31), day(2026, 3, 31), day(2026, 6, 30), day(2026, 7, 1)];
        let expected = [None, Some("Q-4"), Some("Q-3"), Some("Q-2"), Some("Q-1"), None];
        assert_eq!(places(day(2026, 9, 30), days), expected);
        // The second quarter is settled thirty days after its last day, and not a day before.
        assert_eq!(places(day(2026, 7, 30), days), expected);
        let before = [Some("Q-4"), Some("Q-3"), Some("Q-2"), Some("Q-1"), None, None];
        assert_eq!(places(day(2026, 7, 29), days), before);
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        for (as_of, settled_days) in [(i32::MIN, i32::MAX), (i32::MAX, i32::MIN), (i32::MAX, 0)] {
            let quarters = Quarters::settled(as_of, settled_days);
            assert_eq!(quarters.place(0), None);
            assert!([i32::MIN, i32::MAX].iter().all(|day| quarters.place(*day).is_none_or(|place| place < 4)));
        }
        assert_eq!(Quarters::settled(0, 0).place(day(1969, 12, 31)), Some(3));
        assert_eq!(Quarters::settled(day(1969, 12, 30), 0).place(day(1969, 12, 31)), None);
    }
}
