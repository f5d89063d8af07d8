//! What a city gives: social assistance, thirteen programmes of livelihood funds, health insurance, certificates of
//! disability. A few in a hundred claims are wrong: drawn twice, for the dead, or by who has no right. Never decides who is
//! kin to whom.

use super::super::cast::Part;
use super::super::csv::Cell;
use super::super::draw::Draws;
use super::super::firm::COUNTIES;
use super::super::resident::{Kin, Resident};
use super::super::story::{Of, Rhythm, Row, SERIALS, Scene, Story, amount, day, flag, number, person_serial, word};
use super::families::is_rural;
use super::work::{Job, employer, job, paid_until};

const ASSISTANCE: [&str; 4] = ["URBAN_MINIMUM", "RURAL_MINIMUM", "MARGINAL", "TEMPORARY"];
const ASSISTANCE_STATES: [&str; 2] = ["GRANTED", "ENDED"];
pub(super) const PROGRAMMES: [&str; 13] = [
    "MINIMUM_LIVING",
    "DESTITUTE_SUPPORT",
    "TEMPORARY_RELIEF",
    "ELDERLY_ALLOWANCE",
    "DISABLED_LIVING",
    "DISABLED_CARE",
    "ORPHAN_SUPPORT",
    "MEDICAL_AID",
    "STUDENT_AID",
    "FARMLAND_SUPPORT",
    "HOUSING_RENOVATION",
    "JOB_SUBSIDY",
    "FAMILY_PLANNING",
];
const IMPAIRMENTS: [&str; 7] = ["PHYSICAL", "VISUAL", "HEARING", "SPEECH", "INTELLECTUAL", "MENTAL", "MULTIPLE"];
const INSURANCES: [&str; 2] = ["EMPLOYEE", "RESIDENT"];
const INSURANCE_STATES: [&str; 2] = ["VALID", "PAUSED"];
/// Allowances of the old begin at this age.
const OLD_YEARS: i32 = 80;

pub(super) const STORIES: [Story; 4] = [
    Story {
        dataset: "social_assistance",
        rhythm: Rhythm::Once,
        fields: &[
            number("grant_number"),
            number("household"),
            word("kind", &ASSISTANCE),
            word("county", &COUNTIES),
            amount("members"),
            amount("monthly_fen"),
            day("granted_on"),
            day("ended_on"),
            word("status", &ASSISTANCE_STATES),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(is_assisted(resident)), row: assistance },
    },
    Story {
        dataset: "livelihood_funds",
        rhythm: Rhythm::Once,
        fields: &[
            number("claim_number"),
            number("account_number"),
            word("programme", &PROGRAMMES),
            word("county", &COUNTIES),
            day("first_paid_on"),
            day("last_paid_on"),
            amount("monthly_fen"),
        ],
        of: Of::Residents { rows: |resident, _| claims(resident).len() as u32, row: claim },
    },
    Story {
        dataset: "disability_certificates",
        rhythm: Rhythm::Once,
        fields: &[
            number("certificate_number"),
            word("kind", &IMPAIRMENTS),
            amount("level"),
            day("issued_on"),
            day("valid_until"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(is_disabled(resident)), row: disability },
    },
    Story {
        dataset: "health_insurance",
        rhythm: Rhythm::Once,
        fields: &[
            number("insurance_number"),
            number("employer_uscc"),
            word("kind", &INSURANCES),
            word("county", &COUNTIES),
            day("paid_until"),
            word("status", &INSURANCE_STATES),
            amount("spent_fen"),
            flag("chronic"),
        ],
        of: Of::Residents { rows: |resident, _| u32::from(resident.lives()), row: insurance },
    },
];

/// Whether the household is poor: never that of who has an office.
pub(super) fn is_poor(resident: &Resident) -> bool {
    resident.person.is_poor && !resident.example()
        || matches!(resident.part, Part::Poor | Part::PoorSpouse | Part::PoorChild | Part::Claimant)
}

/// The head draws for the household; one in some thousand draws who ought not to.
fn is_assisted(resident: &Resident) -> bool {
    let head = resident.is_own() && resident.relation == "HEAD" && resident.lives();
    let wrongly = head && resident.happens("wrongly assisted", 1_500, &[Part::WellOff]);
    head && is_poor(resident) || wrongly
}

fn assistance(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let kind = match draws.pick(&[70, 20, 10]) {
        _ if resident.example() => "URBAN_MINIMUM",
        0 if is_rural(resident) => "RURAL_MINIMUM",
        0 => "URBAN_MINIMUM",
        1 => "MARGINAL",
        _ => "TEMPORARY",
    };
    let a_head = if kind == "TEMPORARY" { 20_000 } else { draws.between(25_000, 78_000) };
    let granted = resident.day_within(6 * 365, scene.calendar(), draws);
    let ended = granted.plus_days(draws.between(300, 2_500) as i32);
    let over = !resident.example() && ended <= scene.as_of();
    row.push(Cell::Serial(person_serial(resident, "assistance", 0)));
    row.push(Cell::Serial(resident.person.household));
    row.push(Cell::Word(kind));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Integer(i64::from(resident.members)));
    row.push(Cell::Integer(a_head * i64::from(resident.members.max(1))));
    row.push(Cell::Date(granted));
    row.push(if over { Cell::Date(ended) } else { Cell::Missing });
    row.push(Cell::Word(if over { "ENDED" } else { "GRANTED" }));
    Ok(())
}

fn is_disabled(resident: &Resident) -> bool {
    let ppm = match (resident.kin, resident.age) {
        (Kin::Father | Kin::Mother, _) => 90_000,
        (_, 45..) => 30_000,
        _ => 11_000,
    };
    let parts = [Part::PoorSpouse, Part::DoubleClaimant];
    resident.lives() && resident.happens("disabled", ppm, &parts)
}

fn level(resident: &Resident) -> i64 {
    if resident.example() { 2 } else { 1 + resident.draws("level").pick(&[12, 28, 35, 25]) as i64 }
}

fn disability(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let days = if resident.example() { 3 * 365 } else { draws.between(30, 12 * 365) };
    let issued = super::super::story::back(scene.calendar(), days).max(resident.born);
    row.push(Cell::Serial(person_serial(resident, "disability", 0)));
    row.push(Cell::Word(IMPAIRMENTS.get(draws.pick(&[55, 12, 10, 3, 8, 8, 4])).copied().unwrap_or("PHYSICAL")));
    row.push(Cell::Integer(level(resident)));
    row.push(Cell::Date(issued));
    row.push(Cell::Date(issued.plus_days(10 * 365)));
    Ok(())
}

/// What somebody draws, and whether in a second county, too.
#[derive(Clone, Copy)]
struct Claim {
    programme: &'static str,
    again: bool,
}

/// The programmes that somebody draws money of; the last row, where it is one, is the same one in another county.
fn claims(resident: &Resident) -> Vec<Claim> {
    let mut claims = Vec::new();
    if resident.status == "MOVED_OUT" {
        return claims;
    }
    let mut draw = |programme, has| {
        if has {
            claims.push(Claim { programme, again: false });
        }
    };
    let happens = |about: &str, ppm| resident.happens(about, ppm, &[]);
    let dead = resident.died.is_some();
    let old = resident.age >= OLD_YEARS && matches!(resident.kin, Kin::Father | Kin::Mother);
    let disabled = is_disabled(resident);
    let has_child = matches!(resident.kin, Kin::Child(_)) && (6..=18).contains(&resident.age);
    // A death that nobody told the office of.
    let old_claim = if dead { resident.happens("drawn for the dead", 120_000, &[Part::DeceasedClaimant]) } else { old };
    draw("ELDERLY_ALLOWANCE", old && old_claim);
    draw("MINIMUM_LIVING", !dead && is_assisted(resident) && resident.part != Part::WellOff);
    draw("DISABLED_LIVING", disabled && (is_poor(resident) || resident.example()));
    draw("DISABLED_CARE", disabled && level(resident) <= 2 && !resident.example());
    draw("STUDENT_AID", has_child && is_poor(resident));
    draw("ORPHAN_SUPPORT", has_child && resident.person.status == "DECEASED" && happens("orphan", 300_000));
    draw("FARMLAND_SUPPORT", !dead && resident.relation == "HEAD" && is_rural(resident) && happens("farms", 550_000));
    draw(
        "HOUSING_RENOVATION",
        !dead && resident.relation == "HEAD" && is_rural(resident) && happens("renovates", 15_000),
    );
    draw("MEDICAL_AID", !dead && happens("ill", if is_poor(resident) { 150_000 } else { 4_000 }));
    draw("TEMPORARY_RELIEF", !dead && resident.relation == "HEAD" && happens("relieved", 5_000));
    draw(
        "DESTITUTE_SUPPORT",
        !dead && resident.age >= 70 && job(resident) == Job::Nothing && happens("destitute", 30_000),
    );
    let works = matches!(job(resident), Job::Employee | Job::Public);
    let of_age = (20..55).contains(&resident.age);
    // Who works has no right to it.
    draw("JOB_SUBSIDY", !dead && of_age && happens("job subsidy", if works { 1_200 } else { 60_000 }));
    draw("FAMILY_PLANNING", !dead && resident.age >= 60 && happens("family planning", 70_000));
    let again = resident.happens("drawn twice", 30_000, &[Part::DoubleClaimant]);
    if let Some(Claim { programme, .. }) = claims.first().copied().filter(|_| again) {
        claims.push(Claim { programme, again: true });
    }
    claims
}

fn claim(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let known = claims(resident);
    let Some(Claim { programme, again }) = known.get(scene.place as usize).copied() else { return Ok(()) };
    let monthly = match programme {
        "ELDERLY_ALLOWANCE" => {
            if resident.age >= 90 {
                200
            } else {
                100
            }
        }
        "MINIMUM_LIVING" | "DESTITUTE_SUPPORT" => draws.between(350, 1_500),
        "HOUSING_RENOVATION" | "MEDICAL_AID" => draws.between(800, 9_000),
        "FARMLAND_SUPPORT" => draws.between(20, 160),
        _ => draws.between(90, 600),
    };
    let home = resident.person.county;
    let other = COUNTIES.iter().copied().find(|county| *county != home).unwrap_or(home);
    // Before the newest month but one, so that a family of the cast has drawn for a while.
    let days = if resident.example() { 2 * 365 } else { draws.between(90, 5 * 365) };
    let first = super::super::story::back(scene.calendar(), days);
    let first = resident.died.map_or(first, |died| first.min(died.plus_days(-200)));
    let last = paid_until(resident, scene, resident.died.is_some());
    row.push(Cell::Serial(if resident.example() {
        person_serial(resident, "claim", scene.place)
    } else {
        draws.below(SERIALS)
    }));
    row.push(Cell::Serial(person_serial(resident, "account", u32::from(again))));
    row.push(Cell::Word(programme));
    row.push(Cell::Word(if again { other } else { home }));
    row.push(Cell::Date(first.min(last)));
    row.push(Cell::Date(last));
    row.push(Cell::Integer(monthly * 100));
    Ok(())
}

fn insurance(resident: &Resident, scene: &Scene<'_>, draws: &mut Draws, row: &mut Vec<Cell>) -> Row {
    let by_work = matches!(job(resident), Job::Employee | Job::Public | Job::Retired);
    let paused = !resident.example() && draws.chance(25_000);
    let paid_until = if paused { scene.month.end.months_before(draws.between(2, 14) as u32) } else { scene.month.end };
    let most = if resident.age >= 60 { 60_000 } else { 9_000 };
    row.push(Cell::Serial(person_serial(resident, "health", 0)));
    row.push(employer(resident, scene)?);
    row.push(Cell::Word(if by_work { "EMPLOYEE" } else { "RESIDENT" }));
    row.push(Cell::Word(resident.person.county));
    row.push(Cell::Date(paid_until.month_end()));
    row.push(Cell::Word(if paused { "PAUSED" } else { "VALID" }));
    row.push(Cell::Integer(draws.skewed(0, most) * 100));
    row.push(Cell::Flag(draws.chance(if resident.age >= 55 { 300_000 } else { 30_000 })));
    Ok(())
}
