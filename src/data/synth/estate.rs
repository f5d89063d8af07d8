//! The hand-made model of `real_estate`: the titles that a person holds, with mortgages, and with seizures
//! where their firm has failed. Never decides how anybody fares.

use super::calendar::Calendar;
use super::cast::Part;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::{COUNTIES, Firms};
use super::model::{Field, Holds};
use super::person::Person;

/// What the catalog calls it.
pub(super) const DATASET: &str = "real_estate";
const PURPOSES: [&str; 4] = ["RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL", "PARKING"];
const PURPOSE_WEIGHTS: [u32; 4] = [70, 15, 3, 12];
const TITLES: u64 = 1_000_000_000_000;
/// Titles go back so many days.
const HISTORY_DAYS: i64 = 25 * 365;

pub(super) const FIELDS: [Field; 9] = [
    Field { name: "title_number", holds: Holds::Identifier },
    Field { name: "registered_on", holds: Holds::Date },
    Field { name: "purpose", holds: Holds::Words(&PURPOSES) },
    Field { name: "area", holds: Holds::Integer },
    Field { name: "share", holds: Holds::Integer },
    Field { name: "county", holds: Holds::Words(&COUNTIES) },
    Field { name: "mortgaged", holds: Holds::Boolean },
    Field { name: "mortgage_fen", holds: Holds::Integer },
    Field { name: "seized", holds: Holds::Boolean },
];

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(person: &Person, calendar: &Calendar, place: u32, draws: &mut Draws, row: &mut Vec<Cell>) {
    let example = person.firm.example;
    // The first is where one lives.
    let purpose = if place == 0 { 0 } else { draws.pick(&PURPOSE_WEIGHTS) };
    let purpose = PURPOSES.get(purpose).copied().unwrap_or("RESIDENTIAL");
    let (area_low, area_high) = match purpose {
        "PARKING" => (1_200, 2_500),
        "INDUSTRIAL" => (30_000, 500_000),
        "COMMERCIAL" => (2_500, 40_000),
        _ => (5_500, 20_000),
    };
    let area = draws.skewed(area_low, area_high);
    let mortgaged_ppm = if person.is_in_trouble() { 850_000 } else { 350_000 };
    let mortgaged = match example {
        true => person.is_in_trouble() || place > 0 || person.part == Part::Borrower,
        false => draws.chance(mortgaged_ppm),
    };
    // So many yuan a square metre.
    let mortgage = if mortgaged { area * draws.between(2_000, 6_000) } else { 0 };
    let seized_ppm = if person.is_in_trouble() { 450_000 } else { 2_000 };
    let seized = if example { person.is_in_trouble() } else { draws.chance(seized_ppm) };
    let whole = example || draws.chance(650_000);
    let grown = Firms::adult_on(&person.id).min(calendar.as_of());
    let since = calendar.as_of().plus_days(-(draws.skewed(30, HISTORY_DAYS) as i32)).max(grown);
    row.push(Cell::Serial(draws.below(TITLES)));
    row.push(Cell::Date(since));
    row.push(if person.gap(1_500, draws) { Cell::Missing } else { Cell::Word(purpose) });
    row.push(if person.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(area) });
    row.push(if person.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(if whole { 10_000 } else { 5_000 }) });
    row.push(Cell::Word(person.county));
    row.push(Cell::Flag(mortgaged));
    row.push(if mortgaged && person.gap(4_000, draws) { Cell::Missing } else { Cell::Integer(mortgage) });
    row.push(Cell::Flag(seized));
}
