//! Says whether somebody who is paid out of the budget holds an office in an enterprise, or is paid by one: yes or no.
//!
//! `yes` takes that the person is on the public payroll, paid this month or the last, and one of these, on the day of the answer:
//!
//! 1. an **office**: legal representative, manager or supervisor of an enterprise, not ended. A share alone is no office;
//! 2. **pay**, each told by an employer that is an enterprise:
//!    - social insurance of an employee that is being paid;
//!    - a contribution to the housing fund for a month that began after they joined the service, within the last twelve;
//!    - income tax of a year that began after they joined the service.
//!
//! Everything else is `no`: who is not on the payroll, whom nobody knows, and what is missing. Pay of the time before the
//! service is nobody's business, and without the day of joining only offices and today's insurance can be judged. A `yes`
//! says that the registers say so, not that it is forbidden: an office may have been ordered by the service itself.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier, calendar};

/// The guest.
pub struct PublicServantCheck;

anshi_guest::export_verifier!(PublicServantCheck);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The offices; a share is none of them.
const OFFICES: &[&str] = &["LEGAL_REPRESENTATIVE", "MANAGER", "SUPERVISOR"];
const MONTHS_A_YEAR: i32 = 12;

impl Verifier for PublicServantCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "servant",
            tables: &[
                TableRead { dataset: "fiscal_payroll", reads: &[Read::dates("since"), Read::dates("paid_until")] },
                TableRead {
                    dataset: "person_offices",
                    reads: &[Read::codes("position", OFFICES), Read::dates("since"), Read::dates("until")],
                },
                TableRead {
                    dataset: "insured_persons",
                    reads: &[
                        Read::tokens("employer_uscc"),
                        Read::codes("kind", &["EMPLOYEE"]),
                        Read::codes("status", &["PAYING"]),
                    ],
                },
                TableRead {
                    dataset: "housing_fund",
                    reads: &[Read::tokens("employer_uscc"), Read::dates("period_end"), Read::integers("paid_fen")],
                },
                TableRead {
                    dataset: "personal_income_tax",
                    reads: &[Read::tokens("employer_uscc"), Read::dates("year_end"), Read::integers("income_fen")],
                },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(servant) = input.party("servant") else { return NO };
        let as_of = input.as_of();
        let Some(joined) = service(&servant, as_of) else { return NO };
        let is_paid =
            || joined.is_some_and(|joined| is_in_a_fund(&servant, joined, as_of) || is_taxed(&servant, joined));
        if holds_an_office(&servant, as_of) || is_insured(&servant) || is_paid() { YES } else { NO }
    }
}

/// Since when somebody serves who was paid this month or the last; `None` for who was not, and `Some(None)` where the day is
/// not known.
fn service(servant: &Party, as_of: i32) -> Option<Option<i32>> {
    let payroll = servant.table("fiscal_payroll");
    let untils = payroll.dates("paid_until").iter();
    let mut rows = payroll.dates("since").iter().zip(untils);
    let is_current = |until: i32| calendar::month(as_of).wrapping_sub(calendar::month(until)) <= 1;
    rows.find(|(_, until)| until.is_some_and(is_current)).map(|(since, _)| since)
}

fn holds_an_office(servant: &Party, as_of: i32) -> bool {
    let offices = servant.table("person_offices");
    let days = offices.dates("since").iter().zip(offices.dates("until").iter());
    let mut rows = offices.codes("position").iter().zip(days);
    rows.any(|(position, (since, until))| {
        position.is_some_and(|position| (position as usize) < OFFICES.len())
            && since.is_none_or(|since| since <= as_of)
            && until.is_none_or(|until| until >= as_of)
    })
}

/// Whether an enterprise insures them as an employee.
fn is_insured(servant: &Party) -> bool {
    let insured = servant.table("insured_persons");
    let states = insured.codes("kind").iter().zip(insured.codes("status").iter());
    let mut rows = insured.tokens("employer_uscc").iter().zip(states);
    rows.any(|(employer, state)| employer.is_some() && state == (Some(0), Some(0)))
}

fn is_in_a_fund(servant: &Party, joined: i32, as_of: i32) -> bool {
    let fund = servant.table("housing_fund");
    let months = fund.dates("period_end").iter().zip(fund.integers("paid_fen").iter());
    let mut rows = fund.tokens("employer_uscc").iter().zip(months);
    rows.any(|(employer, (end, paid))| {
        let month = end.map(calendar::month);
        employer.is_some()
            && paid.is_some_and(|paid| paid > 0)
            && month.is_some_and(|month| {
                month > calendar::month(joined)
                    && (0..MONTHS_A_YEAR).contains(&calendar::month(as_of).wrapping_sub(month))
            })
    })
}

/// Whether an enterprise paid them in a year that began after the month in which they joined.
fn is_taxed(servant: &Party, joined: i32) -> bool {
    let tax = servant.table("personal_income_tax");
    let years = tax.dates("year_end").iter().zip(tax.integers("income_fen").iter());
    let mut rows = tax.tokens("employer_uscc").iter().zip(years);
    rows.any(|(employer, (end, income))| {
        employer.is_some()
            && income.is_some_and(|income| income > 0)
            && end.is_some_and(|end| calendar::month(end).saturating_sub(MONTHS_A_YEAR) >= calendar::month(joined))
    })
}
