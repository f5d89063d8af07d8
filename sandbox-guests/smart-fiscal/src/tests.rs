//! Whole enterprises, theme by theme and quarter by quarter.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::SmartFiscal;

const AS_OF: i32 = day(2026, 9, 30);
/// Months of `Q-1`, `Q-2` and `Q-4`.
const JUNE: i32 = day(2026, 6, 30);
const MAY: i32 = day(2026, 5, 31);
const MARCH: i32 = day(2026, 3, 31);
const LAST_JULY: i32 = day(2025, 7, 31);

type Figures<'a> = &'a [(i32, Option<i64>)];
/// Place of a quarter and amount.
type Cells = Vec<(&'static str, i64)>;

/// What an enterprise has, and where it is.
#[derive(Clone, Copy, Default)]
struct Firm<'a> {
    tax: Figures<'a>,
    sales: &'a [(i32, &'a str, Option<i64>)],
    power: Figures<'a>,
    heads: Figures<'a>,
    is_nowhere: bool,
}

fn series(dataset: &str, column: &str, figures: Figures) -> TableRows {
    TableRows::of(dataset)
        .dates("period_end", figures.iter().map(|figure| figure.0))
        .integers(column, figures.iter().map(|figure| figure.1))
}

fn call(as_of: i32, theme: &str, firm: Firm) -> Vec<(Vec<&'static str>, Vec<i64>)> {
    let county = (!firm.is_nowhere).then_some("371402");
    let sales = TableRows::of("tax_filing")
        .dates("period_end", firm.sales.iter().map(|row| row.0))
        .codes("tax_kind", firm.sales.iter().map(|row| row.1))
        .integers("revenue_fen", firm.sales.iter().map(|row| row.2));
    UnitCall::<SmartFiscal>::on(as_of)
        .text("theme", theme)
        .table(TableRows::of("business_registration").codes("county", [county]).codes("industry", ["F"]))
        .table(series("tax_payment", "paid_fen", firm.tax))
        .table(sales)
        .table(series("electricity_usage", "usage_kwh", firm.power))
        .table(series("social_insurance", "insured_heads", firm.heads))
        .cells()
}

fn cells(theme: &str, firm: Firm) -> Cells {
    let told = call(AS_OF, theme, firm).into_iter();
    told.map(|(labels, values)| (labels.last().copied().unwrap_or("none"), values.first().copied().unwrap_or(-1)))
        .collect()
}

#[test]
fn each_theme_sums_its_own_figures_by_quarter() {
    let firm = Firm {
        tax: &[(LAST_JULY, Some(7_000)), (MARCH, Some(12_999)), (MAY, Some(1_500)), (JUNE, Some(1_600))],
        sales: &[(JUNE, "VAT", Some(250_000)), (JUNE, "CIT", Some(900_000)), (MAY, "VAT", Some(49_999))],
        power: &[(MARCH, Some(999)), (JUNE, Some(1_000))],
        heads: &[(MAY, Some(12)), (JUNE, Some(9)), (MARCH, Some(3))],
        is_nowhere: false,
    };
    assert_eq!(cells("tax", firm), [("Q-4", 7), ("Q-2", 12), ("Q-1", 3)]);
    assert_eq!(cells("sales", firm), [("Q-1", 2)]);
    assert_eq!(cells("power", firm), [("Q-2", 0), ("Q-1", 1)]);
    assert_eq!(cells("employment", firm), [("Q-2", 100), ("Q-1", 700)]);
    assert_eq!(call(AS_OF, "sales", firm), [(vec!["371402", "F", "Q-1"], vec![2])]);
}

#[test]
fn a_quarter_counts_thirty_days_after_its_end() {
    let firm = Firm { power: &[(JUNE, Some(1_000)), (day(2026, 7, 31), Some(9_000))], ..Firm::default() };
    let quarters = |as_of| {
        let told = call(as_of, "power", firm).into_iter();
        told.filter_map(|(labels, values)| Some((labels.last().copied()?, values.first().copied()?))).collect::<Cells>()
    };
    assert_eq!(quarters(day(2026, 7, 29)), []);
    assert_eq!(quarters(day(2026, 7, 30)), [("Q-1", 1)]);
    assert_eq!(quarters(day(2026, 10, 29)), [("Q-1", 1)]);
    assert_eq!(quarters(day(2026, 10, 30)), [("Q-2", 1), ("Q-1", 9)]);
    assert_eq!(quarters(day(2027, 4, 30)), [("Q-4", 1), ("Q-3", 9)]);
    assert_eq!(quarters(day(2027, 7, 30)), [("Q-4", 9)]);
}

#[test]
fn an_enterprise_without_a_place_or_a_figure_is_not_counted() {
    let some: Figures = &[(JUNE, Some(10_000))];
    assert_eq!(cells("tax", Firm { tax: some, is_nowhere: true, ..Firm::default() }), []);
    assert_eq!(cells("tax", Firm { power: some, heads: some, ..Firm::default() }), []);
    assert_eq!(cells("tax", Firm { tax: &[(JUNE, None)], ..Firm::default() }), []);
    assert_eq!(cells("tax", Firm { tax: &[(JUNE, Some(0))], ..Firm::default() }), [("Q-1", 0)]);
    assert_eq!(cells("sales", Firm { sales: &[(JUNE, "SALT", Some(500_000))], ..Firm::default() }), []);
}

#[test]
fn a_theme_that_is_none_contributes_nothing() {
    let some: Figures = &[(JUNE, Some(10_000))];
    for theme in ["", "Tax", "tax ", "water"] {
        assert_eq!(cells(theme, Firm { tax: some, power: some, heads: some, ..Firm::default() }), [], "{theme}");
    }
}

#[test]
fn absurd_figures_do_not_overflow() {
    let most: Figures = &[(MAY, Some(i64::MAX)), (JUNE, Some(i64::MAX)), (i32::MAX, Some(5)), (i32::MIN, Some(5))];
    assert_eq!(cells("tax", Firm { tax: most, ..Firm::default() }), [("Q-1", i64::MAX / 1_000)]);
    assert_eq!(cells("employment", Firm { heads: most, ..Firm::default() }), [("Q-1", i64::MAX / 3)]);
    let least: Figures = &[(MAY, Some(i64::MIN)), (JUNE, Some(-1))];
    assert_eq!(cells("employment", Firm { heads: least, ..Firm::default() }), [("Q-1", i64::MIN.div_euclid(3))]);
}
