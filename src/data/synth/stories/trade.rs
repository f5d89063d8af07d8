//! What customs, environment, transport and the licensing office keep of a firm. Never decides how it fares.

use super::super::credit::event_day;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::{Course, Firm};
use super::super::story::{
    Of, Rhythm, Row, Scene, Story, amount, befalls, by_course, day, firm_serial, number, of_firm, or_gap, word,
};

const CATEGORIES: [&str; 3] = ["AEO", "REGISTERED", "DISCREDITED"];
const LEVELS: [&str; 3] = ["KEY", "SIMPLE", "REGISTERED"];
const COLOURS: [&str; 4] = ["GREEN", "BLUE", "YELLOW", "RED"];
const TRANSPORTS: [&str; 3] = ["GENERAL_GOODS", "DANGEROUS_GOODS", "PASSENGERS"];
const LICENCES: [&str; 5] = ["FOOD", "SPECIAL_EQUIPMENT", "HAZARDOUS_CHEMICALS", "PUBLIC_HEALTH", "CONSTRUCTION"];
const STATES: [&str; 3] = ["VALID", "EXPIRED", "REVOKED"];
const LICENCE_YEARS: i32 = 5;

pub(super) const STORIES: [Story; 6] = [
    Story {
        dataset: "customs_trade",
        rhythm: Rhythm::Quarterly,
        fields: &[day("period_end"), amount("declarations"), amount("export_fen"), amount("import_fen")],
        of: Of::Firms { rows: |firm, _| u32::from(trades(firm)), row: customs },
    },
    Story {
        dataset: "customs_ratings",
        rhythm: Rhythm::Once,
        fields: &[number("registration_number"), word("category", &CATEGORIES), day("rated_on")],
        of: Of::Firms { rows: |firm, _| u32::from(trades(firm)), row: customs_rating },
    },
    Story {
        dataset: "pollution_permits",
        rhythm: Rhythm::Once,
        fields: &[
            number("permit_number"),
            word("level", &LEVELS),
            day("issued_on"),
            day("valid_until"),
            word("status", &STATES),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(pollutes(firm)), row: pollution_permit },
    },
    Story {
        dataset: "environment_ratings",
        rhythm: Rhythm::Yearly,
        fields: &[day("year_end"), word("colour", &COLOURS), amount("points")],
        of: Of::Firms { rows: |firm, _| u32::from(pollutes(firm)), row: environment_rating },
    },
    Story {
        dataset: "transport_permits",
        rhythm: Rhythm::Once,
        fields: &[
            number("permit_number"),
            word("kind", &TRANSPORTS),
            amount("vehicles"),
            day("issued_on"),
            day("valid_until"),
            word("status", &STATES),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(carries(firm)), row: transport_permit },
    },
    Story {
        dataset: "enterprise_licences",
        rhythm: Rhythm::Once,
        fields: &[
            number("licence_number"),
            word("kind", &LICENCES),
            day("issued_on"),
            day("valid_until"),
            word("status", &STATES),
        ],
        of: Of::Firms { rows: |firm, _| u32::from(licence(firm).is_some()), row: licence_row },
    },
];

/// Whether a firm trades abroad.
fn trades(firm: &Firm) -> bool {
    let ppm = match firm.industry.section {
        "C" => 130_000,
        "F" => 90_000,
        _ => 8_000,
    };
    befalls(firm, "trades", [ppm, ppm, ppm, ppm / 2], (true, false))
}

/// Whether a firm needs a permit to pollute.
pub(super) fn pollutes(firm: &Firm) -> bool {
    let ppm = match firm.industry.section {
        "B" | "D" => 900_000,
        "C" => 600_000,
        "A" | "N" | "Q" => 150_000,
        _ => 5_000,
    };
    befalls(firm, "pollutes", [ppm; 4], (true, true))
}

pub(super) fn carries(firm: &Firm) -> bool {
    let ppm = if firm.industry.section == "G" { 800_000 } else { 15_000 };
    befalls(firm, "carries", [ppm; 4], (true, false))
}

/// The kind of licence that a firm's trade needs, where it needs one.
pub(super) fn licence(firm: &Firm) -> Option<&'static str> {
    let draws = &mut of_firm(firm, "licence");
    let (ppm, kind) = match firm.industry.section {
        "H" => (900_000, "FOOD"),
        "F" => (350_000, "FOOD"),
        "E" => (650_000, "CONSTRUCTION"),
        "C" | "D" => (300_000, "SPECIAL_EQUIPMENT"),
        "B" => (700_000, "HAZARDOUS_CHEMICALS"),
        "O" | "Q" | "R" => (400_000, "PUBLIC_HEALTH"),
        _ => (20_000, "PUBLIC_HEALTH"),
    };
    (draws.chance(ppm) || firm.example).then_some(kind)
}

fn customs(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let sales = 3 * firm.sales_fen / 1000 * firm.activity_permille(scene.month);
    let abroad = 80 + (firm.key % 500) as i64;
    let export = sales / 1000 * abroad / 1000 * draws.between(850, 1_150);
    let import = if firm.key.is_multiple_of(3) { export / 10 * draws.between(1, 6) } else { 0 };
    row.push(Cell::Date(scene.month.end));
    row.push(Cell::Integer((export / 20_000_000 + 1).min(5_000)));
    row.push(or_gap(firm, 1_500, Cell::Integer(export), draws));
    row.push(or_gap(firm, 1_500, Cell::Integer(import), draws));
    Ok(())
}

fn customs_rating(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let weights = match firm.course {
        _ if firm.example => [1, 0, 0],
        course => by_course(course, [[120, 880, 0], [20, 975, 5], [0, 960, 40], [0, 750, 250]]),
    };
    row.push(Cell::Serial(firm_serial(firm, "customs", 0)));
    row.push(Cell::Word(CATEGORIES.get(draws.pick(&weights)).copied().unwrap_or("REGISTERED")));
    row.push(Cell::Date(event_day(firm, scene.calendar(), 5 * 365, draws)));
    Ok(())
}

/// Number, first and last day, and state of a permit; a certificate of it says the same.
pub(super) fn permit(firm: &Firm, scene: &Scene<'_>, about: &str) -> [Cell; 4] {
    let draws = &mut of_firm(firm, about);
    let issued = match firm.example {
        true if firm.is_failing_example() => scene.as_of().plus_days(-(LICENCE_YEARS + 1) * 365),
        true => scene.as_of().plus_days(-200),
        false => event_day(firm, scene.calendar(), 7 * 365, draws),
    };
    let issued = issued.max(firm.established);
    let until = issued.plus_days(LICENCE_YEARS * 365);
    let revoked = firm.status == "REVOKED" || firm.course == Course::Failing && !firm.example && draws.chance(150_000);
    let status = match () {
        () if revoked => "REVOKED",
        () if until < scene.as_of() => "EXPIRED",
        () => "VALID",
    };
    [Cell::Serial(firm_serial(firm, about, 0)), Cell::Date(issued), Cell::Date(until), Cell::Word(status)]
}

fn pollution_permit(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let [number, issued, until, status] = permit(firm, scene, "pollution permit");
    let level = LEVELS.get(draws.pick(&[15, 35, 50])).copied().unwrap_or("REGISTERED");
    row.extend([number, Cell::Word(level), issued, until, status]);
    Ok(())
}

fn environment_rating(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let weights = match firm.course {
        Course::Failing if firm.example => [0, 0, 0, 1],
        _ if firm.example => [1, 0, 0, 0],
        course => by_course(course, [[600, 370, 28, 2], [350, 550, 90, 10], [150, 550, 250, 50], [60, 400, 360, 180]]),
    };
    let place = draws.pick(&weights);
    row.push(Cell::Date(scene.month.end));
    row.push(Cell::Word(COLOURS.get(place).copied().unwrap_or("BLUE")));
    row.push(or_gap(firm, 2_000, Cell::Integer(draws_points(firm.key, place)), draws));
    Ok(())
}

const fn draws_points(key: u64, place: usize) -> i64 {
    90 - 20 * place as i64 + (key % 10) as i64
}

fn transport_permit(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let [number, issued, until, status] = permit(firm, scene, "transport permit");
    let kind = TRANSPORTS.get(draws.pick(&[88, 7, 5])).copied().unwrap_or("GENERAL_GOODS");
    row.extend([number, Cell::Word(kind), Cell::Integer(1 + firm.heads / 3), issued, until, status]);
    Ok(())
}

fn licence_row(firm: &Firm, scene: &Scene<'_>, _: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let [number, issued, until, status] = permit(firm, scene, "licence permit");
    row.extend([number, licence(firm).map_or(Cell::Missing, Cell::Word), issued, until, status]);
    Ok(())
}
