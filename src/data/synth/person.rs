//! The life of an invented person: three for each firm, the first of whom represents it. They share their
//! firm's fortune, so that the datasets about persons agree with those about firms. Never writes a row.

use super::cast::{self, Part, Role};
use super::draw::{Draws, tag};
use super::firm::{COUNTIES, Course, Firm, Firms, Size};
use super::ids;
use crate::model::{Date, IdError, UnitId};

/// How many persons there are for each firm.
pub(super) const PERSONS_PER_FIRM: u64 = 3;

const ADULT_DAYS: i32 = 18 * 365 + 5;

/// What a person is to their firm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Its legal representative.
    First,
    /// In a limited company its supervisor.
    Second,
    /// Anything else: an employee, perhaps a director, or the representative of former days.
    Third,
}

impl Place {
    /// The number of the person at this place of firm `firm`.
    pub(super) const fn of(self, firm: u64) -> u64 {
        firm * PERSONS_PER_FIRM + self as u64
    }
}

/// A person.
#[derive(Clone, Copy)]
pub(super) struct Person {
    /// Their number among the persons of the firms.
    pub number: u64,
    pub id: UnitId,
    /// Where all their draws come from.
    pub key: u64,
    pub place: Place,
    /// Whom they work for.
    pub firm: Firm,
    pub born: Date,
    pub is_woman: bool,
    /// Where they are registered.
    pub county: &'static str,
    pub status: &'static str,
    /// The number of their household.
    pub household: u64,
    /// Monthly wage.
    pub wage_fen: i64,
    /// Whether theirs is a poor household, where it is one by chance.
    pub is_poor: bool,
    /// Months since their housing fund account was opened, and 0 for those who have none.
    pub fund_months: u32,
    /// How many titles to real estate they hold.
    pub titles: u32,
    /// What a scenario wants of them, where they are of the cast.
    pub part: Part,
    /// How much of the history that a dataset keeps there is of this person, in thousandths.
    pub history_permille: u32,
}

impl Firms<'_> {
    /// The person `number`.
    pub(super) fn person(&self, number: u64) -> Result<Person, IdError> {
        self.person_of(self.firm(number / PERSONS_PER_FIRM)?, number)
    }

    /// The same, where their firm is known.
    pub(super) fn person_of(&self, firm: Firm, number: u64) -> Result<Person, IdError> {
        let place = match number % PERSONS_PER_FIRM {
            0 => Place::First,
            1 => Place::Second,
            _ => Place::Third,
        };
        let key = Draws::new(firm.key, tag("person"), number % PERSONS_PER_FIRM).bits();
        let draws = &mut Draws::new(key, tag("person"), 0);
        let id = self.ids.person(number)?;
        let county = if draws.chance(850_000) { firm.county } else { draws.choose(&COUNTIES, firm.county) };
        let status = match draws.below(1_000) {
            _ if firm.example => "REGISTERED",
            0..8 => "DECEASED",
            8..40 => "MOVED_OUT",
            _ => "REGISTERED",
        };
        // Some firms are a married couple's.
        let shares_household = place == Place::Second && draws.chance(400_000);
        let wage_yuan = draws.skewed(wage_yuan_min(place), 26_000);
        let fund_months = fund_months(&firm, draws);
        let titles = titles(&firm, place, draws);
        let may_be_poor = place == Place::Third && titles <= 1 && !firm.example;
        let is_poor = may_be_poor && Draws::new(key, tag("poor"), 0).chance(110_000);
        let person = Person {
            number,
            id,
            key,
            place,
            born: ids::born(&id),
            is_woman: ids::is_woman(&id),
            county: if firm.example { firm.county } else { county },
            status,
            household: if shares_household { number - 1 } else { number },
            wage_fen: wage_yuan * 100 / if is_poor { POOR_WAGE_PART } else { 1 },
            is_poor,
            fund_months,
            titles,
            history_permille: if firm.example || draws.chance(700_000) { 1000 } else { draws.below(1000) as u32 },
            part: Part::None,
            firm,
        };
        match cast::role_of(number) {
            Some(role) => self.play(person, role),
            None => Ok(person),
        }
    }

    /// The person as a role of the cast has it.
    fn play(&self, person: Person, role: &Role) -> Result<Person, IdError> {
        let (wage_yuan, titles) = match role.part {
            Part::Poor => (1_900, 0),
            Part::Tenant => (6_200, 0),
            Part::Buyer => (8_800, 0),
            Part::WellOff => (15_000, 3),
            _ => (9_500, 1),
        };
        let pays_fund = person.firm.number == cast::WORKSHOP_NUMBER;
        Ok(Person {
            id: role.id(self)?,
            part: role.part,
            born: role.born(self.calendar),
            is_woman: role.is_woman,
            // Registered elsewhere, and living and working here: a migrant within the city.
            county: if role.part == Part::Tenant { "371428" } else { person.firm.county },
            household: person.number,
            wage_fen: wage_yuan * 100,
            fund_months: if pays_fund { person.firm.age_months } else { 0 },
            titles,
            history_permille: 1000,
            ..person
        })
    }

    /// The day on which the person of this id was grown.
    pub(super) fn adult_on(id: &UnitId) -> Date {
        ids::born(id).plus_days(ADULT_DAYS)
    }
}

/// The poor have work by the hour: a fifth of what others earn.
pub(super) const POOR_WAGE_PART: i64 = 5;

const fn wage_yuan_min(place: Place) -> i64 {
    match place {
        Place::First => 5_000,
        Place::Second | Place::Third => 3_500,
    }
}

/// Most small firms pay nothing into the housing fund.
fn fund_months(firm: &Firm, draws: &mut Draws) -> u32 {
    let ppm = match firm.size {
        Size::Micro => 250_000,
        Size::Small => 450_000,
        Size::Medium => 800_000,
        Size::Large => 950_000,
    };
    let months = 1 + draws.below(u64::from(firm.age_months)) as u32;
    match (firm.example, draws.chance(ppm)) {
        (true, _) => firm.age_months,
        (false, true) => months,
        (false, false) => 0,
    }
}

fn titles(firm: &Firm, place: Place, draws: &mut Draws) -> u32 {
    let drawn = draws.pick(&[45, 42, 10, 3]) as u32;
    match (firm.example, firm.course, place) {
        (true, Course::Healthy, Place::First) => 2,
        (true, ..) => 1,
        (false, _, Place::First) => drawn.max(1),
        (false, ..) => drawn,
    }
}

impl Person {
    /// Whether the person answers for a firm in trouble.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.firm.course == Course::Failing && self.place == Place::First
    }

    /// True where a cell is to be missing: in `ppm` of a million, and never around the examples.
    pub(super) fn gap(&self, ppm: u64, draws: &mut Draws) -> bool {
        self.firm.gap(ppm, draws)
    }
}
