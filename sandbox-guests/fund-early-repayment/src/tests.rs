//! A loan that may be repaid early, and what has to change for the answer to change.

use anshi_guest::testing::{Call, PartyRows, TableRows};
use housing_fund::testing::{self, AS_OF, SOMEBODY, SPOUSE, living};

use super::FundEarlyRepayment;

const AMOUNT: i64 = 1_000;

/// A loan: how many days ago, what is owed, months overdue, settled when.
type Loan = (Option<i32>, Option<i64>, Option<i64>, Option<i32>);

const LOAN: Loan = (Some(900), Some(AMOUNT), Some(0), None);

fn loan((ago, owed, overdue, settled): Loan) -> TableRows {
    TableRows::of("housing_fund_loans")
        .tokens("co_borrower_id", [SPOUSE])
        .dates("granted_on", [ago.map(|ago| AS_OF - ago)])
        .integers("balance_fen", [owed])
        .integers("overdue_months", [overdue])
        .dates("settled_on", [settled])
}

fn account(balance: Option<i64>) -> TableRows {
    TableRows::of("housing_fund").integers("balance_fen", [Some(9_999), balance])
}

fn borrower() -> PartyRows {
    living("borrower").table(account(Some(AMOUNT))).table(loan(LOAN))
}

fn other(token: u32, balance: i64) -> PartyRows {
    PartyRows::of("co_borrower").token(token).table(account(Some(balance)))
}

fn answer(parties: &[PartyRows]) -> &'static str {
    let call = Call::<FundEarlyRepayment>::on(AS_OF).integer("amount_fen", AMOUNT);
    testing::answer(call, parties).expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(&[borrower().table(rows)])
}

#[test]
fn labels_stand_where_the_answers_do() {
    testing::hold_to_the_labels::<FundEarlyRepayment>();
}

#[test]
fn who_repays_in_time_and_has_the_amount_is_a_yes() {
    assert_eq!(answer(&[borrower()]), "yes");
    assert_eq!([answer(&[]), answer(&[PartyRows::of("borrower")])], ["no", "no"]);
    assert_eq!(with(testing::registered("DECEASED")), "no");
    assert_eq!(with(TableRows::of("housing_fund_loans")), "no");
}

#[test]
fn the_loan_counts() {
    let of = |ago, owed, overdue, settled| with(loan((ago, owed, overdue, settled)));
    assert_eq!([365, 364].map(|ago| of(Some(ago), LOAN.1, LOAN.2, None)), ["yes", "no"]);
    assert_eq!([AMOUNT + 1, AMOUNT - 1].map(|owed| of(LOAN.0, Some(owed), LOAN.2, None)), ["yes", "no"]);
    assert_eq!([Some(1), None].map(|overdue| of(LOAN.0, LOAN.1, overdue, None)), ["no", "no"]);
    assert_eq!(of(LOAN.0, LOAN.1, LOAN.2, Some(AS_OF)), "no");
    assert_eq!([of(None, LOAN.1, LOAN.2, None), of(LOAN.0, None, LOAN.2, None)], ["no", "no"]);
}

#[test]
fn the_newest_balance_counts() {
    assert_eq!([Some(AMOUNT), Some(AMOUNT - 1), None].map(|balance| with(account(balance))), ["yes", "no", "no"]);
}

#[test]
fn the_other_borrower_is_the_loan_s() {
    let half = || borrower().table(account(Some(AMOUNT / 2)));
    let both = |token, balance| answer(&[half(), other(token, balance)]);
    assert_eq!([both(SPOUSE, AMOUNT / 2), both(SPOUSE, AMOUNT / 2 - 1), both(SOMEBODY, AMOUNT)], ["yes", "no", "no"]);
    assert_eq!(answer(&[borrower(), other(SOMEBODY, 0)]), "no");
}
