//! Says whether a named person is the legal representative of a named firm, and can stand surety for its
//! loan: yes or no.
//!
//! The bank names both, and both have consented. That the one represents the other is proven by the register
//! of officers: its rows hold tokens, and the person's own token is equal to one of them, or is not. The guest
//! learns no identifier, and nothing of any other officer.
//!
//! `yes` takes all of this, and everything else is `no`, a person or a firm without rows included:
//!
//! 1. the firm's licence is active;
//! 2. the person holds the office of legal representative on the day of the answer;
//! 3. the population register knows the person, alive;
//! 4. no court has seized any of the person's real estate;
//! 5. something backs the surety: real estate of which at least half is theirs, neither mortgaged nor seized, or a
//!    steady income, told by the housing fund: half a year of contributions paid in full within the last twelve
//!    months, the newest not older than three.
//!
//! What is missing never speaks for the person. Where it would speak against them, it does not count either: a title of
//! which it is not known whether it is seized backs nothing, and does not refuse.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier, calendar};

/// The guest.
pub struct GuarantorCheck;

anshi_guest::export_verifier!(GuarantorCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The code of the one status that lets a firm do business.
const ACTIVE: u32 = 0;
/// The code of the one position that is asked about.
const LEGAL_REPRESENTATIVE: u32 = 0;
/// Codes of the population register's states of somebody who lives.
const ALIVE: &[&str] = &["REGISTERED", "MOVED_OUT"];

/// Less than half of a title cannot be sold without the others.
const SHARE_MIN: i64 = 5_000;
/// Contributions are looked at over so many months.
const FUND_MONTHS: i32 = 12;
/// How many of them must have been paid in full.
const FUND_PAID_MIN: usize = 6;
/// An older contribution says nothing of today's income.
const FUND_STALE_MONTHS: i32 = 3;

impl Verifier for GuarantorCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[
            Role {
                name: "enterprise",
                tables: &[
                    TableRead { dataset: "business_registration", reads: &[Read::codes("status", &["ACTIVE"])] },
                    TableRead {
                        dataset: "enterprise_officers",
                        reads: &[
                            Read::tokens("person_id"),
                            Read::codes("position", &["LEGAL_REPRESENTATIVE"]),
                            Read::dates("since"),
                            Read::dates("until"),
                        ],
                    },
                ],
            },
            Role {
                name: "guarantor",
                tables: &[
                    TableRead { dataset: "person_registry", reads: &[Read::codes("status", ALIVE)] },
                    TableRead {
                        dataset: "real_estate",
                        reads: &[Read::integers("share"), Read::integers("mortgaged"), Read::integers("seized")],
                    },
                    TableRead {
                        dataset: "housing_fund",
                        reads: &[Read::dates("period_end"), Read::integers("payable_fen"), Read::integers("paid_fen")],
                    },
                ],
            },
        ],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let (Some(firm), Some(person)) = (input.party("enterprise"), input.party("guarantor")) else { return NO };
        let as_of = input.as_of();
        let is_fit = is_active(&firm)
            && represents(&person, &firm, as_of)
            && is_alive(&person)
            && !is_seized(&person)
            && (has_free_title(&person) || has_steady_income(&person, as_of));
        if is_fit { YES } else { NO }
    }
}

fn is_active(firm: &Party) -> bool {
    firm.table("business_registration").codes("status").get(0) == Some(ACTIVE)
}

/// Whether a row of the register of officers names this very person as the firm's legal representative of today.
fn represents(person: &Party, firm: &Party, as_of: i32) -> bool {
    let officers = firm.table("enterprise_officers");
    let (ids, positions) = (officers.tokens("person_id"), officers.codes("position"));
    let (since, until) = (officers.dates("since"), officers.dates("until"));
    (0..officers.rows()).any(|row| {
        ids.get(row) == Some(person.token())
            && positions.get(row) == Some(LEGAL_REPRESENTATIVE)
            && since.get(row).is_none_or(|since| since <= as_of)
            && until.get(row).is_none_or(|until| until >= as_of)
    })
}

fn is_alive(person: &Party) -> bool {
    let status = person.table("person_registry").codes("status").get(0);
    status.is_some_and(|status| (status as usize) < ALIVE.len())
}

fn is_seized(person: &Party) -> bool {
    person.table("real_estate").integers("seized").iter().any(|seized| seized == Some(1))
}

fn has_free_title(person: &Party) -> bool {
    let titles = person.table("real_estate");
    let (shares, mortgaged, seized) =
        (titles.integers("share"), titles.integers("mortgaged"), titles.integers("seized"));
    (0..titles.rows()).any(|row| {
        shares.get(row).is_some_and(|share| share >= SHARE_MIN)
            && mortgaged.get(row) == Some(0)
            && seized.get(row) == Some(0)
    })
}

fn has_steady_income(person: &Party, as_of: i32) -> bool {
    let fund = person.table("housing_fund");
    let amounts = fund.integers("payable_fen").iter().zip(fund.integers("paid_fen").iter());
    let ages = fund.dates("period_end").iter().zip(amounts).filter_map(|(end, (payable, paid))| {
        let is_full = paid? > 0 && paid? >= payable?;
        is_full.then_some(calendar::month(as_of).wrapping_sub(calendar::month(end?)))
    });
    let recent = ages.filter(|age| (0..FUND_MONTHS).contains(age));
    let (months, newest) = recent.fold((0, FUND_MONTHS), |(months, newest), age| (months + 1, age.min(newest)));
    months >= FUND_PAID_MIN && newest <= FUND_STALE_MONTHS
}
