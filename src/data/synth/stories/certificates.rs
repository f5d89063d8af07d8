//! Electronic certificates: each says what the dataset behind it says. Never decides what somebody has.

use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::Firm;
use super::super::resident::{Marriage, Resident};
use super::super::story::{Of, Rhythm, Row, Scene, Story, day, firm_serial, number, person_serial, text, word};
use super::families::{is_young, marriage_number, vehicles};
use super::homes::first_title;
use super::trade::{carries, licence, permit, pollutes};

const OF_FIRMS: [&str; 4] = ["BUSINESS_LICENCE", "TRADE_LICENCE", "POLLUTION_PERMIT", "TRANSPORT_PERMIT"];
const OF_PERSONS: [&str; 5] = ["ID_CARD", "MARRIAGE", "BIRTH", "TITLE", "DRIVING_LICENCE"];
const STATES: [&str; 3] = ["VALID", "EXPIRED", "REVOKED"];
const ID_CARD_YEARS: i32 = 16;
const ELECTRONIC_PPM: u64 = 700_000;

pub(super) const STORIES: [Story; 2] = [
    Story {
        dataset: "enterprise_certificates",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            word("kind", &OF_FIRMS),
            text("issuer"),
            day("issued_on"),
            day("valid_until"),
            word("status", &STATES),
        ],
        of: Of::Firms { rows: |firm, _| of_firm(firm).count() as u32, row: certificate },
    },
    Story {
        dataset: "person_certificates",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            word("kind", &OF_PERSONS),
            text("issuer"),
            day("issued_on"),
            day("valid_until"),
            word("status", &STATES),
        ],
        of: Of::Residents { rows: |resident, _| of_person(resident).count() as u32, row: personal },
    },
];

/// The kinds of certificates that a firm holds.
fn of_firm(firm: &Firm) -> impl Iterator<Item = &'static str> {
    let held = [true, licence(firm).is_some(), pollutes(firm), carries(firm)];
    OF_FIRMS.into_iter().zip(held).filter_map(|(kind, held)| held.then_some(kind))
}

fn certificate(firm: &Firm, scene: &Scene<'_>, _: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = of_firm(firm).nth(scene.place as usize).unwrap_or("BUSINESS_LICENCE");
    let (issuer, [number, issued, until, status]) = match kind {
        "TRADE_LICENCE" => ("行政审批服务局", permit(firm, scene, "licence permit")),
        "POLLUTION_PERMIT" => ("生态环境局", permit(firm, scene, "pollution permit")),
        "TRANSPORT_PERMIT" => ("交通运输局", permit(firm, scene, "transport permit")),
        _ => ("市场监督管理局", business_licence(firm)),
    };
    row.extend([number, Cell::Word(kind), Cell::Word(issuer), issued, until, status]);
    Ok(())
}

/// Holds as long as the firm is on the register.
fn business_licence(firm: &Firm) -> [Cell; 4] {
    let gone = matches!(firm.status, "REVOKED" | "CANCELLED");
    let number = Cell::Serial(firm_serial(firm, "BUSINESS_LICENCE", 0));
    [number, Cell::Date(firm.established), Cell::Missing, Cell::Word(if gone { "REVOKED" } else { "VALID" })]
}

/// The kinds of certificates that somebody holds.
fn of_person(resident: &Resident) -> impl Iterator<Item = &'static str> {
    let lives = resident.lives();
    let held = [
        // Not everybody has fetched the electronic one.
        resident.age >= ID_CARD_YEARS && (resident.example() || resident.draws("e-id").chance(ELECTRONIC_PPM)),
        lives && resident.marriage == Marriage::Married,
        lives && is_young(resident),
        lives && resident.is_own() && resident.person.titles > 0,
        lives && vehicles(resident) > 0,
    ];
    OF_PERSONS.into_iter().zip(held).filter_map(|(kind, held)| held.then_some(kind))
}

fn personal(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = of_person(resident).nth(scene.place as usize).unwrap_or("ID_CARD");
    let as_of = scene.as_of();
    let (number, issuer, issued, years) = match kind {
        "MARRIAGE" => (Cell::Serial(marriage_number(resident)), "民政局", resident.wed.unwrap_or(as_of), None),
        "BIRTH" => (Cell::Serial(person_serial(resident, "birth", 0)), "卫生健康委员会", resident.born, None),
        "TITLE" => {
            let title = first_title(resident, scene);
            let number = title.map_or(Cell::Missing, |title| title.number);
            (number, "自然资源局", title.map_or(as_of, |title| title.registered), None)
        }
        "DRIVING_LICENCE" => {
            let issued = resident.day_within(9 * 365, scene.calendar(), draws);
            (Cell::Serial(person_serial(resident, "driving", 0)), "公安局", issued, Some(10))
        }
        _ => {
            let days = if resident.example() { 3 * 365 } else { draws.between(10, 11 * 365) };
            let issued = super::super::story::back(scene.calendar(), days).max(resident.born);
            // For life from forty-six on.
            let years = (resident.age < 46).then_some(10);
            (Cell::Serial(person_serial(resident, "ID_CARD", 0)), "公安局", issued, years)
        }
    };
    let until = years.map(|years: i32| issued.plus_days(years * 365));
    let status = match () {
        () if resident.died.is_some() => "REVOKED",
        () if until.is_some_and(|until| until < as_of) => "EXPIRED",
        () => "VALID",
    };
    row.extend([number, Cell::Word(kind), Cell::Word(issuer), Cell::Date(issued)]);
    row.extend([until.map_or(Cell::Missing, Cell::Date), Cell::Word(status)]);
    Ok(())
}
