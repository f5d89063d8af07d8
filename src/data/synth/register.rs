//! The hand-made model of `person_registry`: the person, in one row. Never decides how they fare.

use super::calendar::Calendar;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::COUNTIES;
use super::model::{Field, Holds};
use super::person::Person;

const SEXES: [&str; 2] = ["MALE", "FEMALE"];
const STATES: [&str; 3] = ["REGISTERED", "MOVED_OUT", "DECEASED"];
/// Changes of the registration go back so many days.
const CHANGE_DAYS: i64 = 12 * 365;

pub(super) const FIELDS: [Field; 6] = [
    Field { name: "born", holds: Holds::Date },
    Field { name: "sex", holds: Holds::Words(&SEXES) },
    Field { name: "county", holds: Holds::Words(&COUNTIES) },
    Field { name: "household", holds: Holds::Identifier },
    Field { name: "status", holds: Holds::Words(&STATES) },
    Field { name: "registered_on", holds: Holds::Date },
];

/// The cells of the person's row, in the order of [`FIELDS`].
pub(super) fn row(person: &Person, calendar: &Calendar, draws: &mut Draws, row: &mut Vec<Cell>) {
    let changed = calendar.as_of().plus_days(-(draws.between(1, CHANGE_DAYS) as i32)).max(person.born);
    row.push(Cell::Date(person.born));
    row.push(Cell::Word(if person.is_woman { "FEMALE" } else { "MALE" }));
    row.push(Cell::Word(person.county));
    row.push(Cell::Serial(person.household));
    row.push(Cell::Word(person.status));
    row.push(if person.gap(2_000, draws) { Cell::Missing } else { Cell::Date(changed) });
}
