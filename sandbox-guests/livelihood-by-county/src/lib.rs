//! Who draws on which programme of livelihood funds, by programme and county.
//!
//! A person counts in the cell of every programme and county that paid them in the last `months` months, up to as many
//! cells as the policy lets one person touch. To each they add `monthly_fen`, what is paid in a month, all of their
//! claims of that cell together. Relief, medical aid and renovation are paid once: who draws them counts, and adds
//! nothing. Who draws one programme in two counties is in two cells: this table does not judge, `livelihood-claim-check`
//! does.
//!
//! A claim whose last payment, programme or county is not known is nowhere. One whose sum is not known counts, and adds
//! nothing.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use anshi_guest::{
    Contributions, Contributor, ContributorManifest, Dimension, ParameterSpec, Read, TableRead, UnitInput,
};
use county_industry::{COUNTIES, Months};
use livelihood_programmes::PROGRAMMES;

/// The guest.
pub struct LivelihoodByCounty;

anshi_guest::export_contributor!(LivelihoodByCounty);

/// Those that are paid once.
const ONCE: &[&str] = &["TEMPORARY_RELIEF", "MEDICAL_AID", "HOUSING_RENOVATION"];

impl Contributor for LivelihoodByCounty {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::integer("months")],
        tables: &[TableRead {
            dataset: "livelihood_funds",
            reads: &[
                Read::codes("programme", PROGRAMMES),
                Read::codes("county", COUNTIES),
                Read::dates("last_paid_on"),
                Read::integers("monthly_fen"),
            ],
        }],
        dimensions: &[
            Dimension { name: "programme", labels: PROGRAMMES },
            Dimension { name: "county", labels: COUNTIES },
        ],
        measures: &["monthly_fen"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let months = Months::up_to(input.as_of(), input.integer("months"));
        let funds = input.table("livelihood_funds");
        let (programmes, counties) = (funds.codes("programme").iter(), funds.codes("county").iter());
        let (lasts, sums) = (funds.dates("last_paid_on").iter(), funds.integers("monthly_fen").iter());
        let mut cells: Vec<([u32; 2], i64)> = Vec::new();
        for ((programme, county), (last, monthly)) in programmes.zip(counties).zip(lasts.zip(sums)) {
            let (Some(programme), Some(county)) = (programme, county) else { continue };
            let is_known = (programme as usize) < PROGRAMMES.len() && (county as usize) < COUNTIES.len();
            if !is_known || !last.is_some_and(|day| months.contain(day)) {
                continue;
            }
            let is_monthly = PROGRAMMES.get(programme as usize).is_some_and(|name| !ONCE.contains(name));
            let (cell, monthly) = ([programme, county], monthly.filter(|_| is_monthly).unwrap_or(0));
            match cells.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, sum)) => *sum = sum.saturating_add(monthly),
                None => cells.push((cell, monthly)),
            }
        }
        let mut contributions = Contributions::none();
        cells.iter().for_each(|(cell, sum)| contributions.add(*cell, [*sum]));
        contributions
    }
}
