//! Attack 51: a consent of one party, and the identifier of another. The identifier that the authority signed is the
//! one that is asked about, character by character.

use anshi::env::weaken::Weakness;
use anshi::job::JobOrder;
use anshi::model::RefusalCode;

use super::run::check;
use super::spellings::spellings;
use crate::support::{TestHome, firm, label, refusal};

const OWN: u32 = 4;
const OTHER: u32 = 5;

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let order = |party: &str, consent: String| JobOrder {
        parties: vec![("enterprise".to_owned(), party.to_owned())],
        consents: vec![consent],
        ..home.order(0, OWN)
    };
    let (own, other) = (firm(OWN).to_string(), firm(OTHER).to_string());
    let consent = || home.consent(&home.consent_order(OWN));
    let mut orders = vec![order(&other, consent())];
    // The party's own consent under another spelling, and a consent to another spelling for the party's own name.
    for spelling in spellings(&own) {
        orders.push(order(&spelling, consent()));
        orders.push(order(&own, home.careless_consent("adversary", &spelling)));
        orders.push(order(&spelling, home.careless_consent("adversary", &spelling)));
    }
    // Two consents, of which one is about whom nobody asks; one consent for two parties.
    orders.push(JobOrder {
        consents: vec![consent(), home.consent(&home.consent_order(OTHER))],
        ..order(&own, consent())
    });
    let both = [&own, &other].map(|id| ("enterprise".to_owned(), id.clone())).to_vec();
    orders.push(JobOrder { parties: both, ..order(&own, consent()) });
    // Nothing before, nothing behind, nothing within, and no other's.
    let near = [&own[..17], &own[1..], &format!("{own}{own}"), &format!("{own},{other}"), ""];
    orders.extend(near.map(|party| order(party, consent())));
    let allowed = [RefusalCode::ConsentMissing, RefusalCode::ConsentInvalid, RefusalCode::Parties];
    for order in orders {
        let answer = home.ask(&home.sign(&order));
        if !refusal(&answer).is_some_and(|code| allowed.contains(&code)) {
            let label = answer.as_ref().map(label);
            return Err(format!("an answer about {:?} without its consent: {label:?}", order.parties));
        }
    }
    match home.totals() {
        (0, 0) => Ok(()),
        (entries, charges) => Err(format!("refused requests left {entries} log entries and {charges} charges")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::ConsentOfAnother);
}
