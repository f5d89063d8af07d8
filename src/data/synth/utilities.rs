//! The hand-made model of `water_gas_heat_usage`: water each month, gas where the trade burns it, heat in
//! winter; all follow the electricity that the firm uses. Never decides how a firm fares.

use super::calendar::Month;
use super::csv::Cell;
use super::draw::Draws;
use super::electricity::overdue_days;
use super::firm::Firm;
use super::model::{Field, Holds};

const UTILITIES: [&str; 3] = ["WATER", "GAS", "HEAT"];

pub(super) const FIELDS: [Field; 5] = [
    Field { name: "period_end", holds: Holds::Date },
    Field { name: "utility", holds: Holds::Words(&UTILITIES) },
    Field { name: "usage", holds: Holds::Integer },
    Field { name: "billed_fen", holds: Holds::Integer },
    Field { name: "overdue_days", holds: Holds::Integer },
];

/// Sections of GB/T 4754 that burn gas: manufacturing, supply of energy, catering.
const GAS_SECTIONS: [&str; 3] = ["C", "D", "H"];

/// Something that is metered: its word, how much of it goes with how many kWh, and its price.
struct Utility {
    word: &'static str,
    /// Hundredths of kWh of electricity for each hundredth used.
    power: i64,
    /// Of one whole unit.
    price_fen: i64,
}

const WATER: Utility = Utility { word: "WATER", power: 120, price_fen: 430 };
const GAS: Utility = Utility { word: "GAS", power: 260, price_fen: 385 };
const HEAT: Utility = Utility { word: "HEAT", power: 1_800, price_fen: 6_200 };

fn utilities(firm: &Firm, month: &Month) -> impl Iterator<Item = Utility> {
    let burns = GAS_SECTIONS.contains(&firm.industry.section);
    let is_heated = matches!(month.of_year, 11 | 12 | 1..=3) && firm.key.is_multiple_of(2);
    [(WATER, true), (GAS, burns), (HEAT, is_heated)].into_iter().filter_map(|(utility, used)| used.then_some(utility))
}

/// How many rows a firm has in a month.
pub(super) fn rows(firm: &Firm, month: &Month) -> u32 {
    utilities(firm, month).count() as u32
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, month: &Month, place: u32, draws: &mut Draws, row: &mut Vec<Cell>) {
    let utility = utilities(firm, month).nth(place as usize).unwrap_or(WATER);
    let usage = firm.power / utility.power * firm.activity_permille(month) / 1000 * draws.between(920, 1080) / 1000;
    let billed = usage * utility.price_fen / 100;
    let overdue = overdue_days(firm, month, draws);
    row.push(Cell::Date(month.end));
    row.push(Cell::Word(utility.word));
    row.push(if firm.gap(2_000, draws) { Cell::Missing } else { Cell::Integer(usage) });
    row.push(if firm.gap(1_000, draws) { Cell::Missing } else { Cell::Integer(billed) });
    row.push(if firm.gap(3_000, draws) { Cell::Missing } else { Cell::Integer(overdue) });
}
