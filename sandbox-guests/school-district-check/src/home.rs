//! Whether a parent has a home in a district, or lives and pays insurance there.

use anshi_guest::Party;

/// How many districts each county has.
const DISTRICTS_A_COUNTY: u32 = 4;
/// Less than half of a title is no home.
const SHARE_MIN: i64 = 5_000;
const INSURED_MONTHS_MIN: i64 = 12;
/// The code of what a home is for, and of the insurance that is being paid.
const RESIDENTIAL: u32 = 0;
const PAYING: u32 = 0;

/// Whether the parent owns a home in the district whose seat is free.
pub fn owns(parent: &Party, district: u32) -> bool {
    let homes = parent.table("school_districts");
    let places = homes.codes("district").iter().zip(homes.integers("seat_used").iter());
    let mut rows = homes.tokens("title_number").iter().zip(places);
    rows.any(|(title, place)| place == (Some(district), Some(0)) && title.is_some_and(|title| is_a_home(parent, title)))
}

/// Whether the register of titles has this one as a home of the parent's.
fn is_a_home(parent: &Party, title: u32) -> bool {
    let titles = parent.table("real_estate");
    let states = titles.integers("share").iter().zip(titles.integers("seized").iter());
    let kinds = titles.codes("purpose").iter().zip(states);
    let mut rows = titles.tokens("title_number").iter().zip(kinds);
    rows.any(|(number, (purpose, (share, seized)))| {
        number == Some(title)
            && purpose == Some(RESIDENTIAL)
            && share.is_some_and(|share| share >= SHARE_MIN)
            && seized == Some(0)
    })
}

/// Whether the parent owns or rents a home in the district, and pays social insurance in its county.
pub fn lives(parent: &Party, district: u32, as_of: i32) -> bool {
    (owns(parent, district) || rents(parent, district, as_of)) && is_insured(parent, district / DISTRICTS_A_COUNTY)
}

fn rents(parent: &Party, district: u32, as_of: i32) -> bool {
    let contracts = parent.table("rental_contracts");
    let mut rows = contracts.codes("district").iter().zip(contracts.dates("valid_until").iter());
    rows.any(|(place, until)| place == Some(district) && until.is_some_and(|until| until >= as_of))
}

fn is_insured(parent: &Party, county: u32) -> bool {
    let insured = parent.table("insured_persons");
    let states = insured.integers("paid_months").iter().zip(insured.codes("status").iter());
    let mut rows = insured.codes("county").iter().zip(states);
    rows.any(|(place, (months, status))| {
        place == Some(county) && months.is_some_and(|months| months >= INSURED_MONTHS_MIN) && status == Some(PAYING)
    })
}
