//! Consents that do not serve: each refused with its code, nothing charged, nothing in the log.

use anshi::job::{ConsentOrder, JobOrder};
use anshi::keys::{SigningKey, TokenKind};
use anshi::model::RefusalCode;
use serde_json::json;

use crate::support::{TestHome, block_on, firm, refusal, signed_again, strong};

/// What is wrong, how it is made so, and what it is refused with.
type Case<'a> = (&'a str, &'a dyn Fn(&mut ConsentOrder), RefusalCode);

/// Asks with these consents; fails unless it is refused with `code` and leaves no trace.
fn refused(home: &TestHome, what: &str, consents: Vec<String>, code: RefusalCode) {
    let before = home.totals();
    let answer = home.ask(&home.sign(&JobOrder { consents, ..home.order(0, 1) }));
    assert_eq!(refusal(&answer), Some(code), "{what}: {answer:?}");
    assert_eq!(home.totals(), before, "{what}");
}

#[test]
fn consents_to_something_else() {
    let _turn = strong();
    let home = TestHome::new();
    let now = home.engine.clock().now();
    let text = |text: &str| text.to_owned();
    let cases: [Case<'_>; 11] = [
        ("another party", &|consent| consent.subject = firm(2), RefusalCode::ConsentMissing),
        ("another client", &|consent| consent.client = text("housing-fund"), RefusalCode::ConsentInvalid),
        ("another purpose", &|consent| consent.purpose = text("marketing"), RefusalCode::ConsentInvalid),
        ("another policy", &|consent| consent.policy = text("other"), RefusalCode::ConsentInvalid),
        ("later versions", &|consent| consent.versions.0 = text("1.0.1"), RefusalCode::ConsentInvalid),
        ("earlier versions", &|consent| consent.versions.1 = text("1.0.0"), RefusalCode::ConsentInvalid),
        ("another role", &|consent| consent.role = text("guarantor"), RefusalCode::ConsentInvalid),
        ("another engine", &|consent| consent.audience = text("anshi/other"), RefusalCode::ConsentInvalid),
        ("another issuer", &|consent| consent.issuer = text("other"), RefusalCode::ConsentInvalid),
        ("expired", &|consent| consent.valid.1 = now.plus(-1_000), RefusalCode::ConsentTime),
        ("not yet valid", &|consent| consent.valid.0 = now.plus(3_600_000), RefusalCode::ConsentTime),
    ];
    for (what, change, code) in cases {
        let mut consent = home.consent_order(1);
        change(&mut consent);
        refused(&home, what, vec![home.consent(&consent)], code);
    }
}

#[test]
fn consents_that_are_none() {
    let _turn = strong();
    let home = TestHome::new();
    let good = || home.consent(&home.consent_order(1));
    let again =
        |change: &dyn Fn(&mut serde_json::Value)| signed_again(&good(), TokenKind::Consent, &home.authority, change);
    let stranger = SigningKey::from_seed([9; 32]);
    refused(&home, "none", Vec::new(), RefusalCode::ConsentMissing);
    let cases = [
        ("a stranger's", signed_again(&good(), TokenKind::Consent, &stranger, |_| {})),
        ("the client's own", signed_again(&good(), TokenKind::Consent, &home.client, |_| {})),
        ("of another kind", signed_again(&good(), TokenKind::Job, &home.authority, |_| {})),
        ("no signature", format!("{}.", good().rsplit_once('.').unwrap().0)),
        ("no token", "consent".to_owned()),
        ("another type", again(&|consent| consent["authorization_details"][0]["type"] = json!("other"))),
        ("no authorisation", again(&|consent| consent["authorization_details"] = json!([]))),
        ("extra member", again(&|consent| consent["extra"] = json!(1))),
        ("no version", again(&|consent| consent["authorization_details"][0]["version_min"] = json!("1"))),
    ];
    for (what, consent) in cases {
        refused(&home, what, vec![consent], RefusalCode::ConsentInvalid);
    }
    refused(&home, "two for one party", vec![good(), good()], RefusalCode::ConsentInvalid);
    let other = home.consent(&home.consent_order(2));
    refused(&home, "one more than parties", vec![good(), other], RefusalCode::ConsentInvalid);
}

#[test]
fn consents_used_up_or_revoked() {
    let _turn = strong();
    let home = TestHome::new();
    let consent = home.consent(&ConsentOrder { max_uses: 2, ..home.consent_order(1) });
    let ask = |behaviour: i64| JobOrder { consents: vec![consent.clone()], ..home.order(behaviour, 1) };
    home.answered(&home.sign(&ask(100)));
    home.answered(&home.sign(&ask(100)));
    refused(&home, "used twice", vec![consent.clone()], RefusalCode::ConsentUsed);
    let none = home.consent(&ConsentOrder { max_uses: 0, ..home.consent_order(1) });
    refused(&home, "for no job", vec![none], RefusalCode::ConsentUsed);
    let known = signed_again(&home.consent(&home.consent_order(1)), TokenKind::Consent, &home.authority, |consent| {
        consent["jti"] = json!("revoked-consent-number");
    });
    let (issuer, number) = ("development-authority".to_owned(), "revoked-consent-number".to_owned());
    block_on(home.engine.ledger().revoke_consent(issuer, number)).unwrap();
    refused(&home, "revoked", vec![known], RefusalCode::ConsentUsed);
}

#[test]
fn a_consent_for_one_job_serves_one_of_many_at_once() {
    let _turn = strong();
    let home = TestHome::new();
    let consent = home.consent(&home.consent_order(1));
    let order = |behaviour: i64| JobOrder { consents: vec![consent.clone()], ..home.order(behaviour, 1) };
    let answers = home.ask_all((100..116).map(|behaviour| home.sign(&order(behaviour))).collect());
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| refusal(answer) == Some(RefusalCode::ConsentUsed)).count(), 15);
    assert_eq!(home.totals(), (2, 1));
}
