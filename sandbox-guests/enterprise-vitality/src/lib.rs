//! How alive the enterprises of a county and an industry are: what tax they pay, whom they insure, what power they
//! use.
//!
//! An enterprise counts in the cell of its county and industry if any of the three is known of it in the last `months`
//! months. Beside that count, which the engine keeps, it adds `tax_fen`, the tax paid for periods that ended in those
//! months; `heads`, the insured heads of the newest month that is known among them; and `power_kwh`, the power used in
//! them, in whole kWh. What is missing adds nothing.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Contributions, Contributor, ContributorManifest, ParameterSpec, Read, Table, TableRead, UnitInput};
use county_industry::{DIMENSIONS, Months, REGISTRATION, figures};

/// The guest.
pub struct EnterpriseVitality;

anshi_guest::export_contributor!(EnterpriseVitality);

/// The catalog has power in hundredths of a kWh.
const PARTS_PER_KWH: i64 = 100;

impl Contributor for EnterpriseVitality {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::integer("months")],
        tables: &[
            REGISTRATION,
            TableRead { dataset: "tax_payment", reads: &[Read::dates("period_end"), Read::integers("paid_fen")] },
            TableRead {
                dataset: "social_insurance",
                reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
            },
            TableRead {
                dataset: "electricity_usage",
                reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
            },
        ],
        dimensions: DIMENSIONS,
        measures: &["tax_fen", "heads", "power_kwh"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let Some(cell) = county_industry::cell(input) else { return Contributions::none() };
        let months = Months::up_to(input.as_of(), input.integer("months"));
        let tax_fen = sum(&input.table("tax_payment"), "paid_fen", months);
        let heads = newest(&input.table("social_insurance"), "insured_heads", months);
        let power = sum(&input.table("electricity_usage"), "usage_kwh", months);
        if tax_fen.or(heads).or(power).is_none() {
            return Contributions::none();
        }
        let power_kwh = power.unwrap_or(0).div_euclid(PARTS_PER_KWH);
        Contributions::one(cell, [tax_fen.unwrap_or(0), heads.unwrap_or(0), power_kwh])
    }
}

/// The known figures of a column with the ends of their periods, of the periods that ended in these months.
fn known<'a>(table: &Table<'a>, column: &str, months: Months) -> impl Iterator<Item = (i32, i64)> + use<'a> {
    figures(table, column).filter(move |(end, _)| months.contain(*end))
}

/// The sum of the known figures, held at the ends of an `i64`; `None` if there are none.
fn sum(table: &Table, column: &str, months: Months) -> Option<i64> {
    known(table, column, months).map(|(_, figure)| figure).reduce(i64::saturating_add)
}

/// The known figure of the newest period. One that was declared twice is taken once, at its largest.
fn newest(table: &Table, column: &str, months: Months) -> Option<i64> {
    known(table, column, months).max().map(|(_, figure)| figure)
}
