//! A buyer to whom the fund may lend, and what has to change for the answer to change.

use anshi_guest::testing::{Call, PartyRows, TableRows};
use housing_fund::testing::{self, AS_OF, SOMEBODY, SPOUSE, living, spouse};

use super::FundLoanCheck;

const AMOUNT: i64 = 1_000;
const SIX_MONTHS: [u32; 6] = [1, 2, 3, 4, 5, 6];

/// Contributions of these months, with what is in the account by the newest.
fn fund(months: &[u32], balance: Option<i64>) -> TableRows {
    testing::fund(months).integers("balance_fen", vec![balance; months.len()])
}

fn contract(ago: i32, price: Option<i64>, paid: Option<i64>, status: &str) -> TableRows {
    TableRows::of("housing_contracts")
        .dates("signed_on", [AS_OF - ago])
        .integers("price_fen", [price])
        .integers("paid_fen", [paid])
        .codes("status", [status])
}

fn loans(settled: &[Option<i32>]) -> TableRows {
    TableRows::of("housing_fund_loans").dates("settled_on", settled.iter().copied())
}

fn case(status: &str) -> TableRows {
    TableRows::of("person_enforcement").codes("status", [status]).integers("dishonest", [0])
}

fn buyer() -> PartyRows {
    living("applicant").table(testing::married("MARRIED")).table(fund(&SIX_MONTHS, Some(50))).table(contract(
        100,
        Some(1_250),
        Some(250),
        "FILED",
    ))
}

fn answer(parties: &[PartyRows]) -> &'static str {
    let call = Call::<FundLoanCheck>::on(AS_OF).integer("amount_fen", AMOUNT);
    testing::answer(call, parties).expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(&[buyer().table(rows), spouse(SPOUSE)])
}

#[test]
fn labels_stand_where_the_answers_do() {
    testing::hold_to_the_labels::<FundLoanCheck>();
}

#[test]
fn a_couple_that_pays_in_and_has_bought_is_a_yes() {
    assert_eq!(answer(&[buyer(), spouse(SPOUSE)]), "yes");
    assert_eq!([answer(&[]), answer(&[PartyRows::of("applicant")])], ["no", "no"]);
    assert_eq!(with(testing::registered("DECEASED")), "no");
}

#[test]
fn who_is_married_names_the_spouse_and_nobody_else() {
    assert_eq!([answer(&[buyer()]), answer(&[buyer(), spouse(SOMEBODY)])], ["no", "no"]);
    let single = || buyer().table(TableRows::of("marriage_registry"));
    assert_eq!([answer(&[single()]), answer(&[single(), spouse(SOMEBODY)])], ["yes", "no"]);
}

#[test]
fn six_months_in_a_row_are_needed() {
    assert_eq!([with(fund(&[2, 3, 4, 5, 6], Some(50))), with(fund(&[1, 2, 3, 4, 5], Some(50)))], ["no", "no"]);
}

#[test]
fn the_accounts_bound_the_amount() {
    assert_eq!([Some(50), Some(49), None].map(|balance| with(fund(&SIX_MONTHS, balance))), ["yes", "no", "no"]);
    let theirs = |token| {
        answer(&[
            buyer().table(fund(&SIX_MONTHS, Some(20))),
            spouse(token).table(TableRows::of("housing_fund").integers("balance_fen", [30])),
        ])
    };
    assert_eq!([theirs(SPOUSE), theirs(SOMEBODY)], ["yes", "no"]);
}

#[test]
fn the_contract_bounds_the_amount() {
    let of = |price, paid| with(contract(100, Some(price), Some(paid), "FILED"));
    assert_eq!([of(1_250, 250), of(1_249, 250), of(1_255, 250), of(1_255, 251)], ["yes", "no", "no", "yes"]);
    assert_eq!(
        [with(contract(9, None, Some(250), "FILED")), with(contract(9, Some(1_250), None, "FILED"))],
        ["no", "no"]
    );
    assert_eq!([365, 366, -1].map(|ago| with(contract(ago, Some(1_250), Some(250), "FILED"))), ["yes", "no", "no"]);
    assert_eq!(
        ["REGISTERED", "CANCELLED"].map(|state| with(contract(9, Some(1_250), Some(250), state))),
        ["yes", "no"]
    );
    assert_eq!(with(contract(9, Some(i64::MAX), Some(i64::MIN), "FILED")), "no");
}

#[test]
fn loans_of_both_count() {
    assert_eq!([&[None][..], &[Some(0)], &[Some(0), Some(9)]].map(|settled| with(loans(settled))), ["no", "yes", "no"]);
    let theirs =
        |settled: &[Option<i32>]| answer(&[buyer().table(loans(&[Some(0)])), spouse(SPOUSE).table(loans(settled))]);
    assert_eq!([theirs(&[]), theirs(&[Some(0)]), theirs(&[None])], ["yes", "no", "no"]);
}

#[test]
fn cases_of_both_count() {
    assert_eq!([with(case("PERFORMED")), with(case("OPEN"))], ["yes", "no"]);
    assert_eq!(answer(&[buyer(), spouse(SPOUSE).table(case("NO_ASSETS"))]), "no");
}
