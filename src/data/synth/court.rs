//! The hand-made model of `court_enforcement`: cases in which a firm was made to pay. Never decides how a
//! firm fares.

use super::calendar::Calendar;
use super::credit::event_day;
use super::csv::Cell;
use super::draw::{Draws, tag};
use super::firm::{Course, Firm};
use super::model::{Field, Holds};
use crate::model::Date;

/// What the catalog calls it.
pub(super) const DATASET: &str = "court_enforcement";
const STATES: [&str; 3] = ["OPEN", "PERFORMED", "NO_ASSETS"];
const CASES: u64 = 100_000;
/// How far back the cases go.
const HISTORY_DAYS: i64 = 4 * 365;
/// A court gives up on a debtor without assets after so many days.
const GIVES_UP_DAYS: i32 = 120;

pub(super) const FIELDS: [Field; 8] = [
    Field { name: "case_number", holds: Holds::Identifier },
    Field { name: "filed_on", holds: Holds::Date },
    Field { name: "claim_fen", holds: Holds::Integer },
    Field { name: "performed_fen", holds: Holds::Integer },
    Field { name: "status", holds: Holds::Words(&STATES) },
    Field { name: "dishonest", holds: Holds::Boolean },
    Field { name: "consumption_restricted", holds: Holds::Boolean },
    Field { name: "closed_on", holds: Holds::Date },
];

/// How many cases a firm has.
pub(super) fn rows(firm: &Firm) -> u32 {
    let draws = &mut Draws::new(firm.key, tag("cases"), 0);
    let weights = match (firm.example, firm.course) {
        (true, Course::Failing) => [0, 0, 1],
        (true, _) => [1, 0, 0],
        (_, Course::Healthy) => [995, 5, 0],
        (_, Course::Ordinary) => [975, 22, 3],
        (_, Course::Struggling) => [840, 120, 40],
        (_, Course::Failing) => [280, 400, 320],
    };
    draws.pick(&weights) as u32
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(firm: &Firm, calendar: &Calendar, draws: &mut Draws, row: &mut Vec<Cell>) {
    let filed = event_day(firm, calendar, HISTORY_DAYS, draws);
    let claim = firm.sales_fen / 100 * draws.skewed(40, 400);
    let (status, closed) = outcome(firm, calendar, filed, draws);
    let performed = match status {
        "PERFORMED" => claim,
        "NO_ASSETS" => 0,
        _ => claim / 1000 * draws.skewed(0, 500),
    };
    let dishonest = status == "NO_ASSETS" && (firm.example || draws.chance(600_000));
    row.push(Cell::Case { year: filed.ymd().0, number: draws.below(CASES) });
    row.push(Cell::Date(filed));
    row.push(if firm.gap(2_000, draws) { Cell::Missing } else { Cell::Integer(claim) });
    row.push(if firm.gap(4_000, draws) { Cell::Missing } else { Cell::Integer(performed) });
    row.push(Cell::Word(status));
    row.push(Cell::Flag(dishonest));
    row.push(Cell::Flag(status == "NO_ASSETS"));
    row.push(closed.map_or(Cell::Missing, Cell::Date));
}

/// The state of the case, and the day on which it was closed.
fn outcome(firm: &Firm, calendar: &Calendar, filed: Date, draws: &mut Draws) -> (&'static str, Option<Date>) {
    let (status, days) = match firm.course {
        Course::Failing => ("NO_ASSETS", GIVES_UP_DAYS),
        _ => ("PERFORMED", draws.between(20, 200) as i32),
    };
    let closed = filed.plus_days(days);
    if closed > calendar.as_of() { ("OPEN", None) } else { (status, Some(closed)) }
}
