//! A tenant who may withdraw, and what has to change for the answer to change.

use anshi_guest::testing::{Call, PartyRows, TableRows};
use housing_fund::testing::{self, AS_OF, SOMEBODY, SPOUSE, fund, living, married, spouse};

use super::FundRentWithdrawal;

fn rental(signed: Option<i32>, until: Option<i32>) -> TableRows {
    TableRows::of("rental_contracts").dates("signed_on", [signed]).dates("valid_until", [until])
}

fn withdrawal(reason: &str, ago: Option<i32>) -> TableRows {
    TableRows::of("housing_fund_withdrawals")
        .codes("reason", [reason])
        .dates("withdrawn_on", [ago.map(|ago| AS_OF - ago)])
}

fn titles(purposes: &[Option<&str>]) -> TableRows {
    TableRows::of("real_estate").codes("purpose", purposes.iter().copied())
}

fn tenant() -> PartyRows {
    living("applicant").table(fund(&[3, 4, 5, 6])).table(rental(Some(AS_OF - 100), Some(AS_OF + 100)))
}

fn answer(parties: &[PartyRows]) -> &'static str {
    testing::answer(Call::<FundRentWithdrawal>::on(AS_OF), parties).expect("a label")
}

fn with(rows: TableRows) -> &'static str {
    answer(&[tenant().table(rows)])
}

#[test]
fn labels_stand_where_the_answers_do() {
    testing::hold_to_the_labels::<FundRentWithdrawal>();
}

#[test]
fn a_tenant_without_a_home_is_a_yes() {
    assert_eq!(answer(&[tenant()]), "yes");
    assert_eq!([answer(&[]), answer(&[PartyRows::of("applicant")])], ["no", "no"]);
    assert_eq!(with(testing::registered("DECEASED")), "no");
}

#[test]
fn three_months_in_a_row_are_needed() {
    assert_eq!(
        [with(fund(&[4, 5, 6])), with(fund(&[5, 6])), with(fund(&[3, 4, 6])), with(fund(&[1, 2, 3]))],
        ["yes", "no", "no", "no"]
    );
    assert_eq!(with(fund(&[2, 3, 4])), "yes");
}

#[test]
fn the_contract_is_in_force_from_its_first_to_its_last_day() {
    let of = |signed, until| with(rental(signed, until));
    assert_eq!(
        [of(Some(AS_OF), Some(AS_OF)), of(Some(0), Some(AS_OF - 1)), of(Some(AS_OF + 1), Some(AS_OF + 9))],
        ["yes", "no", "no"]
    );
    assert_eq!([of(None, Some(AS_OF)), of(Some(0), None)], ["no", "no"]);
}

#[test]
fn once_in_a_year() {
    assert_eq!(
        [Some(365), Some(364), Some(0), None].map(|ago| with(withdrawal("RENT", ago))),
        ["yes", "no", "no", "no"]
    );
    assert_eq!(with(withdrawal("LOAN", Some(9))), "yes");
}

#[test]
fn a_home_of_either_is_a_no() {
    assert_eq!(
        [Some("PARKING"), Some("RESIDENTIAL"), None].map(|purpose| with(titles(&[Some("COMMERCIAL"), purpose]))),
        ["yes", "no", "no"]
    );
    let couple = |purpose| answer(&[tenant().table(married("MARRIED")), spouse(SPOUSE).table(titles(&[purpose]))]);
    assert_eq!([couple(Some("PARKING")), couple(Some("RESIDENTIAL"))], ["yes", "no"]);
}

#[test]
fn who_is_married_names_the_spouse_and_nobody_else() {
    assert_eq!(answer(&[tenant().table(married("MARRIED")), spouse(SPOUSE)]), "yes");
    assert_eq!(answer(&[tenant().table(married("MARRIED"))]), "no");
    assert_eq!(answer(&[tenant().table(married("MARRIED")), spouse(SOMEBODY)]), "no");
    assert_eq!(answer(&[tenant(), spouse(SOMEBODY)]), "no");
    assert_eq!(answer(&[tenant().table(married("DIVORCED"))]), "yes");
}
