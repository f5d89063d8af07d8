//! A buyer who may withdraw, and what has to change for the answer to change.

use anshi_guest::testing::{Call, PartyRows, TableRows};
use housing_fund::testing::{self, AS_OF, SOMEBODY, SPOUSE, fund, living, spouse};

use super::FundPurchaseWithdrawal;

fn contract(ago: Option<i32>, paid: Option<i64>, status: &str) -> TableRows {
    TableRows::of("housing_contracts")
        .dates("signed_on", [ago.map(|ago| AS_OF - ago)])
        .integers("paid_fen", [paid])
        .codes("status", [status])
}

fn withdrawal(reason: &str, ago: Option<i32>) -> TableRows {
    TableRows::of("housing_fund_withdrawals")
        .codes("reason", [reason])
        .dates("withdrawn_on", [ago.map(|ago| AS_OF - ago)])
}

fn payer() -> PartyRows {
    living("applicant").table(testing::married("MARRIED")).table(fund(&[4, 5, 6]))
}

fn buyer() -> PartyRows {
    payer().table(contract(Some(100), Some(1), "FILED"))
}

fn answer(parties: &[PartyRows]) -> &'static str {
    testing::answer(Call::<FundPurchaseWithdrawal>::on(AS_OF), parties).expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(&[buyer().table(rows)])
}

#[test]
fn labels_stand_where_the_answers_do() {
    testing::hold_to_the_labels::<FundPurchaseWithdrawal>();
}

#[test]
fn who_has_bought_is_a_yes() {
    assert_eq!(answer(&[buyer()]), "yes");
    assert_eq!([answer(&[]), answer(&[payer()])], ["no", "no"]);
    assert_eq!([with(testing::registered("DECEASED")), with(fund(&[5, 6]))], ["no", "no"]);
}

#[test]
fn the_contract_is_valid_recent_and_paid_on() {
    let of = |ago, paid, status| with(contract(ago, paid, status));
    assert_eq!([0, 730, 731, -1].map(|ago| of(Some(ago), Some(1), "FILED")), ["yes", "yes", "no", "no"]);
    assert_eq!(["REGISTERED", "CANCELLED", "OTHER"].map(|state| of(Some(9), Some(1), state)), ["yes", "no", "no"]);
    assert_eq!(
        [of(Some(9), Some(0), "FILED"), of(Some(9), None, "FILED"), of(None, Some(1), "FILED")],
        ["no", "no", "no"]
    );
}

#[test]
fn once_for_a_home() {
    assert_eq!([Some(101), Some(100), None].map(|ago| with(withdrawal("PURCHASE", ago))), ["yes", "no", "no"]);
    assert_eq!(with(withdrawal("LOAN", Some(9))), "yes");
}

#[test]
fn the_contract_may_be_the_spouse_s() {
    let theirs = || contract(Some(50), Some(1), "FILED");
    assert_eq!(answer(&[payer(), spouse(SPOUSE).table(theirs())]), "yes");
    assert_eq!(answer(&[payer(), spouse(SOMEBODY).table(theirs())]), "no");
    assert_eq!(answer(&[payer(), spouse(SPOUSE)]), "no");
    // A false spouse is no help and no harm done: the whole is a no.
    assert_eq!(answer(&[buyer(), spouse(SOMEBODY)]), "no");
    // Withdrawn for the own home, and a newer one of the spouse's.
    let again = buyer().table(withdrawal("PURCHASE", Some(90)));
    assert_eq!([answer(std::slice::from_ref(&again)), answer(&[again, spouse(SPOUSE).table(theirs())])], ["no", "yes"]);
}
