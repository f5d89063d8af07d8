//! A client's own rows that are not what the policy declares: refused with row and column, before anything is charged, and
//! no value is repeated.

use anshi::job::Failure;
use anshi::keys::TokenKind;
use anshi::model::{Chinese, RawCell, RawRow, RefusalCode};
use serde_json::{Value, json};

use crate::support::{OWN, OwnRows, TestHome, changed, firm, own_row, refusal, signed_again, strong, text};

/// What no refusal may repeat.
const CANARY: &str = "CANARY";

/// Asks, and fails unless it is refused with `code`, says `detail`, and leaves no trace.
fn refused(home: &TestHome, token: &str, code: RefusalCode, detail: &str) {
    let before = home.totals();
    let answer = home.ask(token);
    assert_eq!(refusal(&answer), Some(code), "{detail}: {answer:?}");
    assert_eq!(home.totals(), before, "{detail}");
    let Err(Failure::Refused(refusal)) = answer else { unreachable!() };
    let (english, chinese) = (refusal.to_string(), refusal.chinese());
    assert!(english.contains(detail), "no `{detail}` in {english}");
    assert!(!english.contains(CANARY) && !chinese.contains(CANARY), "{english} {chinese}");
    assert!(!format!("{refusal:?}").contains(CANARY), "{refusal:?}");
}

#[test]
fn cells() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let canary = || text(&format!("{CANARY} "));
    let cases: Vec<(&str, Option<RawCell>, &str)> = vec![
        ("loan", None, "row 2, `loan`: the row must have this column"),
        ("lone", Some(text(CANARY)), "row 2, `lone`: the policy's dataset has no such column"),
        ("due_date", Some(RawCell::Missing), "row 2, `due_date`: the value must not be missing"),
        ("due_date", Some(text("2026-02-29")), "row 2, `due_date`: must be a day"),
        ("due_date", Some(text("20260228")), "must be a day"),
        ("due_date", Some(RawCell::Integer(20_512)), "must be a day"),
        ("owed_fen", Some(RawCell::Integer(-1)), "row 2, `owed_fen`: must be at least 0"),
        ("owed_fen", Some(text("9007199254740994")), "`owed_fen`: must be at most 9007199254740993"),
        ("owed_fen", Some(canary()), "`owed_fen`: must be a whole number"),
        ("owed_fen", Some(text("07")), "must be a whole number"),
        ("owed_fen", Some(RawCell::Boolean(true)), "must be a whole number"),
        ("is_settled", Some(RawCell::Integer(1)), "`is_settled`: must be `true` or `false`"),
        ("is_settled", Some(text("true")), "must be `true` or `false`"),
        ("kind", Some(text(CANARY)), "`kind`: must be one of the policy's `values`"),
        ("kind", Some(RawCell::Integer(0)), "must be one of"),
        ("note", Some(RawCell::Integer(1)), "`note`: must be a text"),
        ("note", Some(text(&CANARY.repeat(200))), "`note`: a text has at most 1024 characters"),
        ("seen_at", Some(text("2026-01-01 08:00")), "`seen_at`: must be a time"),
        ("seen_at", Some(RawCell::Integer(0)), "must be a time"),
        ("loan", Some(text("")), "`loan`: an identifier is printable"),
        ("loan", Some(canary()), "an identifier is printable"),
        ("loan", Some(text(&format!("{CANARY}\u{200b}"))), "an identifier is printable"),
        ("loan", Some(text(&firm(7).as_str().to_lowercase())), "`loan`: a unit's identifier must be in its canonical"),
        ("borrower", Some(text(CANARY)), "`borrower`: an identifier has 18 characters"),
        ("borrower", Some(text(&firm(1).as_str().to_lowercase())), "`borrower`: character"),
    ];
    let good = || own_row("2026-06-01", 7);
    for (column, cell, detail) in cases {
        let rows = vec![good(), changed(good(), column, cell), changed(good(), "owed_fen", None)];
        refused(&own.home, &own.token(rows), RefusalCode::Rows, detail);
    }
    own.home.answered(&own.token(vec![good(), good()]));
}

#[test]
fn datasets_and_numbers_of_rows() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let order = |change: &dyn Fn(&mut std::collections::BTreeMap<String, Vec<RawRow>>)| {
        let mut order = own.order(&[1], Vec::new());
        change(&mut order.rows.0);
        own.home.sign(&order)
    };
    let row = || own_row("2026-06-01", 7);
    refused(&own.home, &order(&|rows| rows.clear()), RefusalCode::Rows, "`repayments` is not in `rows`");
    let other = order(&|rows| drop(rows.insert("repayment".to_owned(), Vec::new())));
    refused(&own.home, &other, RefusalCode::Rows, "`repayment`? `repayments`");
    let granted = order(&|rows| drop(rows.insert("tax_payment".to_owned(), Vec::new())));
    refused(&own.home, &granted, RefusalCode::Rows, "`tax_payment`?");
    let long = order(&|rows| drop(rows.insert("x".repeat(5_000), Vec::new())));
    refused(&own.home, &long, RefusalCode::Rows, "x…`?");
    refused(&own.home, &own.token(vec![row(); 21]), RefusalCode::Rows, "`repayments` has 21 rows, the policy takes 20");
    own.home.answered(&own.token(vec![row(); 20]));
    // A policy that takes no rows takes none.
    let mut order = own.home.order(0, 1);
    order.rows.0.insert(OWN.to_owned(), vec![row()]);
    refused(&own.home, &own.home.sign(&order), RefusalCode::Rows, "the policy takes no rows");
}

#[test]
fn a_key_names_a_party_of_the_request() {
    let _turn = strong();
    let own = OwnRows::new(&[("owed_fen", &[])], "(i32.const 0)", "key = \"borrower\"", false);
    let about = |party: u32| changed(own_row("2026-06-01", 7), "borrower", Some(text(firm(party).as_str())));
    let stranger = own.home.sign(&own.order(&[1, 2], vec![about(1), about(2), about(3)]));
    refused(&own.home, &stranger, RefusalCode::Rows, "row 3, `borrower`: must be a party that the request names");
    let nobody = changed(about(1), "borrower", Some(RawCell::Missing));
    refused(&own.home, &own.token(vec![nobody]), RefusalCode::Rows, "`borrower`: the value must not be missing");
}

#[test]
fn a_guest_reads_what_the_policy_declares_and_no_more() {
    let _turn = strong();
    let cases: [(&'static str, &[&str], &str); 4] = [
        ("owed", &[], "the policy does not grant `repayments.owed`"),
        ("kind", &["PRINCIPAL", "FEE"], "`repayments.kind` never is `FEE`"),
        ("note", &["late"], "`repayments.note` has no closed set of values"),
        ("kind", &["INTEREST"], ""),
    ];
    for (column, values, detail) in cases {
        let own = OwnRows::new(&[(column, values)], "(i32.const 0)", "", false);
        let token = own.token(vec![own_row("2026-06-01", 7)]);
        match detail {
            "" => drop(own.home.answered(&token)),
            _ => refused(&own.home, &token, RefusalCode::GuestManifest, detail),
        }
    }
}

#[test]
fn form() {
    let _turn = strong();
    let own = OwnRows::comparing();
    let good = own.token(vec![own_row("2026-06-01", 7)]);
    let spoilt = |change: &dyn Fn(&mut Value)| signed_again(&good, TokenKind::Job, &own.home.client, |job| change(job));
    let cell = |value: Value| spoilt(&|job| job["rows"][OWN][0]["owed_fen"] = value.clone());
    // What is no cell at all is told by row and column, too.
    for value in [json!(1.5), json!(7.0), json!([7]), json!({ "fen": 7 }), json!(u64::MAX)] {
        refused(&own.home, &cell(value), RefusalCode::Rows, "row 1, `owed_fen`: must be a whole number");
    }
    let unsafe_number = cell(json!(9_007_199_254_740_993_u64));
    refused(&own.home, &unsafe_number, RefusalCode::Rows, "row 1, `owed_fen`: a number beyond ±(2⁵³ − 1)");
    for (what, change) in [
        ("null", json!(null)),
        ("a list", json!([])),
        ("columns", json!({ OWN: { "owed_fen": [1, 2] } })),
        ("rows as lists", json!({ OWN: [[1, 2]] })),
    ] {
        refused(&own.home, &spoilt(&|job| job["rows"] = change.clone()), RefusalCode::Malformed, "");
        assert!(!what.is_empty());
    }
    let many = vec![json!({}); 10_001];
    let many = spoilt(&|job| job["rows"][OWN] = Value::Array(many.clone()));
    refused(&own.home, &many, RefusalCode::Malformed, "more than 10000 rows");
    let huge = spoilt(&|job| job["rows"][OWN][0]["note"] = json!("x".repeat(800_000)));
    refused(&own.home, &huge, RefusalCode::Malformed, "");
    // The same member twice, which `Value` cannot say.
    let text = payload(&good);
    for (from, to) in [
        (r#""owed_fen":7"#, r#""owed_fen":7,"owed_fen":7"#),
        (r#""repayments":["#, r#""repayments":[],"repayments":["#),
        (r#""rows":{"#, r#""rows":{},"rows":{"#),
        (r#""owed_fen":7"#, r#""owed_fen":07"#),
    ] {
        let twice = text.replacen(from, to, 1);
        assert_ne!(twice, text, "`{from}`");
        let token = anshi::keys::sign(&own.home.client, TokenKind::Job, twice.as_bytes());
        refused(&own.home, &token, RefusalCode::Malformed, "");
    }
    own.home.answered(&anshi::keys::sign(&own.home.client, TokenKind::Job, text.as_bytes()));
}

/// The payload of a token as text.
fn payload(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}
