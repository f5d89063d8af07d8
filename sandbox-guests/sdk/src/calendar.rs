//! Days and months of the Gregorian calendar, for dates that arrive as days since 1970-01-01.
//!
//! Sources: Howard Hinnant, *chrono-compatible low-level date algorithms* (`days_from_civil`), for days;
//! Cassio Neri and Lorenz Schneider, *Euclidean affine functions and their application to calendar
//! algorithms* (2023), for months, which are read once per row.

const ERA_DAYS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

/// The day number of a date, in days since 1970-01-01. `month` counts from 1.
///
/// It does not check that the date exists; a day past the month's end runs on into the next month.
/// A date further away than an `i32` reaches is held at its end.
#[must_use]
pub const fn day(year: i32, month: u32, day: u32) -> i32 {
    let year = year as i64 - if month <= 2 { 1 } else { 0 };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i64 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * ERA_DAYS + day_of_era - EPOCH_DAYS;
    if days > i32::MAX as i64 {
        i32::MAX
    } else if days < i32::MIN as i64 {
        i32::MIN
    } else {
        days as i32
    }
}

/// Added before dividing, so that every `i32` becomes positive: more than 2³¹ days.
const SHIFT_ERAS: i64 = 15_000;
const CENTURY_QUARTER_DAYS: u64 = 146_097;
const YEAR_QUARTER_DAYS: u32 = 1_461;

/// The month that a day falls in, in months since January 1970, so that months can be subtracted.
#[must_use]
pub const fn month(day: i32) -> i32 {
    // In quarters of a day, a century and a year are whole on average.
    let quarters = (day as i64 + EPOCH_DAYS + SHIFT_ERAS * ERA_DAYS) as u64 * 4 + 3;
    let century = (quarters / CENTURY_QUARTER_DAYS) as i32;
    let quarters = (quarters % CENTURY_QUARTER_DAYS) as u32 | 3;
    let year = (quarters / YEAR_QUARTER_DAYS) as i32;
    let day_of_year = quarters % YEAR_QUARTER_DAYS / 4;
    // The year begins on 1 March: from 2 for March to 13 for February of the next year.
    let month_of_year = (2_141 * day_of_year + 132_377) >> 16;
    let years = (century - SHIFT_ERAS as i32 * 4) * 100 + year;
    (years - 1_970) * 12 + month_of_year as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(1969, 12, 31), -1);
        assert_eq!(day(2000, 2, 29), 11_016);
        assert_eq!(day(2026, 6, 30), 20_634);
    }

    #[test]
    fn each_day_of_eight_centuries_falls_in_its_month() {
        let mut expected = day(1600, 1, 1);
        for year in 1600..2400 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if leap { 29 } else { 28 };
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month_of_year, length) in (0..).zip(lengths) {
                for day_of_month in 1..=length {
                    assert_eq!(day(year, month_of_year + 1, day_of_month), expected);
                    assert_eq!(month(expected), (year - 1970) * 12 + month_of_year as i32);
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        assert!(month(i32::MAX) > 0);
        assert!(month(i32::MIN) < 0);
        assert_eq!(day(i32::MAX, 12, 31), i32::MAX);
        assert_eq!(day(i32::MIN, 1, 1), i32::MIN);
    }
}
