//! Themes of fiscal analysis by county, industry and quarter: the tax, the sales, the power and the employment of
//! enterprises, each a table of its own out of this one guest.
//!
//! The parameter `theme` says which. An enterprise counts in the cell of its county, its industry and each of the last
//! four settled quarters of which a figure of that theme is known; so it is in four cells at most. Beside that count,
//! which the engine keeps, it adds `amount` to each:
//!
//! | `theme` | `amount` of a quarter |
//! |---|---|
//! | `tax` | tax paid for periods that ended in it, in tens of yuan |
//! | `sales` | sales declared for value-added tax, in thousands of yuan |
//! | `power` | power used, in tens of kWh |
//! | `employment` | insured heads, the mean of its three months, in hundredths of a head |
//!
//! The unit of each is such that the policy's one bound suits all of them. A quarter is settled once thirty days have
//! gone by: taxes of its last month fall due after its end, and a quarter that lacks them would look like a slump. What
//! is missing adds nothing; in a mean, a month without a figure is a month without heads. What is less than a whole unit
//! is dropped once, at the end.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(test)]
mod tests;

use anshi_guest::{Contributions, Contributor, ContributorManifest, ParameterSpec, Read, TableRead, UnitInput};
use county_industry::{DIMENSIONS_BY_QUARTER, QUARTERS, Quarters, REGISTRATION, figures};

/// The guest.
pub struct SmartFiscal;

anshi_guest::export_contributor!(SmartFiscal);

const SETTLED_DAYS: i32 = 30;

/// The one kind of declaration whose sales are summed: a quarter's income tax is declared on the same sales again.
const VALUE_ADDED: u32 = 0;

impl Contributor for SmartFiscal {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[ParameterSpec::text("theme")],
        tables: &[
            REGISTRATION,
            TableRead { dataset: "tax_payment", reads: &[Read::dates("period_end"), Read::integers("paid_fen")] },
            TableRead {
                dataset: "tax_filing",
                reads: &[Read::dates("period_end"), Read::codes("tax_kind", &["VAT"]), Read::integers("revenue_fen")],
            },
            TableRead {
                dataset: "electricity_usage",
                reads: &[Read::dates("period_end"), Read::integers("usage_kwh")],
            },
            TableRead {
                dataset: "social_insurance",
                reads: &[Read::dates("period_end"), Read::integers("insured_heads")],
            },
        ],
        dimensions: DIMENSIONS_BY_QUARTER,
        measures: &["amount"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let Some([county, industry]) = county_industry::cell(input) else { return Contributions::none() };
        let Some(theme) = Theme::of(input.text("theme")) else { return Contributions::none() };
        let mut contributions = Contributions::none();
        for (quarter, sum) in (0..).zip(theme.sums(input)) {
            let Some(sum) = sum else { continue };
            contributions.add([county, industry, quarter], [theme.amount(sum)]);
        }
        contributions
    }
}

/// What a table is about.
#[derive(Clone, Copy)]
enum Theme {
    Tax,
    Sales,
    Power,
    Employment,
}

impl Theme {
    fn of(word: &str) -> Option<Self> {
        match word {
            "tax" => Some(Self::Tax),
            "sales" => Some(Self::Sales),
            "power" => Some(Self::Power),
            "employment" => Some(Self::Employment),
            _ => None,
        }
    }

    /// Of each quarter the sum of its known figures, held at the ends of an `i64`; `None` if there are none.
    fn sums(self, input: &UnitInput) -> [Option<i64>; QUARTERS.len()] {
        let (dataset, column) = match self {
            Self::Tax => ("tax_payment", "paid_fen"),
            Self::Sales => ("tax_filing", "revenue_fen"),
            Self::Power => ("electricity_usage", "usage_kwh"),
            Self::Employment => ("social_insurance", "insured_heads"),
        };
        let table = input.table(dataset);
        let quarters = Quarters::settled(input.as_of(), SETTLED_DAYS);
        let mut sums = [None; QUARTERS.len()];
        let mut add = |(end, figure): (i32, i64)| {
            if let Some(sum) = quarters.place(end).and_then(|place| sums.get_mut(place as usize)) {
                *sum = Some(sum.map_or(figure, |sum: i64| sum.saturating_add(figure)));
            }
        };
        match self {
            Self::Sales => {
                let (ends, kinds) = (table.dates("period_end").iter(), table.codes("tax_kind").iter());
                let rows = ends.zip(kinds).zip(table.integers(column).iter());
                let declared = rows.filter(|((_, kind), _)| *kind == Some(VALUE_ADDED));
                declared.filter_map(|((end, _), figure)| Some((end?, figure?))).for_each(add);
            }
            Self::Tax | Self::Power | Self::Employment => figures(&table, column).for_each(&mut add),
        }
        sums
    }

    /// A quarter's sum in the unit of the theme.
    fn amount(self, sum: i64) -> i64 {
        match self {
            Self::Tax => sum.div_euclid(FEN_PER_TEN_YUAN),
            Self::Sales => sum.div_euclid(FEN_PER_THOUSAND_YUAN),
            Self::Power => sum.div_euclid(PARTS_PER_TEN_KWH),
            Self::Employment => sum.saturating_mul(HUNDREDTHS).div_euclid(MONTHS),
        }
    }
}

const FEN_PER_TEN_YUAN: i64 = 1_000;
const FEN_PER_THOUSAND_YUAN: i64 = 100_000;
/// The catalog has power in hundredths of a kWh.
const PARTS_PER_TEN_KWH: i64 = 1_000;
const HUNDREDTHS: i64 = 100;
/// Of a quarter.
const MONTHS: i64 = 3;
