//! A contributor of a known shape, for `make bench-tables`: the tax that an enterprise paid in the months that the
//! policy grants, by county and industry. It reads every row of its unit. Its tables are the benchmark's own
//! (`benches/tables/catalog`), so it is not an example of what to ask.
//!
//! An enterprise counts in the cell of its county and industry, if the register says both; it adds the sum of its
//! receipts of at least `min_fen`. Asked for the largest `min_fen`, it is hostile: every unit returns lists that are as
//! long as the engine takes, so that the benchmark can tell what the worst unit costs.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::vec;

use anshi_guest::{
    Contributions, Contributor, ContributorManifest, Dimension, ParameterSpec, Read, TableRead, UnitInput,
};

/// The guest.
pub struct TableYardstick;

anshi_guest::export_contributor!(TableYardstick);

/// Asks for the worst.
const HOSTILE_MIN_FEN: i64 = 1_000_000;
/// Of 16 bytes each: as many as 16 KiB have, but for what the engine counts beside them.
const HOSTILE_CELLS: usize = 1_000;
const REGISTER: &str = "tax_register";
const RECEIPTS: &str = "tax_receipts";
const COUNTIES: &[&str] =
    &["c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08", "c09", "c10", "c11", "c12", "c13", "c14", "c15", "c16"];
const INDUSTRIES: &[&str] =
    &["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"];

impl Contributor for TableYardstick {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::integer("min_fen")],
        tables: &[
            TableRead {
                dataset: REGISTER,
                reads: &[Read::codes("county", COUNTIES), Read::codes("industry", INDUSTRIES)],
            },
            TableRead { dataset: RECEIPTS, reads: &[Read::dates("period_end"), Read::integers("paid_fen")] },
        ],
        dimensions: &[
            Dimension { name: "county", labels: COUNTIES },
            Dimension { name: "industry", labels: INDUSTRIES },
        ],
        measures: &["paid_fen"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let register = input.table(REGISTER);
        let (county, industry) = (register.codes("county").get(0), register.codes("industry").get(0));
        let (Some(county), Some(industry)) = (county, industry) else { return Contributions::none() };
        let min_fen = input.integer("min_fen");
        if min_fen == HOSTILE_MIN_FEN {
            return Contributions::from_lists(vec![0; 2 * HOSTILE_CELLS], vec![0; HOSTILE_CELLS]);
        }
        let receipts = input.table(RECEIPTS);
        let (days, paid) = (receipts.dates("period_end").iter(), receipts.integers("paid_fen").iter());
        // A receipt of an unknown period is none of the months asked about; the engine gives no such row, and the
        // guest looks at every day, as one that tells months apart has to.
        let known = days.zip(paid).filter_map(|(day, paid)| day.and(paid));
        let sum = known.filter(|paid| *paid >= min_fen).fold(0, i64::saturating_add);
        Contributions::one([county, industry], [sum])
    }
}

#[cfg(test)]
mod tests {
    use anshi_guest::testing::{TableRows, UnitCall};

    use super::*;

    fn sum(county: Option<&str>, paid: [Option<i64>; 3]) -> Vec<(Vec<&'static str>, Vec<i64>)> {
        let register = TableRows::of(REGISTER).codes("county", [county]).codes("industry", [Some("T")]);
        let receipts = TableRows::of(RECEIPTS).dates("period_end", [1, 2, 3].map(Some)).integers("paid_fen", paid);
        UnitCall::<TableYardstick>::on(20_000).integer("min_fen", 10).table(register).table(receipts).cells()
    }

    #[test]
    fn receipts_are_summed_where_the_register_says() {
        assert_eq!(sum(Some("c16"), [Some(10), None, Some(5)]), [(vec!["c16", "T"], vec![10])]);
        assert_eq!(sum(Some("c01"), [Some(11), Some(12), Some(13)]), [(vec!["c01", "T"], vec![36])]);
        assert!(sum(None, [Some(10); 3]).is_empty());
    }
}
