//! Grades a firm whose loan is up for renewal, A to C: by how it has repaid the bank, which the bank alone knows, and by its
//! taxes and its power, which the bank must not see. Neither side learns the other's rows.
//!
//! The bank's rows come with its request, as the policy's dataset `repayments`: one row for each instalment of each of the
//! firm's loans. A contract's number arrives as a token: the guest can tell two loans apart, and knows neither.
//!
//! C, whatever else is known:
//!
//! - an instalment has been overdue for 90 days, or instalments of two loans are overdue;
//! - tax has been owed for 90 days.
//!
//! Otherwise demerits are added up; up to 1 is A, up to 3 is B, more is C.
//!
//! | what | demerits |
//! |---|---|
//! | an instalment is overdue: of principal, or of interest, which a firm pays last only when its cash is gone | 2, 3 |
//! | of the instalments paid one in ten was late by more than three days; one in four | 1, 2 |
//! | no instalment fell due in the last twelve months: nothing is known of how it repays today | 1 |
//! | tax is owed | 2 |
//! | no tax is known of the last twelve months | 1 |
//! | power of the last half year fell by a quarter against the same months a year before; by half | 1, 2 |
//! | power cannot be compared | 1 |
//!
//! What is missing is never taken for zero: an instalment without its amount or payment counts neither as paid nor as
//! overdue.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier, calendar};

/// The guest.
pub struct LoanRenewalCheck;

anshi_guest::export_verifier!(LoanRenewalCheck);

/// The answers, in the manifest's order.
const A: u32 = 0;
const B: u32 = 1;
const C: u32 = 2;

/// The code of an instalment of interest.
const INTEREST: u32 = 0;

/// Owed for so long it is a bad loan, or a bad debt to the state.
const BAD_DAYS: i32 = 90;
/// A payment that is late by no more is a bank holiday.
const GRACE_DAYS: i32 = 3;
/// What is older says nothing about today.
const RECENT_DAYS: i32 = 365;
/// Power is compared over so many months, of which so many must be known in both years.
const POWER_MONTHS: usize = 6;
const POWER_MONTHS_MIN: usize = 3;
const YEAR_MONTHS: usize = 12;

impl Verifier for LoanRenewalCheck {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                // The bank's own: a guest reads it like any other.
                TableRead {
                    dataset: "repayments",
                    reads: &[
                        Read::tokens("loan"),
                        Read::codes("kind", &["INTEREST"]),
                        Read::dates("due_date"),
                        Read::integers("due_fen"),
                        Read::integers("paid_fen"),
                        Read::dates("paid_date"),
                    ],
                },
                TableRead {
                    dataset: "tax_payment",
                    reads: &[
                        Read::dates("period_end"),
                        Read::integers("payable_fen"),
                        Read::integers("paid_fen"),
                        Read::dates("due_date"),
                    ],
                },
                TableRead {
                    dataset: "electricity_usage",
                    reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
                },
            ],
        }],
        labels: &["A", "B", "C"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return C };
        let as_of = input.as_of();
        let demerits = [repaying(&firm, as_of), taxes(&firm, as_of), power(&firm, as_of)];
        match demerits.into_iter().sum::<Option<u32>>() {
            Some(0 | 1) => A,
            Some(2 | 3) => B,
            _ => C,
        }
    }
}

/// Demerits of the bank's own rows; `None` where they decide alone.
fn repaying(firm: &Party, as_of: i32) -> Option<u32> {
    let table = firm.table("repayments");
    let (loans, kinds, due_dates) = (table.tokens("loan"), table.codes("kind"), table.dates("due_date"));
    let (due, paid, paid_dates) = (table.integers("due_fen"), table.integers("paid_fen"), table.dates("paid_date"));
    let (mut settled, mut late, mut worst, mut is_recent) = (0_u32, 0_u32, 0_u32, false);
    let mut loan_overdue = None;
    for row in 0..table.rows() {
        let (Some(due_date), Some(due), Some(paid)) = (due_dates.get(row), due.get(row), paid.get(row)) else {
            continue;
        };
        let age = as_of.saturating_sub(due_date);
        is_recent |= (0..RECENT_DAYS).contains(&age);
        if paid >= due {
            settled += 1;
            let days = paid_dates.get(row).map_or(0, |day| day.saturating_sub(due_date));
            late += u32::from(days > GRACE_DAYS);
        } else if age > 0 {
            let is_second = loan_overdue.is_some_and(|loan| loan != loans.get(row));
            if age >= BAD_DAYS || is_second {
                return None;
            }
            loan_overdue = Some(loans.get(row));
            worst = worst.max(if kinds.get(row) == Some(INTEREST) { 3 } else { 2 });
        }
    }
    let lateness = match late {
        0 => 0,
        late if late * 4 >= settled => 2,
        late if late * 10 >= settled => 1,
        _ => 0,
    };
    Some(worst + lateness + u32::from(!is_recent))
}

/// Demerits of the firm's taxes; `None` where they decide alone.
fn taxes(firm: &Party, as_of: i32) -> Option<u32> {
    let table = firm.table("tax_payment");
    let (ends, due_dates) = (table.dates("period_end"), table.dates("due_date"));
    let (payable, paid) = (table.integers("payable_fen"), table.integers("paid_fen"));
    let (mut owes, mut is_recent) = (false, false);
    for row in 0..table.rows() {
        is_recent |= ends.get(row).is_some_and(|end| (0..RECENT_DAYS).contains(&as_of.saturating_sub(end)));
        let (Some(payable), Some(paid), Some(due_date)) = (payable.get(row), paid.get(row), due_dates.get(row)) else {
            continue;
        };
        let age = as_of.saturating_sub(due_date);
        if paid < payable && age > 0 {
            if age >= BAD_DAYS {
                return None;
            }
            owes = true;
        }
    }
    Some(if owes { 2 } else { 0 } + u32::from(!is_recent))
}

/// Demerits of the firm's power: the newest half year against the same months a year before.
fn power(firm: &Party, as_of: i32) -> Option<u32> {
    let table = firm.table("electricity_usage");
    // By age in months: the sum of the meters, and whether one of them was not read.
    let mut months = [(None::<i64>, false); YEAR_MONTHS + POWER_MONTHS];
    for (end, usage) in table.dates("period_end").iter().zip(table.integers("usage_kwh").iter()) {
        let age = end.map(|end| calendar::month(as_of).saturating_sub(calendar::month(end)));
        let place = age.and_then(|age| usize::try_from(age).ok());
        let Some((sum, is_spoilt)) = place.and_then(|place| months.get_mut(place)) else { continue };
        match usage {
            Some(usage) => *sum = Some(sum.unwrap_or(0).saturating_add(usage)),
            None => *is_spoilt = true,
        }
    }
    let known = |(sum, is_spoilt): &(Option<i64>, bool)| sum.filter(|_| !is_spoilt);
    let pairs = months.iter().zip(months.iter().skip(YEAR_MONTHS)).take(POWER_MONTHS);
    let pairs = pairs.filter_map(|(now, before)| Some((known(now)?, known(before)?)));
    let add = |(count, now, before): (usize, i64, i64), pair: (i64, i64)| {
        (count + 1, now.saturating_add(pair.0), before.saturating_add(pair.1))
    };
    let (count, now, before) = pairs.fold((0, 0, 0), add);
    if count < POWER_MONTHS_MIN || before <= 0 {
        return Some(1);
    }
    Some(u32::from(now <= before / 4 * 3) + u32::from(now <= before / 2))
}
