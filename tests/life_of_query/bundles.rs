//! Bundles: they verify with public keys alone, and not once any part of them was changed or exchanged.

use anshi::receipt::{Bundle, OpenedRecord};
use data_encoding::BASE64URL_NOPAD;

use crate::support::{TestHome, seen, strong};

/// What is changed, and how.
type Change<'a> = (&'a str, &'a dyn Fn(&mut Bundle));

fn flip(text: &mut String) {
    let place = text.len() / 2;
    let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
    text.replace_range(place..=place, other);
}

/// The record's bytes after `change`, as a bundle carries them.
fn rewrite(record: &mut OpenedRecord, from: &str, to: &str) {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(record.record.as_bytes()).unwrap()).unwrap();
    assert!(text.contains(from), "{text}");
    record.record = BASE64URL_NOPAD.encode(text.replace(from, to).as_bytes());
}

#[test]
fn a_bundle_verifies_with_public_keys_alone() {
    let _turn = strong();
    let home = TestHome::new();
    let seen = seen(&home.answered(&home.token(0, 1)));
    let verified = home.verify(&seen.text).unwrap();
    let id = home.order(0, 1).parties[0].1.clone();
    verified.check_party("enterprise", &id).unwrap();
    let other = home.order(0, 2).parties[0].1.clone();
    for (role, id) in [("enterprise", other.as_str()), ("guarantor", &id), ("enterprise", ""), ("enterprise", "é")] {
        assert!(verified.check_party(role, id).is_err(), "{role} {id}");
    }
    assert_eq!(verified.claims.result.label.as_deref(), Some("yes"));
    assert_eq!(serde_json::to_value(&verified.claims).unwrap(), seen.claims);
    assert!(verified.checkpoint.size >= 2);
}

#[test]
fn no_part_of_a_bundle_can_be_changed() {
    let _turn = strong();
    let home = TestHome::new();
    let good = home.answered(&home.token(0, 1)).bundle().unwrap();
    let other = home.answered(&home.token(0, 2)).bundle().unwrap();
    let changes: &[Change<'_>] = &[
        ("receipt", &|bundle| flip(&mut bundle.receipt)),
        ("another receipt", &|bundle| bundle.receipt.clone_from(&other.receipt)),
        ("another intent", &|bundle| bundle.intent = other.intent.clone()),
        ("another outcome", &|bundle| bundle.outcome = other.outcome.clone()),
        ("intent for outcome", &|bundle| bundle.outcome = bundle.intent.clone()),
        ("other parties", &|bundle| bundle.parties.clone_from(&other.parties)),
        ("no parties", &|bundle| bundle.parties.clear()),
        ("commitment", &|bundle| flip(&mut bundle.parties[0].commitment)),
        ("role", &|bundle| flip(&mut bundle.parties[0].role)),
        ("intent's record", &|bundle| rewrite(&mut bundle.intent, r#""bits":2"#, r#""bits":1"#)),
        ("outcome's record", &|bundle| rewrite(&mut bundle.outcome, r#""tick_ms":"#, r#""tick_ms":1"#)),
        ("intent's salt", &|bundle| flip(&mut bundle.intent.salt)),
        ("outcome's salt", &|bundle| flip(&mut bundle.outcome.salt)),
        ("intent's proof", &|bundle| flip(&mut bundle.intent.proof)),
        ("outcome's proof", &|bundle| flip(&mut bundle.outcome.proof)),
        ("index", &|bundle| bundle.intent.proof = bundle.intent.proof.replacen("index ", "index 1", 1)),
        ("no checkpoint", &|bundle| bundle.intent.proof.truncate(bundle.intent.proof.find("\n\n").unwrap())),
    ];
    let text = |bundle: &Bundle| serde_json::to_string(bundle).unwrap();
    home.verify(&text(&good)).unwrap();
    for (what, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good, "{what}");
        assert!(home.verify(&text(&bad)).is_err(), "{what}");
    }
    let unknown = text(&good).replacen('{', r#"{"extra":1,"#, 1);
    assert!(home.verify(&unknown).is_err());
}
