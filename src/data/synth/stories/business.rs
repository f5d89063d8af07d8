//! What other offices keep of how a firm goes about its business: contracts won, subsidies, city management, licences to
//! be shown again. Never decides how a firm fares.

use super::super::credit::event_day;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::{COUNTIES, Course, Firm};
use super::super::story::{
    Of, Rhythm, Row, SERIALS, Scene, Story, amount, befalls, by_course, day, firm_serial, number, of_firm, or_gap, word,
};

const CONTRACTS: [&str; 3] = ["WORKS", "GOODS", "SERVICES"];
const SUPPORTS: [&str; 6] = ["JOBS", "TECHNOLOGY", "LOAN_INTEREST", "EXPORT", "GREEN", "FARMING"];
const NUISANCES: [&str; 5] = ["STREET_TRADING", "SIGNBOARD", "WASTE", "DUST", "NOISE"];
const MATERIALS: [&str; 7] = [
    "BUSINESS_LICENCE",
    "ARTICLES",
    "REPRESENTATIVE_ID",
    "PREMISES",
    "SAFETY_REPORT",
    "ENVIRONMENT_REPORT",
    "STAFF_LIST",
];
const MATTERS: [&str; 4] = ["FOOD_LICENCE", "CONSTRUCTION_PERMIT", "TRANSPORT_PERMIT", "LABOUR_DISPATCH"];
const INSPECTIONS: [&str; 3] = ["PASSED", "MENDED", "FAILED"];
/// Contracts, subsidies and cases go back so many days.
const HISTORY_DAYS: i64 = 3 * 365;

pub(super) const STORIES: [Story; 5] = [
    Story {
        dataset: "public_contracts",
        rhythm: Rhythm::Once,
        fields: &[number("contract_number"), word("kind", &CONTRACTS), amount("price_fen"), day("awarded_on")],
        of: Of::Firms {
            rows: |firm, _| match befalls(firm, "contracts", [120_000, 70_000, 40_000, 10_000], (true, false)) {
                true if firm.example => 2,
                true => 1 + of_firm(firm, "contracts won").skewed(0, 3) as u32,
                false => 0,
            },
            row: contract,
        },
    },
    Story {
        dataset: "enterprise_support",
        rhythm: Rhythm::Once,
        fields: &[number("grant_number"), word("programme", &SUPPORTS), amount("granted_fen"), day("granted_on")],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "support", [140_000, 90_000, 60_000, 20_000], (true, false))),
            row: support,
        },
    },
    Story {
        dataset: "urban_management",
        rhythm: Rhythm::Once,
        fields: &[
            number("case_number"),
            word("kind", &NUISANCES),
            word("county", &COUNTIES),
            day("reported_on"),
            day("closed_on"),
            amount("fine_fen"),
        ],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "nuisance", [60_000, 110_000, 150_000, 180_000], (false, true))),
            row: nuisance,
        },
    },
    Story {
        dataset: "approval_materials",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            word("material", &MATERIALS),
            word("matter", &MATTERS),
            day("received_on"),
            day("valid_until"),
        ],
        of: Of::Firms { rows: materials, row: material },
    },
    Story {
        dataset: "safety_inspections",
        rhythm: Rhythm::Once,
        fields: &[number("inspection_number"), day("inspected_on"), word("result", &INSPECTIONS), amount("defects")],
        of: Of::Firms { rows: inspections, row: inspection },
    },
];

fn contract(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = match firm.industry.section {
        "E" => "WORKS",
        "C" | "F" => "GOODS",
        _ => draws.choose(&CONTRACTS, "SERVICES"),
    };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(kind));
    row.push(or_gap(firm, 2_000, Cell::Integer(firm.sales_fen / 10 * draws.skewed(5, 60)), draws));
    row.push(Cell::Date(event_day(firm, scene.calendar(), HISTORY_DAYS, draws)));
    Ok(())
}

fn support(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let programme = match firm.industry.section {
        "A" => "FARMING",
        "C" | "M" => draws.choose(&["TECHNOLOGY", "GREEN", "EXPORT", "JOBS"], "JOBS"),
        _ => draws.choose(&["JOBS", "JOBS", "LOAN_INTEREST"], "JOBS"),
    };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(programme));
    row.push(or_gap(firm, 2_000, Cell::Integer(draws.skewed(5, 500) * 100_000), draws));
    row.push(Cell::Date(event_day(firm, scene.calendar(), HISTORY_DAYS, draws)));
    Ok(())
}

fn nuisance(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let reported = event_day(firm, scene.calendar(), HISTORY_DAYS, draws);
    let kind = if firm.industry.section == "E" { "DUST" } else { draws.choose(&NUISANCES, "WASTE") };
    let fine = if draws.chance(300_000) { draws.between(2, 50) * 10_000 } else { 0 };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(kind));
    row.push(Cell::Word(firm.county));
    row.push(Cell::Date(reported));
    row.push(scene.past(reported.plus_days(draws.skewed(1, 60) as i32)));
    row.push(Cell::Integer(fine));
    Ok(())
}

/// The offices keep what a firm has handed in: each material once, the licence always.
fn materials(firm: &Firm, _: &Scene<'_>) -> u32 {
    if firm.example { MATERIALS.len() as u32 } else { 1 + of_firm(firm, "materials").skewed(0, 3) as u32 }
}

fn material(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let first = of_firm(firm, "materials first").below(6) as usize;
    let place = scene.place as usize;
    // The licence, and then others in a row that begins anywhere.
    let place = if place == 0 || firm.example { place } else { 1 + (first + place) % (MATERIALS.len() - 1) };
    let word = MATERIALS.get(place).copied().unwrap_or("ARTICLES");
    let received = match firm.example {
        true => scene.as_of().plus_days(-60).max(firm.established),
        false => event_day(firm, scene.calendar(), 2 * HISTORY_DAYS, draws),
    };
    // A failing firm's reports have run out.
    let days = match word {
        "BUSINESS_LICENCE" | "ARTICLES" => None,
        "REPRESENTATIVE_ID" => Some(10 * 365),
        "PREMISES" => Some(3 * 365),
        _ if firm.is_failing_example() => Some(30),
        _ => Some(365),
    };
    let certificate = match word {
        "BUSINESS_LICENCE" => firm_serial(firm, word, 0),
        _ => firm_serial(firm, "material", place as u32),
    };
    row.push(Cell::Serial(certificate));
    row.push(Cell::Word(word));
    row.push(Cell::Word(draws.choose(&MATTERS, "FOOD_LICENCE")));
    row.push(Cell::Date(received));
    row.push(days.map_or(Cell::Missing, |days| Cell::Date(received.plus_days(days))));
    Ok(())
}

fn inspections(firm: &Firm, _: &Scene<'_>) -> u32 {
    let risky = matches!(firm.industry.section, "B" | "C" | "D" | "E" | "G" | "H");
    match of_firm(firm, "inspected").pick(if risky { &[35, 40, 25] } else { &[80, 18, 2] }) {
        _ if firm.example => 2,
        count => count as u32,
    }
}

fn inspection(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let weights = match firm.course {
        Course::Failing if firm.example => [0, 0, 1],
        _ if firm.example => [1, 0, 0],
        course => by_course(course, [[850, 145, 5], [700, 270, 30], [500, 420, 80], [300, 450, 250]]),
    };
    let result = INSPECTIONS.get(draws.pick(&weights)).copied().unwrap_or("PASSED");
    let defects = if result == "PASSED" { 0 } else { draws.between(1, 9) };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Date(event_day(firm, scene.calendar(), HISTORY_DAYS, draws)));
    row.push(Cell::Word(result));
    row.push(Cell::Integer(defects));
    Ok(())
}
