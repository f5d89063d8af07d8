//! What the market regulator keeps of a firm beside its registration: changes, annual reports, the list of abnormal
//! operations, pledges and mortgages. Never decides how a firm fares.

use super::super::credit::{self, event_day};
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::{Course, Firm};
use super::super::officers::handed_over_on;
use super::super::person::Place;
use super::super::story::{
    Of, Rhythm, Row, SERIALS, Scene, Story, amount, befalls, by_course, day, flag, number, of_firm, or_gap, retold,
    word,
};

const CHANGES: [&str; 6] = ["LEGAL_REPRESENTATIVE", "NAME", "ADDRESS", "SCOPE", "CAPITAL", "SHAREHOLDERS"];
const REPORTS: [&str; 3] = ["IN_TIME", "LATE", "NOT_FILED"];
const REASONS: [&str; 4] = ["NO_ANNUAL_REPORT", "UNREACHABLE", "FALSE_STATEMENT", "UNDISCLOSED"];
const GOODS: [&str; 4] = ["MACHINERY", "STOCK", "VEHICLES", "RAW_MATERIAL"];
const RIGHTS: [&str; 4] = ["TRADEMARK", "UTILITY_MODEL", "DESIGN", "INVENTION"];
/// Changes, pledges and mortgages go back so many days.
const HISTORY_DAYS: i64 = 5 * 365;
/// Annual reports are due by the end of June.
const REPORT_DAYS: i32 = 181;
/// What was pledged, or mortgaged, becomes free again after so many days at the earliest.
const SECURED_DAYS: (i64, i64) = (360, 1_500);

pub(super) const STORIES: [Story; 6] = [
    Story {
        dataset: "enterprise_changes",
        rhythm: Rhythm::Once,
        fields: &[number("change_number"), word("kind", &CHANGES), day("changed_on")],
        of: Of::Firms { rows: changes, row: change },
    },
    Story {
        dataset: "annual_reports",
        rhythm: Rhythm::Yearly,
        fields: &[
            day("year_end"),
            day("filed_on"),
            word("state", &REPORTS),
            amount("heads"),
            amount("revenue_fen"),
            amount("assets_fen"),
            amount("debts_fen"),
        ],
        of: Of::Firms { rows: |_, _| 1, row: report },
    },
    Story {
        dataset: "abnormal_operations",
        rhythm: Rhythm::Once,
        fields: &[number("record_number"), word("reason", &REASONS), day("listed_on"), day("removed_on")],
        of: Of::Firms { rows: |firm, _| u32::from(credit::place_of(firm, "ABNORMAL").is_some()), row: abnormal },
    },
    Story {
        dataset: "equity_pledges",
        rhythm: Rhythm::Once,
        fields: &[
            number("pledge_number"),
            number("pledgor_id"),
            amount("pledged_fen"),
            day("pledged_on"),
            day("released_on"),
        ],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "pledge", [25_000, 40_000, 90_000, 160_000], (false, true))),
            row: pledge,
        },
    },
    Story {
        dataset: "chattel_mortgages",
        rhythm: Rhythm::Once,
        fields: &[
            number("mortgage_number"),
            word("goods", &GOODS),
            amount("secured_fen"),
            day("registered_on"),
            day("released_on"),
        ],
        of: Of::Firms {
            rows: |firm, _| u32::from(befalls(firm, "chattel", [40_000, 60_000, 110_000, 200_000], (false, true))),
            row: mortgage,
        },
    },
    Story {
        dataset: "intellectual_property",
        rhythm: Rhythm::Once,
        fields: &[
            number("right_number"),
            word("kind", &RIGHTS),
            day("granted_on"),
            day("valid_until"),
            flag("pledged"),
        ],
        of: Of::Firms { rows: rights, row: right },
    },
];

fn changes(firm: &Firm, scene: &Scene<'_>) -> u32 {
    let drawn = of_firm(firm, "changes").skewed(0, 3) as u32;
    let others = if firm.example { 1 } else { drawn };
    others + u32::from(handed_over_on(firm, scene.calendar()).is_some())
}

fn change(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let handed_over = handed_over_on(firm, scene.calendar()).filter(|_| scene.place == 0);
    let (kind, changed) = match handed_over {
        Some(changed) => ("LEGAL_REPRESENTATIVE", changed),
        None => {
            let kinds = ["NAME", "ADDRESS", "ADDRESS", "SCOPE", "SCOPE", "CAPITAL", "SHAREHOLDERS"];
            (draws.choose(&kinds, "SCOPE"), event_day(firm, scene.calendar(), HISTORY_DAYS, draws))
        }
    };
    row.extend([Cell::Serial(draws.below(SERIALS)), Cell::Word(kind), Cell::Date(changed)]);
    Ok(())
}

fn report(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let weights = match firm.course {
        _ if firm.example && firm.course != Course::Failing => [1, 0, 0],
        course => by_course(course, [[995, 5, 0], [955, 35, 10], [820, 130, 50], [420, 280, 300]]),
    };
    let state = REPORTS.get(draws.pick(&weights)).copied().unwrap_or("IN_TIME");
    let late = if state == "LATE" { REPORT_DAYS + draws.skewed(1, 150) as i32 } else { REPORT_DAYS };
    let filed = scene.month.end.plus_days(if state == "LATE" { late } else { draws.between(20, 181) as i32 });
    let revenue = 12 * firm.sales_fen / 1000 * firm.activity_permille(scene.month);
    let assets = firm.capital_fen / 2 + firm.sales_fen * draws.between(4, 14);
    let debts = assets / 1000 * draws.between(by_course(firm.course, [150, 300, 550, 800]), 1_000);
    let debts = debts / 100 * by_course(firm.course, [60, 80, 100, 120]);
    row.push(Cell::Date(scene.month.end));
    row.push(if state == "NOT_FILED" { Cell::Missing } else { scene.past(filed) });
    row.push(Cell::Word(state));
    row.push(or_gap(firm, 2_000, Cell::Integer(firm.heads_in(scene.month)), draws));
    row.push(or_gap(firm, 2_000, Cell::Integer(revenue), draws));
    row.push(or_gap(firm, 3_000, Cell::Integer(assets), draws));
    row.push(or_gap(firm, 3_000, Cell::Integer(debts), draws));
    Ok(())
}

/// As the public credit records have it, whose number, day and removal it shares.
fn abnormal(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let place = credit::place_of(firm, "ABNORMAL").unwrap_or(0);
    let mut told = Vec::new();
    let calendar = scene.calendar();
    credit::row(firm, calendar, place, &mut retold(firm.key, credit::DATASET, calendar, place), &mut told);
    let cell = |place: usize| told.get(place).copied().unwrap_or(Cell::Missing);
    let reason = draws.choose(&["NO_ANNUAL_REPORT", "UNREACHABLE", "UNREACHABLE", "FALSE_STATEMENT"], "UNREACHABLE");
    row.extend([cell(0), Cell::Word(reason), cell(3), cell(4)]);
    Ok(())
}

fn pledge(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let pledged = event_day(firm, scene.calendar(), HISTORY_DAYS, draws);
    let pledgor = scene.firms.person_of(*firm, Place::First.of(firm.number))?;
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Id(pledgor.id));
    row.push(or_gap(firm, 3_000, Cell::Integer(firm.capital_fen / 100 * draws.between(10, 70)), draws));
    row.push(Cell::Date(pledged));
    row.push(released(firm, scene, pledged, draws));
    Ok(())
}

fn mortgage(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let registered = event_day(firm, scene.calendar(), HISTORY_DAYS, draws);
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(draws.choose(&GOODS, "MACHINERY")));
    row.push(or_gap(firm, 3_000, Cell::Integer(firm.sales_fen / 10 * draws.skewed(5, 120)), draws));
    row.push(Cell::Date(registered));
    row.push(released(firm, scene, registered, draws));
    Ok(())
}

/// What a failing firm has pledged stays pledged.
fn released(firm: &Firm, scene: &Scene<'_>, since: crate::model::Date, draws: &mut Draws) -> Cell {
    let day = since.plus_days(draws.between(SECURED_DAYS.0, SECURED_DAYS.1) as i32);
    if firm.course == Course::Failing { Cell::Missing } else { scene.past(day) }
}

fn rights(firm: &Firm, _: &Scene<'_>) -> u32 {
    let invents = matches!(firm.industry.section, "C" | "I" | "M");
    let drawn = of_firm(firm, "rights").pick(if invents { &[55, 25, 12, 8] } else { &[86, 11, 3, 0] }) as u32;
    if firm.example { 1 } else { drawn }
}

fn right(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = RIGHTS.get(draws.pick(&[55, 25, 12, 8])).copied().unwrap_or("TRADEMARK");
    let granted = event_day(firm, scene.calendar(), 8 * 365, draws);
    let years = match kind {
        "INVENTION" => 20,
        "DESIGN" => 15,
        _ => 10,
    };
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(kind));
    row.push(Cell::Date(granted));
    row.push(Cell::Date(granted.plus_days(years * 365)));
    row.push(Cell::Flag(!firm.example && draws.chance(30_000)));
    Ok(())
}
