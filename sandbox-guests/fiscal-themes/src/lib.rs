//! One theme of the fiscal year by county and industry: what tax is paid, what power is used, or how many are employed.
//!
//! The parameter `theme` says which of the three the table is about. An enterprise counts in the cell of its county and
//! industry if a figure of that theme is known of it in the last twelve months; beside that count, which the engine
//! keeps, it adds `amount`, their sum:
//!
//! | `theme` | `amount` |
//! |---|---|
//! | `tax` | tax paid for periods that ended in those months, in hundreds of yuan |
//! | `power` | power used in them, in hundreds of kWh |
//! | `employment` | insured heads, summed over the months: head-months |
//!
//! The unit of each is such that most enterprises stay below the policy's one bound. What is missing adds nothing, and
//! what is less than a whole unit is dropped once, at the end.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Contributions, Contributor, ContributorManifest, ParameterSpec, Read, Table, TableRead, UnitInput};
use county_industry::{DIMENSIONS, Months, REGISTRATION, figures};

/// The guest.
pub struct FiscalThemes;

anshi_guest::export_contributor!(FiscalThemes);

const MONTHS: i64 = 12;
/// Fen in a hundred yuan, and hundredths of a kWh in a hundred kWh.
const PARTS_PER_HUNDRED: i64 = 10_000;

impl Contributor for FiscalThemes {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::text("theme")],
        tables: &[
            REGISTRATION,
            TableRead { dataset: "tax_payment", reads: &[Read::dates("period_end"), Read::integers("paid_fen")] },
            TableRead {
                dataset: "electricity_usage",
                reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
            },
            TableRead {
                dataset: "social_insurance",
                reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
            },
        ],
        dimensions: DIMENSIONS,
        measures: &["amount"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let Some(cell) = county_industry::cell(input) else { return Contributions::none() };
        let (dataset, column, parts) = match input.text("theme") {
            "tax" => ("tax_payment", "paid_fen", PARTS_PER_HUNDRED),
            "power" => ("electricity_usage", "usage_kwh", PARTS_PER_HUNDRED),
            "employment" => ("social_insurance", "insured_heads", 1),
            _ => return Contributions::none(),
        };
        match sum(&input.table(dataset), column, Months::up_to(input.as_of(), MONTHS)) {
            Some(sum) => Contributions::one(cell, [sum.div_euclid(parts)]),
            None => Contributions::none(),
        }
    }
}

/// The sum of the known figures of the periods that ended in these months, held at the ends of an `i64`; `None` if there
/// are none.
fn sum(table: &Table, column: &str, months: Months) -> Option<i64> {
    let known = figures(table, column).filter(|(end, _)| months.contain(*end));
    known.map(|(_, figure)| figure).reduce(i64::saturating_add)
}
