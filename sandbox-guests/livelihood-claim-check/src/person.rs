//! Whether somebody who lives is entitled to a programme. It knows of each programme what its rule needs, and no more.

use anshi_guest::{Party, calendar};

const OLD_YEARS: i32 = 80;
const AGED_YEARS: i32 = 60;
const ADULT_YEARS: i32 = 18;
const WORKING_YEARS: i32 = 16;
/// Levels of disability up to this one are grave.
const GRAVE_LEVEL_MAX: i64 = 2;
const ANY_LEVEL: i64 = 4;
/// Whoever is paid out of the budget was paid within so many months.
const PAYROLL_MONTHS: i32 = 2;

/// By the place of the programme in the list of all.
pub fn is_entitled(person: &Party, programme: usize, as_of: i32) -> bool {
    let is_public = || is_paid_by_the_budget(person, as_of);
    match programme {
        0 => has_minimum_grant(person, as_of) && !is_public(),
        1 => {
            let needs_care = is_aged(person, AGED_YEARS, as_of)
                || is_younger(person, WORKING_YEARS, as_of)
                || is_disabled(person, GRAVE_LEVEL_MAX, as_of);
            needs_care && !is_employed(person) && !has_employees_pension(person)
        }
        2 => !is_public(),
        3 => is_aged(person, OLD_YEARS, as_of),
        4 => is_disabled(person, ANY_LEVEL, as_of),
        5 => is_disabled(person, GRAVE_LEVEL_MAX, as_of),
        6 => is_younger(person, ADULT_YEARS, as_of),
        7 => person.table("health_insurance").codes("status").iter().any(|status| status == Some(0)),
        8 => person.table("school_enrolment").integers("grade").iter().flatten().any(|grade| grade > 0),
        9 | 10 => person.table("household_register").codes("residence").get(0) == Some(0),
        11 => {
            let of_age = is_aged(person, WORKING_YEARS, as_of) && is_younger(person, AGED_YEARS, as_of);
            of_age && !is_employed(person) && !is_public()
        }
        12 => is_aged(person, AGED_YEARS, as_of),
        _ => false,
    }
}

/// Whole years of age; `None` if nobody knows the day of birth.
fn years(person: &Party, as_of: i32) -> Option<i32> {
    let born = person.table("person_registry").dates("born").get(0)?;
    let months = calendar::month(as_of) - calendar::month(born);
    // In the month of birth the day decides: days since the month's first.
    let day = |day: i32| {
        day - calendar::day(
            1970 + calendar::month(day).div_euclid(12),
            calendar::month(day).rem_euclid(12) as u32 + 1,
            1,
        )
    };
    let not_yet = i32::from(months.rem_euclid(12) == 0 && day(as_of) < day(born));
    Some(months.div_euclid(12) - not_yet)
}

fn is_aged(person: &Party, least: i32, as_of: i32) -> bool {
    years(person, as_of).is_some_and(|years| years >= least)
}

fn is_younger(person: &Party, bound: i32, as_of: i32) -> bool {
    years(person, as_of).is_some_and(|years| (0..bound).contains(&years))
}

/// Whether a certificate of a level up to this one is valid.
fn is_disabled(person: &Party, level_max: i64, as_of: i32) -> bool {
    let certificates = person.table("disability_certificates");
    let mut rows = certificates.integers("level").iter().zip(certificates.dates("valid_until").iter());
    rows.any(|(level, until)| {
        level.is_some_and(|level| (1..=level_max).contains(&level)) && until.is_some_and(|until| until >= as_of)
    })
}

/// Whether a grant of the urban or the rural minimum is in force.
fn has_minimum_grant(person: &Party, as_of: i32) -> bool {
    let grants = person.table("social_assistance");
    let states = grants.codes("status").iter().zip(grants.dates("ended_on").iter());
    let mut rows = grants.codes("kind").iter().zip(states);
    rows.any(|(kind, (status, ended))| {
        matches!(kind, Some(0 | 1)) && status == Some(0) && ended.is_none_or(|ended| ended >= as_of)
    })
}

fn is_employed(person: &Party) -> bool {
    let insured = person.table("insured_persons");
    let mut rows = insured.codes("kind").iter().zip(insured.codes("status").iter());
    rows.any(|row| row == (Some(0), Some(0)))
}

fn has_employees_pension(person: &Party) -> bool {
    person.table("pensions").codes("kind").iter().any(|kind| kind == Some(0))
}

/// Whether the budget paid somebody within the last months, or it is not known until when it did.
fn is_paid_by_the_budget(person: &Party, as_of: i32) -> bool {
    let mut untils = person.table("fiscal_payroll").dates("paid_until").iter();
    untils.any(|until| {
        until.is_none_or(|until| calendar::month(as_of).wrapping_sub(calendar::month(until)) < PAYROLL_MONTHS)
    })
}
