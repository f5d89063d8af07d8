//! A firm that is steady, and what has to happen for its band to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::PostLoanWarning;

const AS_OF: i32 = day(2026, 6, 30);

/// The last day, or nearly, of the month so many months before.
fn end(age: u32) -> i32 {
    day(2026 - (i32::try_from(age).unwrap_or(0) + 6) / 12, 12 - (age + 6) % 12, 28)
}

/// Taxes due so many days ago, with what was paid of 100.
fn taxes(rows: &[(i32, Option<i64>)]) -> TableRows {
    TableRows::of("tax_payment")
        .dates("period_end", rows.iter().map(|row| AS_OF - row.0 - 15))
        .integers("payable_fen", vec![Some(100); rows.len()])
        .integers("paid_fen", rows.iter().map(|row| row.1))
        .dates("due_date", rows.iter().map(|row| AS_OF - row.0))
}

fn power(usage: impl Fn(u32) -> Option<i64>) -> TableRows {
    let ages = || (0..15_u32).rev();
    TableRows::of("electricity_usage").dates("period_end", ages().map(end)).integers("usage_kwh", ages().map(usage))
}

fn heads(heads: impl Fn(u32) -> Option<i64>) -> TableRows {
    let ages = || (0..12_u32).rev();
    TableRows::of("social_insurance").dates("period_end", ages().map(end)).integers("insured_heads", ages().map(heads))
}

fn steady() -> PartyRows {
    PartyRows::of("enterprise")
        .table(TableRows::of("business_registration").codes("status", ["ACTIVE"]))
        .table(taxes(&[(75, Some(100)), (15, Some(100))]))
        .table(power(|_| Some(1_000)))
        .table(heads(|_| Some(20)))
}

fn band(firm: PartyRows) -> &'static str {
    Call::<PostLoanWarning>::on(AS_OF).party(firm).label().expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    band(steady().table(rows))
}

fn enforcement(status: &str, dishonest: i64) -> TableRows {
    TableRows::of("court_enforcement").codes("status", [status]).integers("dishonest", [dishonest])
}

fn record(kind: &str, ago: i32, removed: Option<i32>) -> TableRows {
    TableRows::of("public_credit")
        .codes("kind", [kind])
        .dates("recorded_on", [AS_OF - ago])
        .dates("removed_on", [removed])
}

fn pledge(ago: i32, released: Option<i32>) -> TableRows {
    TableRows::of("equity_pledges").dates("pledged_on", [AS_OF - ago]).dates("released_on", [released])
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(PostLoanWarning::MANIFEST.labels, ["steady", "watch", "alarm"]);
    assert_eq!((super::STEADY, super::WATCH, super::ALARM), (0, 1, 2));
}

#[test]
fn who_pays_and_works_is_steady() {
    assert_eq!(band(steady()), "steady");
    assert_eq!(Call::<PostLoanWarning>::on(AS_OF).label(), Some("alarm"));
    assert_eq!(band(PartyRows::of("enterprise")), "alarm");
}

#[test]
fn the_licence_decides_alone() {
    let licence = |status| with(TableRows::of("business_registration").codes("status", [status]));
    assert_eq!([licence(Some("SUSPENDED")), licence(None)], ["alarm", "alarm"]);
}

#[test]
fn taxes_count_by_their_age() {
    let owed = |ago| with(taxes(&[(15, Some(100)), (ago, Some(99))]));
    assert_eq!([-1, 0, 1, 89, 90].map(owed), ["steady", "steady", "watch", "watch", "alarm"]);
    assert_eq!(with(taxes(&[(15, Some(100)), (200, None)])), "steady");
    assert_eq!([105, 106].map(|ago| with(taxes(&[(ago, Some(100))]))), ["steady", "watch"]);
    assert_eq!(with(taxes(&[])), "watch");
}

#[test]
fn power_counts_by_its_fall() {
    let fallen = |percent| with(power(|age| Some(if age < 3 { percent } else { 100 })));
    assert_eq!([100, 76, 75, 51, 50, 0].map(fallen), ["steady", "steady", "watch", "watch", "alarm", "alarm"]);
    // Only the newest three months, and two pairs of them are enough.
    assert_eq!(with(power(|age| Some(if age == 3 { 0 } else { 100 }))), "steady");
    assert_eq!(with(power(|age| (age != 0).then_some(100))), "steady");
    assert_eq!(with(power(|age| (age > 1).then_some(100))), "watch");
    assert_eq!(with(power(|_| Some(0))), "watch");
}

#[test]
fn heads_count_by_their_fall_and_by_heads() {
    let fallen = |before, now| with(heads(|age| Some(if age < 6 { now } else { before })));
    assert_eq!([20, 18, 17, 15, 14].map(|now| fallen(20, now)), ["steady", "steady", "watch", "watch", "alarm"]);
    // One who leaves a firm of two is nobody's crisis.
    assert_eq!([fallen(2, 1), fallen(3, 1), fallen(3, 0)], ["steady", "watch", "alarm"]);
    assert_eq!([fallen(0, 5), with(heads(|age| (age < 6).then_some(20)))], ["watch", "watch"]);
    assert_eq!(with(heads(|age| (age != 0 && age != 6).then_some(20))), "steady");
}

#[test]
fn courts_count() {
    let cases =
        [enforcement("PERFORMED", 0), enforcement("OPEN", 0), enforcement("NO_ASSETS", 0), enforcement("OPEN", 1)];
    assert_eq!(cases.map(with), ["steady", "watch", "alarm", "alarm"]);
    let judged =
        |side, ago| with(TableRows::of("court_judgments").codes("side", [side]).dates("judged_on", [AS_OF - ago]));
    assert_eq!([0, 180, 181].map(|ago| judged("DEFENDANT", ago)), ["watch", "watch", "steady"]);
    assert_eq!(judged("PLAINTIFF", 10), "steady");
}

#[test]
fn lists_count_while_they_hold() {
    let black = |removed| with(record("BLACK_LIST", 400, removed));
    assert_eq!([black(None), black(Some(AS_OF + 1)), black(Some(AS_OF))], ["alarm", "alarm", "steady"]);
    assert_eq!([180, 181].map(|ago| with(record("PENALTY", ago, Some(AS_OF)))), ["watch", "steady"]);
    let abnormal = |removed: Option<i32>| with(TableRows::of("abnormal_operations").dates("removed_on", [removed]));
    assert_eq!([abnormal(None), abnormal(Some(AS_OF))], ["watch", "steady"]);
}

#[test]
fn pledges_count_while_they_are_news() {
    assert_eq!(
        [with(pledge(180, None)), with(pledge(181, None)), with(pledge(9, Some(AS_OF)))],
        ["watch", "steady", "steady"]
    );
    let chattel = TableRows::of("chattel_mortgages").dates("registered_on", [AS_OF]).dates("released_on", [None]);
    assert_eq!(with(chattel), "watch");
}

#[test]
fn wages_that_are_owed_are_an_alarm() {
    let wages = |ago, settled: Option<i32>| {
        with(TableRows::of("wage_arrears").dates("reported_on", [AS_OF - ago]).dates("settled_on", [settled]))
    };
    assert_eq!([wages(700, None), wages(180, Some(AS_OF)), wages(181, Some(AS_OF))], ["alarm", "watch", "steady"]);
}

#[test]
fn slips_in_three_subjects_are_an_alarm_and_gaps_are_none() {
    let two = || steady().table(pledge(9, None)).table(enforcement("OPEN", 0));
    assert_eq!(band(two()), "watch");
    assert_eq!(band(two().table(power(|_| None))), "watch");
    assert_eq!(band(two().table(power(|_| None)).table(heads(|_| None)).table(taxes(&[]))), "watch");
    assert_eq!(band(two().table(record("PENALTY", 9, None))), "alarm");
}

#[test]
fn absurd_figures_end_in_a_label_too() {
    let ends = [i32::MIN, AS_OF, i32::MAX];
    let absurd = steady()
        .table(TableRows::of("electricity_usage").dates("period_end", ends).integers("usage_kwh", [i64::MAX; 3]))
        .table(TableRows::of("social_insurance").dates("period_end", ends).integers("insured_heads", [i64::MIN; 3]))
        .table(heads(|age| Some(if age < 6 { i64::MIN } else { i64::MAX })));
    assert_eq!(band(absurd), "alarm");
}
