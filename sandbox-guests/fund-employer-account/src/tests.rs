//! A firm that may open an account, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::FundEmployerAccount;

const AS_OF: i32 = day(2026, 6, 30);

fn heads(rows: &[(i32, Option<i64>)]) -> TableRows {
    TableRows::of("social_insurance")
        .dates("period_end", rows.iter().map(|row| row.0))
        .integers("insured_heads", rows.iter().map(|row| row.1))
}

fn accounts(states: &[Option<&str>]) -> TableRows {
    TableRows::of("housing_fund_employers").codes("status", states.iter().copied())
}

fn firm() -> PartyRows {
    PartyRows::of("enterprise")
        .table(TableRows::of("business_registration").codes("status", ["ACTIVE"]))
        .table(heads(&[(day(2026, 5, 31), Some(5)), (AS_OF, Some(6))]))
}

fn with(rows: TableRows) -> &'static str {
    Call::<FundEmployerAccount>::on(AS_OF).party(firm().table(rows)).label().expect("a label")
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(FundEmployerAccount::MANIFEST.labels, ["no", "yes"]);
    assert_eq!((super::NO, super::YES), (0, 1));
}

#[test]
fn a_firm_with_people_and_no_account_is_a_yes() {
    assert_eq!(with(accounts(&[])), "yes");
    assert_eq!(Call::<FundEmployerAccount>::on(AS_OF).label(), Some("no"));
    let registration = |status| with(TableRows::of("business_registration").codes("status", [status]));
    assert_eq!([registration(Some("SUSPENDED")), registration(None)], ["no", "no"]);
}

#[test]
fn only_closed_accounts_make_room() {
    assert_eq!(with(accounts(&[Some("CLOSED"), Some("CLOSED")])), "yes");
    assert_eq!([Some("OPEN"), Some("SEALED"), None].map(|state| with(accounts(&[Some("CLOSED"), state]))), ["no"; 3]);
}

#[test]
fn people_are_those_of_the_newest_month() {
    let (march, february) = (day(2026, 3, 1), day(2026, 2, 28));
    assert_eq!([march, february].map(|end| with(heads(&[(end, Some(1))]))), ["yes", "no"]);
    assert_eq!(with(heads(&[(march, Some(9)), (AS_OF, Some(0))])), "no");
    assert_eq!(with(heads(&[(march, Some(9)), (AS_OF, None)])), "yes");
    assert_eq!([with(heads(&[])), with(heads(&[(AS_OF + 1, Some(9))]))], ["no", "no"]);
}
