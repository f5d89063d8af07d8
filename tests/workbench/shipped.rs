//! The cases of the shipped policies: that they show what an auditor would ask for. `make test` plays them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anshi::document::Document;
use anshi::model::RefusalCode;
use anshi::policy::Guests;
use anshi::workbench::{Cases, Expect};

use crate::explain::{SHIPPED, policy_of, shipped};

/// What the policy of this name cannot answer about the invented city, and why its cases may do without.
const UNREACHED: [(&str, &str); 0] = [];

#[test]
fn every_shipped_policy_has_a_case_of_each_kind() {
    for id in SHIPPED {
        let policy = policy_of(&shipped(id));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(id).join("cases.toml");
        let document = Document::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
        let cases = Cases::check(&document, &policy).unwrap_or_else(|error| panic!("{error}"));
        let expected = |label: &str| {
            cases.cases.iter().any(|case| matches!(&case.expect, Expect::Answer { label: word, .. } if word == label))
        };
        for label in policy.labels() {
            assert!(expected(label) || UNREACHED.contains(&(id, label.as_str())), "{id}: no case expects `{label}`");
        }
        // Where nobody consents, another guest could ask about whomever it is not meant for, one bit after the other.
        let unasked = policy.roles.values().any(|role| !role.consent_required);
        assert!(!unasked || matches!(policy.guests, Guests::Listed(_)), "{id}: any guest, and no consent");
        let refusals: BTreeSet<&str> = cases.cases.iter().filter_map(|case| refusal(&case.expect)).collect();
        let consents = policy.roles.values().any(|role| role.consent_required);
        let needed = [
            (RefusalCode::Purpose, true),
            (RefusalCode::PolicyClient, true),
            (RefusalCode::Parameters, true),
            (RefusalCode::Parties, true),
            (RefusalCode::Budget, true),
            (RefusalCode::ConsentMissing, consents),
            (RefusalCode::ConsentInvalid, consents),
            (RefusalCode::ConsentTime, consents),
            (RefusalCode::Rows, !policy.client_datasets.is_empty()),
        ];
        for (code, needed) in needed {
            assert!(!needed || refusals.contains(code.word()), "{id}: no case expects `{}`", code.word());
        }
        assert!(cases.cases.iter().any(|case| !case.left.is_empty()), "{id}: no case says what is left");
        if policy.table().is_some() {
            let shaped = |expect: &Expect| matches!(expect, Expect::Table { shape, .. } if shape.keys.is_some() && !shape.scales.is_empty());
            assert!(cases.cases.iter().any(|case| shaped(&case.expect)), "{id}: no case says what the table is");
        }
        for case in &cases.cases {
            assert!(case.title.as_ref().is_some_and(|title| title.zh != title.en), "{id}:{}: no title", case.line);
        }
    }
}

fn refusal(expect: &Expect) -> Option<&'static str> {
    match expect {
        Expect::Refused { code, .. } => Some(code.word()),
        _ => None,
    }
}
