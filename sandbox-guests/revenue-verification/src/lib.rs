//! Says whether a firm's own claim about its sales holds: yes or no.
//!
//! `yes` takes all of this, and everything else is `no`, a firm without rows included:
//!
//! 1. the value-added tax declarations that were filed for periods of the last twelve months come to at least
//!    `claimed_fen` of taxable sales; of a period that was declared twice, the declaration filed last counts;
//! 2. some power was used in the last three months;
//! 3. none of their bills is more than sixty days overdue.
//!
//! What is missing never speaks for the firm: a declaration without a day of filing was not filed. It does not speak
//! against it either: a bill of which it is not known how long it is overdue is not.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Input, Manifest, ParameterSpec, Read, Role, Table, TableRead, Verifier, calendar};

/// The guest.
pub struct RevenueVerification;

anshi_guest::export_verifier!(RevenueVerification);

/// The answers, in the manifest's order.
const NO: u32 = 0;
const YES: u32 = 1;

/// The code of the one kind of tax whose declarations count.
const VAT: u32 = 0;
/// Declarations of so many months count, the current one among them.
const SALES_MONTHS: i32 = 12;
/// Power is looked at over so many months.
const POWER_MONTHS: i32 = 3;
/// A bill may be overdue for so long.
const OVERDUE_DAYS_MAX: i64 = 60;

impl Verifier for RevenueVerification {
    const MANIFEST: Manifest = Manifest {
        parameters: &[ParameterSpec::integer("claimed_fen")],
        roles: &[Role {
            name: "enterprise",
            tables: &[
                TableRead {
                    dataset: "tax_filing",
                    reads: &[
                        Read::dates("period_end"),
                        Read::codes("tax_kind", &["VAT"]),
                        Read::dates("filed_date"),
                        Read::integers("revenue_fen"),
                    ],
                },
                TableRead {
                    dataset: "electricity_usage",
                    reads: &[Read::dates("period_end"), Read::integers("usage_kwh"), Read::integers("overdue_days")],
                },
            ],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(firm) = input.party("enterprise") else { return NO };
        let as_of = input.as_of();
        let declared_fen = declared_fen(&firm.table("tax_filing"), as_of);
        let holds = declared_fen >= input.integer("claimed_fen") && has_power(&firm.table("electricity_usage"), as_of);
        if holds { YES } else { NO }
    }
}

/// Whether a day falls in the last `months` months, up to the one of `as_of`.
fn is_recent(day: i32, as_of: i32, months: i32) -> bool {
    calendar::month(as_of).saturating_sub(calendar::month(day)) < months
}

/// The taxable sales that were declared for the last twelve months.
fn declared_fen(filings: &Table, as_of: i32) -> i64 {
    let ends = filings.dates("period_end").iter().zip(filings.codes("tax_kind").iter());
    let filed = filings.dates("filed_date").iter().zip(filings.integers("revenue_fen").iter());
    let mut total_fen: i64 = 0;
    // Rows come by the ends of their periods, so those of one period stand together.
    let mut period = None;
    let mut last_filed = i32::MIN;
    let mut period_fen: i64 = 0;
    for ((end, kind), (filed, revenue_fen)) in ends.zip(filed) {
        let (Some(end), Some(VAT), Some(filed), Some(revenue_fen)) = (end, kind, filed, revenue_fen) else { continue };
        if !is_recent(end, as_of, SALES_MONTHS) || filed > as_of {
            continue;
        }
        if period != Some(end) {
            total_fen = total_fen.saturating_add(period_fen);
            (period, last_filed, period_fen) = (Some(end), i32::MIN, 0);
        }
        if filed >= last_filed {
            (last_filed, period_fen) = (filed, revenue_fen);
        }
    }
    total_fen.saturating_add(period_fen)
}

/// Whether power was used in the last three months, and paid for in time.
fn has_power(readings: &Table, as_of: i32) -> bool {
    let rows = readings.dates("period_end").iter();
    let rows = rows.zip(readings.integers("usage_kwh").iter().zip(readings.integers("overdue_days").iter()));
    let mut is_used = false;
    for (end, (usage, overdue_days)) in rows {
        if !end.is_some_and(|end| is_recent(end, as_of, POWER_MONTHS)) {
            continue;
        }
        if overdue_days.is_some_and(|days| days > OVERDUE_DAYS_MAX) {
            return false;
        }
        is_used |= usage.is_some_and(|usage| usage > 0);
    }
    is_used
}
