//! `fiscal-themes` in every language: what each unit contributes, before anything is bounded.

use anshi::guest::{Contributions, Fault};
use anshi::model::ParameterValue;
use anshi::policy::Limits;

use super::compare::{Answers, Named, by_hand, changed, check_equal, check_found, count, languages, twin};
use super::firms::{firms, id};
use super::room::{Room, Subject, least};

const POLICY: &str = "fiscal-themes";
/// The policy's own, and one that is none of them.
const THEMES: [&str; 4] = ["tax", "power", "employment", "water"];

fn theme(theme: &str) -> [ParameterValue; 1] {
    [ParameterValue::Text(theme.to_owned())]
}

fn said(gave: &Result<Contributions, Fault>) -> String {
    match gave {
        Ok(Contributions { cells, values }) if cells.is_empty() && values.is_empty() => "nothing".to_owned(),
        Ok(Contributions { cells, values }) => format!("{values:?} at {cells:?}"),
        Err(fault) => format!("nothing, {fault:?}"),
    }
}

fn ask_all(subject: &Subject, room: &Room, name: impl Fn(&str) -> String, answers: &mut Answers) {
    for word in THEMES {
        let units = subject.contributions(room, &theme(word), subject.limits());
        answers.extend(units.into_iter().map(|unit| (format!("{}, {word}", name(&unit.id)), said(&unit.gave))));
    }
}

fn answers(named: &Named) -> (String, Answers) {
    let mut answers = Answers::new();
    let made: Vec<(String, String)> =
        firms().iter().enumerate().map(|(place, firm)| (id(place).to_string(), firm.what.clone())).collect();
    let what = |id: &str| made.iter().find(|(made, _)| made == id).map_or_else(String::new, |(_, what)| what.clone());
    ask_all(&by_hand().under(named.guest.clone(), POLICY), by_hand(), what, &mut answers);
    ask_all(&twin().under(named.guest.clone(), POLICY), twin(), |id| format!("the twin's {id}"), &mut answers);
    (named.name.clone(), answers)
}

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn every_language_contributes_alike() {
    let all: Vec<_> = languages("contributor").iter().map(answers).collect();
    check_equal("contributor", &all);
    let (_, expected) = &all[0];
    let some = count(expected, |answer| answer.contains(" at "));
    let none = count(expected, |answer| answer == "nothing");
    assert!(some > 100 && none > 20 && some + none == expected.len(), "{some} cells, {none} times nothing");
}

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn every_instance_takes_the_same_fuel() {
    for named in languages("contributor") {
        let (room, subject) = (twin(), twin().under(named.guest.clone(), POLICY));
        let firm = room.firms(&["tax_payment"])[3];
        let run = |fuel| subject.contribution(room, firm, &theme("tax"), &Limits { fuel, ..*subject.limits() });
        let fuel = least(subject.limits().fuel, |fuel| run(fuel).is_ok());
        for _ in 0..3 {
            assert!(run(fuel).is_ok(), "{}: {fuel} fuel was enough before", named.name);
            assert_eq!(run(fuel - 1), Err(Fault::Fuel), "{}: less than {fuel} fuel was too little", named.name);
        }
    }
}

#[test]
#[ignore = "`make test-guests` builds the guests first"]
fn a_changed_guest_is_found_out() {
    let rust = languages("contributor").into_iter().next().unwrap();
    check_found("contributor", &answers(&rust).1, &changed("contributor").iter().map(answers).collect::<Vec<_>>());
}
