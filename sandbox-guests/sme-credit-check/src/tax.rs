//! What the tax record says: how much was paid, how punctually, and what is still owed.

use anshi_guest::Table;

/// Above this share of late obligations a firm is often late.
const OFTEN_LATE_PERCENT: u32 = 10;
/// Above this share it is mostly late. Monthly filers who miss three months in ten are not slipping.
const MOSTLY_LATE_PERCENT: u32 = 30;
/// From here on arrears are deep: a quarter, the longest filing period, has gone by.
const DEEP_ARREARS_DAYS: i64 = 90;

/// The tax record in four numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// All amounts known to be paid, held at the largest `i64` rather than overflowing.
    pub(crate) paid_fen: i64,
    /// Obligations of which it is known whether they were met in time.
    pub(crate) judged: u32,
    /// Those that were not.
    pub(crate) late: u32,
    /// For how long the oldest unmet obligation has been due; 0 if there is none.
    pub(crate) arrears_days: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Punctuality {
    Unknown,
    Good,
    OftenLate,
    MostlyLate,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrears {
    None,
    Recent,
    Deep,
}

/// One obligation on the day of the answer.
#[derive(Debug, PartialEq, Eq)]
enum Obligation {
    /// Nothing owed, not due yet, or too little known to judge.
    NotJudged,
    InTime,
    Late,
    /// Due and not paid, or not in full, for so many days.
    Unmet(i64),
}

/// One row of the record; what is missing is `None`.
struct Row {
    payable_fen: Option<i64>,
    paid_fen: Option<i64>,
    due: Option<i32>,
    paid: Option<i32>,
}

impl Row {
    fn judge(&self, as_of: i32) -> Obligation {
        let Some(due) = self.due else { return Obligation::NotJudged };
        // A nil return: something was filed, nothing was owed.
        if self.payable_fen == Some(0) {
            return Obligation::NotJudged;
        }
        let is_short = match (self.payable_fen, self.paid_fen) {
            (Some(payable), Some(paid)) => paid < payable,
            _ => false,
        };
        let is_paid_in_full = !is_short && self.paid_fen.is_some_and(|paid| paid > 0);
        match self.paid {
            Some(paid) if !is_short => match paid <= due {
                true => Obligation::InTime,
                false => Obligation::Late,
            },
            // Paid, but nobody wrote down when: a gap in the record, not a default.
            None if is_paid_in_full => Obligation::NotJudged,
            _ if as_of <= due => Obligation::NotJudged,
            _ => Obligation::Unmet(i64::from(as_of) - i64::from(due)),
        }
    }
}

/// Reads the record, row by row.
pub(crate) fn summarise(table: &Table, as_of: i32) -> Summary {
    let payable_fen = table.integers("payable_fen");
    let paid_fen = table.integers("paid_fen");
    let due = table.dates("due_date");
    let paid = table.dates("paid_date");
    let mut summary = Summary::default();
    for row in 0..table.rows() {
        let row = Row {
            payable_fen: payable_fen.get(row),
            paid_fen: paid_fen.get(row),
            due: due.get(row),
            paid: paid.get(row),
        };
        summary.paid_fen = summary.paid_fen.saturating_add(row.paid_fen.unwrap_or(0));
        match row.judge(as_of) {
            Obligation::NotJudged => {}
            Obligation::InTime => summary.judged += 1,
            Obligation::Late => {
                summary.judged += 1;
                summary.late += 1;
            }
            Obligation::Unmet(days) => {
                summary.judged += 1;
                summary.late += 1;
                summary.arrears_days = summary.arrears_days.max(days);
            }
        }
    }
    summary
}

impl Summary {
    pub(crate) fn punctuality(&self) -> Punctuality {
        let late_percent_is_above = |percent| u64::from(self.late) * 100 > u64::from(self.judged) * u64::from(percent);
        match self.judged {
            0 => Punctuality::Unknown,
            _ if late_percent_is_above(MOSTLY_LATE_PERCENT) => Punctuality::MostlyLate,
            _ if late_percent_is_above(OFTEN_LATE_PERCENT) => Punctuality::OftenLate,
            _ => Punctuality::Good,
        }
    }

    pub(crate) fn arrears(&self) -> Arrears {
        if self.arrears_days >= DEEP_ARREARS_DAYS {
            Arrears::Deep
        } else if self.arrears_days > 0 {
            Arrears::Recent
        } else {
            Arrears::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: i32 = 1_000;

    fn row(payable_fen: Option<i64>, paid_fen: Option<i64>, paid: Option<i32>) -> Row {
        Row { payable_fen, paid_fen, due: Some(DUE), paid }
    }

    #[test]
    fn the_due_day_itself_is_in_time() {
        let judge = |paid| row(Some(5), Some(5), Some(paid)).judge(DUE + 50);
        assert_eq!(judge(DUE), Obligation::InTime);
        assert_eq!(judge(DUE + 1), Obligation::Late);
    }

    #[test]
    fn unpaid_is_unmet_from_the_day_after_it_was_due() {
        for unpaid in [row(Some(5), Some(0), None), row(Some(5), None, None), row(None, None, None)] {
            assert_eq!(unpaid.judge(DUE), Obligation::NotJudged);
            assert_eq!(unpaid.judge(DUE + 1), Obligation::Unmet(1));
            assert_eq!(unpaid.judge(DUE + 200), Obligation::Unmet(200));
        }
    }

    #[test]
    fn a_part_payment_in_time_leaves_the_rest_unmet() {
        let part = row(Some(5), Some(4), Some(DUE - 3));
        assert_eq!(part.judge(DUE), Obligation::NotJudged);
        assert_eq!(part.judge(DUE + 7), Obligation::Unmet(7));
    }

    #[test]
    fn nil_returns_and_gaps_are_not_judged() {
        assert_eq!(row(Some(0), Some(0), None).judge(DUE + 100), Obligation::NotJudged);
        assert_eq!(row(Some(5), Some(5), None).judge(DUE + 100), Obligation::NotJudged);
        let undated = Row { due: None, ..row(Some(5), Some(0), None) };
        assert_eq!(undated.judge(DUE + 100), Obligation::NotJudged);
    }

    #[test]
    fn an_unknown_amount_with_a_payment_date_is_judged_by_its_date() {
        assert_eq!(row(None, Some(5), Some(DUE)).judge(DUE + 9), Obligation::InTime);
        assert_eq!(row(Some(5), None, Some(DUE + 2)).judge(DUE + 9), Obligation::Late);
    }

    #[test]
    fn the_shares_are_strict_bounds() {
        let share = |late, judged| Summary { late, judged, ..Summary::default() }.punctuality();
        assert_eq!(share(0, 0), Punctuality::Unknown);
        assert_eq!(share(2, 20), Punctuality::Good);
        assert_eq!(share(3, 20), Punctuality::OftenLate);
        assert_eq!(share(6, 20), Punctuality::OftenLate);
        assert_eq!(share(7, 20), Punctuality::MostlyLate);
        assert_eq!(share(u32::MAX, u32::MAX), Punctuality::MostlyLate);
    }

    #[test]
    fn arrears_are_deep_from_ninety_days() {
        let arrears = |arrears_days| Summary { arrears_days, ..Summary::default() }.arrears();
        assert_eq!(arrears(0), Arrears::None);
        assert_eq!(arrears(1), Arrears::Recent);
        assert_eq!(arrears(89), Arrears::Recent);
        assert_eq!(arrears(90), Arrears::Deep);
    }
}
