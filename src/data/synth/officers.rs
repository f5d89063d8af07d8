//! The hand-made model of `enterprise_officers`: who represents, supervises and owns a firm. All are
//! persons of the population register. Never decides who is whose person: that is `person`.

use super::calendar::Calendar;
use super::cast::{is_of_cast, role_of};
use super::csv::Cell;
use super::draw::{Draws, tag};
use super::firm::{Firm, Firms};
use super::model::{Field, Holds};
use super::person::{PERSONS_PER_FIRM, Place};
use crate::model::{Date, IdError, UnitId};

const POSITIONS: [&str; 5] = ["LEGAL_REPRESENTATIVE", "DIRECTOR", "MANAGER", "SUPERVISOR", "SHAREHOLDER"];
/// The whole capital, in hundredths of a percent.
const WHOLE: i64 = 10_000;

pub(super) const FIELDS: [Field; 5] = [
    Field { name: "person_id", holds: Holds::Identifier },
    Field { name: "position", holds: Holds::Words(&POSITIONS) },
    Field { name: "since", holds: Holds::Date },
    Field { name: "until", holds: Holds::Date },
    Field { name: "share", holds: Holds::Integer },
];

/// One position and who holds it.
#[derive(Clone, Copy)]
struct Officer {
    person: u64,
    position: &'static str,
    share: Option<i64>,
    is_former: bool,
}

/// The firm's positions: at most eight, the legal representative first.
fn officers(firm: &Firm) -> impl Iterator<Item = Officer> {
    let draws = &mut Draws::new(firm.key, tag("officers"), 0);
    let company = matches!(firm.kind, "LIMITED" | "JOINT_STOCK");
    let share = match firm.kind {
        "SOLE_PROPRIETOR" => WHOLE,
        _ if firm.example => 7_000,
        _ => draws.choose(&[WHOLE, WHOLE, 9_000, 8_000, 7_000, 6_000, 5_100], WHOLE),
    };
    let was_handed_over = draws.chance(150_000) && !firm.example || firm.is_failing_example();
    let directs = draws.chance(300_000) && !was_handed_over && !is_of_cast(firm.number) || firm.is_healthy_example();
    let outsider = draws.below((firm.number * PERSONS_PER_FIRM).max(1));
    let has_outsider = draws.chance(50_000) && firm.number > 0 && !firm.example;
    let [first, second, third] = [Place::First, Place::Second, Place::Third].map(|place| place.of(firm.number));
    let officer = |present: bool, person, position, share| {
        present.then_some(Officer { person, position, share, is_former: false })
    };
    let director = if firm.kind == "JOINT_STOCK" || firm.example { "DIRECTOR" } else { "MANAGER" };
    let former = Officer { person: third, position: "LEGAL_REPRESENTATIVE", share: None, is_former: true };
    [
        officer(true, first, "LEGAL_REPRESENTATIVE", None),
        officer(true, first, "SHAREHOLDER", Some(share)),
        officer(company, second, "SUPERVISOR", None),
        officer(share < WHOLE, second, "SHAREHOLDER", Some(WHOLE - share)),
        officer(company && directs, third, director, None),
        was_handed_over.then_some(former),
        officer(company && has_outsider, outsider, "DIRECTOR", None),
    ]
    .into_iter()
    .flatten()
}

/// How many rows a firm has.
pub(super) fn rows(firm: &Firm) -> u32 {
    officers(firm).count() as u32
}

/// The cells of one row, in the order of [`FIELDS`].
pub(super) fn row(
    firm: &Firm,
    firms: &Firms<'_>,
    place: u32,
    draws: &mut Draws,
    row: &mut Vec<Cell>,
) -> Result<(), IdError> {
    let Some(officer) = officers(firm).nth(place as usize) else { return Ok(()) };
    let id = match role_of(officer.person) {
        Some(role) => role.id(firms)?,
        None => firms.ids.person(officer.person)?,
    };
    let (since, until) = term(firm, firms.calendar, &officer, &id);
    row.push(Cell::Id(id));
    row.push(Cell::Word(officer.position));
    row.push(if firm.gap(2_000, draws) { Cell::Missing } else { Cell::Date(since) });
    row.push(until.map_or(Cell::Missing, Cell::Date));
    row.push(officer.share.map_or(Cell::Missing, Cell::Integer));
    Ok(())
}

/// The day on which the firm got another legal representative, where it did.
pub(super) fn handed_over_on(firm: &Firm, calendar: &Calendar) -> Option<Date> {
    officers(firm).any(|officer| officer.is_former).then(|| hand_over_day(firm, calendar))
}

/// What a person of the firm does there or owns of it, directorships aside: position, first and last day, share.
pub(super) fn offices(
    firm: &Firm,
    number: u64,
    id: &UnitId,
    calendar: &Calendar,
) -> Vec<(&'static str, Date, Option<Date>, Option<i64>)> {
    let held = officers(firm).filter(|officer| officer.person == number && officer.position != "DIRECTOR");
    held.map(|officer| {
        let (since, until) = term(firm, calendar, &officer, id);
        (officer.position, since, until, officer.share)
    })
    .collect()
}

/// The first and the last day of an office.
fn term(firm: &Firm, calendar: &Calendar, officer: &Officer, id: &UnitId) -> (Date, Option<Date>) {
    let hand_over = handed_over_on(firm, calendar);
    let since = match hand_over {
        Some(day) if officer.position == "LEGAL_REPRESENTATIVE" && !officer.is_former => day,
        _ => first_day(firm, calendar, id),
    };
    (since, hand_over.filter(|_| officer.is_former).map(|day| day.plus_days(-1).max(since)))
}

/// From the founding on, but not before they were grown.
fn first_day(firm: &Firm, calendar: &Calendar, id: &UnitId) -> Date {
    firm.established.max(Firms::adult_on(id)).min(calendar.as_of())
}

/// The day on which today's representative took over from the former one.
fn hand_over_day(firm: &Firm, calendar: &Calendar) -> Date {
    let draws = &mut Draws::new(firm.key, tag("handed over"), 0);
    let age = i64::from(calendar.as_of().days().saturating_sub(firm.established.days())).max(2);
    firm.established.plus_days(draws.between(1, age - 1) as i32)
}
