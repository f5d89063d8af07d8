//! An application whose papers stand together, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::PowerConnectionCheck;

const AS_OF: i32 = day(2026, 6, 30);
/// Tokens: the firm's is 0.
const TITLE: u32 = 1;
const PERMIT: u32 = 2;
const PROJECT: u32 = 3;
const OTHER: u32 = 9;

/// An application: how many days ago, and the numbers that it names.
type Application = (i32, Option<u32>, Option<u32>, Option<u32>);

fn applications(rows: &[Application]) -> TableRows {
    TableRows::of("power_connections")
        .dates("applied_on", rows.iter().map(|row| AS_OF - row.0))
        .tokens("title_number", rows.iter().map(|row| row.1))
        .tokens("permit_number", rows.iter().map(|row| row.2))
        .tokens("project_number", rows.iter().map(|row| row.3))
}

fn title(number: u32, since: Option<i32>, until: Option<i32>, seized: Option<i64>) -> TableRows {
    TableRows::of("enterprise_real_estate")
        .tokens("title_number", [OTHER, number])
        .dates("registered_on", [Some(0), since])
        .dates("valid_until", [None, until])
        .integers("seized", [Some(0), seized])
}

fn planning(number: u32, base: u32, since: Option<i32>, until: Option<i32>) -> TableRows {
    TableRows::of("planning_permits")
        .tokens("permit_number", [number])
        .tokens("title_number", [base])
        .dates("issued_on", [since])
        .dates("valid_until", [until])
}

fn approval(number: u32, base: u32, since: Option<i32>, until: Option<i32>) -> TableRows {
    TableRows::of("project_approvals")
        .tokens("project_number", [number])
        .tokens("permit_number", [base])
        .dates("approved_on", [since])
        .dates("valid_until", [until])
}

const COMPLETE: Application = (20, Some(TITLE), Some(PERMIT), Some(PROJECT));
const SINCE: Option<i32> = Some(AS_OF - 300);
const UNTIL: Option<i32> = Some(AS_OF + 300);

fn complete() -> PartyRows {
    PartyRows::of("enterprise")
        .table(TableRows::of("business_registration").codes("status", ["ACTIVE"]))
        .table(applications(&[COMPLETE]))
        .table(title(TITLE, SINCE, UNTIL, Some(0)))
        .table(planning(PERMIT, TITLE, SINCE, UNTIL))
        .table(approval(PROJECT, PERMIT, SINCE, UNTIL))
}

fn answer(firm: PartyRows) -> &'static str {
    Call::<PowerConnectionCheck>::on(AS_OF).party(firm).label().expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(complete().table(rows))
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(PowerConnectionCheck::MANIFEST.labels, ["no", "yes"]);
    assert_eq!((super::NO, super::YES), (0, 1));
}

#[test]
fn papers_that_stand_together_are_a_yes() {
    assert_eq!(answer(complete()), "yes");
    assert_eq!(answer(PartyRows::of("enterprise")), "no");
    assert_eq!(Call::<PowerConnectionCheck>::on(AS_OF).label(), Some("no"));
    let registration = |status| with(TableRows::of("business_registration").codes("status", [status]));
    assert_eq!([registration(Some("SUSPENDED")), registration(None)], ["no", "no"]);
}

#[test]
fn the_newest_application_is_asked_about() {
    let lacking = (10, Some(TITLE), Some(PERMIT), None);
    assert_eq!(
        [with(applications(&[COMPLETE, lacking])), with(applications(&[(30, None, None, None), COMPLETE]))],
        ["no", "yes"]
    );
    assert_eq!(
        [0, -1].map(|ago| with(applications(&[(ago, Some(TITLE), Some(PERMIT), Some(PROJECT))]))),
        ["yes", "no"]
    );
    assert_eq!(with(applications(&[])), "no");
    let named = [
        (9, None, Some(PERMIT), Some(PROJECT)),
        (9, Some(TITLE), None, Some(PROJECT)),
        (9, Some(OTHER), Some(PERMIT), Some(PROJECT)),
    ];
    assert_eq!(named.map(|row| with(applications(&[row]))), ["no"; 3]);
}

#[test]
fn the_title_counts() {
    assert_eq!(with(title(TITLE, SINCE, None, Some(0))), "yes");
    assert_eq!([Some(1), None].map(|seized| with(title(TITLE, SINCE, UNTIL, seized))), ["no", "no"]);
    assert_eq!([AS_OF, AS_OF - 1].map(|until| with(title(TITLE, SINCE, Some(until), Some(0)))), ["yes", "no"]);
    assert_eq!(
        [Some(AS_OF), Some(AS_OF + 1), None].map(|since| with(title(TITLE, since, None, Some(0)))),
        ["yes", "no", "no"]
    );
    assert_eq!(with(title(8, SINCE, UNTIL, Some(0))), "no");
}

#[test]
fn each_paper_rests_on_the_one_before() {
    assert_eq!([planning(PERMIT, OTHER, SINCE, UNTIL), planning(OTHER, TITLE, SINCE, UNTIL)].map(with), ["no", "no"]);
    assert_eq!([approval(PROJECT, OTHER, SINCE, UNTIL), approval(OTHER, PERMIT, SINCE, UNTIL)].map(with), ["no", "no"]);
}

#[test]
fn papers_have_a_first_and_a_last_day() {
    let days =
        [(Some(AS_OF), Some(AS_OF)), (Some(AS_OF + 1), UNTIL), (SINCE, Some(AS_OF - 1)), (None, UNTIL), (SINCE, None)];
    let expected = ["yes", "no", "no", "no", "no"];
    assert_eq!(days.map(|(since, until)| with(planning(PERMIT, TITLE, since, until))), expected);
    assert_eq!(days.map(|(since, until)| with(approval(PROJECT, PERMIT, since, until))), expected);
}
