//! A monthly series, newest month first: one figure per month, with gaps that stay gaps.

use anshi_guest::{Column, calendar};

/// As far as the policy lets the guest look back.
pub(crate) const MONTHS: usize = 24;

/// Figures per month, counted back from the newest month that has a known value.
#[derive(Debug)]
pub(crate) struct Monthly {
    months: [Month; MONTHS],
    /// The newest month, in months since January 1970; `None` without any known value.
    newest: Option<i32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Month {
    figure: i64,
    has_rows: bool,
    /// Some row of the month has no value, so its figure would be too low.
    is_incomplete: bool,
}

/// The same quantity over two stretches of as many months each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) before: i64,
    pub(crate) now: i64,
    /// How many months were compared with as many.
    pub(crate) months: i64,
}

impl Month {
    fn add(&mut self, value: Option<i64>, rows: Rows) {
        self.has_rows = true;
        let Some(value) = value else {
            self.is_incomplete = true;
            return;
        };
        self.figure = match rows {
            Rows::Parts => self.figure.saturating_add(value),
            Rows::Repetitions => self.figure.max(value),
        };
    }
}

/// What several rows of one month are to each other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows {
    /// Parts of the month's figure: a firm has several meters.
    Parts,
    /// Repetitions of it: a late declaration, another kind of insurance for the same people. The
    /// largest stands for the month.
    Repetitions,
}

impl Monthly {
    /// Reads the rows. A row without a date belongs nowhere.
    pub(crate) fn read(period_end: Column<i32>, value: Column<i64>, rows: Rows) -> Self {
        Self::collect(period_end.iter().zip(value.iter()), rows)
    }

    /// The same of some rows of a table: each with its date and its value.
    pub(crate) fn collect(pairs: impl Iterator<Item = (Option<i32>, Option<i64>)> + Clone, rows: Rows) -> Self {
        let newest_day = pairs.clone().filter_map(|(end, value)| value.and(end)).max();
        let newest = newest_day.map(calendar::month);
        let mut months = [Month::default(); MONTHS];
        for (end, value) in pairs {
            let (Some(end), Some(newest)) = (end, newest) else {
                continue;
            };
            let age = newest - calendar::month(end);
            let Some(month) = usize::try_from(age).ok().and_then(|age| months.get_mut(age)) else {
                continue;
            };
            month.add(value, rows);
        }
        Self { months, newest }
    }

    /// The newest month with a known value, in months since January 1970.
    pub(crate) fn newest(&self) -> Option<i32> {
        self.newest
    }

    /// The figure of the month so many months before the newest, if it is known in full.
    fn figure(&self, age: usize) -> Option<i64> {
        let month = self.months.get(age)?;
        (month.has_rows && !month.is_incomplete).then_some(month.figure)
    }

    /// The newest `window` months against the months `lag` earlier, pair by pair: a month counts only if
    /// its counterpart is known too, so a gap on one side cannot look like a fall.
    pub(crate) fn against(&self, lag: usize, window: usize) -> Comparison {
        let pairs = (0..window).filter_map(|age| Some((self.figure(age)?, self.figure(age + lag)?)));
        pairs.fold(Comparison { before: 0, now: 0, months: 0 }, |all, (now, before)| Comparison {
            before: all.before.saturating_add(before),
            now: all.now.saturating_add(now),
            months: all.months + 1,
        })
    }
}

impl Comparison {
    /// Whether it fell by at least this share. Nothing can fall from zero.
    pub(crate) fn fell_by(&self, percent: i64) -> bool {
        let fall = i128::from(self.before) - i128::from(self.now);
        self.before > 0 && fall * 100 >= i128::from(self.before) * i128::from(percent)
    }

    /// By how much the monthly mean fell, rounded down; negative if it rose.
    pub(crate) fn mean_fall(&self) -> i64 {
        match self.months {
            0 => 0,
            months => self.before.saturating_sub(self.now).div_euclid(months),
        }
    }
}
