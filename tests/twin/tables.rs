//! Tables of twins over HTTP: ten units of one cell trap, spin or burn, or do not. Admission, state, tick, receipt and
//! budget are the same; only noisy figures differ.

use anshi::env::weaken::Weakness;
use anshi::job::KeyFile;
use anshi::keys::TokenKind;
use serde_json::{Value, json};

use crate::attacks::run::check;
#[cfg(feature = "weaken")]
use crate::support::Table;
use crate::support::{
    HttpTwins, Reply, Seen, TableHome, TableSetup, Unit, bundle_of, cell, difference, seen_bundle, wake_tables,
};

const HOME: usize = cell(3, 2);
const JOSE: (&str, &str) = ("content-type", "application/jose");
const CLIENT: (&str, KeyFile) = ("smart-finance", KeyFile::Client);
const WAIT: (&str, &str) = ("prefer", "wait");

fn twins() -> (HttpTwins, TableHome) {
    let units = |secret: bool| -> Vec<Unit> {
        (1..=10).map(|number| Unit { number, cell: HOME, fen: 500 + i64::from(secret) }).collect()
    };
    let setup = |units| TableSetup { units_max: 40, ..TableSetup::clear(units) };
    let home = |secret| TableHome::with(&setup(units(secret)));
    let signer = home(false);
    (HttpTwins::of([home(true).0, home(false).0]), signer)
}

/// So often is a table asked for that is not done at its tick, which a busy machine may be the reason of.
const TRIES: usize = 3;

/// A table that waits for its turn, or has begun: when is the machine's matter, and that it has, public.
fn under_way(reply: &Reply) -> Value {
    let mut view = reply.json();
    let is_open = ["admitted", "running"].contains(&view["state"].as_str().unwrap_or_default());
    view["state"] = json!(is_open);
    view.as_object_mut().unwrap().remove("tick");
    json!([reply.status, reply.header("location"), view])
}

/// Admitted, waited for, and looked at then. Gives whether both have a table.
fn ask(twins: &HttpTwins, token: &str) -> Result<bool, String> {
    wake_tables();
    let admitted = twins.send("POST", "/v1/jobs", &[JOSE], token.as_bytes());
    let path = admitted[0].header("location").unwrap_or_default().to_owned();
    if admitted[0].status != 202 {
        return Err(format!("{}: {}", admitted[0].status, admitted[0].text()));
    }
    twins.same("the admission", under_way, admitted)?;
    let waited = twins.send("POST", "/v1/jobs", &[JOSE, WAIT], token.as_bytes());
    let state = |reply: &Reply| -> Value { reply.json()["state"].clone() };
    let states = twins.call(CLIENT, TokenKind::Call, &path, None).each_ref().map(state);
    if states != [json!("answered"), json!("answered")] {
        return Err(format!("{states:?}"));
    }
    let mut seen = Vec::new();
    for reply in &waited {
        seen.push(seen_bundle(&bundle_of(reply)?));
    }
    let is_table = |seen: &Seen| seen.claims["result"]["table"].is_object();
    if !seen.iter().all(is_table) {
        return Ok(false);
    }
    if seen[0].masked != seen[1].masked {
        return Err(difference(&seen[0].masked, &seen[1].masked));
    }
    twins.look_around(&[])?;
    Ok(true)
}

fn compare(twins: &HttpTwins, signer: &TableHome, behaviour: i64) -> Result<(), String> {
    for policy in 0..TRIES {
        let order = signer.order_of(signer.0.contributor, policy, behaviour);
        if ask(twins, &signer.0.sign(&order))? {
            return Ok(());
        }
    }
    Err("one of them has no table".to_owned())
}

/// Of kinds of faults those that differ in what they take.
const SHORT: [i64; 2] = [1, 9];
const FULL: [i64; 9] = [0, 1, 2, 3, 4, 5, 6, 7, 9];

fn run(behaviours: &[i64]) -> Result<(), String> {
    let (twins, signer) = twins();
    for behaviour in behaviours {
        compare(&twins, &signer, *behaviour).map_err(|told| format!("behaviour {behaviour}: {told}"))?;
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    run(&SHORT)
}

#[test]
fn held() {
    check(attack, Weakness::UnitFaultTold);
}

#[test]
#[ignore = "run by make twin"]
fn all_behaviours() {
    assert_eq!(crate::attacks::run::against_strong(|| run(&FULL)), Ok(()));
}

/// With one and the same noise in both, which only a test can have: no figure differs but those of the units' own cell, and
/// they by what the units' figures are.
#[cfg(feature = "weaken")]
#[test]
#[ignore = "run by make twin"]
fn with_the_same_noise_only_the_units_own_figures_differ() {
    let figures = |reply: &Reply| -> Option<Vec<[i128; 3]>> {
        let seen = seen_bundle(&bundle_of(reply).unwrap());
        let table = serde_json::from_value(seen.claims["result"]["table"].clone()).ok()?;
        Some(Table(table).figures())
    };
    let both = crate::support::weakened(Weakness::NoiseSeedFixed, || {
        let (twins, signer) = twins();
        (0..TRIES).find_map(|policy| {
            wake_tables();
            let token = signer.0.sign(&signer.order_of(signer.0.contributor, policy, 0));
            let [with, without] = twins.send("POST", "/v1/jobs", &[JOSE, WAIT], token.as_bytes());
            figures(&with).zip(figures(&without))
        })
    });
    let (with, without) = both.expect("two tables");
    for (at, (with, without)) in with.iter().zip(&without).enumerate() {
        let wanted = if at == HOME { [0, 10, 10] } else { [0; 3] };
        assert_eq!([0, 1, 2].map(|figure| with[figure] - without[figure]), wanted, "cell {at}");
    }
}
