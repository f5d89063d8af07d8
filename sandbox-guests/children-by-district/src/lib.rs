//! Children by school district and year of birth, so that schools can be planned.
//!
//! A child counts in the cell of the district where the household register has it today, and of the year in which it was
//! born by its certificate of birth. That is all: the count, which the engine keeps, is the table.
//!
//! Who has no certificate, being older or born elsewhere, or is not in the register, having left or died, is nowhere; nor
//! is a year that is not on the list.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Contributions, Contributor, ContributorManifest, Dimension, Read, TableRead, UnitInput, calendar};

/// The guest.
pub struct ChildrenByDistrict;

anshi_guest::export_contributor!(ChildrenByDistrict);

/// The school districts, as the catalog has them: four for each county.
const DISTRICTS: &[&str] = &[
    "371402-1", "371402-2", "371402-3", "371402-4", "371403-1", "371403-2", "371403-3", "371403-4", "371422-1",
    "371422-2", "371422-3", "371422-4", "371423-1", "371423-2", "371423-3", "371423-4", "371424-1", "371424-2",
    "371424-3", "371424-4", "371425-1", "371425-2", "371425-3", "371425-4", "371426-1", "371426-2", "371426-3",
    "371426-4", "371427-1", "371427-2", "371427-3", "371427-4", "371428-1", "371428-2", "371428-3", "371428-4",
    "371481-1", "371481-2", "371481-3", "371481-4", "371482-1", "371482-2", "371482-3", "371482-4",
];
/// Certificates are kept for ten years.
const YEARS: &[&str] =
    &["2016", "2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027"];
const YEAR_FIRST: i32 = 2016;

impl Contributor for ChildrenByDistrict {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[],
        tables: &[
            TableRead { dataset: "births", reads: &[Read::dates("born_on")] },
            TableRead { dataset: "household_register", reads: &[Read::codes("district", DISTRICTS)] },
        ],
        dimensions: &[Dimension { name: "district", labels: DISTRICTS }, Dimension { name: "born", labels: YEARS }],
        measures: &[],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        // Most of those whom the register knows are grown: they end here.
        let Some(born) = input.table("births").dates("born_on").get(0) else { return Contributions::none() };
        let district = input.table("household_register").codes("district").get(0);
        let place = (1970 + calendar::month(born).div_euclid(12)).checked_sub(YEAR_FIRST);
        let year = place.and_then(|place| u32::try_from(place).ok());
        match (district, year) {
            (Some(district), Some(year)) if (district as usize) < DISTRICTS.len() && (year as usize) < YEARS.len() => {
                Contributions::one([district, year], [])
            }
            _ => Contributions::none(),
        }
    }
}
