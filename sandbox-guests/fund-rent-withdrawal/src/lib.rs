//! Says whether somebody may withdraw from the housing fund to pay rent: yes or no.
//!
//! `yes` takes all of this, and everything else is `no`:
//!
//! 1. the population register knows the applicant, alive;
//! 2. the applicant is not married, or the person in the role `spouse` is the one that the marriage register names;
//! 3. contributions of the last three months were paid in full, without a gap, the newest not older than two months;
//! 4. a rental contract of the applicant is filed and in force on the day of the answer, its last day included;
//! 5. neither of the two owns a home here, or a share in one. A title of which it is not known what it is for is taken
//!    for a home;
//! 6. the applicant has not withdrawn for rent within the last 365 days.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier};
use housing_fund::{
    CONTRIBUTIONS, Household, LABELS, MARRIAGE, NO, REGISTRY, YEAR_DAYS, YES, has_paid, household, lives,
};

/// The guest.
pub struct FundRentWithdrawal;

anshi_guest::export_verifier!(FundRentWithdrawal);

/// So many months must have been paid in a row.
const MONTHS_PAID: u32 = 3;
const RENT: u32 = 0;
const HOME: u32 = 0;

const TITLES: TableRead = TableRead {
    dataset: "real_estate",
    reads: &[Read::codes("purpose", &["RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL", "PARKING"])],
};

impl Verifier for FundRentWithdrawal {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[
            Role {
                name: "applicant",
                tables: &[
                    REGISTRY,
                    MARRIAGE,
                    CONTRIBUTIONS,
                    TITLES,
                    TableRead {
                        dataset: "rental_contracts",
                        reads: &[Read::dates("signed_on"), Read::dates("valid_until")],
                    },
                    TableRead {
                        dataset: "housing_fund_withdrawals",
                        reads: &[Read::codes("reason", &["RENT"]), Read::dates("withdrawn_on")],
                    },
                ],
            },
            Role { name: "spouse", tables: &[TITLES] },
        ],
        labels: LABELS,
    };

    fn verify(input: &Input) -> u32 {
        let Some(applicant) = input.party("applicant") else { return NO };
        let as_of = input.as_of();
        let is_homeless = match household(input, &applicant) {
            Household::Alone => !has_home(&applicant),
            Household::Couple(spouse) => !has_home(&applicant) && !has_home(&spouse),
            Household::SpouseNotNamed | Household::Stranger => false,
        };
        let may = is_homeless
            && lives(&applicant)
            && has_paid(&applicant, as_of, MONTHS_PAID)
            && rents(&applicant, as_of)
            && !has_withdrawn(&applicant, as_of);
        if may { YES } else { NO }
    }
}

fn has_home(person: &Party) -> bool {
    person.table("real_estate").codes("purpose").iter().any(|purpose| purpose.is_none_or(|purpose| purpose == HOME))
}

fn rents(person: &Party, as_of: i32) -> bool {
    let contracts = person.table("rental_contracts");
    let mut days = contracts.dates("signed_on").iter().zip(contracts.dates("valid_until").iter());
    days.any(|(signed, until)| signed.is_some_and(|day| day <= as_of) && until.is_some_and(|day| day >= as_of))
}

/// A withdrawal of an unknown day may have been yesterday.
fn has_withdrawn(person: &Party, as_of: i32) -> bool {
    let withdrawals = person.table("housing_fund_withdrawals");
    let mut rows = withdrawals.codes("reason").iter().zip(withdrawals.dates("withdrawn_on").iter());
    rows.any(|(reason, day)| reason == Some(RENT) && day.is_none_or(|day| as_of.saturating_sub(day) < YEAR_DAYS))
}
