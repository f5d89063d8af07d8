//! The hand-made model of `business_registration`: the firm itself, in one row. Never decides how it fares.

use super::csv::Cell;
use super::draw::Draws;
use super::firm::{COUNTIES, Firm, KINDS, STATUSES};
use super::model::{Field, Holds};

const SECTIONS: [&str; 20] =
    ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"];

pub(super) const FIELDS: [Field; 6] = [
    Field { name: "established", holds: Holds::Date },
    Field { name: "status", holds: Holds::Words(&STATUSES) },
    Field { name: "enterprise_type", holds: Holds::Words(&KINDS) },
    Field { name: "industry", holds: Holds::Words(&SECTIONS) },
    Field { name: "county", holds: Holds::Words(&COUNTIES) },
    Field { name: "capital_fen", holds: Holds::Integer },
];

/// The cells of the firm's row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, draws: &mut Draws, row: &mut Vec<Cell>) {
    row.push(if firm.gap(400, draws) { Cell::Missing } else { Cell::Date(firm.established) });
    row.push(Cell::Word(firm.status));
    row.push(if firm.gap(1_500, draws) { Cell::Missing } else { Cell::Word(firm.kind) });
    row.push(if firm.gap(3_000, draws) { Cell::Missing } else { Cell::Word(firm.industry.section) });
    row.push(Cell::Word(firm.county));
    row.push(if firm.gap(5_000, draws) { Cell::Missing } else { Cell::Integer(firm.capital_fen) });
}
