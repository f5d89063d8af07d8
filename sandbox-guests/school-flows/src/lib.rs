//! From which county pupils go to school in which: flows from where they are registered to where their school is.
//!
//! A pupil of the stage that is asked about counts in the cell of the two counties, which are the same for most. Beside
//! that count, which the engine keeps, it adds `boards`: 1 if it lives at school, so that the mean is the share of those who do.
//!
//! Of whom one of the counties is not known is nowhere; of whom it is not known whether they board does not.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{
    Contributions, Contributor, ContributorManifest, Dimension, ParameterSpec, Read, TableRead, UnitInput,
};
use county_industry::COUNTIES;

/// The guest.
pub struct SchoolFlows;

anshi_guest::export_contributor!(SchoolFlows);

/// The stages of school, as the catalog has them.
const STAGES: &[&str] = &["PRIMARY", "JUNIOR", "SENIOR", "VOCATIONAL"];
const DATASET: &str = "school_enrolment";

impl Contributor for SchoolFlows {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::text("stage")],
        tables: &[TableRead {
            dataset: DATASET,
            reads: &[
                Read::codes("stage", STAGES),
                Read::codes("home_county", COUNTIES),
                Read::codes("school_county", COUNTIES),
                Read::integers("boards"),
            ],
        }],
        dimensions: &[
            Dimension { name: "home_county", labels: COUNTIES },
            Dimension { name: "school_county", labels: COUNTIES },
        ],
        measures: &["boards"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let pupil = input.table(DATASET);
        let stage = pupil.codes("stage").get(0).and_then(|code| STAGES.get(code as usize));
        if stage.is_none_or(|stage| *stage != input.text("stage")) {
            return Contributions::none();
        }
        let county = |column| pupil.codes(column).get(0).filter(|code| (*code as usize) < COUNTIES.len());
        match (county("home_county"), county("school_county")) {
            (Some(home), Some(school)) => {
                let boards = pupil.integers("boards").get(0) == Some(1);
                Contributions::one([home, school], [boards.into()])
            }
            _ => Contributions::none(),
        }
    }
}
