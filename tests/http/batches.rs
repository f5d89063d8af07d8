//! Batches over HTTP: each job charged and refused alone, all answers at one tick, in order, free when asked again.

use anshi::env::Entropy;
use anshi::job::{JobOrder, compose_batch};
use anshi::keys::{KeySet, TokenKind, TrustedKey, verify};
use serde_json::Value;

use crate::support::{Reply, Served, Setup};

const JOSE: (&str, &str) = ("content-type", "application/jose");

fn token(served: &Served, orders: &[JobOrder]) -> String {
    compose_batch(orders, &served.home.client, served.home.engine.clock().now(), &Entropy).unwrap()
}

pub fn submit(served: &Served, token: &str) -> Reply {
    served.send("POST", "/v1/batches", &[JOSE], token.as_bytes())
}

/// The payload of a `batch-result+jwt`, verified with the published keys.
pub fn results(served: &Served, reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let result = reply.json()["result"].as_str().unwrap().to_owned();
    let jwks = KeySet::parse(&std::fs::read_to_string(served.home.paths().jwks()).unwrap()).unwrap();
    let trust = |key: &anshi::keys::PublicKey| TrustedKey {
        owner: "engine".to_owned(),
        key: key.clone(),
        kinds: vec![TokenKind::BatchResult],
    };
    let trusted: Vec<TrustedKey> = jwks.keys().iter().map(|published| trust(&published.key)).collect();
    let payload = verify(&result, TokenKind::BatchResult, &trusted).unwrap();
    serde_json::from_slice(payload.value()).unwrap()
}

#[test]
fn each_job_is_charged_and_refused_alone_and_all_answer_at_one_tick() {
    let served = Served::new();
    let mut orders: Vec<JobOrder> = (1..=40).map(|party| served.home.order(0, party)).collect();
    orders[3].consents.clear();
    orders[7].parameters[0].1 = anshi::model::RawParameter::Integer(9_999);
    let token = token(&served, &orders);
    let reply = submit(&served, &token);
    let claims = results(&served, &reply);
    let lines = claims["results"].as_array().unwrap();
    assert_eq!(lines.len(), 40);
    for (place, line) in lines.iter().enumerate() {
        match place {
            3 => assert_eq!(line["refused"]["code"], "consent-missing"),
            7 => assert_eq!(line["refused"]["code"], "bad-parameters"),
            _ => assert!(line["label"].is_string() && line["cost"]["bits"] == 2, "{line}"),
        }
    }
    assert_eq!(served.home.totals(), (76, 38));
    // Every job has its own receipt, and all of them the batch's tick.
    for place in [0, 39] {
        let path = format!("/v1/jobs/{}", lines[place]["job"].as_str().unwrap());
        let bundle = served.ask_for("GET", &path).json()["bundle"].to_string();
        let verified = served.home.verify(&bundle).unwrap().claims;
        assert_eq!(
            (verified.iat, verified.result.label),
            (claims["iat"].as_i64().unwrap(), lines[place]["label"].as_str().map(str::to_owned))
        );
    }
    // Alone each of them is answered the same.
    let alone = served.submit(&served.home.token(0, 1));
    assert_eq!(served.home.verify(alone.text()).unwrap().claims.result.label.as_deref(), lines[0]["label"].as_str());
    // The same batch again costs nothing, and changes no line.
    let totals = served.home.totals();
    let again = results(&served, &submit(&served, &token));
    assert_eq!(again["results"], claims["results"]);
    assert_eq!(served.home.totals(), totals);
}

#[test]
fn progress_is_public_time() {
    let served = Served::with(&Setup { slot_ms: 300, ..Setup::default() });
    let orders: Vec<JobOrder> = (1..=10).map(|party| served.home.order(0, party)).collect();
    let token = token(&served, &orders);
    let reply = served.send("POST", "/v1/batches", &[JOSE, ("accept", "text/event-stream")], token.as_bytes());
    assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    let text = reply.text();
    let events: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!((events.first(), events.last()), (Some(&"admitted"), Some(&"result")), "{text}");
    assert!(events[1..events.len() - 1].iter().all(|event| *event == "progress"));
    let data = |name: &str| {
        let after = text.split(&format!("event: {name}\n")).nth(1).unwrap();
        let line = after.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        serde_json::from_str::<Value>(line).unwrap()
    };
    assert_eq!((data("admitted")["admitted"].clone(), data("admitted")["refused"].clone()), (10.into(), 0.into()));
    assert!(data("result")["result"].is_string());
}

#[test]
fn what_is_no_batch_is_refused_whole_and_free() {
    let served = Served::new();
    let order = served.home.order(0, 1);
    let cut = |orders: &[JobOrder], change: fn(&mut Value)| {
        let token = token(&served, orders);
        crate::support::signed_again(&token, TokenKind::Batch, &served.home.client, change)
    };
    let one = std::slice::from_ref(&order);
    let cases = [
        (served.home.token(0, 1), "malformed-request"),
        (cut(one, |payload| payload["jobs"] = Value::Array(Vec::new())), "malformed-request"),
        (cut(one, |payload| payload["jobs"][0]["policy"] = "another".into()), "malformed-request"),
        (cut(one, |payload| payload["htu"] = "http://localhost:7700/v1/jobs".into()), "wrong-audience"),
        (cut(one, |payload| payload["aud"] = "another".into()), "wrong-audience"),
        (cut(one, |payload| payload["exp"] = 4_000_000_000_i64.into()), "stale-request"),
        (
            cut(one, |payload| payload["jobs"] = Value::Array(vec![payload["jobs"][0].clone(); 10_001])),
            "malformed-request",
        ),
    ];
    for (token, problem) in cases {
        assert_eq!(submit(&served, &token).problem(), problem);
    }
    assert_eq!(served.submit(&token(&served, one)).problem(), "malformed-request");
    assert_eq!(served.home.totals(), (0, 0));
}
