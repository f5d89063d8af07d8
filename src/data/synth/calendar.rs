//! The months that a delivery tells about, and how business goes round the year. Never knows a firm.

use crate::model::Date;

/// The day of the following month by which tax of a period is due, but for weekends.
const TAX_DUE_DAYS: i32 = 15;
/// 1970-01-01 was a Thursday: the fourth day of its week.
const EPOCH_WEEKDAY: i32 = 3;

/// One past month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month {
    /// How many months before the newest one.
    pub ago: u32,
    /// Months since the year 0: names the month whatever the day of the delivery.
    pub index: u32,
    /// From 1 to 12.
    pub of_year: u32,
    pub end: Date,
    /// The day by which the month's taxes are due.
    pub due: Date,
}

impl Month {
    fn new(ago: u32, newest: Date) -> Self {
        let end = newest.months_before(ago).month_end();
        let of_year = u32::try_from(end.ymd().1).unwrap_or(1);
        let due = end.plus_days(TAX_DUE_DAYS);
        let weekend = match due.plus_days(EPOCH_WEEKDAY).days().rem_euclid(7) {
            5 => 2,
            6 => 1,
            _ => 0,
        };
        Self { ago, index: month_index(end), of_year, end, due: due.plus_days(weekend) }
    }

    /// Whether the month ends a quarter.
    pub(super) const fn ends_quarter(&self) -> bool {
        self.of_year.is_multiple_of(3)
    }

    /// How much electricity firms use in this month of the year, in thousandths of the average: cooling in
    /// summer, heating in winter, a dip at Chinese New Year.
    pub(super) const fn power_permille(&self) -> i64 {
        match self.of_year {
            1 => 1090,
            2 => 800,
            3 => 950,
            4 => 920,
            5 => 940,
            6 => 1060,
            7 => 1180,
            8 => 1170,
            9 => 1000,
            10 => 930,
            11 => 970,
            _ => 1080,
        }
    }

    /// How much firms sell in this month of the year, in thousandths of the average.
    pub(super) const fn sales_permille(&self) -> i64 {
        match self.of_year {
            1 => 1010,
            2 => 720,
            3 => 980,
            6 => 1060,
            9 => 1050,
            11 => 1080,
            12 => 1240,
            _ => 980,
        }
    }
}

/// Months since the year 0.
pub(super) fn month_index(date: Date) -> u32 {
    let (year, month, _) = date.ymd();
    u32::try_from(i32::from(year) * 12 + i32::from(month) - 1).unwrap_or(0)
}

/// The months up to the day of the delivery, the newest first.
pub(super) struct Calendar {
    as_of: Date,
    months: Vec<Month>,
    settled: u32,
}

impl Calendar {
    /// The newest `count` months that have ended by `as_of`.
    pub(super) fn new(as_of: Date, count: u32) -> Self {
        let ended = if as_of.month_end() == as_of { as_of } else { as_of.months_before(1).month_end() };
        let months: Vec<Month> = (0..count.max(1)).map(|ago| Month::new(ago, ended)).collect();
        let settled = months.iter().take_while(|month| month.due > as_of).count();
        Self { as_of, months, settled: u32::try_from(settled).unwrap_or(0) }
    }

    pub(super) const fn as_of(&self) -> Date {
        self.as_of
    }

    /// The month `ago` months before the newest.
    pub(super) fn month(&self, ago: u32) -> Option<&Month> {
        self.months.get(ago as usize)
    }

    /// How many of the newest months have taxes that are not yet due.
    pub(super) const fn not_yet_due(&self) -> u32 {
        self.settled
    }

    /// The number of months from the one of `date` to the newest, both included.
    pub(super) fn months_since(&self, date: Date) -> u32 {
        let newest = self.months.first().map_or(0, |month| month.index);
        (newest + 1).saturating_sub(month_index(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_by_the_day_and_taxes_are_due_on_working_days() {
        for (as_of, newest, not_yet_due) in
            [("2026-03-31", "2026-03-31", 1), ("2026-03-30", "2026-02-28", 0), ("2026-03-10", "2026-02-28", 1)]
        {
            let calendar = Calendar::new(as_of.parse().unwrap(), 24);
            assert_eq!(calendar.month(0).unwrap().end.to_string(), newest);
            assert_eq!(calendar.not_yet_due(), not_yet_due, "{as_of}");
        }
        let calendar = Calendar::new("2026-03-31".parse().unwrap(), 3);
        // 2026-03-15 is a Sunday.
        assert_eq!(calendar.month(1).unwrap().due.to_string(), "2026-03-16");
        assert_eq!(calendar.month(2).unwrap().end.to_string(), "2026-01-31");
        assert_eq!(calendar.months_since("2026-03-01".parse().unwrap()), 1);
        assert_eq!(calendar.months_since("2025-03-31".parse().unwrap()), 13);
    }
}
