//! Says whether the housing fund may lend somebody an amount for a home that they have bought: yes or no.
//!
//! `yes` takes all of this, and everything else is `no`:
//!
//! 1. the population register knows the applicant, alive;
//! 2. the applicant is not married, or the person in the role `spouse` is the one that the marriage register names;
//! 3. contributions of the last six months were paid in full, without a gap, the newest not older than two months;
//! 4. a contract of the applicant to buy a home is filed or registered, and was signed within the last 365 days;
//! 5. a fifth of its price has been paid, and the amount is no more than what is left to be paid;
//! 6. the amount is no more than twenty times what is in the account, or in the two accounts of a couple;
//! 7. neither of the two has a loan of the fund that is not settled, and together they have had one at most;
//! 8. no court is making either of them pay, or has found nothing to take, or lists them as dishonest.
//!
//! What is missing never speaks for them: an account of unknown balance holds nothing, and a loan of which no day of
//! settlement is known is not settled.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier};
use housing_fund::{
    CASES, Household, LABELS, MARRIAGE, NO, REGISTRY, YEAR_DAYS, YES, balance, has_paid, household, is_enforced, lives,
};

/// The guest.
pub struct FundLoanCheck;

anshi_guest::export_verifier!(FundLoanCheck);

/// So many months must have been paid in a row.
const MONTHS_PAID: u32 = 6;
/// One part in so many of the price must have been paid.
const DOWN_PAYMENT_PARTS: i64 = 5;
/// So many times the balance may be lent.
const BALANCE_TIMES: i64 = 20;
/// So many loans may there have been before.
const LOANS_MAX: usize = 1;
const STATES: &[&str] = &["FILED", "REGISTERED"];

const LOANS: TableRead = TableRead { dataset: "housing_fund_loans", reads: &[Read::dates("settled_on")] };
const ENFORCEMENT: TableRead =
    TableRead { dataset: "person_enforcement", reads: &[Read::codes("status", CASES), Read::integers("dishonest")] };

impl Verifier for FundLoanCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("amount_fen")],
        roles: &[
            Role {
                name: "applicant",
                tables: &[
                    REGISTRY,
                    MARRIAGE,
                    TableRead {
                        dataset: "housing_fund",
                        reads: &[
                            Read::dates("period_end"),
                            Read::integers("payable_fen"),
                            Read::integers("paid_fen"),
                            Read::integers("balance_fen"),
                        ],
                    },
                    TableRead {
                        dataset: "housing_contracts",
                        reads: &[
                            Read::dates("signed_on"),
                            Read::integers("price_fen"),
                            Read::integers("paid_fen"),
                            Read::codes("status", STATES),
                        ],
                    },
                    LOANS,
                    ENFORCEMENT,
                ],
            },
            Role {
                name: "spouse",
                tables: &[
                    TableRead { dataset: "housing_fund", reads: &[Read::integers("balance_fen")] },
                    LOANS,
                    ENFORCEMENT,
                ],
            },
        ],
        labels: LABELS,
    };

    fn verify(input: &Input) -> u32 {
        let Some(applicant) = input.party("applicant") else { return NO };
        let (as_of, amount) = (input.as_of(), input.integer("amount_fen"));
        let spouse = match household(input, &applicant) {
            Household::Alone => None,
            Household::Couple(spouse) => Some(spouse),
            Household::SpouseNotNamed | Household::Stranger => return NO,
        };
        let both = || [Some(applicant), spouse].into_iter().flatten();
        let balances = both().map(|person| balance(&person).unwrap_or(0)).fold(0, i64::saturating_add);
        let loans = both().map(|person| loans(&person)).sum::<Option<usize>>();
        let may = lives(&applicant)
            && has_paid(&applicant, as_of, MONTHS_PAID)
            && is_bought(&applicant, amount, as_of)
            && amount <= balances.saturating_mul(BALANCE_TIMES)
            && loans.is_some_and(|loans| loans <= LOANS_MAX)
            && !both().any(|person| is_enforced(&person));
        if may { YES } else { NO }
    }
}

/// How many loans somebody has had; `None` where one is not settled.
fn loans(person: &Party) -> Option<usize> {
    let loans = person.table("housing_fund_loans");
    loans.dates("settled_on").iter().all(|settled| settled.is_some()).then_some(loans.rows())
}

/// Whether a contract leaves so much to be paid, after the down payment.
fn is_bought(person: &Party, amount: i64, as_of: i32) -> bool {
    let contracts = person.table("housing_contracts");
    let (days, states) = (contracts.dates("signed_on"), contracts.codes("status"));
    let (prices, paid) = (contracts.integers("price_fen"), contracts.integers("paid_fen"));
    (0..contracts.rows()).any(|row| {
        let (Some(price), Some(paid)) = (prices.get(row), paid.get(row)) else { return false };
        days.get(row).is_some_and(|day| (0..=YEAR_DAYS).contains(&as_of.saturating_sub(day)))
            && states.get(row).is_some_and(|state| (state as usize) < STATES.len())
            && paid.saturating_mul(DOWN_PAYMENT_PARTS) >= price
            && amount <= price.saturating_sub(paid)
    })
}
