//! A certificate that is valid, and what has to change for the answer to change.

use anshi_guest::Verifier;
use anshi_guest::calendar::day;
use anshi_guest::testing::{Call, PartyRows, TableRows};

use super::{DATASET, EnterpriseCertificateCheck};

const AS_OF: i32 = day(2026, 6, 30);
/// Tokens: the holder's is 0.
const ASKED: u32 = 1;
const OTHER: u32 = 2;

/// Number, kind, issued, until, state.
type Row<'t> = (u32, &'t str, Option<i32>, Option<i32>, &'t str);

const VALID: Row<'static> = (ASKED, "BUSINESS_LICENCE", Some(AS_OF - 100), Some(AS_OF + 100), "VALID");

fn answer_of(rows: &[Row<'_>], kind: &str) -> &'static str {
    let table = TableRows::of(DATASET)
        .tokens("certificate_number", rows.iter().map(|row| row.0))
        .codes("kind", rows.iter().map(|row| row.1))
        .dates("issued_on", rows.iter().map(|row| row.2))
        .dates("valid_until", rows.iter().map(|row| row.3))
        .codes("status", rows.iter().map(|row| row.4));
    let call = Call::<EnterpriseCertificateCheck>::on(AS_OF).token("certificate", ASKED).text("kind", kind);
    call.party(PartyRows::of("holder").table(table)).label().expect("a label")
}

fn answer(row: Row<'_>) -> &'static str {
    answer_of(&[(OTHER, "TRADE_LICENCE", Some(AS_OF - 9), None, "VALID"), row], "BUSINESS_LICENCE")
}

#[test]
fn labels_stand_where_the_answers_do() {
    assert_eq!((EnterpriseCertificateCheck::MANIFEST.labels, super::NO, super::YES), (["no", "yes"].as_slice(), 0, 1));
}

#[test]
fn a_valid_certificate_of_the_holder_is_a_yes() {
    assert_eq!(answer(VALID), "yes");
    assert_eq!(answer((OTHER, VALID.1, VALID.2, VALID.3, VALID.4)), "no");
    assert_eq!(answer_of(&[], "BUSINESS_LICENCE"), "no");
    let nobody =
        Call::<EnterpriseCertificateCheck>::on(AS_OF).token("certificate", ASKED).text("kind", "BUSINESS_LICENCE");
    assert_eq!(nobody.label(), Some("no"));
}

#[test]
fn the_kind_is_part_of_the_question() {
    assert_eq!(answer_of(&[VALID], "TRADE_LICENCE"), "no");
    assert_eq!(
        [answer_of(&[VALID], "UNHEARD_OF"), answer_of(&[(ASKED, "UNHEARD_OF", VALID.2, None, "VALID")], "UNHEARD_OF")],
        ["no", "no"]
    );
}

#[test]
fn the_days_are_its_own_first_and_last() {
    let of = |issued, until| answer((ASKED, "BUSINESS_LICENCE", issued, until, "VALID"));
    assert_eq!([of(Some(AS_OF), None), of(Some(AS_OF + 1), None), of(None, None)], ["yes", "no", "no"]);
    assert_eq!([of(Some(0), Some(AS_OF)), of(Some(0), Some(AS_OF - 1))], ["yes", "no"]);
}

#[test]
fn the_register_has_the_last_word() {
    assert_eq!(
        ["EXPIRED", "REVOKED", "UNKNOWN"].map(|state| answer((ASKED, "BUSINESS_LICENCE", VALID.2, VALID.3, state))),
        ["no"; 3]
    );
    let revoked = (ASKED, "BUSINESS_LICENCE", VALID.2, VALID.3, "REVOKED");
    assert_eq!(
        [answer_of(&[VALID, revoked], "BUSINESS_LICENCE"), answer_of(&[revoked, VALID], "BUSINESS_LICENCE")],
        ["no", "no"]
    );
}
