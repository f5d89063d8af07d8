//! Whole firms, and the borders of every rule.

use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::RevenueVerification;

const AS_OF: i32 = day(2026, 9, 30);
const JULY: i32 = day(2026, 7, 31);
const AUGUST: i32 = day(2026, 8, 31);

/// End of the period, kind of tax, day of filing, sales.
type Filing = (i32, Option<&'static str>, Option<i32>, Option<i64>);
/// End of the period, power used, days overdue.
type Reading = (i32, Option<i64>, Option<i64>);

const IN_TIME: Filing = (AUGUST, Some("VAT"), Some(AS_OF - 15), Some(1_000));
const POWER: Reading = (AUGUST, Some(1), Some(0));

fn ask(claimed_fen: i64, filings: &[Filing], readings: &[Reading]) -> &'static str {
    let filings = TableRows::of("tax_filing")
        .dates("period_end", filings.iter().map(|row| row.0))
        .codes("tax_kind", filings.iter().map(|row| row.1))
        .dates("filed_date", filings.iter().map(|row| row.2))
        .integers("revenue_fen", filings.iter().map(|row| row.3));
    let readings = TableRows::of("electricity_usage")
        .dates("period_end", readings.iter().map(|row| row.0))
        .integers("usage_kwh", readings.iter().map(|row| row.1))
        .integers("overdue_days", readings.iter().map(|row| row.2));
    let firm = PartyRows::of("enterprise").table(filings).table(readings);
    let call = Call::<RevenueVerification>::on(AS_OF).integer("claimed_fen", claimed_fen).party(firm);
    call.label().unwrap_or("none")
}

#[test]
fn a_claim_holds_up_to_what_was_declared() {
    let filings = [(JULY, Some("VAT"), Some(AUGUST), Some(500)), IN_TIME];
    assert_eq!([1_499, 1_500, 1_501].map(|claimed| ask(claimed, &filings, &[POWER])), ["yes", "yes", "no"]);
}

#[test]
fn a_firm_of_which_nothing_is_known_claims_nothing() {
    assert_eq!(ask(1, &[], &[]), "no");
    assert_eq!(ask(0, &[], &[POWER]), "yes");
    assert_eq!(Call::<RevenueVerification>::on(AS_OF).integer("claimed_fen", 0).label(), Some("no"));
}

#[test]
fn only_vat_that_was_filed_counts() {
    for other in [
        (AUGUST, Some("CIT"), Some(AS_OF), Some(1_000)),
        (AUGUST, None, Some(AS_OF), Some(1_000)),
        (AUGUST, Some("VAT"), None, Some(1_000)),
        (AUGUST, Some("VAT"), Some(AS_OF + 1), Some(1_000)),
        (AUGUST, Some("VAT"), Some(AS_OF), None),
    ] {
        assert_eq!(ask(1, &[other], &[POWER]), "no", "{other:?}");
        assert_eq!(ask(1_000, &[IN_TIME, other], &[POWER]), "yes", "{other:?}");
    }
    assert_eq!(ask(1_000, &[(AUGUST, Some("VAT"), Some(AS_OF), Some(1_000))], &[POWER]), "yes");
}

#[test]
fn of_two_declarations_of_a_period_the_last_counts() {
    let first = (AUGUST, Some("VAT"), Some(AS_OF - 10), Some(9_000));
    let corrected = (AUGUST, Some("VAT"), Some(AS_OF - 5), Some(700));
    let tax_of_another_kind = (AUGUST, Some("CIT"), Some(AS_OF - 1), Some(5));
    for rows in [[first, corrected, tax_of_another_kind], [corrected, first, tax_of_another_kind]] {
        assert_eq!([700, 701].map(|claimed| ask(claimed, &rows, &[POWER])), ["yes", "no"]);
    }
    let july = (JULY, Some("VAT"), Some(AUGUST), Some(50));
    assert_eq!([750, 751].map(|claimed| ask(claimed, &[july, first, corrected], &[POWER])), ["yes", "no"]);
}

#[test]
fn twelve_months_count_and_no_more() {
    let of = |end| [(end, Some("VAT"), Some(end + 15), Some(1_000))];
    assert_eq!(ask(1_000, &of(day(2025, 10, 1)), &[POWER]), "yes");
    assert_eq!(ask(1_000, &of(day(2025, 9, 30)), &[POWER]), "no");
}

#[test]
fn some_power_was_used_in_the_quarter() {
    let used = |end, usage| ask(1_000, &[IN_TIME], &[(end, usage, Some(0))]);
    assert_eq!(used(day(2026, 7, 1), Some(1)), "yes");
    assert_eq!(used(day(2026, 6, 30), Some(1)), "no");
    assert_eq!(used(AUGUST, Some(0)), "no");
    assert_eq!(used(AUGUST, None), "no");
    assert_eq!(ask(1_000, &[IN_TIME], &[(JULY, Some(0), None), POWER]), "yes");
}

#[test]
fn a_bill_of_the_quarter_long_overdue_is_too_much() {
    let overdue = |end, days| ask(1_000, &[IN_TIME], &[(end, Some(5), days), POWER]);
    assert_eq!([Some(60), Some(61), None].map(|days| overdue(JULY, days)), ["yes", "no", "yes"]);
    assert_eq!(overdue(day(2026, 6, 30), Some(3_000)), "yes", "of another quarter");
}

#[test]
fn absurd_figures_do_not_overflow() {
    let most = |end| (end, Some("VAT"), Some(end), Some(i64::MAX));
    assert_eq!(ask(i64::MAX, &[most(JULY), most(AUGUST)], &[POWER]), "yes");
    let least = |end| (end, Some("VAT"), Some(end), Some(i64::MIN));
    assert_eq!(ask(i64::MIN + 1, &[least(JULY), least(AUGUST)], &[POWER]), "no");
    assert_eq!(ask(0, &[(i32::MIN, Some("VAT"), Some(i32::MIN), Some(1))], &[(i32::MIN, Some(1), Some(1))]), "no");
}
