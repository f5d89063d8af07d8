//! The hand-made model of `tax_payment`: VAT each month, income tax each quarter, each with the day by
//! which it was due and the day on which it was paid. Never decides how a firm fares.

use super::calendar::{Calendar, Month};
use super::csv::Cell;
use super::draw::{Draws, tag};
use super::firm::{Course, Firm, Payment, Size};
use super::model::{Field, Holds, row_number};
use crate::model::Date;

/// What the catalog calls it.
pub(super) const DATASET: &str = "tax_payment";
const KINDS: [&str; 4] = ["VAT", "CIT", "PIT", "OTHER"];

pub(super) const FIELDS: [Field; 6] = [
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "tax_kind", holds: Holds::Words(&KINDS) },
    Field { name: "payable_fen", holds: Holds::Integer },
    Field { name: "paid_fen", holds: Holds::Integer },
    Field { name: "due_date", holds: Holds::Date },
    Field { name: "paid_date", holds: Holds::Date },
];

/// Firms with at least so many heads withhold income tax from wages each month.
const WITHHOLDING_HEADS: i64 = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Vat,
    WageTax,
    IncomeTax,
    Other,
}

/// The kinds of tax for which a firm has a row in a month.
fn kinds(firm: &Firm, month: &Month) -> impl Iterator<Item = Kind> {
    let wages = firm.heads >= WITHHOLDING_HEADS;
    let quarter = month.ends_quarter();
    [(Kind::Vat, true), (Kind::WageTax, wages), (Kind::IncomeTax, quarter), (Kind::Other, quarter)]
        .into_iter()
        .filter_map(|(kind, present)| present.then_some(kind))
}

/// How many rows a firm has in a month.
pub(super) fn rows(firm: &Firm, month: &Month) -> u32 {
    1 + u32::from(firm.heads >= WITHHOLDING_HEADS) + if month.ends_quarter() { 2 } else { 0 }
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, calendar: &Calendar, month: &Month, place: u32, draws: &mut Draws, row: &mut Vec<Cell>) {
    let kind = kinds(firm, month).nth(place as usize).unwrap_or(Kind::Vat);
    let (_, payable) = assess(firm, kind, month, draws);
    let (paid, paid_date) = settle(firm, calendar, month, payable, draws);
    let word = match kind {
        Kind::Vat => "VAT",
        Kind::WageTax => "PIT",
        Kind::IncomeTax => "CIT",
        Kind::Other => "OTHER",
    };
    row.push(Cell::Date(month.end));
    row.push(Cell::Word(word));
    row.push(if firm.gap(800, draws) { Cell::Missing } else { Cell::Integer(payable) });
    row.push(Cell::Integer(paid));
    row.push(Cell::Date(month.due));
    row.push(paid_date.map_or(Cell::Missing, Cell::Date));
}

/// The sales of a month, and the tax of this kind on them (for a quarter's tax: on the quarter's). `draws` are those
/// of the payment's row, so that what was declared is what is to be paid.
fn assess(firm: &Firm, kind: Kind, month: &Month, draws: &mut Draws) -> (i64, i64) {
    let sales = firm.sales_fen * firm.activity_permille(month) / 1000 * month.sales_permille() / 1000;
    let sales = sales * draws.between(880, 1120) / 1000;
    let (vat_permille, income_permille) = match firm.size {
        Size::Micro => (10, 50),
        Size::Small => (12, 50),
        Size::Medium | Size::Large => (35, 250),
    };
    let profit_permille = match firm.course {
        Course::Healthy => 80,
        Course::Ordinary => 35,
        Course::Struggling => 8,
        Course::Failing => 0,
    };
    match kind {
        Kind::Vat => (sales, sales * vat_permille / 1000),
        Kind::WageTax => (sales, firm.heads_in(month) * draws.skewed(800, 9_000)),
        Kind::IncomeTax => (3 * sales, 3 * sales * profit_permille / 1000 * income_permille / 1000),
        Kind::Other => (3 * sales, 3 * sales * vat_permille / 1000 * 12 / 100 + sales / 3_000),
    }
}

/// What a firm declares for a month: sales, and tax of this kind.
pub(super) fn declared(firm: &Firm, kind: Kind, month: &Month) -> (i64, i64) {
    let place = kinds(firm, month).position(|other| other == kind).unwrap_or(0);
    let draws = &mut Draws::new(firm.key, tag(DATASET), row_number(month, place as u32));
    assess(firm, kind, month, draws)
}

/// What was paid, and when. A payment after the day of the delivery has not happened yet.
fn settle(firm: &Firm, calendar: &Calendar, month: &Month, payable: i64, draws: &mut Draws) -> (i64, Option<Date>) {
    let on_time = month.due.plus_days(-(draws.skewed(0, 13) as i32));
    let late = month.due.plus_days(firm.days_late(draws));
    let part = payable * draws.between(200, 800) / 1000;
    let (paid, day) = match firm.payment(month, draws) {
        _ if payable == 0 => (0, on_time),
        Payment::OnTime => (payable, on_time),
        Payment::Late => (payable, late),
        Payment::Part => (part, late),
        Payment::Unpaid => return (0, None),
    };
    if day > calendar.as_of() { (0, None) } else { (paid, Some(day)) }
}
