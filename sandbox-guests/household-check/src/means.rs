//! What the members of a household have, added up. A figure that ought to be there and is not ends the sum: nobody is
//! poor by a gap.

use anshi_guest::{Party, calendar};

/// Codes of the insurance: of kinds, all below are those of people with a wage; of states, the one of those who pay.
const RESIDENT: u32 = 2;
const PAYING: u32 = 0;
/// The code of a pension that is paid no more.
const STOPPED: u32 = 0;
/// Codes of what a title is for.
const PARKING: u32 = 0;
const COMMERCIAL: u32 = 2;
const INDUSTRIAL: u32 = 3;
/// The code of the one vehicle that says nothing of means.
const MOTORCYCLE: u32 = 0;
/// The code of the one office that is no business of the holder's own.
const SUPERVISOR: u32 = 0;

/// Less than half of a title is no home.
const SHARE_MIN: i64 = 5_000;
/// A vehicle that cost more, in fen, is dear: 100,000 yuan.
const CAR_FEN_MAX: i64 = 10_000_000;
const MONTHS_A_YEAR: i32 = 12;
/// From this age on, in years, everybody is insured somehow.
const ADULT_YEARS: i32 = 18;

/// What a household has.
pub struct Means {
    /// What comes in within a month.
    pub monthly_fen: i64,
    pub fund_fen: i64,
    pub homes: u32,
    /// A commercial or an industrial title.
    pub has_premises: bool,
    /// All but motorcycles.
    pub cars: u32,
    pub dear_cars: u32,
    pub has_an_office: bool,
}

impl Means {
    pub const fn none() -> Self {
        Self { monthly_fen: 0, fund_fen: 0, homes: 0, has_premises: false, cars: 0, dear_cars: 0, has_an_office: false }
    }

    /// With one more member; `None` if one of its sums is not known.
    pub fn and(mut self, member: &Party, as_of: i32) -> Option<Self> {
        let work = wage(member, as_of)?.max(taxed(member)?);
        self.monthly_fen = self.monthly_fen.saturating_add(work).saturating_add(pensions(member)?);
        self.fund_fen = self.fund_fen.saturating_add(fund(member)?);
        self.own(member);
        self.drive(member);
        self.has_an_office |= holds_an_office(member, as_of);
        Some(self)
    }

    fn own(&mut self, member: &Party) {
        let titles = member.table("real_estate");
        let shares = titles.integers("share").iter();
        for (purpose, share) in titles.codes("purpose").iter().zip(shares) {
            match purpose {
                Some(PARKING) => {}
                Some(COMMERCIAL | INDUSTRIAL) => self.has_premises = true,
                _ if share.is_none_or(|share| share >= SHARE_MIN) => self.homes += 1,
                _ => {}
            }
        }
    }

    fn drive(&mut self, member: &Party) {
        let vehicles = member.table("person_vehicles");
        let values = vehicles.integers("value_fen").iter();
        for (kind, value) in vehicles.codes("kind").iter().zip(values) {
            if kind != Some(MOTORCYCLE) {
                self.cars += 1;
                self.dear_cars += u32::from(value.is_none_or(|fen| fen > CAR_FEN_MAX));
            }
        }
    }
}

/// The wage that the insurance is reckoned on; 0 for who pays as a resident, has paused, or is retired.
fn wage(member: &Party, as_of: i32) -> Option<i64> {
    let insured = member.table("insured_persons");
    if insured.rows() == 0 {
        return is_minor(member, as_of).then_some(0);
    }
    let (kind, status) = (insured.codes("kind").get(0)?, insured.codes("status").get(0)?);
    match (kind, status) {
        (..RESIDENT, PAYING) => insured.integers("base_fen").get(0),
        _ => Some(0),
    }
}

/// Whether it is known that somebody is not yet grown.
fn is_minor(member: &Party, as_of: i32) -> bool {
    let born = member.table("person_registry").dates("born").get(0);
    born.is_some_and(|born| calendar::month(as_of) - calendar::month(born) < ADULT_YEARS * MONTHS_A_YEAR)
}

/// A twelfth of the newest year's income; 0 where no year is on file.
fn taxed(member: &Party) -> Option<i64> {
    let years = member.table("personal_income_tax").integers("income_fen");
    match years.iter().next_back() {
        Some(income) => Some(income? / i64::from(MONTHS_A_YEAR)),
        None => Some(0),
    }
}

fn pensions(member: &Party) -> Option<i64> {
    let pensions = member.table("pensions");
    let sums = pensions.integers("monthly_fen").iter().zip(pensions.codes("status").iter());
    sums.filter(|(_, status)| *status != Some(STOPPED))
        .try_fold(0, |sum: i64, (monthly, _)| Some(sum.saturating_add(monthly?)))
}

/// The balance after the newest month.
fn fund(member: &Party) -> Option<i64> {
    match member.table("housing_fund").integers("balance_fen").iter().next_back() {
        Some(balance) => balance,
        None => Some(0),
    }
}

fn holds_an_office(member: &Party, as_of: i32) -> bool {
    let offices = member.table("person_offices");
    let untils = offices.dates("until").iter();
    let mut held = offices.codes("position").iter().zip(untils);
    held.any(|(position, until)| position != Some(SUPERVISOR) && until.is_none_or(|until| until >= as_of))
}
