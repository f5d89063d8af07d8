//! Every kind of hostile behaviour asked of two services whose data differ in one figure: every byte that can be read of
//! either is compared.

use anshi::env::weaken::Weakness;

use crate::attacks::run::check;
use crate::support::{
    ABSENT, BARE, HttpTwins, OLD, OUTCOMES, Reply, Seen, Served, Setup, TestHome, bundle_of, delivery_without,
    seen_bundle,
};

/// All of the adversary's, one beyond, and one in which both twins say the same by honest means.
const BEHAVIOURS: [i64; 17] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 100];
/// Whose answer is the secret: the budget is for that.
const HONEST: i64 = 0;

/// What each behaviour ends as, with the secret and without.
fn expected(behaviour: i64) -> [&'static [&'static str]; 2] {
    match behaviour {
        HONEST => [&["yes"], &["no"]],
        1..=8 => [&["undetermined"], &["no"]],
        9 => [&["no"], &["no"]],
        // Sixteen bits, of which what is no label's index is none.
        12 => [&["undetermined"], &["undetermined"]],
        _ => [&["no", "yes"], &["no", "yes"]],
    }
}

/// One behaviour: the answer, and everything that can be looked at behind it.
fn behave(twins: &HttpTwins, behaviour: i64, expected: [&[&str]; 2], jobs: &mut Vec<String>) -> Result<(), String> {
    let token = twins.with.home.token(behaviour, 1);
    let [with, without] = twins.submit(&token)?;
    for (seen, allowed) in [&with, &without].iter().zip(expected) {
        if !allowed.contains(&seen.label.as_str()) {
            return Err(format!("it ended as `{}`", seen.label));
        }
    }
    jobs.push(format!("/v1/jobs/{}", with.claims["jti"].as_str().unwrap()));
    let last = jobs.len() - 1;
    twins.look_around(&jobs[last..])?;
    // Asked for again, each service gives what it gave, and both have nothing more to show for it.
    let again = twins.submit(&token)?;
    if [again[0].text.as_str(), again[1].text.as_str()] != [with.text.as_str(), without.text.as_str()] {
        return Err("the same request was given another bundle".to_owned());
    }
    // The same question in another request: the stored answer, for nothing.
    let [with_stored, without_stored] = twins.submit(&twins.with.home.token(behaviour, 1))?;
    if [&with_stored.label, &without_stored.label] != [&with.label, &without.label] {
        return Err("the stored answer is another".to_owned());
    }
    twins.look_around(&[])
}

/// A firm without data is answered in the shape in which one with data is.
fn absent(served: &Served) -> Result<(), String> {
    let class = |party: u32| -> Result<_, String> {
        let reply: Reply = served.submit(&served.home.token(100, party));
        let seen: Seen = seen_bundle(&bundle_of(&reply)?);
        let names: Vec<String> = reply.headers.iter().map(|(name, _)| name.clone()).collect();
        Ok((seen.class(), names))
    };
    let known = class(2)?;
    for party in [BARE, OLD, ABSENT] {
        let other = class(party)?;
        if other != known {
            return Err(format!("firm {party}: {} and {}", other.0, known.0));
        }
    }
    Ok(())
}

fn run(behaviours: &[i64]) -> Result<(), String> {
    let twins = HttpTwins::new(&Setup { slot_ms: 100, ..Setup::default() });
    let mut jobs = Vec::new();
    twins.look_around(&[])?;
    for behaviour in behaviours {
        behave(&twins, *behaviour, expected(*behaviour), &mut jobs)
            .map_err(|told| format!("behaviour {behaviour}: {told}"))?;
    }
    // Looked at long afterwards, all of them are as they were.
    twins.look_around(&jobs)?;
    absent(&twins.with)
}

pub fn attack() -> Result<(), String> {
    run(&BEHAVIOURS)
}

#[test]
fn held() {
    check(attack, Weakness::FuelTold);
}

/// Twins of which one does not know the firm at all: its answers are its own, and so is nothing else.
fn unknown() -> Result<(), String> {
    let setup = Setup { slot_ms: 100, ..Setup::default() };
    let without = TestHome::with(&Setup { files: delivery_without(1), ..setup.clone() });
    let twins = HttpTwins::of([TestHome::with(&setup), without]);
    let mut jobs = Vec::new();
    // Its secret, a trap, fuel, whether it has rows, nothing.
    for behaviour in [0, 1, 9, 14, 100] {
        behave(&twins, behaviour, [&OUTCOMES, &OUTCOMES], &mut jobs)
            .map_err(|told| format!("behaviour {behaviour}: {told}"))?;
    }
    twins.look_around(&jobs)
}

#[test]
fn who_is_not_there_is_not_missed() {
    check(unknown, Weakness::AbsentTold);
}
