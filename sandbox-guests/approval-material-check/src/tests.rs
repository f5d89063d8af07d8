//! A material that stands, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::ApprovalMaterialCheck;

const AS_OF: i32 = day(2026, 6, 30);

/// What was handed in: material, how many days ago, until when.
fn materials(rows: &[(&str, Option<i32>, Option<i32>)]) -> TableRows {
    TableRows::of("approval_materials")
        .codes("material", rows.iter().map(|row| row.0))
        .dates("received_on", rows.iter().map(|row| row.1.map(|ago| AS_OF - ago)))
        .dates("valid_until", rows.iter().map(|row| row.2))
}

fn changes(rows: &[(&str, Option<i32>)]) -> TableRows {
    TableRows::of("enterprise_changes")
        .codes("kind", rows.iter().map(|row| row.0))
        .dates("changed_on", rows.iter().map(|row| row.1.map(|ago| AS_OF - ago)))
}

fn firm(material: &str, until: Option<i32>) -> PartyRows {
    PartyRows::of("enterprise")
        .table(TableRows::of("business_registration").codes("status", ["ACTIVE"]))
        .table(materials(&[(material, Some(60), until)]))
}

fn answer(material: &str, firm: PartyRows) -> &'static str {
    Call::<ApprovalMaterialCheck>::on(AS_OF).text("material", material).party(firm).label().expect("a label")
}

const UNTIL: Option<i32> = Some(AS_OF + 100);

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!(ApprovalMaterialCheck::MANIFEST.labels, ["no", "yes"]);
    assert_eq!((super::NO, super::YES), (0, 1));
}

#[test]
fn what_is_held_and_stands_need_not_be_asked_for() {
    assert_eq!(super::MATERIALS.iter().map(|word| answer(word, firm(word, UNTIL))).collect::<Vec<_>>(), ["yes"; 7]);
    assert_eq!(answer("PREMISES", firm("STAFF_LIST", UNTIL)), "no");
    assert_eq!(answer("UNHEARD_OF", firm("UNHEARD_OF", UNTIL)), "no");
    assert_eq!(Call::<ApprovalMaterialCheck>::on(AS_OF).text("material", "PREMISES").label(), Some("no"));
    let closed = TableRows::of("business_registration").codes("status", ["CANCELLED"]);
    assert_eq!(answer("PREMISES", firm("PREMISES", UNTIL).table(closed)), "no");
}

#[test]
fn it_stands_until_its_last_day() {
    let until = |until| answer("STAFF_LIST", firm("STAFF_LIST", until));
    assert_eq!([until(Some(AS_OF)), until(Some(AS_OF - 1)), until(None)], ["yes", "no", "no"]);
    assert_eq!(["BUSINESS_LICENCE", "ARTICLES"].map(|word| answer(word, firm(word, None))), ["yes", "yes"]);
}

#[test]
fn only_the_newest_counts() {
    let of =
        |rows: &[(&str, Option<i32>, Option<i32>)]| answer("PREMISES", firm("PREMISES", None).table(materials(rows)));
    assert_eq!(of(&[("PREMISES", Some(400), UNTIL), ("PREMISES", Some(40), Some(AS_OF - 9))]), "no");
    assert_eq!(of(&[("PREMISES", Some(400), Some(AS_OF - 9)), ("PREMISES", Some(40), UNTIL)]), "yes");
    assert_eq!([Some(0), Some(-1), None].map(|ago| of(&[("PREMISES", ago, UNTIL)])), ["yes", "no", "no"]);
}

#[test]
fn a_change_since_outdates_what_it_concerns() {
    let with = |material, kind, ago| answer(material, firm(material, UNTIL).table(changes(&[(kind, ago)])));
    let after =
        |material| ["LEGAL_REPRESENTATIVE", "ADDRESS", "SHAREHOLDERS"].map(|kind| with(material, kind, Some(9)));
    assert_eq!(after("BUSINESS_LICENCE"), ["no", "no", "yes"]);
    assert_eq!(with("BUSINESS_LICENCE", "CAPITAL", Some(9)), "no");
    assert_eq!(after("ARTICLES"), ["no", "no", "no"]);
    assert_eq!(after("REPRESENTATIVE_ID"), ["no", "yes", "yes"]);
    assert_eq!(after("PREMISES"), ["yes", "no", "yes"]);
    assert_eq!(after("SAFETY_REPORT"), ["yes", "yes", "yes"]);
    assert_eq!([Some(61), Some(60), None].map(|ago| with("PREMISES", "ADDRESS", ago)), ["yes", "no", "no"]);
}
