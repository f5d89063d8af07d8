//! The hand-made model of `person_registry`: the person, in one row. Never decides how they fare.

use super::calendar::Calendar;
use super::csv::Cell;
use super::draw::Draws;
use super::firm::COUNTIES;
use super::model::{Field, Holds};
use super::person::Person;
use super::resident::Resident;
use super::story::retold;
use crate::model::Date;

pub(super) const DATASET: &str = "person_registry";

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

/// The day on which the registration of a firm's person was last changed.
pub(super) fn changed_on(person: &Person, calendar: &Calendar) -> Date {
    changed(person.born, calendar, &mut retold(person.key, DATASET, calendar, 0))
}

fn changed(born: Date, calendar: &Calendar, draws: &mut Draws) -> Date {
    calendar.as_of().plus_days(-(draws.between(1, CHANGE_DAYS) as i32)).max(born)
}

/// The cells of the person's row, in the order of [`FIELDS`].
pub(super) fn row(resident: &Resident, calendar: &Calendar, draws: &mut Draws, row: &mut Vec<Cell>) {
    let drawn = changed(resident.born, calendar, draws);
    let changed = match resident.died {
        // The register learns of the death of a relative within days, and of a firm's person on the day drawn.
        Some(died) if !resident.is_own() => died.plus_days(5),
        _ => drawn,
    };
    row.push(Cell::Date(resident.born));
    row.push(Cell::Word(if resident.is_woman { "FEMALE" } else { "MALE" }));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Serial(resident.person.household));
    row.push(Cell::Word(resident.status));
    row.push(if resident.gap(2_000, draws) { Cell::Missing } else { Cell::Date(changed) });
}
