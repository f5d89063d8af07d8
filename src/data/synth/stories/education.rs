//! Schools: which home lies in which district, and who is at which school. Never decides where a family lives.

use super::super::cast::Part;
use super::super::csv::{Cell, Numbering};
use super::super::draw::Draws;
use super::super::firm::COUNTIES;
use super::super::resident::{Kin, Resident};
use super::super::story::{
    Of, Rhythm, Row, Scene, Story, amount, day, flag, number, numbered, person_serial, text, word,
};
use super::families::{DISTRICTS, district};
use super::homes::first_title;
use crate::model::Date;

const STAGES: [&str; 4] = ["PRIMARY", "JUNIOR", "SENIOR", "VOCATIONAL"];
const PRIMARY: Numbering = Numbering { head: "样本第", digits: 1, tail: "小学" };
const MIDDLE: Numbering = Numbering { head: "样本第", digits: 1, tail: "中学" };
const VOCATIONAL: Numbering = Numbering { head: "样本第", digits: 1, tail: "职业学校" };
/// Children go to school from the September on before which they turn six.
const SCHOOL_YEARS: i16 = 6;

pub(super) const STORIES: [Story; 2] = [
    Story {
        dataset: "school_districts",
        rhythm: Rhythm::Once,
        fields: &[
            number("title_number"),
            word("county", &COUNTIES),
            word("district", &DISTRICTS),
            day("since"),
            flag("seat_used"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(owns(resident)), row: home },
    },
    Story {
        dataset: "school_enrolment",
        rhythm: Rhythm::Once,
        fields: &[
            number("student_number"),
            number("guardian_id"),
            word("stage", &STAGES),
            amount("grade"),
            text("school"),
            word("school_county", &COUNTIES),
            word("home_county", &COUNTIES),
            word("home_district", &DISTRICTS),
            day("entered_on"),
            flag("boards"),
        ],
        of: Of::Residents { rows: |resident, scene| u32::from(grade(resident, scene).is_some()), row: pupil },
    },
];

fn owns(resident: &Resident) -> bool {
    resident.is_own() && resident.person.titles > 0
}

fn home(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let title = first_title(resident, scene);
    row.push(title.map_or(Cell::Missing, |title| title.number));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Word(district(resident)));
    row.push(title.map_or(Cell::Missing, |title| Cell::Date(title.registered)));
    // One home gives one family a seat in six years.
    row.push(Cell::Flag(!resident.example() && draws.chance(180_000)));
    Ok(())
}

/// The first day of school.
fn entered(resident: &Resident) -> Date {
    let (year, month, _) = resident.born.ymd();
    let year = year + SCHOOL_YEARS + i16::from(month >= 9);
    Date::from_ymd(year, 9, 1).unwrap_or(resident.born)
}

/// The grade of a child at school. The children who are to enrol are not.
fn grade(resident: &Resident, scene: &Scene<'_>) -> Option<i64> {
    let is_child = matches!(resident.kin, Kin::Child(_)) && resident.lives();
    let enrols = matches!(resident.part, Part::Pupil | Part::MigrantPupil);
    let days = scene.as_of().days() - entered(resident).days();
    (is_child && !enrols && (0..12 * 365).contains(&days)).then(|| 1 + i64::from(days / 365))
}

fn pupil(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let grade = grade(resident, scene).unwrap_or(1);
    let (stage, schools, count) = match grade {
        ..=6 => ("PRIMARY", &PRIMARY, 90),
        7..=9 => ("JUNIOR", &MIDDLE, 40),
        _ if resident.key.is_multiple_of(3) => ("VOCATIONAL", &VOCATIONAL, 12),
        _ => ("SENIOR", &MIDDLE, 40),
    };
    let home = resident.person.county;
    // The older, the farther.
    let moves = if grade > 9 { 240_000 } else { 70_000 };
    let away = !resident.example() && draws.chance(moves);
    let school_county =
        if away { draws.choose(&["371402", "371402", "371403", "371482", "371481"], home) } else { home };
    row.push(Cell::Serial(person_serial(resident, "student", 0)));
    row.push(Cell::Id(resident.father.or(resident.mother).unwrap_or(resident.head)));
    row.push(Cell::Word(stage));
    row.push(Cell::Integer(grade));
    row.push(numbered(schools, 1 + draws.below(count)));
    row.push(Cell::Word(school_county));
    row.push(Cell::Word(home));
    row.push(Cell::Word(district(resident)));
    row.push(Cell::Date(entered(resident)));
    row.push(Cell::Flag(school_county != home || grade > 9 && draws.chance(400_000)));
    Ok(())
}
