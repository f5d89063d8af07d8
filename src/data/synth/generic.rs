//! Cells for columns that no hand-made model knows, drawn from what the catalog says about them. Never
//! tells a story: for that a dataset needs a model of its own.

use super::calendar::{Calendar, Month};
use super::csv::Cell;
use super::draw::Draws;
use super::firm::Firms;
use super::model::Subject;
use super::person::Place;
use crate::catalog::{ColumnType, IntegerBounds};
use crate::model::{Date, IdError, Millis, UnitId};

/// The share of missing cells.
const MISSING_PPM: u64 = 15_000;
const NOTES: u64 = 1_000;
const SERIALS: u64 = 1_000_000_000_000;
/// Beyond this, a column without an upper bound has no values: 10 million yuan, or a count of ten thousand.
const MONEY_MAX: i64 = 1_000_000_000;
const COUNT_MAX: i64 = 10_000;
/// How far back the rows of a dataset without regular months go.
const EVENT_DAYS: i64 = 3 * 365;
const MILLIS_PER_DAY: i64 = 86_400_000;
const MILLIS_PER_MINUTE: i64 = 60_000;

/// A cell of a column that is neither key nor time.
pub(super) fn cell(
    name: &str,
    kind: &ColumnType,
    subject: &Subject,
    firms: &Firms<'_>,
    draws: &mut Draws,
) -> Result<Cell, IdError> {
    if subject.firm().gap(MISSING_PPM, draws) {
        return Ok(Cell::Missing);
    }
    Ok(match kind {
        ColumnType::Boolean => Cell::Flag(draws.chance(300_000)),
        ColumnType::Integer(bounds) => Cell::Integer(integer(bounds, draws)),
        ColumnType::Date => Cell::Date(day(subject, firms.calendar, draws)),
        ColumnType::Timestamp => Cell::Instant(instant(subject, firms.calendar, draws)),
        ColumnType::Text { values: Some(values) } => {
            Cell::Value(draws.skewed(0, values.len() as i64 - 1).max(0) as usize)
        }
        ColumnType::Text { values: None } => Cell::Note(draws.below(NOTES)),
        ColumnType::Identifier => match related(name, subject, firms)? {
            Some(id) => Cell::Id(id),
            None => Cell::Serial(draws.below(SERIALS)),
        },
    })
}

/// The day of a row of a dataset without regular months.
pub(super) fn event_day(subject: &Subject, calendar: &Calendar, draws: &mut Draws) -> Date {
    let known = calendar.as_of().days().saturating_sub(subject.since().days());
    calendar.as_of().plus_days(-(draws.between(0, EVENT_DAYS.min(i64::from(known)).max(0)) as i32))
}

/// The month of a row of a dataset with regular months.
pub(super) const fn period(month: &Month) -> Cell {
    Cell::Date(month.end)
}

/// The firm or person behind an identifier column, by the column's name: so a legal representative in one
/// dataset is a person of another.
fn related(name: &str, subject: &Subject, firms: &Firms<'_>) -> Result<Option<UnitId>, IdError> {
    let person = ["citizen_id", "person_id", "legal_representative"].iter().any(|word| name.contains(word));
    Ok(if name.contains("uscc") {
        Some(subject.firm().id)
    } else if person {
        Some(match subject {
            Subject::Person(person) => person.id,
            Subject::Resident(resident) => resident.id,
            Subject::Firm(firm) => firms.ids.person(Place::First.of(firm.number))?,
        })
    } else {
        None
    })
}

fn integer(bounds: &IntegerBounds, draws: &mut Draws) -> i64 {
    let money = bounds.unit.as_deref() == Some("fen");
    let low = if bounds.min == i64::MIN { 0.min(bounds.max) } else { bounds.min };
    let most = low.saturating_add(if money { MONEY_MAX } else { COUNT_MAX });
    let high = if bounds.max == i64::MAX { most } else { bounds.max };
    draws.skewed(low, high)
}

fn day(subject: &Subject, calendar: &Calendar, draws: &mut Draws) -> Date {
    let known = i64::from(calendar.as_of().days()) - i64::from(subject.since().days());
    let days = draws.between(0, known.max(0));
    calendar.as_of().plus_days(-(days as i32))
}

/// A minute of office hours in China (UTC+8), by the UTC clock.
fn instant(subject: &Subject, calendar: &Calendar, draws: &mut Draws) -> Millis {
    let day = day(subject, calendar, draws).plus_days(-1);
    Millis(i64::from(day.days()) * MILLIS_PER_DAY + draws.between(0, 9 * 60) * MILLIS_PER_MINUTE)
}
