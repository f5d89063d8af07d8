//! Answers: a label for a charge, the same request again for free, the same job again at no cost.

use anshi::keys::TokenKind;
use anshi::ledger::End;
use anshi::model::RefusalCode;
use serde_json::json;

use crate::support::{TestHome, label, refusal, seen, signed_again, strong};

#[test]
fn a_job_is_answered_with_a_label_and_charged() {
    let _turn = strong();
    let home = TestHome::new();
    let answered = home.answered(&home.token(0, 1));
    assert_eq!((label(&answered).as_str(), answered.end), ("yes", End::Answered));
    assert_eq!(seen(&answered).claims["cost"], json!({ "bits": 2 }));
    assert_eq!((home.totals(), home.bits_charged()), ((2, 1), 2));
    assert_eq!(label(&home.answered(&home.token(0, 2))), "no");
}

#[test]
fn the_same_request_again_is_the_same_bundle_and_free() {
    let _turn = strong();
    let home = TestHome::new();
    let token = home.token(0, 1);
    let first = seen(&home.answered(&token)).text;
    let totals = home.totals();
    assert_eq!(seen(&home.answered(&token)).text, first);
    for answered in home.ask_all(vec![token.clone(), token.clone(), token.clone()]) {
        assert_eq!(seen(&answered.unwrap()).text, first);
    }
    assert_eq!(home.totals(), totals);
    let home = home.reopened();
    assert_eq!(seen(&home.answered(&token)).text, first);
    assert_eq!(home.totals(), totals);
}

#[test]
fn one_request_asked_twice_at_once_is_charged_once() {
    let _turn = strong();
    let home = TestHome::new();
    let token = home.token(0, 1);
    let answers = home.ask_all(vec![token; 8]);
    let texts: Vec<String> = answers.into_iter().map(|answered| seen(&answered.unwrap()).text).collect();
    assert!(texts.iter().all(|text| *text == texts[0]));
    assert_eq!(home.totals(), (2, 1));
}

#[test]
fn another_request_under_the_same_number_is_refused() {
    let _turn = strong();
    let home = TestHome::new();
    let token = home.token(0, 1);
    let other = signed_again(&token, TokenKind::Job, &home.client, |job| job["parameters"]["behaviour"] = json!(1));
    home.answered(&token);
    let totals = home.totals();
    assert_eq!(refusal(&home.ask(&other)), Some(RefusalCode::Replay));
    assert_eq!(home.totals(), totals);
}

#[test]
fn the_same_job_again_costs_nothing_and_has_its_own_receipt() {
    let _turn = strong();
    let home = TestHome::new();
    let first = seen(&home.answered(&home.token(0, 1)));
    let order = anshi::job::JobOrder {
        // "0" is the same parameter as 0.
        parameters: vec![("behaviour".to_owned(), anshi::model::RawParameter::Text("0".to_owned()))],
        ..home.order(0, 1)
    };
    let again = home.answered(&home.sign(&order));
    assert_eq!((label(&again).as_str(), again.end), ("yes", End::Reused));
    let again = seen(&again);
    assert_eq!((&again.label, &again.claims["cost"]), (&first.label, &json!({ "bits": 0 })));
    assert_ne!(again.claims["jti"], first.claims["jti"]);
    assert_eq!((home.totals(), home.bits_charged()), ((4, 1), 2));
    home.verify(&again.text).unwrap();
    assert_eq!(home.reader().audit_consents().unwrap().len(), 2, "the consents' uses still count");
}
