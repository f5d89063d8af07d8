//! Where somebody lives, and how it was paid for: contracts to buy and to rent, loans and withdrawals of the housing fund,
//! and the fund's accounts of employers. A loan names the title that secures it. Never decides how anybody fares.

use super::super::cast::Part;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::estate;
use super::super::firm::{COUNTIES, Course, Firm};
use super::super::resident::Resident;
use super::super::story::{
    Of, Rhythm, Row, SERIALS, Scene, Story, amount, another, day, firm_serial, number, of_firm, person_serial, retold,
    word,
};
use super::families::{DISTRICTS, district_of};
use crate::model::{Date, UnitId};

const PURCHASES: [&str; 2] = ["NEW", "SECOND_HAND"];
const CONTRACT_STATES: [&str; 3] = ["FILED", "REGISTERED", "CANCELLED"];
const WITHDRAWALS: [&str; 5] = ["RENT", "PURCHASE", "LOAN", "RETIREMENT", "LEFT"];
const FUND_STATES: [&str; 3] = ["OPEN", "SEALED", "CLOSED"];
const MONTHS_A_YEAR: i64 = 12;
/// The fund lends so many yuan at most.
const LOAN_YUAN_MAX: i64 = 800_000;

pub(super) const STORIES: [Story; 5] = [
    Story {
        dataset: "housing_fund_employers",
        rhythm: Rhythm::Once,
        fields: &[
            number("account_number"),
            day("opened_on"),
            amount("heads"),
            day("paid_until"),
            amount("owed_months"),
            word("status", &FUND_STATES),
        ],
        of: Of::Firms { rows: |firm, scene| u32::from(fund_months(firm, scene) > 0), row: employer },
    },
    Story {
        dataset: "housing_fund_loans",
        rhythm: Rhythm::Once,
        fields: &[
            number("contract_number"),
            number("title_number"),
            number("co_borrower_id"),
            day("granted_on"),
            amount("amount_fen"),
            amount("balance_fen"),
            amount("monthly_fen"),
            amount("months"),
            amount("overdue_months"),
            day("settled_on"),
        ],
        of: Of::Residents { rows: |resident, scene| u32::from(loan(resident, scene).is_some()), row: loan_row },
    },
    Story {
        dataset: "housing_fund_withdrawals",
        rhythm: Rhythm::Once,
        fields: &[
            number("withdrawal_number"),
            word("reason", &WITHDRAWALS),
            number("title_number"),
            day("withdrawn_on"),
            amount("withdrawn_fen"),
        ],
        of: Of::Residents {
            rows: |resident, scene| withdraws(resident, scene).map_or(0, |(_, count)| count),
            row: withdrawal,
        },
    },
    Story {
        dataset: "housing_contracts",
        rhythm: Rhythm::Once,
        fields: &[
            number("contract_number"),
            number("seller_uscc"),
            number("co_buyer_id"),
            number("title_number"),
            word("kind", &PURCHASES),
            word("county", &COUNTIES),
            amount("area"),
            amount("price_fen"),
            amount("paid_fen"),
            day("signed_on"),
            word("status", &CONTRACT_STATES),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(buys(resident)), row: purchase },
    },
    Story {
        dataset: "rental_contracts",
        rhythm: Rhythm::Once,
        fields: &[
            number("contract_number"),
            number("landlord_id"),
            word("county", &COUNTIES),
            word("district", &DISTRICTS),
            amount("rent_fen"),
            day("signed_on"),
            day("valid_until"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(rents(resident)), row: rental },
    },
];

/// What `real_estate` tells of somebody's first title, where they live.
#[derive(Clone, Copy)]
pub(super) struct Title {
    pub number: Cell,
    pub registered: Date,
    area: i64,
    mortgaged: bool,
    mortgage_fen: i64,
}

pub(super) fn first_title(resident: &Resident, scene: &Scene<'_>) -> Option<Title> {
    let person = &resident.person;
    if !resident.is_own() || person.titles == 0 {
        return None;
    }
    let mut told = Vec::new();
    let source = &mut retold(person.key, estate::DATASET, scene.calendar(), 0);
    estate::row(person, scene.calendar(), 0, source, &mut told);
    let integer = |place: usize| match told.get(place) {
        Some(Cell::Integer(value)) => Some(*value),
        _ => None,
    };
    let registered = match told.get(1) {
        Some(Cell::Date(day)) => *day,
        _ => scene.as_of(),
    };
    let area = integer(3).unwrap_or(9_000);
    Some(Title {
        number: told.first().copied().unwrap_or(Cell::Missing),
        registered,
        area,
        mortgaged: matches!(told.get(6), Some(Cell::Flag(true))),
        mortgage_fen: integer(7).unwrap_or(area * 3_000),
    })
}

/// For how many months the firm has had an account: as long as any of its persons.
fn fund_months(firm: &Firm, scene: &Scene<'_>) -> u32 {
    let persons = scene.firms.persons(firm).ok();
    persons.and_then(|persons| persons.iter().map(|person| person.fund_months).max()).unwrap_or(0)
}

fn employer(firm: &Firm, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let opened = scene.as_of().months_before(fund_months(firm, scene).saturating_sub(1)).max(firm.established);
    let troubled = firm.course == Course::Failing;
    let owed = if troubled { i64::from(firm.onset) / 2 + 1 } else { 0 };
    let paid_until = scene.month.end.months_before(firm.ended + owed as u32).month_end();
    let status = match firm.course {
        _ if firm.ended > 0 => "CLOSED",
        Course::Failing if of_firm(firm, "fund sealed").chance(400_000) && !firm.example => "SEALED",
        _ => "OPEN",
    };
    row.push(Cell::Serial(firm_serial(firm, "fund account", 0)));
    row.push(Cell::Date(opened));
    row.push(Cell::Integer((firm.heads * draws.between(400, 1_000) / 1_000).max(1)));
    row.push(Cell::Date(paid_until.max(opened).min(scene.as_of())));
    row.push(Cell::Integer(owed));
    row.push(Cell::Word(status));
    Ok(())
}

/// A loan of the fund: who pays in, and whose home is mortgaged, has mostly one.
fn loan(resident: &Resident, scene: &Scene<'_>) -> Option<Title> {
    let pays = resident.is_own() && resident.person.fund_months > 12 && resident.status != "MOVED_OUT";
    let has = pays && resident.happens("fund loan", 700_000, &[Part::Borrower]);
    first_title(resident, scene).filter(|title| has && title.mortgaged)
}

fn loan_row(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let Some(title) = loan(resident, scene) else { return Ok(()) };
    let granted = title.registered.plus_days(draws.between(5, 60) as i32).min(scene.as_of());
    // An example still repays, whenever the home was bought.
    let months = MONTHS_A_YEAR * if resident.example() { 30 } else { draws.between(10, 30) };
    let amount = (title.mortgage_fen / 100 * draws.between(60, 100)).clamp(5_000_000, LOAN_YUAN_MAX * 100);
    let gone = i64::from(scene.calendar().months_since(granted)).min(months);
    let overdue = match () {
        () if resident.example() => 0,
        () if resident.person.is_in_trouble() => draws.between(2, 9),
        () if draws.chance(15_000) => draws.between(1, 2),
        () => 0,
    };
    let paid = (gone - overdue).max(0);
    // Some repay early.
    let early = !resident.example() && overdue == 0 && draws.chance(80_000);
    let settled = match () {
        () if early => scene.past(granted.plus_days(draws.between(400, 2_500) as i32)),
        () if paid >= months => scene.past(granted.plus_days(months as i32 * 30)),
        () => Cell::Missing,
    };
    let is_settled = !matches!(settled, Cell::Missing);
    row.push(Cell::Serial(person_serial(resident, "fund loan", 0)));
    row.push(title.number);
    row.push(resident.spouse.map_or(Cell::Missing, Cell::Id));
    row.push(Cell::Date(granted));
    row.push(Cell::Integer(amount));
    row.push(Cell::Integer(if is_settled { 0 } else { amount / months * (months - paid) }));
    row.push(Cell::Integer(amount / months / 1_000 * draws.between(1_100, 1_350)));
    row.push(Cell::Integer(months));
    row.push(Cell::Integer(if is_settled { 0 } else { overdue }));
    row.push(settled);
    Ok(())
}

/// Why somebody has withdrawn from the fund, and how often.
fn withdraws(resident: &Resident, scene: &Scene<'_>) -> Option<(&'static str, u32)> {
    let draws = &mut resident.draws("withdraws");
    let pays = resident.is_own() && resident.person.fund_months > 12;
    let times = 1 + draws.skewed(0, 3) as u32;
    match () {
        () if !pays => None,
        () if resident.example() => (resident.part == Part::Borrower).then_some(("LOAN", 1)),
        () if resident.age >= 60 => Some(("RETIREMENT", 1)),
        () if loan(resident, scene).is_some() => draws.chance(700_000).then_some(("LOAN", times)),
        () if rents(resident) => draws.chance(600_000).then_some(("RENT", times)),
        () if buys(resident) => draws.chance(500_000).then_some(("PURCHASE", 1)),
        () => draws.chance(30_000).then_some(("LEFT", 1)),
    }
}

fn withdrawal(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let Some((reason, _)) = withdraws(resident, scene) else { return Ok(()) };
    let title = first_title(resident, scene).filter(|_| matches!(reason, "LOAN" | "PURCHASE"));
    // Once a year, the newest first.
    let days = i64::from(scene.place) * 365 + draws.between(20, 340);
    let most = resident.person.wage_fen / 10 * i64::from(resident.person.fund_months.min(36));
    row.push(Cell::Serial(draws.below(SERIALS)));
    row.push(Cell::Word(reason));
    row.push(title.map_or(Cell::Missing, |title| title.number));
    row.push(Cell::Date(super::super::story::back(scene.calendar(), days)));
    row.push(Cell::Integer(most / 1_000 * draws.between(250, 950)));
    Ok(())
}

fn buys(resident: &Resident) -> bool {
    let ppm = if resident.person.titles > 0 { 140_000 } else { 50_000 };
    resident.is_own() && resident.happens("buys", ppm, &[Part::Buyer])
}

fn purchase(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let title = first_title(resident, scene);
    let area = title.map_or_else(|| draws.between(7_000, 15_000), |title| title.area);
    let price = area * draws.between(4_200, 9_800);
    let signed = match title {
        Some(title) => title.registered.plus_days(-(draws.between(40, 700) as i32)),
        None => super::super::story::back(scene.calendar(), draws.between(20, 300)),
    };
    let kind = if draws.chance(700_000) || resident.example() { "NEW" } else { "SECOND_HAND" };
    let seller = if kind == "NEW" { another(&resident.person.firm, scene.firms, draws)? } else { Cell::Missing };
    let status = match title {
        Some(_) => "REGISTERED",
        None if !resident.example() && draws.chance(50_000) => "CANCELLED",
        None => "FILED",
    };
    row.push(Cell::Serial(person_serial(resident, "purchase", 0)));
    row.push(seller);
    row.push(resident.spouse.filter(|_| resident.key.is_multiple_of(2)).map_or(Cell::Missing, Cell::Id));
    row.push(title.map_or(Cell::Missing, |title| title.number));
    row.push(Cell::Word(kind));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Integer(area));
    row.push(Cell::Integer(price));
    row.push(Cell::Integer(if title.is_some() { price } else { price / 100 * draws.between(20, 60) }));
    row.push(Cell::Date(signed));
    row.push(Cell::Word(status));
    Ok(())
}

fn rents(resident: &Resident) -> bool {
    let homeless = resident.person.titles == 0 && resident.relation == "HEAD" && resident.lives();
    resident.is_own() && homeless && resident.happens("rents", 420_000, &[Part::Tenant])
}

fn rental(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let firm = &resident.person.firm;
    let landlord = if resident.example() { 0 } else { draws.below(firm.number.max(1) * 3) };
    let landlord: UnitId = scene.firms.ids.person(landlord)?;
    let signed = if resident.example() { 200 } else { draws.between(30, 700) };
    let signed = super::super::story::back(scene.calendar(), signed);
    let years = if resident.example() { 1 } else { draws.between(1, 3) as i32 };
    row.push(Cell::Serial(person_serial(resident, "rental", 0)));
    row.push(Cell::Id(landlord));
    // Who rents lives where they work.
    row.push(Cell::Word(firm.county));
    row.push(Cell::Word(district_of(firm.county, resident.key)));
    row.push(Cell::Integer(draws.skewed(600, 3_500) * 100));
    row.push(Cell::Date(signed));
    row.push(Cell::Date(signed.plus_days(years * 365)));
    Ok(())
}
