//! Where an enterprise stands in a table by county, industry and quarter. The contributors here share it, so that their
//! tables can be laid side by side. It reads the register of enterprises and decides nothing else.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod quarters;

pub use quarters::{QUARTERS, Quarters};

use anshi_guest::{Dimension, Read, Table, TableRead, UnitInput, calendar};

/// The counties of the city: codes of GB/T 2260, as the catalog has them.
pub const COUNTIES: &[&str] =
    &["371402", "371403", "371422", "371423", "371424", "371425", "371426", "371427", "371428", "371481", "371482"];

/// The sections of GB/T 4754, as the catalog has them.
pub const INDUSTRIES: &[&str] =
    &["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"];

const COUNTY: Dimension = Dimension { name: "county", labels: COUNTIES };
const INDUSTRY: Dimension = Dimension { name: "industry", labels: INDUSTRIES };

/// The two dimensions, in the order of [`cell`].
pub const DIMENSIONS: &[Dimension] = &[COUNTY, INDUSTRY];

/// The same, and the quarter: the place that [`Quarters::place`] gives.
pub const DIMENSIONS_BY_QUARTER: &[Dimension] = &[COUNTY, INDUSTRY, Dimension { name: "quarter", labels: QUARTERS }];

const DATASET: &str = "business_registration";

/// What [`cell`] reads. Codes are declared with the labels of the dimensions, so that they are their indices.
pub const REGISTRATION: TableRead =
    TableRead { dataset: DATASET, reads: &[Read::codes("county", COUNTIES), Read::codes("industry", INDUSTRIES)] };

/// The unit's cell: of its newest row in the register. `None` if the register does not know it, or does not say
/// where it belongs, or names a place that is not on the lists: there is no row or column of the unknown, which
/// few firms would share.
#[must_use]
pub fn cell(input: &UnitInput) -> Option<[u32; 2]> {
    let table = input.table(DATASET);
    let newest = table.rows().checked_sub(1)?;
    let county = table.codes("county").get(newest)?;
    let industry = table.codes("industry").get(newest)?;
    let is_known = (county as usize) < COUNTIES.len() && (industry as usize) < INDUSTRIES.len();
    is_known.then_some([county, industry])
}

/// The known figures of a column, each with the last day of its period.
pub fn figures<'a>(table: &Table<'a>, column: &str) -> impl Iterator<Item = (i32, i64)> + use<'a> {
    let rows = table.dates("period_end").iter().zip(table.integers(column).iter());
    rows.filter_map(|(end, figure)| Some((end?, figure?)))
}

/// The months that a table is about, as the days that they are: to compare days costs less than to name their months.
#[derive(Debug, Clone, Copy)]
pub struct Months {
    first_day: i32,
    /// The day after the last.
    end: i32,
}

/// More than a policy can ask for.
const MONTHS_MAX: i64 = 1_200;

impl Months {
    /// The last `count` months, up to the whole of the one that `as_of` falls in.
    #[must_use]
    pub fn up_to(as_of: i32, count: i64) -> Self {
        let next = calendar::month(as_of).saturating_add(1);
        let count = count.clamp(0, MONTHS_MAX) as i32;
        Self { first_day: first_day(next.saturating_sub(count)), end: first_day(next) }
    }

    /// Whether a day falls in them.
    #[must_use]
    #[inline]
    pub fn contain(self, day: i32) -> bool {
        self.first_day <= day && day < self.end
    }
}

/// The first day of a month that is given in months since January 1970.
fn first_day(month: i32) -> i32 {
    calendar::day(1970_i32.saturating_add(month.div_euclid(12)), month.rem_euclid(12) as u32 + 1, 1)
}

#[cfg(test)]
mod tests {
    use anshi_guest::calendar::day;
    use anshi_guest::testing::{TableRows, UnitCall};
    use anshi_guest::{Contributions, Contributor, ContributorManifest};

    use super::*;

    struct Places;

    impl Contributor for Places {
        const MANIFEST: ContributorManifest =
            ContributorManifest { parameters: &[], tables: &[REGISTRATION], dimensions: DIMENSIONS, measures: &[] };

        fn contribute(input: &UnitInput) -> Contributions {
            cell(input).map_or_else(Contributions::none, |cell| Contributions::one(cell, []))
        }
    }

    fn place(rows: &[(Option<&str>, Option<&str>)]) -> Vec<Vec<&'static str>> {
        let rows = TableRows::of(DATASET)
            .codes("county", rows.iter().map(|row| row.0))
            .codes("industry", rows.iter().map(|row| row.1));
        UnitCall::<Places>::on(0).table(rows).cells().into_iter().map(|(labels, _)| labels).collect()
    }

    #[test]
    fn the_newest_row_says_where() {
        assert_eq!(place(&[(Some("371402"), Some("A"))]), [["371402", "A"]]);
        assert_eq!(place(&[(Some("371402"), Some("A")), (Some("371482"), Some("T"))]), [["371482", "T"]]);
    }

    #[test]
    fn what_is_not_known_is_nowhere() {
        assert!(place(&[]).is_empty());
        for row in [(None, Some("A")), (Some("371402"), None), (Some("370100"), Some("A")), (Some("371402"), Some("Z"))]
        {
            assert!(place(&[row]).is_empty());
        }
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let quarter = Months::up_to(day(2026, 6, 15), 3);
        let seen = [day(2026, 3, 31), day(2026, 4, 1), day(2026, 6, 15), day(2026, 6, 30), day(2026, 7, 1)];
        assert_eq!(seen.map(|day| quarter.contain(day)), [false, true, true, true, false]);
        assert!(!Months::up_to(day(2026, 6, 15), 0).contain(day(2026, 6, 15)));
        let winter = Months::up_to(day(2026, 1, 31), 2);
        let seen = [day(2025, 11, 30), day(2025, 12, 1), day(2026, 1, 31), day(2026, 2, 1)];
        assert_eq!(seen.map(|day| winter.contain(day)), [false, true, true, false]);
        for (as_of, count) in [(i32::MAX, i64::MIN), (i32::MIN, i64::MAX), (i32::MAX, i64::MAX)] {
            assert!(!Months::up_to(as_of, count).contain(day(2026, 1, 31)));
        }
    }
}
