//! The hand-made model of `electricity_usage`: one meter reading a month, with the seasons and the
//! firm's fortune in it. Never decides how a firm fares.

use super::calendar::Month;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::{Course, Firm};
use super::model::{Field, Holds};

pub(super) const FIELDS: [Field; 4] = [
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "usage_kwh", holds: Holds::Integer },
    Field { name: "billed_fen", holds: Holds::Integer },
    Field { name: "overdue_days", holds: Holds::Integer },
];

/// The least and the most that a kWh costs a firm, in fen.
const PRICE_FEN: (u64, u64) = (61, 88);

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, month: &Month, draws: &mut Draws, row: &mut Vec<Cell>) {
    let usage = firm.power * firm.activity_permille(month) / 1000 * month.power_permille() / 1000;
    let usage = usage * draws.between(940, 1060) / 1000;
    let price = PRICE_FEN.0 + firm.key % (PRICE_FEN.1 - PRICE_FEN.0 + 1);
    let billed = usage * i64::try_from(price).unwrap_or(0) / 100;
    let overdue = overdue_days(firm, month, draws);
    row.push(Cell::Date(month.end));
    row.push(if firm.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(usage) });
    row.push(if firm.gap(800, draws) { Cell::Missing } else { Cell::Integer(billed) });
    row.push(if firm.gap(3_000, draws) { Cell::Missing } else { Cell::Integer(overdue) });
}

/// For how many days a bill of the month was unpaid.
pub(super) fn overdue_days(firm: &Firm, month: &Month, draws: &mut Draws) -> i64 {
    let (ppm, most) = match (firm.course, firm.trouble(month)) {
        // What was not paid stays unpaid: each month in trouble adds a month.
        (Course::Failing, Some(months)) => return draws.between(12, 28) + 30 * i64::from(months),
        _ if firm.example => return 0,
        (Course::Failing, None) => (80_000, 20),
        (Course::Struggling, Some(_)) => (300_000, 45),
        (Course::Struggling, None) => (60_000, 15),
        (Course::Ordinary, _) => (25_000, 10),
        (Course::Healthy, _) => (2_000, 3),
    };
    if draws.chance(ppm) { draws.skewed(1, most) } else { 0 }
}
