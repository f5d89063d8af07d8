//! The hand-made model of `public_credit`: penalties, red and black lists, abnormal operations. Never
//! decides how a firm fares.

use super::calendar::Calendar;
use super::csv::Cell;
use super::draw::{Draws, tag};
use super::firm::{Course, Firm};
use super::model::{Field, Holds};
use crate::model::Date;

/// What the catalog calls it.
pub(super) const DATASET: &str = "public_credit";
const KINDS: [&str; 4] = ["PENALTY", "RED_LIST", "BLACK_LIST", "ABNORMAL"];
const AUTHORITIES: [&str; 5] = ["MARKET_REGULATION", "TAX", "ECOLOGY", "EMERGENCY", "LABOUR"];
const SERIALS: u64 = 1_000_000_000_000;
/// How far back the records go.
const HISTORY_DAYS: i64 = 3 * 365;

pub(super) const FIELDS: [Field; 6] = [
    Field { name: "record_number", holds: Holds::Identifier },
    Field { name: "kind", holds: Holds::Words(&KINDS) },
    Field { name: "authority", holds: Holds::Words(&AUTHORITIES) },
    Field { name: "recorded_on", holds: Holds::Date },
    Field { name: "removed_on", holds: Holds::Date },
    Field { name: "fine_fen", holds: Holds::Integer },
];

/// The records of a firm, kind by kind.
fn records(firm: &Firm) -> impl Iterator<Item = &'static str> {
    let draws = &mut Draws::new(firm.key, tag("records"), 0);
    // Red list, abnormal, black list, and one penalty and perhaps a second.
    let ppm = match (firm.example, firm.course) {
        (true, Course::Failing) => [0, 1_000_000, 1_000_000, 1_000_000, 0],
        (true, _) => [1_000_000, 0, 0, 0, 0],
        (_, Course::Healthy) => [150_000, 1_000, 0, 20_000, 500],
        (_, Course::Ordinary) => [20_000, 15_000, 0, 70_000, 5_000],
        (_, Course::Struggling) => [0, 80_000, 20_000, 300_000, 60_000],
        (_, Course::Failing) => [0, 320_000, 350_000, 850_000, 400_000],
    };
    let kinds = ["RED_LIST", "ABNORMAL", "BLACK_LIST", "PENALTY", "PENALTY"];
    let present = ppm.map(|ppm| draws.chance(ppm));
    kinds.into_iter().zip(present).filter_map(|(kind, present)| present.then_some(kind))
}

/// Which of the firm's records is the first of this kind.
pub(super) fn place_of(firm: &Firm, kind: &str) -> Option<u32> {
    records(firm).position(|known| known == kind).map(|place| place as u32)
}

/// How many records a firm has.
pub(super) fn rows(firm: &Firm) -> u32 {
    records(firm).count() as u32
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, calendar: &Calendar, place: u32, draws: &mut Draws, row: &mut Vec<Cell>) {
    let kind = records(firm).nth(place as usize).unwrap_or("PENALTY");
    let recorded = event_day(firm, calendar, HISTORY_DAYS, draws);
    let removed = removed_on(firm, kind, recorded, draws).filter(|day| *day <= calendar.as_of());
    let authority = match kind {
        "RED_LIST" => "TAX",
        "ABNORMAL" => "MARKET_REGULATION",
        "BLACK_LIST" => draws.choose(&["TAX", "LABOUR"], "TAX"),
        _ => draws.choose(&AUTHORITIES, "TAX"),
    };
    let fine = if kind == "PENALTY" { Cell::Integer(draws.skewed(10, 3_000) * 10_000) } else { Cell::Integer(0) };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(kind));
    row.push(if firm.gap(1_000, draws) { Cell::Missing } else { Cell::Word(authority) });
    row.push(Cell::Date(recorded));
    row.push(removed.map_or(Cell::Missing, Cell::Date));
    row.push(if firm.gap(2_000, draws) { Cell::Missing } else { fine });
}

fn removed_on(firm: &Firm, kind: &str, recorded: Date, draws: &mut Draws) -> Option<Date> {
    let after = recorded.plus_days(draws.between(90, 360) as i32);
    let heals = match (kind, firm.course) {
        ("RED_LIST", _) | (_, Course::Failing) => false,
        (_, Course::Struggling) => draws.chance(600_000),
        (_, Course::Healthy | Course::Ordinary) => true,
    };
    heals.then_some(after)
}

/// The day of something that befell a firm: within its trouble where it fails, at any time otherwise, and
/// never before it was founded or after it ended.
pub(super) fn event_day(firm: &Firm, calendar: &Calendar, history_days: i64, draws: &mut Draws) -> Date {
    let known = i64::from(calendar.as_of().days().saturating_sub(firm.established.days())).max(0);
    let ended = 31 * i64::from(firm.ended);
    let most = match firm.course {
        Course::Failing => ended + 30 * i64::from(firm.onset),
        _ => history_days,
    };
    let low = (ended + 10).min(known);
    calendar.as_of().plus_days(-(draws.between(low, most.min(known).max(low)) as i32))
}
