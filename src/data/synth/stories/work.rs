//! What somebody works as, and what that shows in: insurance, pensions, the public payroll, offices in firms. Never decides
//! how a firm fares.

use super::super::cast::Part;
use super::super::csv::{Cell, Numbering};
use super::super::draw::Draws;
use super::super::firm::{COUNTIES, Course};
use super::super::officers;
use super::super::person::{POOR_WAGE_PART, Place};
use super::super::resident::{Kin, Resident};
use super::super::story::{
    Of, Rhythm, Row, Scene, Story, amount, another, day, number, numbered, person_serial, text, word,
};
use crate::model::{Date, IdError};

const INSURED: [&str; 3] = ["EMPLOYEE", "FLEXIBLE", "RESIDENT"];
const STATES: [&str; 3] = ["PAYING", "PAUSED", "RETIRED"];
const PENSIONS: [&str; 2] = ["EMPLOYEE", "RESIDENT"];
const PENSION_STATES: [&str; 2] = ["PAID", "STOPPED"];
const SERVICES: [&str; 3] = ["CIVIL_SERVANT", "INSTITUTION", "TEACHER"];
const POSITIONS: [&str; 4] = ["LEGAL_REPRESENTATIVE", "MANAGER", "SUPERVISOR", "SHAREHOLDER"];
const ORGAN: Numbering = Numbering { head: "样本第", digits: 1, tail: "机关" };
const SCHOOL: Numbering = Numbering { head: "样本第", digits: 1, tail: "学校" };
const ORGANS: u64 = 180;
/// From these ages on men and women draw pensions.
const PENSION_YEARS: (i32, i32) = (60, 55);
const ADULT_YEARS: i32 = 18;

pub(super) const STORIES: [Story; 4] = [
    Story {
        dataset: "insured_persons",
        rhythm: Rhythm::Once,
        fields: &[
            number("insurance_number"),
            number("employer_uscc"),
            word("kind", &INSURED),
            word("county", &COUNTIES),
            day("since"),
            amount("paid_months"),
            day("paid_until"),
            amount("base_fen"),
            word("status", &STATES),
        ],
        of: Of::Residents {
            rows: |resident, _| u32::from(resident.lives() && resident.age >= ADULT_YEARS),
            row: insured,
        },
    },
    Story {
        dataset: "pensions",
        rhythm: Rhythm::Once,
        fields: &[
            number("pension_number"),
            word("kind", &PENSIONS),
            day("since"),
            day("paid_until"),
            amount("monthly_fen"),
            word("status", &PENSION_STATES),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(draws_pension(resident)), row: pension },
    },
    Story {
        dataset: "fiscal_payroll",
        rhythm: Rhythm::Once,
        fields: &[
            number("payroll_number"),
            text("organ"),
            word("service", &SERVICES),
            word("county", &COUNTIES),
            day("since"),
            day("paid_until"),
            amount("monthly_fen"),
        ],
        of: Of::Residents {
            rows: |resident, _| u32::from(resident.lives() && job(resident) == Job::Public),
            row: payroll,
        },
    },
    Story {
        dataset: "person_offices",
        rhythm: Rhythm::Once,
        fields: &[number("uscc"), word("position", &POSITIONS), day("since"), day("until"), amount("share")],
        of: Of::Residents { rows: |resident, scene| offices(resident, scene).len() as u32, row: office },
    },
];

/// What somebody lives on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Job {
    Employee,
    /// Paid out of the budget.
    Public,
    Flexible,
    Retired,
    Nothing,
}

pub(super) fn job(resident: &Resident) -> Job {
    let retires = if resident.is_woman { PENSION_YEARS.1 } else { PENSION_YEARS.0 };
    let draws = &mut resident.draws("job");
    let is_public = match (resident.kin, resident.person.place) {
        (Kin::Spouse, _) => draws.chance(90_000),
        (Kin::Own, Place::Second | Place::Third) => draws.chance(4_000),
        _ => false,
    };
    match (resident.part, resident.kin) {
        (Part::PublicServant | Part::Moonlighter, _) => Job::Public,
        (Part::PoorSpouse | Part::Claimant, _) => Job::Nothing,
        _ if resident.age < ADULT_YEARS => Job::Nothing,
        _ if resident.age >= retires && resident.kin == Kin::Own => Job::Retired,
        _ if resident.age >= retires => {
            if draws.chance(450_000) {
                Job::Retired
            } else {
                Job::Nothing
            }
        }
        _ if is_public && !resident.example() => Job::Public,
        (_, Kin::Own) => Job::Employee,
        (Part::Kin, Kin::Spouse) => Job::Employee,
        (_, Kin::Child(_)) => Job::Nothing,
        _ => match draws.pick(&[58, 20, 22]) {
            0 => Job::Employee,
            1 => Job::Flexible,
            _ => Job::Nothing,
        },
    }
}

/// The wage of a month.
pub(super) fn wage_fen(resident: &Resident) -> i64 {
    match (resident.kin, job(resident)) {
        (Kin::Own, _) => resident.person.wage_fen,
        (_, Job::Public) => resident.draws("wage").skewed(5_200, 13_000) * 100,
        _ if resident.person.is_poor => resident.draws("wage").skewed(2_900, 15_000) * 100 / POOR_WAGE_PART,
        _ => resident.draws("wage").skewed(2_900, 15_000) * 100,
    }
}

/// The firm that pays them: their own, or for kin another; none pays who is paid out of the budget, or ought to be.
pub(super) fn employer(resident: &Resident, scene: &Scene<'_>) -> Result<Cell, IdError> {
    match (job(resident), resident.kin) {
        (Job::Employee, Kin::Own) => Ok(Cell::Id(resident.person.firm.id)),
        (Job::Public, Kin::Own) if resident.part == Part::Moonlighter => Ok(Cell::Id(resident.person.firm.id)),
        (Job::Employee, _) => another(&resident.person.firm, scene.firms, &mut resident.draws("employer")),
        _ => Ok(Cell::Missing),
    }
}

fn insured(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let (job, firm) = (job(resident), &resident.person.firm);
    let own = resident.is_own();
    let most = (resident.age - ADULT_YEARS).max(1) * 12;
    let months = if own && job == Job::Employee { firm.age_months as i32 } else { 480 };
    let months = draws.between(i64::from(months.min(most)) / 3 + 1, i64::from(months.min(most)) + 1);
    let owes = own && job == Job::Employee && firm.course == Course::Failing;
    let lapsed = match () {
        () if own && job == Job::Employee && firm.ended > 0 => firm.ended,
        () if owes => firm.onset / 2,
        () => 0,
    };
    let kind = match job {
        Job::Employee | Job::Public | Job::Retired => "EMPLOYEE",
        Job::Flexible => "FLEXIBLE",
        Job::Nothing => "RESIDENT",
    };
    let status = match () {
        () if job == Job::Retired || resident.age >= PENSION_YEARS.0 => "RETIRED",
        () if lapsed > 0 || !resident.example() && draws.chance(30_000) => "PAUSED",
        () => "PAYING",
    };
    let paid_until = scene.month.end.months_before(lapsed).month_end();
    let since = paid_until.months_before(months as u32 + 1).month_end().plus_days(1);
    let base = if kind == "RESIDENT" { Cell::Missing } else { Cell::Integer(wage_fen(resident)) };
    row.push(Cell::Serial(person_serial(resident, "insurance", 0)));
    row.push(employer(resident, scene)?);
    row.push(Cell::Word(kind));
    row.push(Cell::Word(if job == Job::Employee && own { firm.county } else { resident.person.county }));
    row.push(Cell::Date(since.max(resident.adult_on(scene.calendar()))));
    row.push(if resident.gap(1_500, draws) { Cell::Missing } else { Cell::Integer(months) });
    row.push(Cell::Date(paid_until));
    row.push(if resident.gap(1_500, draws) { Cell::Missing } else { base });
    row.push(Cell::Word(status));
    Ok(())
}

/// Who is old enough, and who was when they died of late.
fn draws_pension(resident: &Resident) -> bool {
    let of_age = resident.age >= PENSION_YEARS.0 || job(resident) == Job::Retired;
    of_age && resident.status != "MOVED_OUT" && resident.part != Part::Poor
}

/// How long somebody is paid who has died: to the end of that month, but for some.
pub(super) fn paid_until(resident: &Resident, scene: &Scene<'_>, overpaid: bool) -> Date {
    match resident.died {
        Some(died) if overpaid => died.plus_days(150).month_end().min(scene.month.end),
        Some(died) => died.month_end().min(scene.month.end),
        None => scene.month.end,
    }
}

fn pension(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let employee = job(resident) == Job::Retired;
    let monthly = if employee { draws.skewed(2_400, 7_500) } else { draws.between(190, 420) };
    let since = resident.born.plus_days(PENSION_YEARS.0 * 366).min(scene.as_of());
    let overpaid = !resident.example() && draws.chance(60_000);
    row.push(Cell::Serial(person_serial(resident, "pension", 0)));
    row.push(Cell::Word(if employee { "EMPLOYEE" } else { "RESIDENT" }));
    row.push(Cell::Date(since));
    row.push(Cell::Date(paid_until(resident, scene, overpaid)));
    row.push(Cell::Integer(monthly * 100));
    row.push(Cell::Word(if resident.died.is_some() { "STOPPED" } else { "PAID" }));
    Ok(())
}

fn payroll(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let service = SERVICES.get(draws.pick(&[35, 35, 30])).copied().unwrap_or("INSTITUTION");
    let organ = if service == "TEACHER" { &SCHOOL } else { &ORGAN };
    row.push(Cell::Serial(person_serial(resident, "payroll", 0)));
    row.push(numbered(organ, 1 + draws.below(ORGANS)));
    row.push(Cell::Word(service));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Date(resident.day_within(25 * 365, scene.calendar(), draws)));
    row.push(Cell::Date(scene.month.end));
    row.push(Cell::Integer(resident.draws("wage").skewed(5_200, 13_000) * 100));
    Ok(())
}

type Office = (&'static str, Date, Option<Date>, Option<i64>);

fn offices(resident: &Resident, scene: &Scene<'_>) -> Vec<Office> {
    let Resident { person, .. } = resident;
    match resident.is_own() {
        true => officers::offices(&person.firm, person.number, &resident.id, scene.calendar()),
        false => Vec::new(),
    }
}

fn office(resident: &Resident, scene: &Scene<'_>, _: &mut Draws, row: &mut Vec<Cell>) -> Row {
    if let Some((position, since, until, share)) = offices(resident, scene).into_iter().nth(scene.place as usize) {
        row.push(Cell::Id(resident.person.firm.id));
        row.push(Cell::Word(position));
        row.push(Cell::Date(since));
        row.push(until.map_or(Cell::Missing, Cell::Date));
        row.push(share.map_or(Cell::Missing, Cell::Integer));
    }
    Ok(())
}
