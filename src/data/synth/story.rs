//! What a dataset of the city tells: whom it is about, how often they have a row, and what stands in it. Owns the form of
//! a story and what the stories share; the stories themselves are in `stories`, one file for each walk of life.

use super::calendar::{Calendar, Month};
use super::cast;
use super::csv::{Cell, Numbering};
use super::draw::{Draws, tag};
use super::firm::{Course, Firm, Firms};
use super::model::{Field, Holds, row_number};
use super::resident::Resident;
use crate::model::{Date, IdError};

/// The numbers of certificates, titles and the like have twelve digits.
pub(super) const SERIALS: u64 = 1_000_000_000_000;
/// Those of the cast are the same under every seed; a policy's case can name them.
const CAST_SERIALS: u64 = 900_000_000_000;

/// How often a unit has rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// On any days.
    Once,
    /// In the last month of each quarter.
    Quarterly,
    /// In December.
    Yearly,
}

impl Rhythm {
    /// Months between two rows.
    pub(super) const fn months(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Quarterly => 3,
            Self::Yearly => 12,
        }
    }

    pub(super) const fn has(self, month: &Month) -> bool {
        match self {
            Self::Once => true,
            Self::Quarterly => month.ends_quarter(),
            Self::Yearly => month.of_year == 12,
        }
    }
}

/// Where a row is: of which month, and which of the unit's in it.
pub(super) struct Scene<'a> {
    pub firms: &'a Firms<'a>,
    pub month: &'a Month,
    pub place: u32,
}

impl<'a> Scene<'a> {
    pub(super) const fn calendar(&self) -> &'a Calendar {
        self.firms.calendar
    }

    pub(super) const fn as_of(&self) -> Date {
        self.firms.calendar.as_of()
    }

    /// The day where it has come, and nothing where it is still to come.
    pub(super) fn past(&self, day: Date) -> Cell {
        if day <= self.as_of() { Cell::Date(day) } else { Cell::Missing }
    }
}

pub(super) type Row = Result<(), IdError>;

/// Whom a story is about.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Firms {
        rows: fn(&Firm, &Scene<'_>) -> u32,
        row: fn(&Firm, &Scene<'_>, &mut Draws, &mut Vec<Cell>) -> Row,
    },
    Residents {
        rows: fn(&Resident, &Scene<'_>) -> u32,
        row: fn(&Resident, &Scene<'_>, &mut Draws, &mut Vec<Cell>) -> Row,
    },
}

/// A dataset's story.
pub(super) struct Story {
    pub dataset: &'static str,
    pub rhythm: Rhythm,
    pub fields: &'static [Field],
    pub of: Of,
}

pub(super) const fn number(name: &'static str) -> Field {
    Field { name, holds: Holds::Identifier }
}

pub(super) const fn day(name: &'static str) -> Field {
    Field { name, holds: Holds::Date }
}

pub(super) const fn amount(name: &'static str) -> Field {
    Field { name, holds: Holds::Integer }
}

pub(super) const fn flag(name: &'static str) -> Field {
    Field { name, holds: Holds::Boolean }
}

pub(super) const fn word(name: &'static str, words: &'static [&'static str]) -> Field {
    Field { name, holds: Holds::Words(words) }
}

pub(super) const fn text(name: &'static str) -> Field {
    Field { name, holds: Holds::Text }
}

/// The draws of a row that another dataset has: what both say is drawn once.
pub(super) fn retold(key: u64, dataset: &str, calendar: &Calendar, place: u32) -> Draws {
    let row = calendar.month(0).map_or(0, |month| row_number(month, place));
    Draws::new(key, tag(dataset), row)
}

/// The number of something that a firm has, in whichever datasets it comes.
pub(super) fn firm_serial(firm: &Firm, about: &str, place: u32) -> u64 {
    serial(firm.key, (firm.example, firm.number), about, place)
}

/// The number of something that a person has.
pub(super) fn person_serial(resident: &Resident, about: &str, place: u32) -> u64 {
    let is_role = |role: &cast::Role| role.part == resident.part && resident.part != cast::Part::Kin;
    let example = match cast::CAST.iter().position(is_role) {
        Some(role) => Some(100 + role as u64),
        // The persons of the first two firms.
        None if resident.is_own() => Some(200 + resident.person.number),
        None => None,
    };
    let is_example = resident.example() && example.is_some();
    serial(resident.key, (is_example, example.unwrap_or(0)), about, place)
}

fn serial(key: u64, (is_example, example): (bool, u64), about: &str, place: u32) -> u64 {
    let places = SERIALS - CAST_SERIALS;
    let mut draws = if is_example {
        Draws::new(example, tag(about), u64::from(place))
    } else {
        Draws::new(key, tag(about), u64::from(place))
    };
    if is_example { CAST_SERIALS + draws.below(places) } else { draws.below(CAST_SERIALS) }
}

/// The draws about one thing of a firm.
pub(super) fn of_firm(firm: &Firm, about: &str) -> Draws {
    Draws::new(firm.key, tag(about), 0)
}

/// Something that happens to a firm in so many of a million cases, by its course; and to the examples, if to them.
pub(super) fn befalls(firm: &Firm, about: &str, ppm: [u64; 4], (healthy, failing): (bool, bool)) -> bool {
    match (firm.example, firm.course) {
        (true, Course::Failing) => failing,
        (true, _) => healthy,
        (false, course) => of_firm(firm, about).chance(by_course(course, ppm)),
    }
}

/// What goes with a firm's course: healthy, ordinary, struggling, failing.
pub(super) const fn by_course<T: Copy>(course: Course, [healthy, ordinary, struggling, failing]: [T; 4]) -> T {
    match course {
        Course::Healthy => healthy,
        Course::Ordinary => ordinary,
        Course::Struggling => struggling,
        Course::Failing => failing,
    }
}

/// The cell, or a gap in `ppm` of a million.
pub(super) fn or_gap(firm: &Firm, ppm: u64, cell: Cell, draws: &mut Draws) -> Cell {
    if firm.gap(ppm, draws) { Cell::Missing } else { cell }
}

/// A firm with a lower number, which therefore exists at every scale where `firm` does: an employer, a seller.
pub(super) fn another(firm: &Firm, firms: &Firms<'_>, draws: &mut Draws) -> Result<Cell, IdError> {
    let number = draws.below(firm.number.max(1));
    if firm.example { Ok(Cell::Id(firm.id)) } else { Ok(Cell::Id(firms.firm(number)?.id)) }
}

/// Days back from the delivery, as a date.
pub(super) fn back(calendar: &Calendar, days: i64) -> Date {
    calendar.as_of().plus_days(-(days as i32))
}

/// A text that is made of words around a number.
pub(super) const fn numbered(numbering: &'static Numbering, number: u64) -> Cell {
    Cell::Numbered(numbering, number)
}
