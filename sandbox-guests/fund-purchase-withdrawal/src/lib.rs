//! Says whether somebody may withdraw from the housing fund to pay for a home that they, or their spouse, bought: yes or
//! no.
//!
//! `yes` takes all of this, and everything else is `no`:
//!
//! 1. the population register knows the applicant, alive;
//! 2. contributions of the last three months were paid in full, without a gap, the newest not older than two months;
//! 3. a contract to buy a home is filed or registered, not cancelled, and was signed within the last 730 days: the
//!    applicant's own, or that of the person in the role `spouse`;
//! 4. something has been paid on it;
//! 5. the applicant has not withdrawn for a purchase since it was signed;
//! 6. whoever is named as the spouse is the one that the marriage register names, whosever contract it is.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier};
use housing_fund::{
    CONTRIBUTIONS, Household, LABELS, MARRIAGE, NO, REGISTRY, YEAR_DAYS, YES, has_paid, household, lives,
};

/// The guest.
pub struct FundPurchaseWithdrawal;

anshi_guest::export_verifier!(FundPurchaseWithdrawal);

/// So many months must have been paid in a row.
const MONTHS_PAID: u32 = 3;
const CONTRACT_DAYS: i32 = 2 * YEAR_DAYS;
const STATES: &[&str] = &["FILED", "REGISTERED"];
const PURCHASE: u32 = 0;

const CONTRACTS: TableRead = TableRead {
    dataset: "housing_contracts",
    reads: &[Read::dates("signed_on"), Read::integers("paid_fen"), Read::codes("status", STATES)],
};

impl Verifier for FundPurchaseWithdrawal {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[
            Role {
                name: "applicant",
                tables: &[
                    REGISTRY,
                    MARRIAGE,
                    CONTRIBUTIONS,
                    CONTRACTS,
                    TableRead {
                        dataset: "housing_fund_withdrawals",
                        reads: &[Read::codes("reason", &["PURCHASE"]), Read::dates("withdrawn_on")],
                    },
                ],
            },
            Role { name: "spouse", tables: &[CONTRACTS] },
        ],
        labels: LABELS,
    };

    fn verify(input: &Input) -> u32 {
        let Some(applicant) = input.party("applicant") else { return NO };
        let as_of = input.as_of();
        let signed = match household(input, &applicant) {
            Household::Alone | Household::SpouseNotNamed => signed_on(&applicant, as_of),
            Household::Couple(spouse) => signed_on(&applicant, as_of).max(signed_on(&spouse, as_of)),
            Household::Stranger => None,
        };
        let may = signed.is_some_and(|signed| !has_withdrawn(&applicant, signed))
            && lives(&applicant)
            && has_paid(&applicant, as_of, MONTHS_PAID);
        if may { YES } else { NO }
    }
}

/// When the newest contract that counts was signed.
fn signed_on(person: &Party, as_of: i32) -> Option<i32> {
    let contracts = person.table("housing_contracts");
    let (days, paid, states) =
        (contracts.dates("signed_on"), contracts.integers("paid_fen"), contracts.codes("status"));
    let counts = |row: &usize| {
        let is_recent = days.get(*row).is_some_and(|day| (0..=CONTRACT_DAYS).contains(&as_of.saturating_sub(day)));
        let is_valid = states.get(*row).is_some_and(|state| (state as usize) < STATES.len());
        is_recent && is_valid && paid.get(*row).is_some_and(|paid| paid > 0)
    };
    (0..contracts.rows()).filter(counts).filter_map(|row| days.get(row)).max()
}

/// A withdrawal of an unknown day may have been since.
fn has_withdrawn(person: &Party, since: i32) -> bool {
    let withdrawals = person.table("housing_fund_withdrawals");
    let mut rows = withdrawals.codes("reason").iter().zip(withdrawals.dates("withdrawn_on").iter());
    rows.any(|(reason, day)| reason == Some(PURCHASE) && day.is_none_or(|day| day >= since))
}
