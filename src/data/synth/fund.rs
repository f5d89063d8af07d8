//! The hand-made model of `housing_fund`: a contribution each month, which the employer pays as it pays
//! everything. Never decides how a firm fares.

use super::calendar::Month;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::Payment;
use super::model::{Field, Holds};
use super::person::Person;

/// The least and the most that goes into the fund, of the wage, for each of the two halves, in percent.
const RATE_PERCENT: (u64, u64) = (5, 12);
/// How much of what was paid in is still there, in thousandths: the rest was withdrawn.
const KEPT_PERMILLE: (u64, u64) = (400, 600);
const ACCOUNTS: u64 = 1_000_000_000_000;

pub(super) const FIELDS: [Field; 7] = [
    Field { name: "account", holds: Holds::Identifier },
    Field { name: "employer_uscc", holds: Holds::Identifier },
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "base_fen", holds: Holds::Integer },
    Field { name: "payable_fen", holds: Holds::Integer },
    Field { name: "paid_fen", holds: Holds::Integer },
    Field { name: "balance_fen", holds: Holds::Integer },
];

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(person: &Person, month: &Month, draws: &mut Draws, row: &mut Vec<Cell>) {
    let rate = RATE_PERCENT.0 + person.key % (RATE_PERCENT.1 - RATE_PERCENT.0 + 1);
    let payable = person.wage_fen / 100 * 2 * i64::try_from(rate).unwrap_or(0);
    let part = payable * draws.between(200, 800) / 1000;
    let paid = match person.firm.payment(month, draws) {
        Payment::OnTime | Payment::Late => payable,
        Payment::Part => part,
        Payment::Unpaid => 0,
    };
    let kept = KEPT_PERMILLE.0 + person.key % (KEPT_PERMILLE.1 + 1);
    let months = person.fund_months.saturating_sub(month.ago);
    let balance = payable * i64::from(months) / 1000 * i64::try_from(kept).unwrap_or(0);
    row.push(Cell::Serial(person.key % ACCOUNTS));
    row.push(Cell::Id(person.firm.id));
    row.push(Cell::Date(month.end));
    row.push(if person.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(person.wage_fen) });
    row.push(if person.gap(800, draws) { Cell::Missing } else { Cell::Integer(payable) });
    row.push(if person.gap(800, draws) { Cell::Missing } else { Cell::Integer(paid) });
    row.push(if person.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(balance) });
}
