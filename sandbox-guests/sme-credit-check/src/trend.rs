//! Whether a firm is shrinking: its electricity (or, where that is not known, its water) and its insured
//! heads, against themselves.
//!
//! Trade and farming have seasons, so months are compared with the same months a year before. A firm
//! with less history is compared with the quarter before, where a season may look like a fall: only a
//! steep one counts there, and it counts less.

use anshi_guest::{Party, calendar};

use crate::monthly::{Comparison, Monthly, Rows};

/// What a series says about the firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    /// Too little is known, or what is known is too old.
    Unknown,
    Steady,
    Fell,
    Collapsed,
}

/// When a series has fallen.
struct Rule {
    /// How many months are compared with the same months a year before.
    window_months: usize,
    /// How many of them must be known in both years.
    months_min: i64,
    fell_percent: i64,
    collapsed_percent: i64,
    /// A fall of the monthly mean by less is no fall, whatever its share.
    mean_fall_min: i64,
}

const POWER: Rule = Rule {
    // Half a year: one closed month or one repaired machine does not decide.
    window_months: 6,
    // Fewer pairs are an anecdote: half of the half year must be known in both years.
    months_min: 3,
    // A cool summer or a better machine saves a tenth, not a fifth; two fifths is a line standing still.
    fell_percent: 20,
    collapsed_percent: 40,
    mean_fall_min: 0,
};

const HEADS: Rule = Rule {
    // Heads move slowly, and are counted rather than measured: a quarter is enough.
    window_months: 3,
    months_min: 2,
    // A wage bill is cut last: 15 % is beyond people leaving unreplaced, 30 % is a department closed.
    fell_percent: 15,
    collapsed_percent: 30,
    // One person leaving a firm of five is not a layoff.
    mean_fall_min: 2,
};

const YEAR_MONTHS: usize = 12;
/// Without a year to compare with: the newest quarter against the quarter before.
const QUARTER_MONTHS: usize = 3;
/// Seasons halve the power of some trades (cold stores, brickworks), hence more than half.
const QUARTER_FELL_PERCENT: i64 = 60;
/// Meters and contributions are reported within two months; what is older says nothing about today.
const STALE_AFTER_MONTHS: i32 = 3;

/// The code of water among the utilities.
const WATER: u32 = 0;

/// The trend of the power used. Where it cannot be told (a firm makes its own, or sits in another's building)
/// water stands in: whoever works uses it, and it is metered by somebody else.
pub(crate) fn power(firm: &Party, as_of: i32) -> Trend {
    let table = firm.table("electricity_usage");
    let usage = Monthly::read(table.dates("period_end"), table.integers("usage_kwh"), Rows::Parts);
    match POWER.judge(&usage, as_of) {
        Trend::Unknown => water(firm, as_of),
        known => known,
    }
}

fn water(firm: &Party, as_of: i32) -> Trend {
    let table = firm.table("water_gas_heat_usage");
    let rows = table.codes("utility").iter().zip(table.dates("period_end").iter().zip(table.integers("usage").iter()));
    let of_water = rows.filter_map(|(utility, row)| (utility == Some(WATER)).then_some(row));
    POWER.judge(&Monthly::collect(of_water, Rows::Parts), as_of)
}

/// The trend of the insured heads.
pub(crate) fn heads(firm: &Party, as_of: i32) -> Trend {
    let table = firm.table("social_insurance");
    let heads = Monthly::read(table.dates("period_end"), table.integers("insured_heads"), Rows::Repetitions);
    HEADS.judge(&heads, as_of)
}

impl Rule {
    fn judge(&self, series: &Monthly, as_of: i32) -> Trend {
        let is_stale = |newest| calendar::month(as_of) - newest > STALE_AFTER_MONTHS;
        if series.newest().is_none_or(is_stale) {
            return Trend::Unknown;
        }
        let year = series.against(YEAR_MONTHS, self.window_months);
        if year.months >= self.months_min {
            return self.depth(year, self.fell_percent, Some(self.collapsed_percent));
        }
        // A short history with holes in it shows nothing: all six months must be known.
        let quarter = series.against(QUARTER_MONTHS, QUARTER_MONTHS);
        match quarter.months < QUARTER_MONTHS as i64 {
            true => Trend::Unknown,
            false => self.depth(quarter, QUARTER_FELL_PERCENT, None),
        }
    }

    fn depth(&self, seen: Comparison, fell: i64, collapsed: Option<i64>) -> Trend {
        if seen.before <= 0 {
            // Nothing before, so nothing that could have fallen: no evidence either way.
            Trend::Unknown
        } else if seen.mean_fall() < self.mean_fall_min {
            Trend::Steady
        } else if collapsed.is_some_and(|percent| seen.fell_by(percent)) {
            Trend::Collapsed
        } else if seen.fell_by(fell) {
            Trend::Fell
        } else {
            Trend::Steady
        }
    }
}
