//! A firm, its representative, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::GuarantorCheck;

const AS_OF: i32 = day(2026, 6, 30);
/// Tokens as the engine numbers them: the parties first, then by appearance.
const FIRM: u32 = 0;
const PERSON: u32 = 1;
const SOMEBODY: u32 = 2;

/// An officer's row: who, what, from when, until when.
type Officer = (Option<u32>, &'static str, Option<i32>, Option<i32>);

fn officers(rows: &[Officer]) -> TableRows {
    TableRows::of("enterprise_officers")
        .tokens("person_id", rows.iter().map(|row| row.0))
        .codes("position", rows.iter().map(|row| Some(row.1)))
        .dates("since", rows.iter().map(|row| row.2))
        .dates("until", rows.iter().map(|row| row.3))
}

fn firm(rows: &[Officer]) -> PartyRows {
    PartyRows::of("enterprise")
        .token(FIRM)
        .table(TableRows::of("business_registration").codes("status", [Some("ACTIVE")]))
        .table(officers(rows))
}

const OFFICERS: &[Officer] = &[
    (Some(SOMEBODY), "SUPERVISOR", Some(day(2020, 1, 1)), None),
    (Some(PERSON), "LEGAL_REPRESENTATIVE", Some(day(2020, 1, 1)), None),
    (Some(PERSON), "SHAREHOLDER", Some(day(2020, 1, 1)), None),
];

/// Titles: share, mortgaged, seized.
fn titles(rows: &[(Option<i64>, Option<i64>, Option<i64>)]) -> TableRows {
    TableRows::of("real_estate")
        .integers("share", rows.iter().map(|row| row.0))
        .integers("mortgaged", rows.iter().map(|row| row.1))
        .integers("seized", rows.iter().map(|row| row.2))
}

/// Contributions of the months so many months before the day of the answer, `paid` of 800 yuan each.
fn fund(ages: impl IntoIterator<Item = u32>, paid: Option<i64>) -> TableRows {
    let ends: Vec<i32> =
        ages.into_iter().map(|age| day(2026 - (age as i32 + 6) / 12, 12 - (age + 6) % 12, 28)).collect();
    let rows = ends.len();
    TableRows::of("housing_fund")
        .dates("period_end", ends)
        .integers("payable_fen", vec![80_000; rows])
        .integers("paid_fen", vec![paid; rows])
}

fn somebody(status: Option<&str>) -> PartyRows {
    PartyRows::of("guarantor").token(PERSON).table(TableRows::of("person_registry").codes("status", [status]))
}

fn person() -> PartyRows {
    somebody(Some("REGISTERED")).table(titles(&[(Some(10_000), Some(0), Some(0))]))
}

fn answer(firm: PartyRows, person: PartyRows) -> &'static str {
    Call::<GuarantorCheck>::on(AS_OF).party(firm).party(person).label().expect("a label")
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(GuarantorCheck::MANIFEST.labels, ["no", "yes"]);
    assert_eq!((super::NO, super::YES), (0, 1));
}

#[test]
fn the_representative_with_a_house_is_a_yes() {
    assert_eq!(answer(firm(OFFICERS), person()), "yes");
}

#[test]
fn nobody_else_is_whatever_they_own() {
    assert_eq!(answer(firm(OFFICERS), person().token(SOMEBODY)), "no");
    assert_eq!(answer(firm(OFFICERS), person().token(9)), "no");
    assert_eq!(answer(firm(&[]), person()), "no");
    // A missing cell holds the token 0 underneath: it is nobody's.
    let nobody = &[(None, "LEGAL_REPRESENTATIVE", None, None)];
    assert_eq!(answer(firm(nobody), person().token(0)), "no");
    let shareholder = &[(Some(PERSON), "SHAREHOLDER", Some(day(2020, 1, 1)), None)];
    assert_eq!(answer(firm(shareholder), person()), "no");
}

#[test]
fn an_office_is_held_from_its_first_day_to_its_last() {
    let held = |since, until| answer(firm(&[(Some(PERSON), "LEGAL_REPRESENTATIVE", since, until)]), person());
    assert_eq!(held(Some(AS_OF), None), "yes");
    assert_eq!(held(Some(AS_OF + 1), None), "no");
    assert_eq!(held(None, Some(AS_OF)), "yes");
    assert_eq!(held(None, Some(AS_OF - 1)), "no");
    assert_eq!(held(None, None), "yes");
}

#[test]
fn a_firm_out_of_business_needs_no_surety() {
    for status in [Some("REVOKED"), Some("CANCELLED"), None] {
        let closed = firm(OFFICERS).table(TableRows::of("business_registration").codes("status", [status]));
        assert_eq!(answer(closed, person()), "no");
    }
    assert_eq!(answer(firm(OFFICERS).table(TableRows::of("business_registration")), person()), "no");
}

#[test]
fn the_dead_and_the_unknown_stand_surety_for_nobody() {
    let with = |status| answer(firm(OFFICERS), somebody(status).table(titles(&[(Some(10_000), Some(0), Some(0))])));
    assert_eq!([with(Some("MOVED_OUT")), with(Some("DECEASED")), with(None)], ["yes", "no", "no"]);
    assert_eq!(answer(firm(OFFICERS), PartyRows::of("guarantor").token(PERSON)), "no");
}

#[test]
fn what_backs_a_surety_is_free_and_theirs() {
    let with = |rows: &[_]| answer(firm(OFFICERS), somebody(Some("REGISTERED")).table(titles(rows)));
    let whole = Some(10_000);
    assert_eq!(with(&[]), "no");
    assert_eq!(with(&[(Some(5_000), Some(0), Some(0))]), "yes");
    assert_eq!(with(&[(Some(4_999), Some(0), Some(0))]), "no");
    assert_eq!(with(&[(whole, Some(1), Some(0))]), "no");
    assert_eq!(with(&[(whole, Some(1), Some(0)), (whole, Some(0), Some(0))]), "yes");
    for gap in [(None, Some(0), Some(0)), (whole, None, Some(0)), (whole, Some(0), None)] {
        assert_eq!(with(&[gap]), "no");
        assert_eq!(with(&[gap, (whole, Some(0), Some(0))]), "yes");
    }
}

#[test]
fn one_seizure_outweighs_everything() {
    let seized = [(Some(10_000), Some(0), Some(0)), (Some(100), Some(1), Some(1))];
    let rich = somebody(Some("REGISTERED")).table(titles(&seized)).table(fund(1..13, Some(80_000)));
    assert_eq!(answer(firm(OFFICERS), rich), "no");
}

#[test]
fn a_steady_income_backs_a_surety_too() {
    let with = |rows| answer(firm(OFFICERS), somebody(Some("REGISTERED")).table(rows));
    assert_eq!(with(fund(1..7, Some(80_000))), "yes");
    assert_eq!(with(fund(1..6, Some(80_000))), "no");
    assert_eq!(with(fund(3..9, Some(80_000))), "yes");
    assert_eq!(with(fund(4..12, Some(80_000))), "no");
    assert_eq!(with(fund(6..18, Some(80_000))), "no");
    assert_eq!(with(fund(1..13, Some(79_999))), "no");
    assert_eq!(with(fund(1..13, None)), "no");
    assert_eq!(with(fund(1..13, Some(80_000)).integers("payable_fen", vec![None; 12])), "no");
}

#[test]
fn absurd_days_end_in_a_label_too() {
    let ends = TableRows::of("housing_fund")
        .dates("period_end", [i32::MIN, i32::MAX])
        .integers("payable_fen", [i64::MAX, i64::MIN])
        .integers("paid_fen", [i64::MAX, i64::MAX]);
    assert_eq!(answer(firm(OFFICERS), somebody(Some("REGISTERED")).table(ends)), "no");
}

#[test]
fn a_party_that_is_not_there_is_a_no() {
    assert_eq!(Call::<GuarantorCheck>::on(AS_OF).party(firm(OFFICERS)).label(), Some("no"));
    assert_eq!(Call::<GuarantorCheck>::on(AS_OF).party(person()).label(), Some("no"));
}
