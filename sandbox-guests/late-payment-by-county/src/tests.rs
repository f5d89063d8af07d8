//! Whole enterprises, and single taxes.

use anshi_guest::calendar::day;
use anshi_guest::testing::{TableRows, UnitCall};

use super::{Judgement, LatePaymentByCounty, Tax};

const AS_OF: i32 = day(2026, 6, 30);
const DUE: i32 = day(2026, 6, 15);

/// A tax of 500 fen that was due and paid on these days.
fn tax(due: i32, paid_on: Option<i32>) -> Tax {
    Tax { due, paid_on, payable_fen: Some(500), paid_fen: Some(if paid_on.is_some() { 500 } else { 0 }) }
}

fn call(months: i64, county: Option<&str>, taxes: &[Tax]) -> Vec<(Vec<&'static str>, Vec<i64>)> {
    let registration = TableRows::of("business_registration").codes("county", [county]).codes("industry", ["C"]);
    let taxes = TableRows::of("tax_payment")
        .dates("due_date", taxes.iter().map(|tax| tax.due))
        .dates("paid_date", taxes.iter().map(|tax| tax.paid_on))
        .integers("payable_fen", taxes.iter().map(|tax| tax.payable_fen))
        .integers("paid_fen", taxes.iter().map(|tax| tax.paid_fen));
    UnitCall::<LatePaymentByCounty>::on(AS_OF).integer("months", months).table(registration).table(taxes).cells()
}

fn values(months: i64, taxes: &[Tax]) -> Option<Vec<i64>> {
    let cells = call(months, Some("371402"), taxes);
    assert!(cells.len() <= 1);
    cells.into_iter().next().map(|(_, values)| values)
}

#[test]
fn one_late_tax_makes_a_late_payer_in_its_cell() {
    let taxes = [tax(DUE, Some(DUE - 2)), tax(DUE, Some(DUE + 1))];
    assert_eq!(call(3, Some("371425"), &taxes), [(vec!["371425", "C"], vec![1, 500])]);
    assert_eq!(call(3, Some("371425"), &taxes[..1]), [(vec!["371425", "C"], vec![0, 0])]);
}

#[test]
fn an_enterprise_without_a_place_or_a_tax_to_judge_is_not_counted() {
    assert!(call(3, None, &[tax(DUE, None)]).is_empty());
    assert!(call(3, Some("110101"), &[tax(DUE, None)]).is_empty());
    assert_eq!(values(3, &[]), None);
    let nil = Tax { payable_fen: Some(0), paid_fen: Some(0), ..tax(DUE, None) };
    assert_eq!(values(3, &[nil]), None);
}

#[test]
fn only_taxes_that_fell_due_in_the_months_count() {
    let unpaid = |due| values(3, &[tax(due, None)]);
    let late = Some(vec![1, 500]);
    assert_eq!([unpaid(day(2026, 3, 31)), unpaid(day(2026, 4, 1))], [None, late.clone()]);
    assert_eq!([unpaid(AS_OF - 1), unpaid(AS_OF), unpaid(AS_OF + 1)], [late, None, None]);
    assert_eq!(values(12, &[tax(day(2025, 7, 15), None), tax(DUE, Some(DUE))]), Some(vec![1, 500]));
    assert_eq!(values(3, &[tax(day(2025, 7, 15), None), tax(DUE, Some(DUE))]), Some(vec![0, 0]));
}

#[test]
fn the_due_date_itself_is_in_time() {
    assert_eq!(tax(DUE, Some(DUE)).judge(), Judgement::InTime);
    assert_eq!(tax(DUE, Some(DUE + 1)).judge(), Judgement::Late(500));
    assert_eq!(tax(DUE, None).judge(), Judgement::Late(500));
}

#[test]
fn of_a_part_payment_the_rest_is_late() {
    let part = |paid_on| Tax { paid_fen: Some(200), ..tax(DUE, Some(paid_on)) }.judge();
    assert_eq!([part(DUE), part(DUE + 1)], [Judgement::Late(300), Judgement::Late(500)]);
}

#[test]
fn gaps_are_not_held_against_anyone() {
    let judge = |paid_on, payable_fen, paid_fen| Tax { due: DUE, paid_on, payable_fen, paid_fen }.judge();
    assert_eq!(judge(None, Some(500), Some(500)), Judgement::None);
    assert_eq!(judge(None, None, Some(500)), Judgement::None);
    assert_eq!(judge(Some(DUE), Some(500), None), Judgement::InTime);
    assert_eq!(judge(Some(DUE), None, Some(500)), Judgement::InTime);
    assert_eq!(judge(Some(DUE), None, None), Judgement::InTime);
    assert_eq!(judge(Some(DUE + 1), Some(500), None), Judgement::Late(500));
    assert_eq!(judge(Some(DUE + 1), None, Some(400)), Judgement::Late(400));
    assert_eq!(judge(Some(DUE + 1), None, None), Judgement::Late(0));
    assert_eq!(judge(None, Some(500), None), Judgement::Late(500));
    assert_eq!(judge(None, None, None), Judgement::Late(0));
}

#[test]
fn absurd_figures_do_not_overflow() {
    let absurd = || Tax { due: DUE, paid_on: Some(i32::MAX), payable_fen: Some(i64::MAX), paid_fen: Some(i64::MIN) };
    assert_eq!(values(3, &[absurd(), absurd()]), Some(vec![1, i64::MAX]));
    let early = Tax { paid_on: Some(i32::MIN), ..absurd() };
    assert_eq!(early.judge(), Judgement::Late(i64::MAX));
    let ancient = Tax { due: i32::MIN, ..absurd() };
    assert_eq!(values(3, &[ancient]), None);
}
