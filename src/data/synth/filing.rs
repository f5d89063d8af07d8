//! The hand-made model of `tax_filing`: what was declared, and when. The tax declared is the tax that
//! `tax_payment` says was due. Never decides how a firm fares.

use super::calendar::{Calendar, Month};
use super::csv::Cell;
use super::draw::Draws;
use super::firm::{Course, Firm};
use super::model::{Field, Holds};
use super::tax;
use crate::model::Date;

const KINDS: [&str; 2] = ["VAT", "CIT"];

pub(super) const FIELDS: [Field; 6] = [
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "tax_kind", holds: Holds::Words(&KINDS) },
    Field { name: "revenue_fen", holds: Holds::Integer },
    Field { name: "payable_fen", holds: Holds::Integer },
    Field { name: "due_date", holds: Holds::Date },
    Field { name: "filed_date", holds: Holds::Date },
];

/// How many rows a firm has in a month: VAT, and each quarter income tax.
pub(super) fn rows(month: &Month) -> u32 {
    if month.ends_quarter() { 2 } else { 1 }
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, calendar: &Calendar, month: &Month, place: u32, draws: &mut Draws, row: &mut Vec<Cell>) {
    let (kind, word) = if place == 0 { (tax::Kind::Vat, "VAT") } else { (tax::Kind::IncomeTax, "CIT") };
    let (revenue, payable) = tax::declared(firm, kind, month);
    let filed = filed_on(firm, month, draws).filter(|day| *day <= calendar.as_of());
    row.push(Cell::Date(month.end));
    row.push(Cell::Word(word));
    row.push(if firm.gap(1_000, draws) { Cell::Missing } else { Cell::Integer(revenue) });
    row.push(if firm.gap(800, draws) { Cell::Missing } else { Cell::Integer(payable) });
    row.push(Cell::Date(month.due));
    row.push(filed.map_or(Cell::Missing, Cell::Date));
}

fn filed_on(firm: &Firm, month: &Month, draws: &mut Draws) -> Option<Date> {
    // In time, late, not at all.
    let weights = match (firm.example, firm.course, firm.trouble(month)) {
        (true, Course::Failing, Some(_)) => [0, 350, 650],
        (true, ..) => [1, 0, 0],
        (_, Course::Failing, Some(_)) => [250, 350, 400],
        (_, Course::Failing, None) => [940, 55, 5],
        (_, Course::Struggling, Some(_)) => [880, 100, 20],
        (_, Course::Struggling, None) => [960, 38, 2],
        (_, Course::Ordinary, _) => [985, 14, 1],
        (_, Course::Healthy, _) => [999, 1, 0],
    };
    match draws.pick(&weights) {
        0 => Some(month.due.plus_days(-(draws.skewed(0, 14) as i32))),
        1 => Some(month.due.plus_days(firm.days_late(draws))),
        _ => None,
    }
}
