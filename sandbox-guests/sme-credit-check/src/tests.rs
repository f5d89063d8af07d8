//! Whole firms, and the trends read from them. A firm here is a healthy one with something changed.

use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};
use anshi_guest::{Input, Verifier};

use super::{Band, SmeCreditCheck};
use crate::trend::{self, Trend};

const AS_OF: i32 = day(2026, 6, 30);
const MIN_PAID_FEN: i64 = 10_000_000;
/// Cooling: twice as much power in July and August as in spring, monthly figures from January.
const SEASON_PERCENT: [i64; 12] = [110, 70, 80, 80, 100, 140, 180, 180, 120, 90, 90, 100];

/// The last `count` days of month up to May 2026, oldest first: bills are a month behind.
fn month_ends(count: u32) -> Vec<i32> {
    let last_day = |month: u32| {
        let next = month + 1;
        day(2024 + (next / 12) as i32, next % 12 + 1, 1) - 1
    };
    (29 - count..29).map(last_day).collect()
}

fn registration(established: Option<i32>, status: Option<&str>) -> TableRows {
    TableRows::of("business_registration").dates("established", [established]).codes("status", [status])
}

/// Twenty-four months of 5,000 yuan, each paid three days early, changed by `change`.
fn taxes(change: impl Fn(usize, &mut TaxRow)) -> TableRows {
    let ends = month_ends(24);
    let rows: Vec<TaxRow> = ends
        .iter()
        .enumerate()
        .map(|(month, end)| {
            let due = end + 15;
            let mut row =
                TaxRow { payable: Some(500_000), paid: Some(500_000), due: Some(due), paid_on: Some(due - 3) };
            change(month, &mut row);
            row
        })
        .collect();
    TableRows::of("tax_payment")
        .integers("payable_fen", rows.iter().map(|row| row.payable))
        .integers("paid_fen", rows.iter().map(|row| row.paid))
        .dates("due_date", rows.iter().map(|row| row.due))
        .dates("paid_date", rows.iter().map(|row| row.paid_on))
}

struct TaxRow {
    payable: Option<i64>,
    paid: Option<i64>,
    due: Option<i32>,
    paid_on: Option<i32>,
}

/// Months of power with its season, newest `count` months, changed by `change(age in months, usage)`.
fn power(count: u32, change: impl Fn(usize, i64) -> Option<i64>) -> TableRows {
    let ends = month_ends(count);
    // The newest month is May; counting back, the season repeats every twelve.
    let usage = (0..ends.len()).rev().map(|age| change(age, 1_000 * SEASON_PERCENT[(12 + 4 - age % 12) % 12]));
    let usage: Vec<_> = usage.collect();
    TableRows::of("electricity_usage").dates("period_end", ends).integers("usage_kwh", usage)
}

fn heads(count: u32, heads: impl Fn(usize) -> Option<i64>) -> TableRows {
    let ends = month_ends(count);
    let heads: Vec<_> = (0..ends.len()).rev().map(heads).collect();
    TableRows::of("social_insurance").dates("period_end", ends).integers("insured_heads", heads)
}

fn healthy() -> PartyRows {
    PartyRows::of("enterprise")
        .table(registration(Some(day(2015, 3, 1)), Some("ACTIVE")))
        .table(taxes(|_, _| {}))
        .table(power(24, |_, usage| Some(usage)))
        .table(heads(24, |_| Some(12)))
}

fn call(firm: PartyRows) -> Call<SmeCreditCheck> {
    Call::on(AS_OF).integer("min_paid_fen", MIN_PAID_FEN).party(firm)
}

fn band(firm: PartyRows) -> &'static str {
    call(firm).label().expect("a label")
}

fn trend_of(firm: PartyRows, read: impl Fn(&anshi_guest::Party, i32) -> Trend) -> Trend {
    let input: Input = call(firm).input();
    read(&input.party("enterprise").expect("given"), AS_OF)
}

fn power_trend(rows: TableRows) -> Trend {
    trend_of(healthy().table(rows), trend::power)
}

fn heads_trend(rows: TableRows) -> Trend {
    trend_of(healthy().table(rows), trend::heads)
}

#[test]
fn bands_stand_where_the_labels_do() {
    for (band, label) in [(Band::A, "A"), (Band::B, "B"), (Band::C, "C"), (Band::D, "D")] {
        assert_eq!(SmeCreditCheck::MANIFEST.labels.get(band as usize), Some(&label));
    }
    assert_eq!(SmeCreditCheck::MANIFEST.labels.len(), 4);
}

#[test]
fn a_firm_that_pays_in_time_and_is_steady_is_an_a() {
    assert_eq!(band(healthy()), "A");
}

#[test]
fn a_failing_firm_is_a_d() {
    let failing = healthy()
        .table(taxes(|month, row| {
            if month % 5 == 0 {
                row.paid_on = row.due.map(|due| due + 20)
            }
        }))
        .table(power(24, |age, usage| Some(if age < 12 { usage * 55 / 100 } else { usage })))
        .table(heads(24, |age| Some(if age < 3 { 9 } else { 12 })));
    assert_eq!(band(failing), "D");
}

#[test]
fn a_licence_not_known_to_be_active_is_a_d() {
    for status in [Some("SUSPENDED"), Some("REVOKED"), Some("CANCELLED"), None] {
        assert_eq!(band(healthy().table(registration(Some(day(2015, 3, 1)), status))), "D");
    }
    assert_eq!(band(healthy().table(TableRows::of("business_registration"))), "D");
}

#[test]
fn no_party_and_no_data_are_a_d() {
    let nobody = Call::<SmeCreditCheck>::on(AS_OF).integer("min_paid_fen", 0);
    assert_eq!(nobody.label(), Some("D"));
    assert_eq!(band(PartyRows::of("enterprise")), "D");
    assert_eq!(band(healthy().table(TableRows::of("tax_payment"))), "D");
}

#[test]
fn a_gap_in_every_record_is_not_yet_a_d() {
    let undated = taxes(|_, row| row.due = None);
    let unknown = PartyRows::of("enterprise").table(registration(None, Some("ACTIVE"))).table(undated);
    assert_eq!(band(unknown), "C");
    let no_trends =
        PartyRows::of("enterprise").table(registration(Some(day(2015, 3, 1)), Some("ACTIVE"))).table(taxes(|_, _| {}));
    assert_eq!(band(no_trends), "B");
}

#[test]
fn the_tax_floor_is_met_exactly_or_not_at_all() {
    let label = |floor| Call::<SmeCreditCheck>::on(AS_OF).integer("min_paid_fen", floor).party(healthy()).label();
    assert_eq!(label(24 * 500_000), Some("A"));
    assert_eq!(label(24 * 500_000 + 1), Some("C"));
}

#[test]
fn an_amount_that_is_missing_is_not_counted_as_paid() {
    let gaps = taxes(|month, row| {
        if month < 5 {
            row.paid = None
        }
    });
    assert_eq!(band(healthy().table(gaps)), "C");
}

#[test]
fn lateness_costs_by_its_share() {
    let late = |count| {
        band(healthy().table(taxes(|month, row| {
            if month < count {
                row.paid_on = row.due.map(|due| due + 1)
            }
        })))
    };
    assert_eq!([late(0), late(2), late(3), late(7), late(8), late(24)], ["A", "A", "B", "B", "C", "C"]);
}

#[test]
fn arrears_cost_by_their_age() {
    let unpaid_from = |due_days_ago| {
        band(healthy().table(taxes(|month, row| {
            if month == 20 {
                *row = TaxRow { payable: Some(500_000), paid: Some(0), due: Some(AS_OF - due_days_ago), paid_on: None };
            }
        })))
    };
    assert_eq!([unpaid_from(0), unpaid_from(1), unpaid_from(89), unpaid_from(90)], ["A", "B", "B", "C"]);
}

fn filings(due_days_ago: impl IntoIterator<Item = Option<i32>>, filed: Option<i32>) -> TableRows {
    let due: Vec<_> = due_days_ago.into_iter().map(|ago| ago.map(|ago| AS_OF - ago)).collect();
    let filed = vec![filed; due.len()];
    TableRows::of("tax_filing").dates("due_date", due).dates("filed_date", filed)
}

#[test]
fn a_declaration_that_did_not_come_costs_by_its_age() {
    let missing = |ago| band(healthy().table(filings([ago], None)));
    assert_eq!([-1, 0, 1, 89, 90].map(|ago| missing(Some(ago))), ["A", "A", "B", "B", "C"]);
    assert_eq!(missing(None), "A");
    assert_eq!(band(healthy().table(filings([Some(400), Some(90)], Some(AS_OF - 80)))), "A");
    assert_eq!(band(healthy().table(filings([Some(5), Some(200)], None))), "C");
}

/// One record of public credit: its kind, and how many days ago it was made, and struck off.
fn record(kind: &str, recorded: i32, removed: Option<i32>) -> TableRows {
    TableRows::of("public_credit")
        .codes("kind", [Some(kind)])
        .dates("recorded_on", [AS_OF - recorded])
        .dates("removed_on", [removed.map(|ago| AS_OF - ago)])
}

#[test]
fn records_of_public_credit_cost_while_they_hold() {
    let with = |kind, recorded, removed| band(healthy().table(record(kind, recorded, removed)));
    assert_eq!([with("PENALTY", 365, None), with("PENALTY", 366, None)], ["B", "A"]);
    assert_eq!(with("PENALTY", 30, Some(10)), "B");
    assert_eq!([with("ABNORMAL", 900, None), with("ABNORMAL", 900, Some(0))], ["B", "A"]);
    assert_eq!([with("BLACK_LIST", 900, None), with("BLACK_LIST", 900, Some(1))], ["D", "A"]);
    assert_eq!(with("BLACK_LIST", 900, Some(-1)), "D");
    assert_eq!(with("SOMETHING_NEW", 1, None), "A");
}

#[test]
fn the_red_list_takes_one_demerit_off() {
    let young = || healthy().table(registration(Some(day(2025, 1, 1)), Some("ACTIVE")));
    assert_eq!(band(young()), "B");
    assert_eq!(band(young().table(record("RED_LIST", 100, None))), "A");
    assert_eq!(band(young().table(record("RED_LIST", 100, Some(50)))), "B");
    assert_eq!(band(healthy().table(record("RED_LIST", 100, None))), "A");
}

#[test]
fn courts_cost_by_the_worst_case() {
    let cases = |states: &[&str], dishonest: Option<i64>| {
        let table = TableRows::of("court_enforcement")
            .codes("status", states.iter().copied())
            .integers("dishonest", vec![dishonest; states.len()]);
        band(healthy().table(table))
    };
    assert_eq!(cases(&[], None), "A");
    assert_eq!(cases(&["PERFORMED", "PERFORMED"], Some(0)), "A");
    assert_eq!(cases(&["OPEN"], Some(0)), "B");
    assert_eq!(cases(&["OPEN", "NO_ASSETS", "NO_ASSETS"], Some(0)), "C");
    assert_eq!(cases(&["NO_ASSETS"], None), "C");
    assert_eq!(cases(&["PERFORMED"], Some(1)), "D");
}

#[test]
fn water_stands_in_where_power_is_not_known() {
    let water = |percent: i64, utility: &str| {
        let ends = month_ends(24);
        let usage = (0..24).rev().map(|age| if age < 12 { 10 * percent } else { 1_000 });
        TableRows::of("water_gas_heat_usage")
            .dates("period_end", ends.iter().copied())
            .codes("utility", vec![Some(utility); 24])
            .integers("usage", usage)
    };
    let without_power = |rows| trend_of(healthy().table(power(24, |_, _| None)).table(rows), trend::power);
    assert_eq!(without_power(water(100, "WATER")), Trend::Steady);
    assert_eq!(without_power(water(60, "WATER")), Trend::Collapsed);
    assert_eq!(without_power(water(60, "GAS")), Trend::Unknown);
    // Power that is known is not overruled.
    assert_eq!(trend_of(healthy().table(water(10, "WATER")), trend::power), Trend::Steady);
}

#[test]
fn a_firm_is_young_for_two_years() {
    let founded = |established| band(healthy().table(registration(established, Some("ACTIVE"))));
    assert_eq!(founded(Some(day(2024, 6, 30))), "A");
    assert_eq!(founded(Some(day(2024, 7, 1))), "B");
    assert_eq!(founded(Some(AS_OF + 1)), "B");
    assert_eq!(founded(None), "B");
}

#[test]
fn power_is_compared_with_the_same_months_a_year_before() {
    let at = |percent| power_trend(power(24, |age, usage| Some(if age < 12 { usage * percent / 100 } else { usage })));
    assert_eq!(at(100), Trend::Steady);
    assert_eq!(at(81), Trend::Steady);
    assert_eq!(at(80), Trend::Fell);
    assert_eq!(at(61), Trend::Fell);
    assert_eq!(at(60), Trend::Collapsed);
    assert_eq!(at(0), Trend::Collapsed);
}

#[test]
fn usage_that_is_missing_is_not_zero() {
    let half_known = power(24, |age, usage| (age % 2 == 0).then_some(usage));
    assert_eq!(power_trend(half_known), Trend::Steady);
    // The year before has holes where this year has none: only pairs count.
    let holes_then = power(24, |age, usage| (age < 12 || age % 2 == 0).then_some(usage));
    assert_eq!(power_trend(holes_then), Trend::Steady);
    let never_known = power(24, |_, _| None);
    assert_eq!(power_trend(never_known), Trend::Unknown);
}

#[test]
fn old_figures_say_nothing_about_today() {
    // The newest month is May, the answer's is June.
    let known_until = |age_min| power_trend(power(24, |age, usage| (age >= age_min).then_some(usage)));
    assert_eq!(known_until(2), Trend::Steady);
    assert_eq!(known_until(3), Trend::Unknown);
}

#[test]
fn a_short_history_is_compared_with_the_quarter_before() {
    let newest_quarter =
        |months, percent: i64| power_trend(power(months, |age, _| Some(if age < 3 { 10 * percent } else { 1_000 })));
    assert_eq!(newest_quarter(12, 41), Trend::Steady);
    assert_eq!(newest_quarter(12, 40), Trend::Fell);
    assert_eq!(newest_quarter(14, 0), Trend::Fell);
    assert_eq!(newest_quarter(6, 100), Trend::Steady);
    assert_eq!(newest_quarter(5, 100), Trend::Unknown);
    // Fifteen months make three pairs, enough for the year.
    assert_eq!(newest_quarter(15, 60), Trend::Collapsed);
}

#[test]
fn power_that_never_flowed_is_no_evidence() {
    assert_eq!(power_trend(power(24, |_, _| Some(0))), Trend::Unknown);
    assert_eq!(power_trend(power(24, |age, usage| Some(if age < 12 { usage } else { 0 }))), Trend::Unknown);
}

#[test]
fn meters_of_one_month_add_up_and_an_unread_one_spoils_it() {
    let two_meters = |second: Option<i64>| {
        let ends = month_ends(24);
        let first = ends.iter().map(|end| (*end, Some(1_000)));
        let others = ends.iter().enumerate();
        let others = others.map(|(month, end)| (*end, if month < 12 { Some(1_000) } else { second }));
        let rows: Vec<_> = first.chain(others).collect();
        let table = TableRows::of("electricity_usage")
            .dates("period_end", rows.iter().map(|row| row.0))
            .integers("usage_kwh", rows.iter().map(|row| row.1));
        power_trend(table)
    };
    assert_eq!(two_meters(Some(1_000)), Trend::Steady);
    assert_eq!(two_meters(Some(200)), Trend::Collapsed);
    assert_eq!(two_meters(None), Trend::Unknown);
}

#[test]
fn heads_declared_twice_are_counted_once() {
    let ends = month_ends(24);
    let last_year_twice: Vec<_> = ends.iter().chain(ends.iter().take(12)).copied().collect();
    let rows = TableRows::of("social_insurance")
        .dates("period_end", last_year_twice)
        .integers("insured_heads", (0..36).map(|row| if row < 24 { 12 } else { 2 }));
    assert_eq!(heads_trend(rows), Trend::Steady);
}

#[test]
fn heads_fall_by_layoffs_not_by_one_leaving() {
    let now = |before: i64, now: i64| heads_trend(heads(24, |age| Some(if age < 3 { now } else { before })));
    assert_eq!(now(100, 100), Trend::Steady);
    assert_eq!(now(100, 86), Trend::Steady);
    assert_eq!(now(100, 85), Trend::Fell);
    assert_eq!(now(100, 71), Trend::Fell);
    assert_eq!(now(100, 70), Trend::Collapsed);
    assert_eq!(now(5, 4), Trend::Steady);
    assert_eq!(now(5, 3), Trend::Collapsed);
    assert_eq!(now(10, 30), Trend::Steady);
    let short = |before: i64, now: i64| heads_trend(heads(9, |age| Some(if age < 3 { now } else { before })));
    assert_eq!(short(1, 0), Trend::Steady);
    assert_eq!(short(20, 8), Trend::Fell);
}

#[test]
fn falling_power_and_heads_cost_what_the_weights_say() {
    let fallen = |power_percent, heads_now| {
        band(
            healthy()
                .table(power(24, |age, usage| Some(if age < 12 { usage * power_percent / 100 } else { usage })))
                .table(heads(24, |age| Some(if age < 3 { heads_now } else { 20 }))),
        )
    };
    assert_eq!(fallen(80, 20), "B");
    assert_eq!(fallen(60, 20), "C");
    assert_eq!(fallen(100, 17), "B");
    assert_eq!(fallen(80, 17), "B");
    assert_eq!(fallen(80, 14), "C");
    assert_eq!(fallen(60, 14), "D");
}

#[test]
fn absurd_figures_end_in_a_label_too() {
    let absurd = healthy()
        .table(taxes(|month, row| {
            *row = TaxRow {
                payable: Some(i64::MAX),
                paid: Some(i64::MAX),
                due: Some(if month % 2 == 0 { i32::MIN } else { i32::MAX }),
                paid_on: None,
            }
        }))
        .table(power(24, |_, _| Some(i64::MAX)))
        .table(heads(24, |age| Some(if age < 3 { i64::MIN } else { i64::MAX })))
        .table(registration(Some(i32::MIN), Some("ACTIVE")));
    assert!(call(absurd).label().is_some());
}
