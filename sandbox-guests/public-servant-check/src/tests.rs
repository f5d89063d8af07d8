//! Somebody on the payroll, and what has to be on file for the answer to be a yes.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::PublicServantCheck;

const AS_OF: i32 = day(2026, 9, 30);
const JOINED: i32 = day(2024, 12, 1);
const FIRM: Option<u32> = Some(1);

fn payroll(since: Option<i32>, until: Option<i32>) -> TableRows {
    TableRows::of("fiscal_payroll").dates("since", [since]).dates("paid_until", [until])
}

fn servant() -> PartyRows {
    PartyRows::of("servant").table(payroll(Some(JOINED), Some(AS_OF)))
}

fn office(position: &str, since: Option<i32>, until: Option<i32>) -> TableRows {
    TableRows::of("person_offices").codes("position", [position]).dates("since", [since]).dates("until", [until])
}

fn insured(employer: Option<u32>, kind: &str, status: &str) -> TableRows {
    TableRows::of("insured_persons").tokens("employer_uscc", [employer]).codes("kind", [kind]).codes("status", [status])
}

fn fund(employer: Option<u32>, end: Option<i32>, paid: Option<i64>) -> TableRows {
    TableRows::of("housing_fund")
        .tokens("employer_uscc", [employer])
        .dates("period_end", [end])
        .integers("paid_fen", [paid])
}

fn tax(employer: Option<u32>, end: Option<i32>, income: Option<i64>) -> TableRows {
    TableRows::of("personal_income_tax")
        .tokens("employer_uscc", [employer])
        .dates("year_end", [end])
        .integers("income_fen", [income])
}

fn answer(servant: PartyRows) -> &'static str {
    Call::<PublicServantCheck>::on(AS_OF).party(servant).label().expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(servant().table(rows))
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(PublicServantCheck::MANIFEST.labels, ["no", "yes"]);
    assert_eq!((super::NO, super::YES), (0, 1));
}

#[test]
fn nothing_on_file_is_a_no() {
    assert_eq!(answer(servant()), "no");
    assert_eq!(answer(PartyRows::of("servant")), "no");
    assert_eq!(Call::<PublicServantCheck>::on(AS_OF).label(), Some("no"));
}

#[test]
fn an_office_is_held_from_its_first_day_to_its_last() {
    for position in ["LEGAL_REPRESENTATIVE", "MANAGER", "SUPERVISOR"] {
        assert_eq!(with(office(position, Some(AS_OF), Some(AS_OF))), "yes");
        assert_eq!(with(office(position, None, None)), "yes");
        assert_eq!(with(office(position, Some(AS_OF + 1), None)), "no");
        assert_eq!(with(office(position, None, Some(AS_OF - 1))), "no");
    }
    assert_eq!(with(office("SHAREHOLDER", None, None)), "no");
}

#[test]
fn only_who_is_on_the_payroll_is_asked_about() {
    let until = |until| answer(servant().table(office("MANAGER", None, None)).table(payroll(Some(JOINED), until)));
    assert_eq!([until(Some(day(2026, 8, 1))), until(Some(day(2026, 7, 31))), until(None)], ["yes", "no", "no"]);
    assert_eq!(answer(PartyRows::of("servant").table(office("MANAGER", None, None))), "no");
}

#[test]
fn an_enterprise_that_insures_them_employs_them() {
    assert_eq!(with(insured(FIRM, "EMPLOYEE", "PAYING")), "yes");
    assert_eq!(with(insured(None, "EMPLOYEE", "PAYING")), "no");
    assert_eq!(with(insured(FIRM, "EMPLOYEE", "PAUSED")), "no");
    assert_eq!(with(insured(FIRM, "FLEXIBLE", "PAYING")), "no");
}

#[test]
fn the_fund_tells_of_the_last_twelve_months() {
    let paid = |end| with(fund(FIRM, Some(end), Some(1)));
    assert_eq!([paid(day(2025, 9, 30)), paid(day(2025, 10, 31)), paid(AS_OF)], ["no", "yes", "yes"]);
    assert_eq!(with(fund(FIRM, Some(AS_OF), Some(0))), "no");
    assert_eq!([with(fund(FIRM, Some(AS_OF), None)), with(fund(FIRM, None, Some(1)))], ["no", "no"]);
    assert_eq!(with(fund(None, Some(AS_OF), Some(1))), "no");
    let joined =
        |since| answer(servant().table(payroll(since, Some(AS_OF))).table(fund(FIRM, Some(day(2026, 5, 31)), Some(1))));
    assert_eq!([joined(Some(day(2026, 4, 30))), joined(Some(day(2026, 5, 1))), joined(None)], ["yes", "no", "no"]);
}

#[test]
fn pay_of_the_time_before_the_service_does_not_count() {
    let year = |end| with(tax(FIRM, Some(end), Some(1)));
    assert_eq!([year(day(2024, 12, 31)), year(day(2025, 12, 31))], ["no", "yes"]);
    let joined =
        |since| answer(servant().table(payroll(since, Some(AS_OF))).table(tax(FIRM, Some(day(2025, 12, 31)), Some(1))));
    assert_eq!([joined(Some(day(2024, 12, 31))), joined(Some(day(2025, 1, 1))), joined(None)], ["yes", "no", "no"]);
    assert_eq!(with(tax(None, Some(day(2025, 12, 31)), Some(1))), "no");
    assert_eq!(with(tax(FIRM, Some(day(2025, 12, 31)), Some(0))), "no");
    assert_eq!(with(tax(FIRM, None, Some(1))), "no");
}

#[test]
fn absurd_days_end_in_a_label_too() {
    for far in [i32::MIN, i32::MAX] {
        answer(servant().table(payroll(Some(far), Some(far))).table(fund(FIRM, Some(far), Some(1))));
        with(tax(FIRM, Some(far), Some(i64::MAX)));
        with(fund(FIRM, Some(far), Some(i64::MAX)));
    }
}
