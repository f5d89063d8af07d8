//! Whole enterprises.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::EnterpriseVitality;

const AS_OF: i32 = day(2026, 6, 30);
const APRIL: i32 = day(2026, 4, 30);
const MAY: i32 = day(2026, 5, 31);
const JUNE: i32 = day(2026, 6, 30);

type Figures<'a> = &'a [(i32, Option<i64>)];

fn series(dataset: &str, column: &str, figures: Figures) -> TableRows {
    TableRows::of(dataset)
        .dates("period_end", figures.iter().map(|figure| figure.0))
        .integers(column, figures.iter().map(|figure| figure.1))
}

fn call(months: i64, county: Option<&str>, [tax, heads, power]: [Figures; 3]) -> Vec<(Vec<&'static str>, Vec<i64>)> {
    UnitCall::<EnterpriseVitality>::on(AS_OF)
        .integer("months", months)
        .table(TableRows::of("business_registration").codes("county", [county]).codes("industry", ["F"]))
        .table(series("tax_payment", "paid_fen", tax))
        .table(series("social_insurance", "insured_heads", heads))
        .table(series("electricity_usage", "usage_kwh", power))
        .cells()
}

fn values(figures: [Figures; 3]) -> Option<Vec<i64>> {
    call(3, Some("371402"), figures).into_iter().next().map(|(_, values)| values)
}

#[test]
fn tax_and_power_are_summed_and_heads_are_the_newest() {
    let tax: Figures = &[(APRIL, Some(700)), (MAY, Some(50)), (MAY, Some(3))];
    let heads: Figures = &[(APRIL, Some(12)), (MAY, Some(9))];
    let power: Figures = &[(APRIL, Some(150)), (MAY, Some(149))];
    assert_eq!(call(3, Some("371481"), [tax, heads, power]), [(vec!["371481", "F"], vec![753, 9, 2])]);
    assert!(call(3, None, [tax, heads, power]).is_empty());
}

#[test]
fn only_the_months_asked_for_count() {
    let figures: Figures = &[(day(2026, 3, 31), Some(1_000)), (APRIL, Some(200)), (JUNE + 1, Some(5_000))];
    assert_eq!(values([figures; 3]), Some(vec![200, 200, 2]));
    let of_a_year = call(12, Some("371402"), [figures; 3]);
    assert_eq!(of_a_year, [(vec!["371402", "F"], vec![1_200, 200, 12])]);
}

#[test]
fn a_firm_of_which_nothing_is_known_is_not_counted_and_one_sign_of_life_is_enough() {
    let nothing: Figures = &[];
    let gap: Figures = &[(MAY, None)];
    let zero: Figures = &[(MAY, Some(0))];
    assert_eq!(values([nothing; 3]), None);
    assert_eq!(values([gap; 3]), None);
    for signs in [[zero, gap, nothing], [nothing, zero, gap], [gap, nothing, zero]] {
        assert_eq!(values(signs), Some(vec![0, 0, 0]));
    }
}

#[test]
fn a_gap_in_the_newest_month_leaves_the_month_before() {
    let heads: Figures = &[(APRIL, Some(12)), (MAY, None)];
    assert_eq!(values([&[], heads, &[]]), Some(vec![0, 12, 0]));
    let twice: Figures = &[(MAY, Some(4)), (MAY, Some(12)), (MAY, Some(7))];
    assert_eq!(values([&[], twice, &[]]), Some(vec![0, 12, 0]));
}

#[test]
fn absurd_figures_do_not_overflow() {
    let absurd: Figures = &[(MAY, Some(i64::MAX)), (JUNE, Some(i64::MAX))];
    assert_eq!(values([absurd; 3]), Some(vec![i64::MAX, i64::MAX, i64::MAX / 100]));
    let negative: Figures = &[(MAY, Some(i64::MIN)), (JUNE, Some(-1)), (i32::MIN, Some(5))];
    assert_eq!(values([negative; 3]), Some(vec![i64::MIN, -1, i64::MIN.div_euclid(100)]));
}
