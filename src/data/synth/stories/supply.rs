//! What goes with a firm's site: its title, the planning permit, the approval of the project, the connection to power, the
//! accounts with the utilities, the vehicles. A connection names the others, and they agree. Never decides how a firm fares.

use super::super::credit::event_day;
use super::super::csv::{Cell, Numbering};
use super::super::draw::Draws;
use super::super::firm::{COUNTIES, Course, Firm};
use super::super::story::{
    Of, Rhythm, Row, Scene, Story, amount, befalls, by_course, day, firm_serial, flag, number, numbered, of_firm,
    or_gap, text, word,
};
use crate::model::Date;

const VOLTAGES: [&str; 3] = ["220V", "380V", "10KV"];
const TARIFFS: [&str; 3] = ["COMMERCIAL", "INDUSTRIAL", "FARMING"];
const ACCOUNT_STATES: [&str; 3] = ["OPEN", "SUSPENDED", "CLOSED"];
const UTILITIES: [&str; 3] = ["WATER", "GAS", "HEAT"];
const SITES: [&str; 3] = ["INDUSTRIAL", "COMMERCIAL", "STORAGE"];
const CONNECTIONS: [&str; 3] = ["NEW", "INCREASE", "TEMPORARY"];
const CONNECTION_STATES: [&str; 3] = ["APPLIED", "CONNECTED", "REFUSED"];
const VEHICLES: [&str; 4] = ["CAR", "VAN", "LORRY", "SPECIAL"];
/// No plate has a word in it.
const PLATE: Numbering = Numbering { head: "鲁N样", digits: 6, tail: "" };
const PLATES: u64 = 1_000_000;
const ROAD: Numbering = Numbering { head: "样本路", digits: 1, tail: "号" };
/// Titles, and what was built on them, go back so many days.
const SITE_DAYS: i64 = 15 * 365;
const CONNECTION_DAYS: i64 = 3 * 365;
/// A planning permit lapses where nothing is built on it.
const PLANNING_DAYS: i32 = 4 * 365;

pub(super) const STORIES: [Story; 7] = [
    Story {
        dataset: "power_accounts",
        rhythm: Rhythm::Once,
        fields: &[
            number("account_number"),
            word("voltage", &VOLTAGES),
            word("tariff", &TARIFFS),
            amount("capacity_kva"),
            day("opened_on"),
            word("status", &ACCOUNT_STATES),
        ],
        of: Of::Firms { rows: |_, _| 1, row: power_account },
    },
    Story {
        dataset: "utility_accounts",
        rhythm: Rhythm::Once,
        fields: &[
            number("account_number"),
            word("utility", &UTILITIES),
            day("opened_on"),
            text("address"),
            word("status", &ACCOUNT_STATES),
        ],
        of: Of::Firms { rows: |firm, _| utilities(firm).len() as u32, row: utility_account },
    },
    Story {
        dataset: "enterprise_real_estate",
        rhythm: Rhythm::Once,
        fields: &[
            number("title_number"),
            word("purpose", &SITES),
            word("county", &COUNTIES),
            amount("area"),
            day("registered_on"),
            day("valid_until"),
            flag("mortgaged"),
            amount("mortgage_fen"),
            flag("seized"),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(site(firm).titled), row: title },
    },
    Story {
        dataset: "planning_permits",
        rhythm: Rhythm::Once,
        fields: &[
            number("permit_number"),
            number("title_number"),
            amount("area"),
            day("issued_on"),
            day("valid_until"),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(site(firm).planned), row: planning },
    },
    Story {
        dataset: "project_approvals",
        rhythm: Rhythm::Once,
        fields: &[
            number("project_number"),
            number("permit_number"),
            amount("investment_fen"),
            day("approved_on"),
            day("valid_until"),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(site(firm).approved), row: project },
    },
    Story {
        dataset: "power_connections",
        rhythm: Rhythm::Once,
        fields: &[
            number("application_number"),
            word("kind", &CONNECTIONS),
            day("applied_on"),
            amount("capacity_kva"),
            number("title_number"),
            number("permit_number"),
            number("project_number"),
            word("status", &CONNECTION_STATES),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(site(firm).connects), row: connection },
    },
    Story {
        dataset: "enterprise_vehicles",
        rhythm: Rhythm::Once,
        fields: &[
            number("plate"),
            word("kind", &VEHICLES),
            day("registered_on"),
            day("valid_until"),
            flag("mortgaged"),
            flag("seized"),
        ],
        of: Of::Firms { rows: vehicles, row: vehicle },
    },
];

/// How far a firm has got with a site of its own.
#[derive(Clone, Copy)]
struct Site {
    titled: bool,
    planned: bool,
    approved: bool,
    connects: bool,
}

fn site(firm: &Firm) -> Site {
    let owns = if firm.industry.section == "C" { 320_000 } else { 110_000 };
    let titled = befalls(firm, "site", [owns; 4], (firm.age_months > 24, true));
    let planned = titled && befalls(firm, "planned", [400_000, 350_000, 200_000, 120_000], (true, true));
    let approved = planned && befalls(firm, "approved", [900_000, 850_000, 700_000, 500_000], (true, false));
    // Some apply before they have a title, and are sent home.
    let ppm = if titled { 600_000 } else { 40_000 };
    Site { titled, planned, approved, connects: befalls(firm, "connects", [ppm; 4], (true, true)) }
}

fn power_account(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    // A month has some 200 hours of full use.
    let capacity = (firm.power / 100 / 200).max(8);
    let voltage = match capacity {
        ..12 => "220V",
        12..100 => "380V",
        _ => "10KV",
    };
    let tariff = match firm.industry.section {
        "A" => "FARMING",
        "B" | "C" | "D" => "INDUSTRIAL",
        _ => "COMMERCIAL",
    };
    let opened = firm.established.plus_days(draws.skewed(0, 400) as i32).min(scene.as_of());
    row.push(Cell::Serial(firm_serial(firm, "power", 0)));
    row.push(Cell::Word(voltage));
    row.push(Cell::Word(tariff));
    row.push(or_gap(firm, 1_500, Cell::Integer(capacity), draws));
    row.push(Cell::Date(opened));
    row.push(Cell::Word(account_state(firm)));
    Ok(())
}

fn account_state(firm: &Firm) -> &'static str {
    match firm.course {
        _ if firm.ended > 0 => "CLOSED",
        Course::Failing if firm.onset > 6 => "SUSPENDED",
        _ => "OPEN",
    }
}

/// With what a firm has accounts: those that have meters.
fn utilities(firm: &Firm) -> &'static [&'static str] {
    let burns = matches!(firm.industry.section, "C" | "D" | "H");
    match (burns, firm.key.is_multiple_of(2)) {
        (true, true) => &["WATER", "GAS", "HEAT"],
        (true, false) => &["WATER", "GAS"],
        (false, true) => &["WATER", "HEAT"],
        (false, false) => &["WATER"],
    }
}

fn utility_account(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let utility = utilities(firm).get(scene.place as usize).copied().unwrap_or("WATER");
    let opened = firm.established.plus_days(draws.skewed(0, 400) as i32).min(scene.as_of());
    row.push(Cell::Serial(firm_serial(firm, "utility", scene.place)));
    row.push(Cell::Word(utility));
    row.push(Cell::Date(opened));
    row.push(or_gap(firm, 3_000, numbered(&ROAD, 1 + firm.key % 3_000), draws));
    row.push(Cell::Word(account_state(firm)));
    Ok(())
}

fn title_number(firm: &Firm) -> Cell {
    Cell::Serial(firm_serial(firm, "site title", 0))
}

fn permit_number(firm: &Firm) -> Cell {
    Cell::Serial(firm_serial(firm, "planning permit", 0))
}

fn project_number(firm: &Firm) -> Cell {
    Cell::Serial(firm_serial(firm, "project", 0))
}

/// The day of the title; planning, approval and connection follow.
fn titled_on(firm: &Firm, scene: &Scene<'_>) -> Date {
    let draws = &mut of_firm(firm, "site day");
    match firm.example {
        true => scene.as_of().plus_days(-5 * 365).max(firm.established),
        false => event_day(firm, scene.calendar(), SITE_DAYS, draws),
    }
}

/// The failing example planned long ago, and built nothing.
fn planned_on(firm: &Firm, scene: &Scene<'_>) -> Date {
    let days = if firm.is_failing_example() { 30 } else { of_firm(firm, "planning day").between(60, 700) as i32 };
    let days = if firm.example && !firm.is_failing_example() { 4 * 365 } else { days };
    titled_on(firm, scene).plus_days(days).min(scene.as_of().plus_days(-1)).max(firm.established)
}

fn title(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let area = draws.skewed(50_000, 3_000_000);
    let mortgaged_ppm = by_course(firm.course, [300_000, 420_000, 650_000, 880_000]);
    let seized_ppm = by_course(firm.course, [0, 2_000, 30_000, 420_000]);
    let (mortgaged, seized) = match firm.example {
        true => (firm.is_failing_example(), firm.is_failing_example()),
        false => (draws.chance(mortgaged_ppm), draws.chance(seized_ppm)),
    };
    let purpose = match firm.industry.section {
        "B" | "C" | "D" => "INDUSTRIAL",
        "G" => "STORAGE",
        _ => "COMMERCIAL",
    };
    let registered = titled_on(firm, scene);
    let mortgage = if mortgaged { area * draws.between(800, 2_500) } else { 0 };
    row.push(title_number(firm));
    row.push(Cell::Word(purpose));
    row.push(Cell::Word(firm.county));
    row.push(or_gap(firm, 1_500, Cell::Integer(area), draws));
    row.push(Cell::Date(registered));
    row.push(Cell::Date(registered.plus_days(if purpose == "COMMERCIAL" { 40 } else { 50 } * 365)));
    row.push(Cell::Flag(mortgaged));
    row.push(Cell::Integer(mortgage));
    row.push(Cell::Flag(seized));
    Ok(())
}

fn planning(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let issued = planned_on(firm, scene);
    row.push(permit_number(firm));
    row.push(title_number(firm));
    row.push(or_gap(firm, 2_000, Cell::Integer(draws_area(firm)), draws));
    row.push(Cell::Date(issued));
    row.push(Cell::Date(issued.plus_days(PLANNING_DAYS)));
    Ok(())
}

fn draws_area(firm: &Firm) -> i64 {
    of_firm(firm, "planned area").skewed(30_000, 2_000_000)
}

fn project(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let approved = planned_on(firm, scene).plus_days(draws.between(5, 120) as i32).min(scene.as_of());
    row.push(project_number(firm));
    row.push(permit_number(firm));
    row.push(or_gap(firm, 2_000, Cell::Integer(firm.sales_fen / 10 * draws.skewed(20, 300)), draws));
    row.push(Cell::Date(approved));
    row.push(Cell::Date(approved.plus_days(2 * 365)));
    Ok(())
}

fn connection(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let Site { titled, planned, approved, .. } = site(firm);
    let drawn = event_day(firm, scene.calendar(), CONNECTION_DAYS, draws);
    let applied = match planned {
        // Who has all papers applies with them.
        _ if firm.example => scene.as_of().plus_days(-20),
        true => drawn.max(planned_on(firm, scene).plus_days(1)).min(scene.as_of()),
        false => drawn,
    };
    let complete = titled && planned && approved;
    let status = match () {
        () if firm.example => "APPLIED",
        () if !titled => "REFUSED",
        () if complete || draws.chance(400_000) => draws.choose(&["CONNECTED", "CONNECTED", "APPLIED"], "CONNECTED"),
        () => "APPLIED",
    };
    let held = |has: bool, cell: Cell| if has { cell } else { Cell::Missing };
    row.push(Cell::Serial(firm_serial(firm, "connection", 0)));
    row.push(Cell::Word(draws.choose(&["NEW", "NEW", "INCREASE", "TEMPORARY"], "NEW")));
    row.push(Cell::Date(applied));
    row.push(or_gap(firm, 1_500, Cell::Integer((firm.power / 100 / 200).max(8)), draws));
    row.push(held(titled, title_number(firm)));
    row.push(held(planned, permit_number(firm)));
    row.push(held(approved, project_number(firm)));
    row.push(Cell::Word(status));
    Ok(())
}

fn vehicles(firm: &Firm, _: &Scene<'_>) -> u32 {
    let carries = super::trade::carries(firm);
    let drawn = of_firm(firm, "vehicles").pick(if carries { &[0, 30, 30, 40] } else { &[72, 20, 6, 2] }) as u32;
    if firm.example { 2 } else { drawn }
}

fn vehicle(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let registered = event_day(firm, scene.calendar(), 10 * 365, draws);
    let failing = firm.course == Course::Failing;
    let seized = if firm.example { failing } else { failing && draws.chance(300_000) };
    row.push(numbered(&PLATE, draws.below(PLATES)));
    row.push(Cell::Word(draws.choose(&VEHICLES, "CAR")));
    row.push(Cell::Date(registered));
    row.push(Cell::Date(scene.as_of().plus_days(draws.between(-60, 600) as i32)));
    row.push(Cell::Flag(!firm.example && draws.chance(120_000)));
    row.push(Cell::Flag(seized));
    Ok(())
}
