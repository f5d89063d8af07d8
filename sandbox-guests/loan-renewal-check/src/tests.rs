//! A firm that repays, and what has to change for its band to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::LoanRenewalCheck;

const AS_OF: i32 = day(2026, 6, 30);

/// An instalment: loan, kind, how many days ago it was due, what was due and paid, how many days late.
#[derive(Clone, Copy)]
struct Instalment {
    loan: Option<u32>,
    kind: &'static str,
    due_ago: i32,
    due: Option<i64>,
    paid: Option<i64>,
    late: Option<i32>,
}

const PAID: Instalment =
    Instalment { loan: Some(1), kind: "PRINCIPAL", due_ago: 0, due: Some(100), paid: Some(100), late: Some(0) };

fn repayments(rows: &[Instalment]) -> TableRows {
    TableRows::of("repayments")
        .tokens("loan", rows.iter().map(|row| row.loan))
        .codes("kind", rows.iter().map(|row| Some(row.kind)))
        .dates("due_date", rows.iter().map(|row| AS_OF - row.due_ago))
        .integers("due_fen", rows.iter().map(|row| row.due))
        .integers("paid_fen", rows.iter().map(|row| row.paid))
        .dates("paid_date", rows.iter().map(|row| row.late.map(|late| AS_OF - row.due_ago + late)))
}

/// Twenty instalments, a month apart, the newest a month ago.
fn faithful() -> Vec<Instalment> {
    (1..=20).rev().map(|month| Instalment { due_ago: 30 * month, ..PAID }).collect()
}

/// Taxes due so many days ago, with what was paid of 100.
fn taxes(rows: &[(i32, Option<i64>)]) -> TableRows {
    TableRows::of("tax_payment")
        .dates("period_end", rows.iter().map(|row| AS_OF - row.0 - 15))
        .integers("payable_fen", vec![Some(100); rows.len()])
        .integers("paid_fen", rows.iter().map(|row| row.1))
        .dates("due_date", rows.iter().map(|row| AS_OF - row.0))
}

/// Two years of power, by age in months.
fn power(usage: impl Fn(u32) -> Option<i64>) -> TableRows {
    let ages = || (0..24_u32).rev();
    let end = |age: u32| day(2026 - (i32::try_from(age).unwrap_or(0) + 6) / 12, 12 - (age + 6) % 12, 28);
    TableRows::of("electricity_usage").dates("period_end", ages().map(end)).integers("usage_kwh", ages().map(usage))
}

fn healthy() -> PartyRows {
    PartyRows::of("enterprise")
        .table(repayments(&faithful()))
        .table(taxes(&[(75, Some(100)), (15, Some(100))]))
        .table(power(|_| Some(1_000)))
}

fn band(firm: PartyRows) -> &'static str {
    Call::<LoanRenewalCheck>::on(AS_OF).party(firm).label().expect("a label")
}

fn repaid(change: impl FnOnce(&mut Vec<Instalment>)) -> &'static str {
    let mut rows = faithful();
    change(&mut rows);
    band(healthy().table(repayments(&rows)))
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(LoanRenewalCheck::MANIFEST.labels, ["A", "B", "C"]);
    assert_eq!((super::A, super::B, super::C), (0, 1, 2));
}

#[test]
fn who_repays_and_works_is_an_a() {
    assert_eq!(band(healthy()), "A");
    assert_eq!(Call::<LoanRenewalCheck>::on(AS_OF).label(), Some("C"));
}

#[test]
fn an_overdue_instalment_costs_by_its_age_and_kind() {
    let overdue =
        |kind, due_ago| repaid(|rows| rows.push(Instalment { kind, due_ago, paid: Some(99), late: None, ..PAID }));
    assert_eq!([-1, 0, 1, 89, 90].map(|ago| overdue("PRINCIPAL", ago)), ["A", "A", "B", "B", "C"]);
    assert_eq!([0, 1, 89, 90].map(|ago| overdue("INTEREST", ago)), ["A", "B", "B", "C"]);
    // Interest weighs more: one more demerit tips it.
    let with_fall = |kind| {
        let mut rows = faithful();
        rows.push(Instalment { kind, due_ago: 1, paid: Some(0), late: None, ..PAID });
        band(healthy().table(repayments(&rows)).table(power(|age| Some(if age < 6 { 75 } else { 100 }))))
    };
    assert_eq!([with_fall("PRINCIPAL"), with_fall("INTEREST")], ["B", "C"]);
}

#[test]
fn two_loans_overdue_are_worse_than_two_instalments() {
    let both = |second| {
        repaid(|rows| {
            for loan in [Some(1), second] {
                rows.push(Instalment { loan, due_ago: 10, paid: Some(0), late: None, ..PAID });
            }
        })
    };
    assert_eq!([both(Some(1)), both(Some(2)), both(None)], ["B", "C", "C"]);
}

#[test]
fn lateness_costs_by_its_share() {
    let late = |count: usize, days| repaid(|rows| rows.iter_mut().take(count).for_each(|row| row.late = Some(days)));
    assert_eq!([0, 1, 2, 4, 5, 20].map(|count| late(count, 4)), ["A", "A", "A", "A", "B", "B"]);
    assert_eq!(late(20, 3), "A");
    // One demerit of two in twenty shows beside another.
    let with_fall = |count: usize| {
        let mut rows = faithful();
        rows.iter_mut().take(count).for_each(|row| row.late = Some(4));
        band(healthy().table(repayments(&rows)).table(power(|age| Some(if age < 6 { 75 } else { 100 }))))
    };
    assert_eq!([with_fall(1), with_fall(2)], ["A", "B"]);
}

#[test]
fn what_is_missing_is_neither_paid_nor_overdue() {
    let gap = |due, paid| repaid(|rows| rows.push(Instalment { due_ago: 200, due, paid, late: None, ..PAID }));
    assert_eq!([gap(None, Some(0)), gap(Some(100), None), gap(Some(100), Some(0))], ["A", "A", "C"]);
}

#[test]
fn who_is_new_to_the_bank_has_one_demerit() {
    let falls = || healthy().table(power(|age| Some(if age < 6 { 75 } else { 100 })));
    assert_eq!(band(healthy().table(repayments(&[]))), "A");
    assert_eq!([band(falls()), band(falls().table(repayments(&[])))], ["A", "B"]);
    let old = [Instalment { due_ago: 365, ..PAID }];
    assert_eq!(band(falls().table(repayments(&old))), "B");
    let recent = [Instalment { due_ago: 364, ..PAID }];
    assert_eq!(band(falls().table(repayments(&recent))), "A");
}

#[test]
fn taxes_cost_by_their_age() {
    let owed = |ago| band(healthy().table(taxes(&[(15, Some(100)), (ago, Some(99))])));
    assert_eq!([-1, 0, 1, 89, 90].map(owed), ["A", "A", "B", "B", "C"]);
    assert_eq!(band(healthy().table(taxes(&[(15, Some(100)), (400, None)]))), "A");
    let unknown = healthy().table(taxes(&[])).table(power(|_| None));
    assert_eq!(band(unknown), "B");
}

#[test]
fn power_costs_by_its_fall() {
    let owing = || healthy().table(taxes(&[(15, Some(0))]));
    let fallen = |percent| band(owing().table(power(|age| Some(if age < 6 { percent } else { 100 }))));
    // Beside two demerits: up to one more is B, two are C.
    assert_eq!([100, 76, 75, 51, 50, 0].map(fallen), ["B", "B", "B", "B", "C", "C"]);
    let falls =
        |percent| band(healthy().table(taxes(&[])).table(power(|age| Some(if age < 6 { percent } else { 100 }))));
    assert_eq!([100, 76, 75, 51, 50].map(falls), ["A", "A", "B", "B", "B"]);
}

#[test]
fn power_that_cannot_be_compared_is_one_demerit() {
    let unknown = |usage: &dyn Fn(u32) -> Option<i64>| band(healthy().table(taxes(&[])).table(power(usage)));
    assert_eq!(unknown(&|_| Some(1_000)), "A");
    assert_eq!(unknown(&|_| None), "B");
    assert_eq!(unknown(&|age| (age < 12).then_some(1_000)), "B");
    assert_eq!(unknown(&|_| Some(0)), "B");
    assert_eq!(unknown(&|age| (age != 0 && age != 13 && age != 2).then_some(1_000)), "A");
    assert_eq!(unknown(&|age| (age != 0 && age != 13 && age != 2 && age != 3).then_some(1_000)), "B");
}

#[test]
fn absurd_figures_end_in_a_label_too() {
    let absurd = |ago: i32| Instalment { due_ago: ago, due: Some(i64::MAX), paid: Some(i64::MIN), late: None, ..PAID };
    assert_eq!(band(healthy().table(repayments(&[absurd(100_000)]))), "C");
    let ends = TableRows::of("electricity_usage")
        .dates("period_end", [i32::MIN, i32::MAX])
        .integers("usage_kwh", [i64::MAX, i64::MAX]);
    let days = TableRows::of("tax_payment")
        .dates("period_end", [i32::MIN, i32::MAX])
        .integers("payable_fen", [i64::MAX, i64::MAX])
        .integers("paid_fen", [i64::MIN, i64::MIN])
        .dates("due_date", [i32::MAX, i32::MAX]);
    assert_eq!(band(healthy().table(ends).table(days)), "B");
    assert_eq!(band(healthy().table(power(|_| Some(i64::MAX)))), "A");
}
