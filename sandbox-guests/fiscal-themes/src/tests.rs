//! Whole enterprises, theme by theme.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::FiscalThemes;

const AS_OF: i32 = day(2026, 9, 30);
const JULY: i32 = day(2026, 7, 31);
const AUGUST: i32 = day(2026, 8, 31);

type Figures<'a> = &'a [(i32, Option<i64>)];

fn series(dataset: &str, column: &str, figures: Figures) -> TableRows {
    TableRows::of(dataset)
        .dates("period_end", figures.iter().map(|figure| figure.0))
        .integers(column, figures.iter().map(|figure| figure.1))
}

fn call(theme: &str, county: Option<&str>, [tax, power, heads]: [Figures; 3]) -> Vec<(Vec<&'static str>, Vec<i64>)> {
    UnitCall::<FiscalThemes>::on(AS_OF)
        .text("theme", theme)
        .table(TableRows::of("business_registration").codes("county", [county]).codes("industry", ["F"]))
        .table(series("tax_payment", "paid_fen", tax))
        .table(series("electricity_usage", "usage_kwh", power))
        .table(series("social_insurance", "insured_heads", heads))
        .cells()
}

fn amount(theme: &str, figures: [Figures; 3]) -> Option<i64> {
    call(theme, Some("371402"), figures).into_iter().next().and_then(|(_, values)| values.first().copied())
}

#[test]
fn each_theme_sums_its_own_figures() {
    let tax: Figures = &[(JULY, Some(1_234_567)), (AUGUST, Some(5_433))];
    let power: Figures = &[(JULY, Some(9_999)), (AUGUST, Some(10_000))];
    let heads: Figures = &[(JULY, Some(12)), (AUGUST, Some(9))];
    assert_eq!(["tax", "power", "employment"].map(|theme| amount(theme, [tax, power, heads])), [124, 1, 21].map(Some));
    assert_eq!(call("tax", Some("371481"), [tax, power, heads]), [(vec!["371481", "F"], vec![124])]);
}

#[test]
fn an_enterprise_without_a_place_or_a_figure_is_not_counted() {
    let some: Figures = &[(AUGUST, Some(10_000))];
    assert!(call("tax", None, [some; 3]).is_empty());
    assert_eq!(amount("tax", [&[], some, some]), None);
    assert_eq!(amount("tax", [&[(AUGUST, None)], some, some]), None);
    assert_eq!(amount("tax", [&[(AUGUST, Some(0))], &[], &[]]), Some(0));
}

#[test]
fn a_theme_that_is_none_contributes_nothing() {
    let some: Figures = &[(AUGUST, Some(10_000))];
    for theme in ["", "Tax", "tax ", "water"] {
        assert_eq!(amount(theme, [some; 3]), None, "{theme}");
    }
}

#[test]
fn twelve_months_count_and_no_more() {
    let figures: Figures = &[
        (day(2025, 9, 30), Some(1)),
        (day(2025, 10, 1), Some(20)),
        (AS_OF, Some(300)),
        (day(2026, 10, 1), Some(4_000)),
    ];
    assert_eq!(amount("employment", [&[], &[], figures]), Some(320));
}

#[test]
fn absurd_figures_do_not_overflow() {
    let most: Figures = &[(JULY, Some(i64::MAX)), (AUGUST, Some(i64::MAX))];
    assert_eq!(amount("tax", [most; 3]), Some(i64::MAX / 10_000));
    let least: Figures = &[(JULY, Some(i64::MIN)), (AUGUST, Some(-1)), (i32::MIN, Some(5))];
    assert_eq!(amount("employment", [least; 3]), Some(i64::MIN));
}
