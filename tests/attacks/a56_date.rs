//! Attack 56: a date of the caller's choosing, for history bit by bit. The day that an answer is about is the
//! snapshot's: no member of a request or consent, no parameter and no clock moves it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anshi::env::Clock;
use anshi::env::weaken::Weakness;
use anshi::job::{Engine, EngineOptions};
use anshi::keys::TokenKind;
use anshi::model::{Date, Digest, RawParameter};
use serde_json::{Value, json};

use super::run::check;
use crate::support::{Handmade, OLD, Setup, TestHome, engine_options, label, policy_of, refusal, signed_again};

const POLICY: &str = "dated";
const DAYS: [&str; 4] = ["2015-02-28", "2026-05-30", "2026-06-30", "2026-12-31"];
const AS_OF: &str = "2026-06-30";
/// What somebody who knows APIs would try.
const NAMES: [&str; 12] = [
    "as_of",
    "asOf",
    "as-of",
    "date",
    "at",
    "time",
    "snapshot",
    "version_time",
    "history_months",
    "now",
    "from",
    "until",
];
const TWO_YEARS_MS: i64 = 2 * 365 * 86_400_000;

/// Half of the labels are for the day, half for whether there are rows.
fn guest() -> Handmade {
    Handmade {
        parameters: vec![("day", "date")],
        labels: (0..64).map(|label| label.to_string()).collect(),
        verify: "(i32.or
            (i32.shl (i32.ne (call $rows (local.get $parties) (i32.const 0)) (i32.const 0)) (i32.const 5))
            (i32.and (local.get $as_of) (i32.const 31)))"
            .to_owned(),
        ..Handmade::default()
    }
}

fn asked(home: &TestHome, guest: Digest, firm: u32, day: &str) -> String {
    home.sign(&home.order_under(POLICY, guest, firm, &[("day", RawParameter::Text(day.to_owned()))]))
}

/// What must be answered about each firm: the snapshot's day, and rows within two years of it.
fn same_day(home: &TestHome, guest: Digest) -> Result<(), String> {
    let day: Date = AS_OF.parse().unwrap();
    for (firm, rows) in [(1, 1), (OLD, 0)] {
        let wanted = (rows << 5 | (day.days() & 31)).to_string();
        for given in DAYS {
            let answer = home.ask(&asked(home, guest, firm, given));
            let answer = answer.as_ref().map_or_else(ToString::to_string, label);
            if answer != wanted {
                return Err(format!("asked for {given}, firm {firm} was another: {answer} instead of {wanted}"));
            }
        }
    }
    Ok(())
}

/// Dates at every place of a request and of its consent where a member could stand.
fn injected(home: &TestHome, guest: Digest) -> Result<(), String> {
    for name in NAMES {
        for place in ["", "/policy", "/parties/0", "/parameters"] {
            for value in [json!("2015-02-28"), json!(1_425_081_600)] {
                let token = signed_again(&asked(home, guest, OLD, AS_OF), TokenKind::Job, &home.client, |job| {
                    job.pointer_mut(place).unwrap()[name] = value.clone();
                });
                if refusal(&home.ask(&token)).is_none() {
                    return Err(format!("a request with `{place}/{name}` was answered"));
                }
            }
        }
        for place in ["", "/authorization_details/0"] {
            let mut order = home.order_under(POLICY, guest, OLD, &[("day", RawParameter::Text(AS_OF.to_owned()))]);
            let with = |consent: &mut Value| consent.pointer_mut(place).unwrap()[name] = json!("2015-02-28");
            order.consents = vec![signed_again(&order.consents[0], TokenKind::Consent, &home.authority, with)];
            if refusal(&home.ask(&home.sign(&order))).is_none() {
                return Err(format!("a consent with `{place}/{name}` was answered"));
            }
        }
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let guest = guest();
    let days = DAYS.join(", ");
    let parameter = format!("[[parameter]]\nname = \"day\"\nkind = \"date\"\nvalues = [{days}]\n");
    let files = vec![policy_of(POLICY, &guest, &parameter, 2)];
    let mut home = TestHome::with(&Setup { files, slot_ms: 60, ..Setup::default() });
    let digest = home.register(&guest.module()).unwrap();
    same_day(&home, digest)?;
    injected(&home, digest)?;
    // The engine's clock goes on; the data's day does not.
    home.engine = {
        let path = home.path.clone();
        drop(home.engine);
        let clock = Clock::Shifted(Arc::new(AtomicI64::new(TWO_YEARS_MS)));
        Arc::new(Engine::open(&path, EngineOptions { clock, ..engine_options() }).unwrap())
    };
    same_day(&home, digest)
}

#[test]
fn held() {
    check(attack, Weakness::DateOfCaller);
}
