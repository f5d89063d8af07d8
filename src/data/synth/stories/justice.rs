//! What courts and the labour inspectorate keep beside the enforcement of claims against firms: judgments, wages owed, and
//! claims enforced against persons. Never decides how anybody fares.

use super::super::cast::Part;
use super::super::court;
use super::super::credit::event_day;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::Firm;
use super::super::resident::Resident;
use super::super::story::{
    Of, Rhythm, Row, SERIALS, Scene, Story, amount, befalls, day, flag, number, of_firm, or_gap, retold, word,
};

const SIDES: [&str; 2] = ["DEFENDANT", "PLAINTIFF"];
const CAUSES: [&str; 5] = ["LOAN", "SALE", "LEASE", "LABOUR", "CONSTRUCTION"];
const STATES: [&str; 3] = ["OPEN", "PERFORMED", "NO_ASSETS"];
const CASES: u64 = 100_000;
const HISTORY_DAYS: i64 = 4 * 365;

pub(super) const STORIES: [Story; 3] = [
    Story {
        dataset: "court_judgments",
        rhythm: Rhythm::Once,
        fields: &[
            number("case_number"),
            word("side", &SIDES),
            word("cause", &CAUSES),
            day("judged_on"),
            amount("awarded_fen"),
        ],
        of: Of::Firms { rows: |firm, _| court::rows(firm) + u32::from(sues(firm)), row: judgment },
    },
    Story {
        dataset: "wage_arrears",
        rhythm: Rhythm::Once,
        fields: &[
            number("complaint_number"),
            day("reported_on"),
            amount("heads"),
            amount("owed_fen"),
            day("settled_on"),
        ],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "wages", [500, 4_000, 50_000, 330_000], (false, true))),
            row: wages,
        },
    },
    Story {
        dataset: "person_enforcement",
        rhythm: Rhythm::Once,
        fields: &[
            number("case_number"),
            day("filed_on"),
            amount("claim_fen"),
            amount("performed_fen"),
            word("status", &STATES),
            flag("dishonest"),
        ],
        of: Of::Residents { rows: enforced, row: enforcement },
    },
];

fn sues(firm: &Firm) -> bool {
    befalls(firm, "sues", [25_000, 30_000, 30_000, 10_000], (true, false))
}

/// Before a claim is enforced it was awarded: the first rows are the judgments behind the enforcements.
fn judgment(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let number = draws.below(CASES);
    if scene.place >= court::rows(firm) {
        let judged = event_day(firm, scene.calendar(), HISTORY_DAYS, draws);
        let awarded = firm.sales_fen / 100 * draws.skewed(20, 200);
        let cause = draws.choose(&["SALE", "SALE", "LEASE", "CONSTRUCTION"], "SALE");
        row.push(Cell::Case { year: judged.ymd().0, number });
        row.extend([Cell::Word("PLAINTIFF"), Cell::Word(cause), Cell::Date(judged), Cell::Integer(awarded)]);
        return Ok(());
    }
    let mut told = Vec::new();
    let source = &mut retold(firm.key, court::DATASET, scene.calendar(), scene.place);
    court::row(firm, scene.calendar(), source, &mut told);
    let claim = told.get(2).copied().unwrap_or(Cell::Missing);
    let judged = match told.get(1) {
        Some(Cell::Date(filed)) => filed.plus_days(-(draws.between(20, 180) as i32)),
        _ => scene.as_of(),
    };
    let cause = draws.choose(&["LOAN", "LOAN", "SALE", "LABOUR", "LEASE"], "LOAN");
    row.push(Cell::Case { year: judged.ymd().0, number });
    row.extend([Cell::Word("DEFENDANT"), Cell::Word(cause), Cell::Date(judged), claim]);
    Ok(())
}

fn wages(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let reported = event_day(firm, scene.calendar(), 2 * 365, draws);
    let heads = 1 + draws.skewed(0, firm.heads);
    let settled = reported.plus_days(draws.between(10, 120) as i32);
    let never = firm.example || firm.trouble(scene.month).is_some() && of_firm(firm, "never paid").chance(500_000);
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Date(reported));
    row.push(Cell::Integer(heads));
    row.push(or_gap(firm, 2_000, Cell::Integer(heads * draws.between(300_000, 1_500_000)), draws));
    row.push(if never { Cell::Missing } else { scene.past(settled) });
    Ok(())
}

/// Mostly who answers for a firm that fails.
fn enforced(resident: &Resident, _: &Scene<'_>) -> u32 {
    let troubled = resident.is_own() && resident.person.is_in_trouble();
    let adult = resident.age >= 20;
    let by_chance = adult && resident.happens("enforced", if troubled { 420_000 } else { 6_000 }, &[]);
    u32::from(by_chance || troubled && resident.example())
}

fn enforcement(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let filed = resident.day_within(HISTORY_DAYS, scene.calendar(), draws);
    let claim = draws.skewed(50, 9_000) * 100_000;
    let troubled = resident.is_own() && resident.person.is_in_trouble() && resident.part == Part::None;
    let status = match troubled {
        true => "NO_ASSETS",
        false => draws.choose(&["PERFORMED", "PERFORMED", "OPEN"], "PERFORMED"),
    };
    let performed = match status {
        "PERFORMED" => claim,
        "OPEN" => claim / 1000 * draws.skewed(0, 600),
        _ => 0,
    };
    row.push(Cell::Case { year: filed.ymd().0, number: draws.below(CASES) });
    row.push(Cell::Date(filed));
    row.push(Cell::Integer(claim));
    row.push(Cell::Integer(performed));
    row.push(Cell::Word(status));
    row.push(Cell::Flag(troubled));
    Ok(())
}
