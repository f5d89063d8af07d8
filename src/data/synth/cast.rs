//! The cast: two firms beside the numbered ones, and the families of their six persons, alike under every seed, for whoever
//! tests a scenario and must name somebody to whom it happens. Never draws, and never writes a row.

use super::calendar::Calendar;
use super::firm::{Course, Firm, Firms, Size};
use super::ids::FIRMS_MAX;
use super::person::{PERSONS_PER_FIRM, Place};
use super::resident::Kin;
use crate::model::{Date, IdError, UnitId};

/// How many firms of a delivery are of the cast. They have the highest numbers, so that no numbered firm makes way for them.
pub(super) const CAST_FIRMS: u64 = 2;
/// Pays everything, housing fund included: its persons borrow, buy and rent.
pub(super) const WORKSHOP_NUMBER: u64 = FIRMS_MAX - 1;
/// Eight months old, with insured heads and no housing fund account yet.
pub(super) const NEWCOMER_NUMBER: u64 = FIRMS_MAX - 2;
const NEWCOMER_MONTHS: u32 = 8;

/// What a scenario wants of somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Nothing: life is as it is drawn.
    None,
    /// Of a family of the cast, and otherwise nobody: nothing befalls them by chance.
    Kin,
    /// Repays a housing fund loan in time, and lives in the home that it bought.
    Borrower,
    /// Six years old, registered where the parents own their home.
    Pupil,
    /// Has filed a contract for a first home, and has no title yet.
    Buyer,
    /// Owns no home, and rents one by a contract that is filed.
    Tenant,
    /// Six years old, registered in another county than the one where the parents rent and are insured.
    MigrantPupil,
    /// Paid out of the budget, and the legal representative of a firm.
    Moonlighter,
    /// Paid out of the budget, and nothing else.
    PublicServant,
    /// Draws social assistance, and owns shares, cars and homes.
    WellOff,
    /// Draws the same allowance in two counties.
    DoubleClaimant,
    /// The head of a household of four that lives on one small wage.
    Poor,
    /// The poor one's spouse, who is disabled.
    PoorSpouse,
    /// The poor one's child, who is at school.
    PoorChild,
    /// The poor one's mother, who draws the allowance of the old, once.
    Claimant,
    /// The poor one's father, who draws it, too, and died half a year ago.
    DeceasedClaimant,
}

/// Somebody of the cast.
pub(super) struct Role {
    pub firm: u64,
    pub place: Place,
    pub kin: Kin,
    pub part: Part,
    /// In the year of the delivery.
    age: i16,
    pub is_woman: bool,
}

const fn role(firm: u64, place: Place, (kin, part): (Kin, Part), age: i16, is_woman: bool) -> Role {
    Role { firm, place, kin, part, age, is_woman }
}

/// Everybody, the persons of the firms before their kin.
pub(super) const CAST: [Role; 20] = [
    role(WORKSHOP_NUMBER, Place::First, (Kin::Own, Part::Borrower), 36, true),
    role(WORKSHOP_NUMBER, Place::First, (Kin::Spouse, Part::Kin), 38, false),
    role(WORKSHOP_NUMBER, Place::First, (Kin::Child(0), Part::Pupil), 6, true),
    role(WORKSHOP_NUMBER, Place::Second, (Kin::Own, Part::Buyer), 39, false),
    role(WORKSHOP_NUMBER, Place::Second, (Kin::Spouse, Part::Kin), 37, true),
    role(WORKSHOP_NUMBER, Place::Second, (Kin::Child(0), Part::Kin), 11, false),
    role(WORKSHOP_NUMBER, Place::Third, (Kin::Own, Part::Tenant), 34, true),
    role(WORKSHOP_NUMBER, Place::Third, (Kin::Spouse, Part::Kin), 35, false),
    role(WORKSHOP_NUMBER, Place::Third, (Kin::Child(0), Part::MigrantPupil), 6, false),
    role(NEWCOMER_NUMBER, Place::First, (Kin::Own, Part::Moonlighter), 45, false),
    role(NEWCOMER_NUMBER, Place::First, (Kin::Spouse, Part::PublicServant), 44, true),
    role(NEWCOMER_NUMBER, Place::Second, (Kin::Own, Part::WellOff), 62, false),
    role(NEWCOMER_NUMBER, Place::Second, (Kin::Spouse, Part::DoubleClaimant), 61, true),
    role(NEWCOMER_NUMBER, Place::Third, (Kin::Own, Part::Poor), 53, false),
    role(NEWCOMER_NUMBER, Place::Third, (Kin::Spouse, Part::PoorSpouse), 52, true),
    role(NEWCOMER_NUMBER, Place::Third, (Kin::Child(0), Part::PoorChild), 16, true),
    role(NEWCOMER_NUMBER, Place::Third, (Kin::Mother, Part::Claimant), 82, true),
    role(NEWCOMER_NUMBER, Place::Third, (Kin::Father, Part::DeceasedClaimant), 84, false),
    role(NEWCOMER_NUMBER, Place::First, (Kin::Child(0), Part::Kin), 14, false),
    role(WORKSHOP_NUMBER, Place::Third, (Kin::Mother, Part::Kin), 63, true),
];

impl Role {
    /// The number of the person of the firm to whose household the role belongs.
    pub(super) const fn host(&self) -> u64 {
        self.firm * PERSONS_PER_FIRM + self.place as u64
    }

    /// The tenth of May, so that who is six has turned six before school begins.
    pub(super) fn born(&self, calendar: &Calendar) -> Date {
        let year = calendar.as_of().ymd().0 - self.age;
        Date::from_ymd(year, 5, 10).unwrap_or(Date::from_days(0))
    }

    /// Its identifier.
    pub(super) fn id(&self, firms: &Firms<'_>) -> Result<UnitId, IdError> {
        let place = CAST.iter().position(|other| other.part == self.part && other.is_like(self)).unwrap_or(0);
        firms.ids.cast(place as u64, self.born(firms.calendar), self.is_woman)
    }

    fn is_like(&self, other: &Self) -> bool {
        self.host() == other.host() && self.kin == other.kin
    }
}

/// The role of the person `number` of a firm, where it is one of the cast.
pub(super) fn role_of(number: u64) -> Option<&'static Role> {
    CAST.iter().find(|role| role.kin == Kin::Own && role.host() == number)
}

/// The kin of the person `number`, where it is one of the cast.
pub(super) fn kin_of(number: u64) -> impl Iterator<Item = &'static Role> {
    CAST.iter().filter(move |role| role.kin != Kin::Own && role.host() == number)
}

/// The one who plays `part`.
pub(super) fn player(part: Part) -> Option<&'static Role> {
    CAST.iter().find(|role| role.part == part)
}

/// What the examples of the cast are called, and who they are: a firm, or whoever plays a part.
pub(super) const EXAMPLES: [(&str, Option<Part>); 16] = [
    ("newcomer", None),
    ("borrower", Some(Part::Borrower)),
    ("buyer", Some(Part::Buyer)),
    ("tenant", Some(Part::Tenant)),
    ("pupil", Some(Part::Pupil)),
    ("migrant-pupil", Some(Part::MigrantPupil)),
    ("poor", Some(Part::Poor)),
    ("poor-spouse", Some(Part::PoorSpouse)),
    ("poor-child", Some(Part::PoorChild)),
    ("claimant", Some(Part::Claimant)),
    ("deceased-claimant", Some(Part::DeceasedClaimant)),
    ("double-claimant", Some(Part::DoubleClaimant)),
    ("well-off", Some(Part::WellOff)),
    ("public-servant", Some(Part::PublicServant)),
    ("moonlighter", Some(Part::Moonlighter)),
    ("workshop", None),
];

/// The examples of the cast, in the order of [`EXAMPLES`].
pub(super) fn examples(firms: &Firms<'_>) -> Result<[UnitId; EXAMPLES.len()], IdError> {
    let workshop = firms.firm(WORKSHOP_NUMBER)?.id;
    let mut units = [workshop; EXAMPLES.len()];
    for (unit, (name, part)) in units.iter_mut().zip(EXAMPLES) {
        match part.and_then(player) {
            Some(role) => *unit = role.id(firms)?,
            None if name == "newcomer" => *unit = firms.firm(NEWCOMER_NUMBER)?.id,
            None => {}
        }
    }
    Ok(units)
}

pub(super) const fn is_of_cast(firm: u64) -> bool {
    firm >= NEWCOMER_NUMBER
}

/// What a firm of the cast is: small, in order, and in the county where its persons live.
pub(super) fn firm(firms: &Firms<'_>, drawn: Firm) -> Result<Firm, IdError> {
    let is_new = drawn.number == NEWCOMER_NUMBER;
    let county = if is_new { "371403" } else { "371402" };
    let months = if is_new { NEWCOMER_MONTHS } else { 9 * 12 };
    Ok(Firm {
        id: firms.ids.enterprise(drawn.number, county)?,
        county,
        industry: super::firm::industry_of_examples(),
        kind: "LIMITED",
        status: "ACTIVE",
        size: if is_new { Size::Micro } else { Size::Small },
        course: Course::Healthy,
        established: firms.calendar.as_of().months_before(months).plus_days(-11),
        history_permille: 1000,
        ended: 0,
        growth_permille: 20,
        heads: if is_new { 6 } else { 32 },
        sales_fen: if is_new { 18_000_000 } else { 130_000_000 },
        power: if is_new { 600_000 } else { 4_200_000 },
        capital_fen: if is_new { 50_000_000 } else { 300_000_000 },
        example: true,
        ..drawn
    })
}
