//! Says whether an amount of a loan of the housing fund may be repaid early out of the borrowers' accounts: yes or no.
//!
//! The borrower asks; the other borrower may come along, and is proven to be one by the loan's own row, which holds their
//! token. `yes` takes all of this, and everything else is `no`:
//!
//! 1. the population register knows the borrower, alive;
//! 2. the borrower has a loan that is not settled, of which no instalment is overdue;
//! 3. whoever is in the role `co_borrower` is the co-borrower of that loan;
//! 4. it was granted 365 days ago or earlier;
//! 5. the amount is no more than what is still owed;
//! 6. the account of the borrower, or the two accounts, hold the amount.
//!
//! What is missing never speaks for them: instalments of which it is not known whether they are overdue are, and an
//! account of unknown balance holds nothing.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Party, Read, Role, TableRead, Verifier};
use housing_fund::{LABELS, NO, REGISTRY, YEAR_DAYS, YES, balance, lives};

/// The guest.
pub struct FundEarlyRepayment;

anshi_guest::export_verifier!(FundEarlyRepayment);

const ACCOUNT: TableRead = TableRead { dataset: "housing_fund", reads: &[Read::integers("balance_fen")] };

impl Verifier for FundEarlyRepayment {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("amount_fen")],
        roles: &[
            Role {
                name: "borrower",
                tables: &[
                    REGISTRY,
                    ACCOUNT,
                    TableRead {
                        dataset: "housing_fund_loans",
                        reads: &[
                            Read::tokens("co_borrower_id"),
                            Read::dates("granted_on"),
                            Read::integers("balance_fen"),
                            Read::integers("overdue_months"),
                            Read::dates("settled_on"),
                        ],
                    },
                ],
            },
            Role { name: "co_borrower", tables: &[ACCOUNT] },
        ],
        labels: LABELS,
    };

    fn verify(input: &Input) -> u32 {
        let Some(borrower) = input.party("borrower") else { return NO };
        let (as_of, amount) = (input.as_of(), input.integer("amount_fen"));
        let other = input.party("co_borrower");
        let balances = [Some(borrower), other].into_iter().flatten();
        let balances = balances.map(|person| balance(&person).unwrap_or(0)).fold(0, i64::saturating_add);
        let may = lives(&borrower) && amount <= balances && owes(&borrower, other, amount, as_of);
        if may { YES } else { NO }
    }
}

/// Whether there is a loan of which so much may be repaid, and of which the other is the co-borrower.
fn owes(borrower: &Party, other: Option<Party>, amount: i64, as_of: i32) -> bool {
    let loans = borrower.table("housing_fund_loans");
    let (others, settled) = (loans.tokens("co_borrower_id"), loans.dates("settled_on"));
    let (granted, owed, overdue) =
        (loans.dates("granted_on"), loans.integers("balance_fen"), loans.integers("overdue_months"));
    (0..loans.rows()).any(|row| {
        settled.get(row).is_none()
            && overdue.get(row) == Some(0)
            && other.is_none_or(|other| others.get(row) == Some(other.token()))
            && granted.get(row).is_some_and(|day| as_of.saturating_sub(day) >= YEAR_DAYS)
            && owed.get(row).is_some_and(|owed| amount <= owed)
    })
}
