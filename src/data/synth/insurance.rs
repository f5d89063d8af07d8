//! The hand-made model of `social_insurance`: insured heads and contributions, month by month. Never
//! decides how a firm fares.

use super::calendar::Month;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::{Firm, Payment};
use super::model::{Field, Holds};

pub(super) const FIELDS: [Field; 4] = [
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "insured_heads", holds: Holds::Integer },
    Field { name: "payable_fen", holds: Holds::Integer },
    Field { name: "paid_fen", holds: Holds::Integer },
];

/// The least that is due for one head and month, and by how much firms differ.
const HEAD_FEN: (u64, u64) = (115_000, 95_000);

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, month: &Month, draws: &mut Draws, row: &mut Vec<Cell>) {
    let heads = firm.heads_in(month);
    let per_head = HEAD_FEN.0 + firm.key % HEAD_FEN.1;
    let payable = heads * i64::try_from(per_head).unwrap_or(0);
    let part = payable * draws.between(200, 800) / 1000;
    let paid = match firm.payment(month, draws) {
        Payment::OnTime | Payment::Late => payable,
        Payment::Part => part,
        Payment::Unpaid => 0,
    };
    row.push(Cell::Date(month.end));
    row.push(if firm.gap(1_000, draws) { Cell::Missing } else { Cell::Integer(heads) });
    row.push(if firm.gap(800, draws) { Cell::Missing } else { Cell::Integer(payable) });
    row.push(if firm.gap(800, draws) { Cell::Missing } else { Cell::Integer(paid) });
}
