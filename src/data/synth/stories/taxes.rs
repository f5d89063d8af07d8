//! What the tax bureau keeps beside declarations and payments: invoices, ratings, arrears, reliefs, and the income tax of
//! persons. Never decides how a firm fares, or what somebody earns.

use super::super::cast::Part;
use super::super::credit::event_day;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::{Course, Firm};
use super::super::resident::Resident;
use super::super::story::{
    Of, Rhythm, Row, SERIALS, Scene, Story, amount, befalls, by_course, day, number, or_gap, word,
};
use super::super::tax::{Kind, declared};
use super::work::{Job, job};
use crate::model::Date;

const GRADES: [&str; 5] = ["A", "B", "M", "C", "D"];
const TAXES: [&str; 2] = ["VAT", "CIT"];
const RELIEFS: [&str; 4] = ["SMALL_FIRM", "VAT_CREDIT", "EXPORT_REFUND", "RESEARCH"];
/// Arrears are announced so many days after the tax was due.
const ANNOUNCED_DAYS: i32 = 45;
const MONTHS_A_YEAR: i64 = 12;

pub(super) const STORIES: [Story; 5] = [
    Story {
        dataset: "invoices",
        rhythm: Rhythm::Quarterly,
        fields: &[
            day("period_end"),
            amount("invoices"),
            amount("issued_fen"),
            amount("cancelled_fen"),
            amount("buyers"),
        ],
        of: Of::Firms { rows: |_, _| 1, row: invoices },
    },
    Story {
        dataset: "tax_credit_ratings",
        rhythm: Rhythm::Yearly,
        fields: &[day("year_end"), word("grade", &GRADES), amount("points")],
        of: Of::Firms { rows: |_, _| 1, row: rating },
    },
    Story {
        dataset: "tax_arrears",
        rhythm: Rhythm::Quarterly,
        fields: &[day("period_end"), word("tax_kind", &TAXES), amount("owed_fen"), day("announced_on")],
        of: Of::Firms { rows: arrears, row: arrear },
    },
    Story {
        dataset: "tax_reliefs",
        rhythm: Rhythm::Once,
        fields: &[number("relief_number"), word("kind", &RELIEFS), amount("relief_fen"), day("granted_on")],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "relief", [220_000, 160_000, 120_000, 60_000], (true, false))),
            row: relief,
        },
    },
    Story {
        dataset: "personal_income_tax",
        rhythm: Rhythm::Yearly,
        fields: &[number("employer_uscc"), day("year_end"), amount("income_fen"), amount("tax_fen")],
        of: Of::Residents { rows: |resident, _| u32::from(has_wage(resident)), row: income_tax },
    },
];

/// The invoices of a quarter say what its three months' declarations say.
fn invoices(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let months = (0..3).filter_map(|back| scene.calendar().month(scene.month.ago + back));
    let issued: i64 = months.map(|month| declared(firm, Kind::Vat, month).0).sum();
    let cancelled = issued / 1000 * draws.skewed(0, by_course(firm.course, [20, 40, 120, 300]));
    // A sale of an ordinary firm is worth some thousand yuan.
    let count = (issued / 100 / draws.between(1_500, 9_000)).max(1);
    row.push(Cell::Date(scene.month.end));
    row.push(or_gap(firm, 1_500, Cell::Integer(count), draws));
    row.push(or_gap(firm, 1_000, Cell::Integer(issued), draws));
    row.push(or_gap(firm, 1_500, Cell::Integer(cancelled), draws));
    row.push(or_gap(firm, 2_500, Cell::Integer((count / draws.between(2, 9)).max(1)), draws));
    Ok(())
}

fn rating(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let is_new = firm.established > scene.month.end.plus_days(-365);
    let weights = match firm.course {
        _ if is_new => [0, 0, 1, 0, 0],
        Course::Failing if firm.example => [0, 0, 0, 0, 1],
        _ if firm.example => [1, 0, 0, 0, 0],
        course => by_course(
            course,
            [[500, 440, 50, 10, 0], [120, 620, 180, 75, 5], [10, 320, 250, 350, 70], [0, 60, 120, 420, 400]],
        ),
    };
    let place = draws.pick(&weights);
    let points = match place {
        0 => draws.between(90, 100),
        1 | 2 => draws.between(70, 89),
        3 => draws.between(40, 69),
        _ => draws.between(0, 39),
    };
    row.push(Cell::Date(scene.month.end));
    row.push(Cell::Word(GRADES.get(place).copied().unwrap_or("B")));
    row.push(or_gap(firm, 2_000, Cell::Integer(points), draws));
    Ok(())
}

/// Only whom the course has in trouble owes for long enough to be named.
fn arrears(firm: &Firm, scene: &Scene<'_>) -> u32 {
    let troubled = firm.trouble(scene.month).is_some();
    let announced = announced_on(scene) <= scene.as_of();
    u32::from(troubled && announced && befalls(firm, "arrears", [0, 0, 150_000, 900_000], (false, true)))
}

fn announced_on(scene: &Scene<'_>) -> Date {
    scene.month.due.plus_days(ANNOUNCED_DAYS)
}

fn arrear(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let (kind, word) = if draws.chance(800_000) { (Kind::Vat, "VAT") } else { (Kind::IncomeTax, "CIT") };
    let (sales, payable) = declared(firm, kind, scene.month);
    let owed = payable.max(sales / 200) / 10 * draws.between(15, 30);
    row.push(Cell::Date(scene.month.end));
    row.push(Cell::Word(word));
    row.push(Cell::Integer(owed));
    row.push(Cell::Date(announced_on(scene)));
    Ok(())
}

fn relief(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = match firm.industry.section {
        "C" => draws.choose(&RELIEFS, "SMALL_FIRM"),
        _ => draws.choose(&["SMALL_FIRM", "SMALL_FIRM", "VAT_CREDIT"], "SMALL_FIRM"),
    };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(kind));
    row.push(or_gap(firm, 2_000, Cell::Integer(firm.sales_fen / 1000 * draws.skewed(2, 90)), draws));
    row.push(Cell::Date(event_day(firm, scene.calendar(), 3 * 365, draws)));
    Ok(())
}

fn has_wage(resident: &Resident) -> bool {
    resident.lives() && matches!(job(resident), Job::Employee | Job::Public)
}

fn income_tax(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let income = MONTHS_A_YEAR * super::work::wage_fen(resident) / 1000 * draws.between(960, 1_050);
    let employer = super::work::employer(resident, scene)?;
    // Sixty thousand yuan a year are free, and so are about as much again for a family.
    let free = if resident.part == Part::WellOff { 6_000_000 } else { 8_400_000 };
    row.push(employer);
    row.push(Cell::Date(scene.month.end));
    row.push(if resident.gap(1_000, draws) { Cell::Missing } else { Cell::Integer(income) });
    row.push(if resident.gap(1_000, draws) { Cell::Missing } else { Cell::Integer((income - free).max(0) / 100 * 5) });
    Ok(())
}
