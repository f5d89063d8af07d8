//! What the questions of the housing fund share: who lives, who is married to whom, how long somebody has paid in, what
//! is in an account. Each guest declares only those tables of it that it reads.
//!
//! That two persons are a couple is proven by the marriage register: the row of the one holds the token of the other,
//! or does not. A person who is named as the spouse and is not makes every answer a `no`, and nothing of what is known
//! of them is looked at.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
#[cfg(test)]
mod tests;

use anshi_guest::{Input, Party, Read, TableRead, calendar};

/// The answers, in the manifest's order.
pub const LABELS: &[&str] = &["no", "yes"];
/// Anything else than a yes.
pub const NO: u32 = 0;
/// All conditions are met.
pub const YES: u32 = 1;

/// A year, for what may happen once in one.
pub const YEAR_DAYS: i32 = 365;

/// What [`lives`] reads.
pub const REGISTRY: TableRead =
    TableRead { dataset: "person_registry", reads: &[Read::codes("status", &["REGISTERED", "MOVED_OUT"])] };
/// More than all states of somebody who lives.
const ALIVE_END: u32 = 2;

/// What [`household`] reads of the applicant.
pub const MARRIAGE: TableRead =
    TableRead { dataset: "marriage_registry", reads: &[Read::tokens("spouse_id"), Read::codes("state", &["MARRIED"])] };
const MARRIED: u32 = 0;

/// What [`has_paid`] reads.
pub const CONTRIBUTIONS: TableRead = TableRead {
    dataset: "housing_fund",
    reads: &[Read::dates("period_end"), Read::integers("payable_fen"), Read::integers("paid_fen")],
};

/// As far back as [`has_paid`] looks.
const MONTHS: i32 = 24;
/// The newest month's contribution comes with the next one's.
const LAG_MONTHS: u32 = 2;

/// Whether the population register knows the person, alive.
#[must_use]
pub fn lives(person: &Party) -> bool {
    person.table("person_registry").codes("status").get(0).is_some_and(|status| status < ALIVE_END)
}

/// Who asks, and who is named as the spouse.
#[derive(Debug, Clone, Copy)]
pub enum Household<'a> {
    /// The register knows of no marriage, and nobody is named.
    Alone,
    /// The register knows of a marriage, and nobody is named.
    SpouseNotNamed,
    /// The two are married.
    Couple(Party<'a>),
    /// Somebody is named who is not the spouse.
    Stranger,
}

/// What the register of marriages makes of the applicant and the person in the role `spouse`.
#[must_use]
pub fn household<'a>(input: &'a Input, applicant: &Party) -> Household<'a> {
    let register = applicant.table("marriage_registry");
    let (spouses, states) = (register.tokens("spouse_id"), register.codes("state"));
    let married = |row: &usize| states.get(*row) == Some(MARRIED);
    match input.party("spouse") {
        None if (0..register.rows()).any(|row| married(&row)) => Household::SpouseNotNamed,
        None => Household::Alone,
        Some(spouse) => {
            match (0..register.rows()).filter(married).any(|row| spouses.get(row) == Some(spouse.token())) {
                true => Household::Couple(spouse),
                false => Household::Stranger,
            }
        }
    }
}

/// Whether the newest `months` months up to today were all paid in full, the newest of them not older than two. A month
/// without a figure was not paid.
#[must_use]
pub fn has_paid(person: &Party, as_of: i32, months: u32) -> bool {
    let fund = person.table("housing_fund");
    let amounts = fund.integers("payable_fen").iter().zip(fund.integers("paid_fen").iter());
    let mut paid = 0_u32;
    for (end, (payable, amount)) in fund.dates("period_end").iter().zip(amounts) {
        let (Some(end), Some(payable), Some(amount)) = (end, payable, amount) else { continue };
        let age = calendar::month(as_of).saturating_sub(calendar::month(end));
        if (0..MONTHS).contains(&age) && amount > 0 && amount >= payable {
            paid |= 1 << age;
        }
    }
    let newest = paid.trailing_zeros();
    newest <= LAG_MONTHS && (paid >> newest).trailing_ones() >= months
}

/// What is in the account by its newest row; `None` where that is not known. Reads `balance_fen` of `housing_fund`.
#[must_use]
pub fn balance(person: &Party) -> Option<i64> {
    let fund = person.table("housing_fund");
    fund.integers("balance_fen").get(fund.rows().checked_sub(1)?)
}

/// Whether a court is making the person pay, has given up on it, or lists them as dishonest. Reads `status` (`OPEN`,
/// `NO_ASSETS`, in this order) and `dishonest` of `person_enforcement`.
#[must_use]
pub fn is_enforced(person: &Party) -> bool {
    let cases = person.table("person_enforcement");
    let mut rows = cases.codes("status").iter().zip(cases.integers("dishonest").iter());
    rows.any(|(status, dishonest)| status.is_none_or(|status| status < CASES.len() as u32) || dishonest == Some(1))
}

/// The states of a case that speak against somebody.
pub const CASES: &[&str] = &["OPEN", "NO_ASSETS"];
