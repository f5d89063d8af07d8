//! A guest of a known shape, for the benchmarks: it reads every cell of a table of eight columns and decides little.
//! Not an example of what to ask.
//!
//! The table is the housing fund's: three columns of tokens, one of days, four of integers, and for most persons 24 rows.

#![cfg_attr(target_arch = "wasm32", no_std)]

use anshi_guest::{Input, Manifest, Party, Read, Role, TableRead, Verifier};

/// The guest.
pub struct Yardstick;

anshi_guest::export_verifier!(Yardstick);

const NO: u32 = 0;
const TABLE: &str = "housing_fund";

impl Verifier for Yardstick {
    const MANIFEST: Manifest = Manifest {
        parameters: &[],
        roles: &[Role {
            name: "person",
            tables: &[TableRead {
                dataset: TABLE,
                reads: &[
                    Read::tokens("citizen_id"),
                    Read::tokens("account"),
                    Read::tokens("employer_uscc"),
                    Read::dates("period_end"),
                    Read::integers("base_fen"),
                    Read::integers("payable_fen"),
                    Read::integers("paid_fen"),
                    Read::integers("balance_fen"),
                ],
            }],
        }],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        let Some(person) = input.party("person") else { return NO };
        // Every cell has a part in the answer, so that no compiler leaves one unread.
        (sum(&person) & 1 == 1).into()
    }
}

fn sum(person: &Party) -> i64 {
    let table = person.table(TABLE);
    let mut sum = 0i64;
    for column in ["citizen_id", "account", "employer_uscc"] {
        sum = table.tokens(column).iter().flatten().fold(sum, |sum, token| sum.wrapping_add(token.into()));
    }
    sum = table.dates("period_end").iter().flatten().fold(sum, |sum, day| sum.wrapping_add(day.into()));
    for column in ["base_fen", "payable_fen", "paid_fen", "balance_fen"] {
        sum = table.integers(column).iter().flatten().fold(sum, i64::wrapping_add);
    }
    sum
}

#[cfg(test)]
mod tests {
    use anshi_guest::testing::{Call, PartyRows, TableRows};

    use super::*;

    const YES: u32 = 1;

    #[test]
    fn every_column_has_a_part_in_the_answer() {
        let rows = || TableRows::of(TABLE);
        let asked = |rows: TableRows| Call::<Yardstick>::on(20_000).party(PartyRows::of("person").table(rows)).index();
        assert_eq!(asked(rows()), NO);
        for column in ["citizen_id", "account", "employer_uscc"] {
            assert_eq!(asked(rows().tokens(column, [2, 1])), YES, "{column}");
        }
        assert_eq!(asked(rows().dates("period_end", [2, 1])), YES);
        for column in ["base_fen", "payable_fen", "paid_fen", "balance_fen"] {
            assert_eq!(asked(rows().integers(column, [2, 1])), YES, "{column}");
        }
    }
}
