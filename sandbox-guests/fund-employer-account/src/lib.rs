//! Says whether an enterprise may open its account with the housing fund without bringing a paper: yes or no.
//!
//! `yes` takes all of this, and everything else is `no`:
//!
//! 1. its registration is active;
//! 2. it has no account yet: none, or only closed ones. An account of unknown state is one;
//! 3. it has people to pay for: insured heads by social insurance in its newest month, which is not older than three.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier, calendar};

/// The guest.
pub struct FundEmployerAccount;

anshi_guest::export_verifier!(FundEmployerAccount);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;
/// The code of the one state of an account that makes room for another.
const CLOSED: u32 = 0;
/// An older month says nothing of today.
const STALE_MONTHS: i32 = 3;

impl Verifier for FundEmployerAccount {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead { dataset: "business_registration", reads: &[Read::codes("status", &["ACTIVE"])] },
                TableRead { dataset: "housing_fund_employers", reads: &[Read::codes("status", &["CLOSED"])] },
                TableRead {
                    dataset: "social_insurance",
                    reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
                },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return NO };
        let is_active = firm.table("business_registration").codes("status").get(0) == Some(ACTIVE);
        let mut accounts = firm.table("housing_fund_employers").codes("status").iter();
        let has_none = accounts.all(|status| status == Some(CLOSED));
        if is_active && has_none && employs(&firm, input.as_of()) { YES } else { NO }
    }
}

/// Whether the newest month that is known is a recent one with heads. Rows come by time, oldest first.
fn employs(firm: &Party, as_of: i32) -> bool {
    let months = firm.table("social_insurance");
    let rows = months.dates("period_end").iter().zip(months.integers("insured_heads").iter());
    let newest = rows.filter_map(|(end, heads)| Some((end?, heads?))).rfind(|(end, _)| *end <= as_of);
    newest.is_some_and(|(end, heads)| {
        heads > 0 && calendar::month(as_of).saturating_sub(calendar::month(end)) <= STALE_MONTHS
    })
}
