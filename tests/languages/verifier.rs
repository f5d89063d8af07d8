//! `revenue-verification` in every language.

use anshi::guest::{Fault, Guest};
use anshi::model::{ParameterValue, UnitId, World};

use super::compare::{Answers, Named, by_hand, changed, check_equal, check_found, count, languages, twin};
use super::firms::{firms, id};
use super::room::{Room, Subject};

const POLICY: &str = "revenue-verification";
/// Claims around what the firms made by hand declare, and the ends of 64 bits.
const CLAIMS_FEN: [i64; 12] =
    [i64::MIN, -1, 0, 1, 69_999, 70_000, 70_001, 99_999, 100_000, 100_001, i64::MAX - 1, i64::MAX];
/// The policy's own, and some between what the twin's firms declare.
const TWIN_CLAIMS_FEN: [i64; 4] = [10_000_000, 100_000_000, 1_000_000_000, 3_000_000_000];
/// Of this many cases each the fuel of a second instance is compared.
const TWICE_EVERY: usize = 5;

/// What the guest says: its label, or why there is none.
fn said(guest: &Guest, index: Result<u32, Fault>) -> String {
    let World::Verifier { labels, .. } = &guest.manifest().world else { panic!("a verifier has labels") };
    match index {
        Ok(index) => labels.get(index as usize).cloned().unwrap_or_else(|| format!("no label, {index}")),
        Err(fault) => format!("undetermined, {fault:?}"),
    }
}

fn ask_all(subject: &Subject, room: &Room, firms: &[(String, UnitId)], claims: &[i64], answers: &mut Answers) {
    for (what, firm) in firms {
        for claim in claims {
            let input = subject.input(room, *firm, &[ParameterValue::Integer(*claim)]);
            let (answer, fuel) = subject.guest.run(&input, subject.limits());
            if answers.len().is_multiple_of(TWICE_EVERY) {
                let again = subject.guest.run(&input, subject.limits());
                assert_eq!(again, (answer.clone(), fuel), "a second instance does another thing: {what}, {claim} fen");
            }
            answers.insert(format!("{what}, {claim} fen claimed"), said(&subject.guest, answer));
        }
    }
}

fn answers(named: &Named) -> (String, Answers) {
    let mut answers = Answers::new();
    let subject = by_hand().under(named.guest.clone(), POLICY);
    let mut made: Vec<_> = firms().iter().enumerate().map(|(place, firm)| (firm.what.clone(), id(place))).collect();
    made.push(("a firm that nobody knows".to_owned(), id(9_999)));
    ask_all(&subject, by_hand(), &made, &CLAIMS_FEN, &mut answers);
    let subject = twin().under(named.guest.clone(), POLICY);
    let ids = twin().firms(&["tax_filing", "electricity_usage"]);
    let of_twin: Vec<_> = ids.into_iter().map(|id| (format!("the twin's {id}"), id)).collect();
    ask_all(&subject, twin(), &of_twin, &TWIN_CLAIMS_FEN, &mut answers);
    (named.name.clone(), answers)
}

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn every_language_answers_alike() {
    let all: Vec<_> = languages("verifier").iter().map(answers).collect();
    check_equal("verifier", &all);
    let (_, expected) = &all[0];
    let [yes, no] = ["yes", "no"].map(|label| count(expected, |answer| answer == label));
    assert!(yes > 100 && no > 100 && yes + no == expected.len(), "{yes} yes and {no} no of {}", expected.len());
}

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn a_changed_guest_is_found_out() {
    let rust = languages("verifier").into_iter().next().unwrap();
    check_found("verifier", &answers(&rust).1, &changed("verifier").iter().map(answers).collect::<Vec<_>>());
}
