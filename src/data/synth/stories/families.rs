//! What is kept of families: the household register, marriages, births, deaths and funerals, and the cars they own. Whom one
//! row names, another knows. Never decides who is kin to whom: that is `resident`.

use super::super::cast::Part;
use super::super::csv::{Cell, Numbering};
use super::super::draw::{Draws, tag};
use super::super::firm::COUNTIES;
use super::super::resident::{Kin, Marriage, RELATIONS, Resident};
use super::super::story::{
    Of, Rhythm, Row, Scene, Story, amount, day, flag, number, numbered, person_serial, text, word,
};
use super::work::{Job, job};
use crate::model::UnitId;

const RESIDENCES: [&str; 2] = ["URBAN", "RURAL"];
const MARRIAGES: [&str; 3] = ["MARRIED", "DIVORCED", "WIDOWED"];
const SEXES: [&str; 2] = ["MALE", "FEMALE"];
const VEHICLES: [&str; 4] = ["CAR", "MOTORCYCLE", "VAN", "LORRY"];
/// Each county has four districts of schools.
pub(super) const DISTRICTS: [&str; 44] = [
    "371402-1", "371402-2", "371402-3", "371402-4", "371403-1", "371403-2", "371403-3", "371403-4", "371422-1",
    "371422-2", "371422-3", "371422-4", "371423-1", "371423-2", "371423-3", "371423-4", "371424-1", "371424-2",
    "371424-3", "371424-4", "371425-1", "371425-2", "371425-3", "371425-4", "371426-1", "371426-2", "371426-3",
    "371426-4", "371427-1", "371427-2", "371427-3", "371427-4", "371428-1", "371428-2", "371428-3", "371428-4",
    "371481-1", "371481-2", "371481-3", "371481-4", "371482-1", "371482-2", "371482-3", "371482-4",
];
const DISTRICTS_A_COUNTY: u64 = 4;
const PLATE: Numbering = Numbering { head: "鲁N样", digits: 6, tail: "" };
const PLATES: u64 = 1_000_000;
const FUNERAL_HOME: Numbering = Numbering { head: "样本第", digits: 1, tail: "殡仪馆" };
const HOSPITAL: Numbering = Numbering { head: "样本第", digits: 1, tail: "医院" };
/// Births are kept for so many years.
pub(super) const BIRTH_YEARS: i32 = 10;
const CERTIFICATES: u64 = 900_000_000_000;

pub(super) const STORIES: [Story; 5] = [
    Story {
        dataset: "household_register",
        rhythm: Rhythm::Once,
        fields: &[
            number("household"),
            number("head_id"),
            word("relation", &RELATIONS),
            number("spouse_id"),
            number("father_id"),
            number("mother_id"),
            amount("members"),
            word("county", &COUNTIES),
            word("district", &DISTRICTS),
            word("residence", &RESIDENCES),
            day("moved_in_on"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(resident.lives()), row: household },
    },
    Story {
        dataset: "marriage_registry",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            number("spouse_id"),
            word("state", &MARRIAGES),
            day("registered_on"),
            day("ended_on"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(resident.wed.is_some()), row: marriage },
    },
    Story {
        dataset: "births",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            number("mother_id"),
            number("father_id"),
            day("born_on"),
            word("sex", &SEXES),
            word("county", &COUNTIES),
            text("hospital"),
            amount("weight"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(is_young(resident)), row: birth },
    },
    Story {
        dataset: "funerals",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            number("applicant_id"),
            day("died_on"),
            day("cremated_on"),
            text("funeral_home"),
            word("county", &COUNTIES),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(resident.died.is_some()), row: funeral },
    },
    Story {
        dataset: "person_vehicles",
        rhythm: Rhythm::Once,
        fields: &[
            number("plate"),
            word("kind", &VEHICLES),
            day("registered_on"),
            amount("value_fen"),
            flag("mortgaged"),
            flag("seized"),
        ],
        of: Of::Residents { rows: |resident, _| vehicles(resident), row: vehicle },
    },
];

/// The district of schools where somebody lives who is registered in this county.
pub(super) fn district_of(county: &str, key: u64) -> &'static str {
    let place = COUNTIES.iter().position(|known| *known == county).unwrap_or(0) as u64;
    DISTRICTS.get((DISTRICTS_A_COUNTY * place + key % DISTRICTS_A_COUNTY) as usize).copied().unwrap_or("371402-1")
}

/// The district of the household: that of the home, where it owns one.
pub(super) fn district(resident: &Resident) -> &'static str {
    let key = if resident.example() { resident.person.number } else { resident.person.key };
    district_of(resident.person.county, key)
}

pub(super) fn is_rural(resident: &Resident) -> bool {
    let person = &resident.person;
    let ppm = if person.county == "371402" { 120_000 } else { 480_000 };
    !resident.example() && Draws::new(person.household, tag("rural"), 0).chance(ppm)
}

fn id(unit: Option<UnitId>) -> Cell {
    unit.map_or(Cell::Missing, Cell::Id)
}

fn household(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let days = if resident.example() { 6 * 365 } else { draws.skewed(30, 20 * 365) };
    let moved_in = scene.as_of().plus_days(-(days as i32)).max(resident.born);
    row.push(Cell::Serial(resident.person.household));
    row.push(Cell::Id(resident.head));
    row.push(Cell::Word(resident.relation));
    row.push(id(resident.spouse));
    row.push(id(resident.father));
    row.push(id(resident.mother));
    row.push(Cell::Integer(i64::from(resident.members)));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Word(district(resident)));
    row.push(Cell::Word(if is_rural(resident) { "RURAL" } else { "URBAN" }));
    row.push(if resident.gap(1_500, draws) { Cell::Missing } else { Cell::Date(moved_in) });
    Ok(())
}

/// Both spouses hold the same certificate.
pub(super) fn marriage_number(resident: &Resident) -> u64 {
    let one = resident.spouse.map_or(resident.id, |spouse| spouse.min(resident.id));
    tag(one.as_str()) % CERTIFICATES
}

fn marriage(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let wed = resident.wed.unwrap_or(resident.born);
    let state = match resident.marriage {
        Marriage::Divorced => "DIVORCED",
        Marriage::Widowed => "WIDOWED",
        Marriage::Single | Marriage::Married => "MARRIED",
    };
    let known = i64::from(scene.as_of().days()) - i64::from(wed.days());
    let ended = wed.plus_days(draws.between(0, known.max(0)) as i32);
    row.push(Cell::Serial(marriage_number(resident)));
    row.push(id(resident.spouse));
    row.push(Cell::Word(state));
    row.push(Cell::Date(wed));
    row.push(if state == "MARRIED" { Cell::Missing } else { Cell::Date(ended) });
    Ok(())
}

pub(super) fn is_young(resident: &Resident) -> bool {
    matches!(resident.kin, Kin::Child(_)) && resident.age <= BIRTH_YEARS
}

fn birth(resident: &Resident, _: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    row.push(Cell::Serial(person_serial(resident, "birth", 0)));
    row.push(id(resident.mother));
    row.push(id(resident.father));
    row.push(Cell::Date(resident.born));
    row.push(Cell::Word(if resident.is_woman { "FEMALE" } else { "MALE" }));
    row.push(Cell::Word(resident.person.county));
    row.push(numbered(&HOSPITAL, 1 + draws.below(14)));
    row.push(if resident.gap(3_000, draws) { Cell::Missing } else { Cell::Integer(draws.between(2_300, 4_400)) });
    Ok(())
}

fn funeral(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let died = resident.died.unwrap_or(scene.as_of());
    let applicant = resident.spouse.or_else(|| Some(resident.head).filter(|head| *head != resident.id));
    row.push(Cell::Serial(person_serial(resident, "funeral", 0)));
    row.push(id(applicant));
    row.push(Cell::Date(died));
    row.push(Cell::Date(died.plus_days(draws.between(1, 5) as i32).min(scene.as_of())));
    row.push(numbered(&FUNERAL_HOME, 1 + draws.below(11)));
    row.push(Cell::Word(resident.person.county));
    Ok(())
}

pub(super) fn vehicles(resident: &Resident) -> u32 {
    let weights = match resident.kin {
        _ if resident.age < 20 || !resident.lives() => [1, 0, 0],
        Kin::Own => [48, 44, 8],
        Kin::Spouse => [72, 26, 2],
        _ => [97, 3, 0],
    };
    match resident.part {
        Part::WellOff => 2,
        Part::Borrower | Part::Buyer => 1,
        _ if resident.example() || super::welfare::is_poor(resident) => 0,
        _ => resident.draws("vehicles").pick(&weights) as u32,
    }
}

fn vehicle(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let troubled = resident.is_own() && resident.person.is_in_trouble();
    let kind = match job(resident) {
        Job::Flexible => draws.choose(&["VAN", "LORRY", "CAR"], "VAN"),
        _ => VEHICLES.get(draws.pick(&[82, 12, 5, 1])).copied().unwrap_or("CAR"),
    };
    let (low, high) = if kind == "MOTORCYCLE" { (2_000, 15_000) } else { (20_000, 450_000) };
    row.push(numbered(&PLATE, draws.below(PLATES)));
    row.push(Cell::Word(kind));
    row.push(Cell::Date(resident.day_within(12 * 365, scene.calendar(), draws)));
    row.push(if resident.gap(2_000, draws) { Cell::Missing } else { Cell::Integer(draws.skewed(low, high) * 100) });
    row.push(Cell::Flag(!resident.example() && draws.chance(110_000)));
    row.push(Cell::Flag(troubled && !resident.example() && draws.chance(250_000)));
    Ok(())
}
