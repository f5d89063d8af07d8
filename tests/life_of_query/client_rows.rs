//! A client's own rows: signed with the request, read by guests like any dataset, part of what makes a job.

use anshi::job::{Answered, JobOrder};
use anshi::ledger::End;
use anshi::model::{RawCell, RawParameter, RawRow};
use serde_json::json;

use crate::support::{ODD_FEN, OWN, OwnRows, changed, firm, label, own_row, seen, strong, text};

/// How many rows the guest sees of the client's dataset, as an answer: none, or some.
const COUNTS_ONE: &str = "(i32.eq (call $rows (local.get $parties) (i32.const 1)) (i32.const 1))";

fn ended(answered: &Answered) -> (String, End, serde_json::Value) {
    (label(answered), answered.end, seen(answered).claims["cost"]["bits"].clone())
}

#[test]
fn the_answer_is_about_both_sides_rows() {
    let _turn = strong();
    let own = OwnRows::comparing();
    for (bits, (owed, wanted)) in (1..).zip([(ODD_FEN + 1, "yes"), (ODD_FEN, "no"), (0, "no")]) {
        let answered = own.home.answered(&own.token(vec![own_row("2026-06-01", owed)]));
        assert_eq!(ended(&answered), (wanted.to_owned(), End::Answered, json!(2)), "{owed}");
        assert_eq!(own.home.bits_charged(), 2 * bits);
    }
    // The client has none: it says so, and pays the same.
    let none = own.home.answered(&own.token(Vec::new()));
    assert_eq!(ended(&none), ("no".to_owned(), End::Answered, json!(2)));
    own.home.verify(&seen(&none).text).unwrap();
}

#[test]
fn the_same_rows_in_another_order_and_spelling_are_the_same_job() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let rows = vec![own_row("2026-05-01", ODD_FEN + 1), own_row("2026-06-01", 7), own_row("2026-05-01", ODD_FEN)];
    let first = own.home.answered(&own.token(rows.clone()));
    // Of one day, the lesser comes first, whichever was sent first.
    assert_eq!(ended(&first), ("no".to_owned(), End::Answered, json!(2)));
    let mut turned: Vec<RawRow> = rows.iter().rev().cloned().collect();
    turned[1] = changed(turned[1].clone(), "owed_fen", Some(text("7")));
    let again = own.home.answered(&own.token(turned));
    assert_eq!(ended(&again), ("no".to_owned(), End::Reused, json!(0)));
    assert_ne!(seen(&again).claims["req"], seen(&first).claims["req"]);
    assert_eq!(own.home.bits_charged(), 2);
}

#[test]
fn any_other_rows_are_another_job() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let row = || own_row("2026-06-01", 7);
    let others = [
        vec![row()],
        vec![row(), row()],
        Vec::new(),
        vec![own_row("2026-06-02", 7)],
        vec![changed(row(), "owed_fen", Some(RawCell::Missing))],
        vec![changed(row(), "owed_fen", Some(RawCell::Integer(0)))],
        // What the guest does not read, and what lies before the policy's history, was sent all the same.
        vec![changed(row(), "note", Some(text("")))],
        vec![row(), own_row("1999-01-01", 7)],
    ];
    for (number, rows) in (1..).zip(others) {
        let answered = own.home.answered(&own.token(rows));
        assert_eq!((answered.end, own.home.bits_charged()), (End::Answered, 2 * number), "{number}");
    }
}

#[test]
fn the_same_request_again_is_the_same_bundle() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let token = own.token(vec![own_row("2026-06-01", 7)]);
    let first = seen(&own.home.answered(&token)).text;
    assert_eq!(seen(&own.home.answered(&token)).text, first);
    assert_eq!(own.home.totals(), (2, 1));
}

#[test]
fn rows_outside_of_the_history_are_not_given() {
    let _turn = strong();
    let own = OwnRows::new(&[("due_date", &[])], COUNTS_ONE, "", false);
    // The snapshot is of 2026-06-30, the history 24 months.
    let given = |days: &[&str]| {
        let rows = days.iter().map(|day| own_row(day, 1)).collect();
        label(&own.home.answered(&own.token(rows))) == "yes"
    };
    assert!(given(&["2026-06-30"]) && given(&["2024-07-01"]));
    assert!(!given(&["2026-07-01"]) && !given(&["2024-06-30"]));
    assert!(given(&["2026-07-01", "2026-06-30", "2024-06-30"]));
}

/// Compares the first cell of every column with what was sent, the tokens with each other, and which cells are missing.
fn reads_everything() -> String {
    let columns = "(i32.load offset=4 (call $table (local.get $parties) (i32.const 1)))";
    let column = |place: u32| format!("(call $column (local.get $parties) (i32.const 1) (i32.const {place}))");
    let is = |left: String, right: i64| format!("(i32.eq {left} (i32.const {right}))");
    let load = |place: u32| format!("(i32.load {})", column(place));
    let long = |place: u32, value: i64| format!("(i64.eq (i64.load {}) (i64.const {value}))", column(place));
    let party = "(i32.load offset=4 (local.get $parties))";
    let named = "(i32.load offset=8 (i32.add (local.get $parameters) (i32.const 16)))";
    let day: anshi::model::Date = "2026-06-01".parse().unwrap();
    let conditions = [
        format!("(i32.eq {} {party})", load(0)),
        format!("(i32.eq {} {named})", load(1)),
        is(load(2), day.days().into()),
        long(3, 9_007_199_254_740_993),
        long(4, 1),
        is(load(5), 1),
        is(format!("(i32.load8_u {})", load(6)), b'n'.into()),
        long(7, 1_767_225_600_500),
        // Of two rows the second has no note; a column without a gap has no bitmap.
        is(format!("(i32.load8_u (i32.load offset=120 {columns}))"), 2),
        is(format!("(i32.load offset=104 {columns})"), 0),
    ];
    conditions.into_iter().reduce(|all, next| format!("(i32.and {all} {next})")).unwrap()
}

#[test]
fn every_type_of_column_arrives_as_from_a_department() {
    let _turn = strong();
    let columns: &[(&'static str, &[&str])] = &[
        ("borrower", &[]),
        ("loan", &[]),
        ("due_date", &[]),
        ("owed_fen", &[]),
        ("is_settled", &[]),
        ("kind", &["PRINCIPAL", "INTEREST"]),
        ("note", &[]),
        ("seen_at", &[]),
    ];
    let own = OwnRows::new(columns, &reads_everything(), "", true);
    let ask = |row: RawRow, named: &str| {
        let mut order: JobOrder = own.order(&[1], vec![own_row("2026-06-02", 5), row]);
        order.parameters.push(("named".to_owned(), RawParameter::Text(named.to_owned())));
        label(&own.home.answered(&own.home.sign(&order)))
    };
    let full = [
        ("owed_fen", text("9007199254740993")),
        ("is_settled", RawCell::Boolean(true)),
        ("note", text("n")),
        ("seen_at", text("2026-01-01T08:00:00.5+08:00")),
    ];
    let cells = full.into_iter();
    let row = cells.fold(own_row("2026-06-01", 0), |row, (column, cell)| changed(row, column, Some(cell)));
    assert_eq!(ask(row.clone(), "HT-1"), "yes");
    assert_eq!(ask(row.clone(), "HT-2"), "no", "another contract is another token");
    let with = |column: &str, cell: RawCell| ask(changed(row.clone(), column, Some(cell)), "HT-1");
    assert_eq!(with("borrower", text(firm(2).as_str())), "no", "another firm is another token");
    assert_eq!(with("kind", text("PRINCIPAL")), "no");
    assert_eq!(with("is_settled", RawCell::Boolean(false)), "no");
    assert_eq!(with("seen_at", text("2026-01-01T08:00:00.4+08:00")), "no");
    assert_eq!(with("note", RawCell::Missing), "no");
}

#[test]
fn a_row_is_dealt_to_the_party_that_its_key_names() {
    let _turn = strong();
    let own = OwnRows::new(&[("owed_fen", &[])], COUNTS_ONE, "key = \"borrower\"", false);
    let of = |party: u32, day: &str| changed(own_row(day, 1), "borrower", Some(text(firm(party).as_str())));
    // The guest counts the rows of the party that is named first.
    let first = |parties: &[u32], rows: Vec<RawRow>| {
        label(&own.home.answered(&own.home.sign(&own.order(parties, rows)))) == "yes"
    };
    let rows = || vec![of(2, "2026-06-01"), of(1, "2026-06-02"), of(2, "2026-06-03")];
    assert!(first(&[1, 2], rows()) && !first(&[2, 1], rows()));
    assert!(first(&[1], vec![of(1, "2026-06-02")]) && !first(&[1], Vec::new()));
    assert!(own.order(&[1], Vec::new()).rows.0.contains_key(OWN));
}
