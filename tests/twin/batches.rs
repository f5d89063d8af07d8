//! Batches of twins: refusals, ticks, progress and results are the same whatever one unit's data are, and so is what
//! bystanders in the same batch are told.

use anshi::env::weaken::Weakness;
use anshi::job::JobOrder;
use serde_json::{Value, json};

use crate::attacks::run::check;
use crate::support::{HttpTwins, OUTCOMES, Reply, Setup, masked, now_ms, seen_bundle};

const JOSE: (&str, &str) = ("content-type", "application/jose");
const EVENTS: (&str, &str) = ("accept", "text/event-stream");
/// Every behaviour of the adversary about firm 1, with a bystander behind each.
const BEHAVIOURS: i64 = 15;

fn orders(twins: &HttpTwins, first: i64) -> Vec<JobOrder> {
    let home = &twins.with.home;
    let pair = |behaviour: i64| {
        let bystander = u32::try_from(2 * behaviour + 2).unwrap();
        [home.order((first + behaviour) % 200, 1), home.order(0, bystander)]
    };
    let mut orders: Vec<JobOrder> = (0..BEHAVIOURS).flat_map(pair).collect();
    // Refused, each for a reason of the request.
    orders[3].consents.clear();
    orders[9].parties[0].1 = "nobody".to_owned();
    orders
}

/// A batch's result without its time, its places in the log and the outcomes about firm 1.
fn result(token: &str) -> Result<Value, String> {
    let payload = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let mut claims: Value = serde_json::from_slice(&payload).map_err(|error| error.to_string())?;
    let mut length = payload.len();
    for (place, line) in claims["results"].as_array_mut().unwrap().iter_mut().enumerate() {
        let Some(label) = line["label"].as_str().map(str::to_owned) else { continue };
        if !OUTCOMES.contains(&label.as_str()) {
            return Err(format!("line {place}: the answer `{label}` is no outcome of the policy"));
        }
        // Jobs of one batch are charged side by side, and take the next places of the log in any order.
        length -= line["index"].to_string().len();
        *line = masked(line, &["/index"]);
        if place % 2 == 0 {
            length -= label.len();
            line["label"] = json!("an outcome");
        }
    }
    Ok(json!([masked(&claims, &["/iat"]), length]))
}

/// The events of a stream: what is admitted, time, and the result.
fn events(reply: &Reply) -> Result<Value, String> {
    let mut told: Vec<Value> = Vec::new();
    let mut name = String::new();
    // Each event is a chunk of its own, whose length stands in a line between.
    for line in reply.text().lines() {
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.to_owned();
        }
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let mut data: Value = serde_json::from_str(data).map_err(|error| error.to_string())?;
        match name.as_str() {
            "progress" => {
                // Time in slots and how many there are, and nothing else; how many steps are told is the machine's matter.
                let is_time = data["elapsed"].as_u64() <= data["slots"].as_u64();
                if !is_time || data.as_object().is_none_or(|data| data.len() != 2) || told.len() != 1 {
                    return Err(format!("progress told {data}"));
                }
                continue;
            }
            "admitted" => data = masked(&data, &["/tick"]),
            _ => data["result"] = result(data["result"].as_str().unwrap_or_default())?,
        }
        told.push(json!([name, data]));
    }
    let headers: Vec<&String> = reply.headers.iter().map(|(name, _)| name).collect();
    Ok(json!([reply.status, headers, told]))
}

fn compare(twins: &HttpTwins, first: i64) -> Result<(), String> {
    let token = twins.with.batch_token(&orders(twins, first));
    let replies = twins.send("POST", "/v1/batches", &[JOSE], token.as_bytes());
    let received_ms = now_ms();
    let mut both = Vec::new();
    for reply in &replies {
        if reply.status != 200 {
            return Err(format!("{}: {}", reply.status, reply.text()));
        }
        let result = result(reply.json()["result"].as_str().unwrap())?;
        both.push(result);
    }
    if both[0] != both[1] {
        return Err(format!("results: {}", crate::support::difference(&both[0], &both[1])));
    }
    let lines = replies[0].payload_of("result");
    let jobs = lines["results"].as_array().unwrap().iter().filter(|line| line["label"].is_string());
    let jobs: Vec<String> = jobs.map(|line| format!("/v1/jobs/{}", line["job"].as_str().unwrap())).collect();
    let state = twins.with.ask_for("GET", &jobs[0]).json();
    let bundle = serde_json::from_value(state["bundle"].clone()).map_err(|error| error.to_string())?;
    let tick_ms = seen_bundle(&bundle).outcome["tick_ms"].as_i64().unwrap();
    if received_ms < tick_ms {
        return Err(format!("the result came {} ms before its tick", tick_ms - received_ms));
    }
    // The other one is asked as often, and counts it.
    twins.without.ask_for("GET", &jobs[0]);
    twins.look_around_batch(&jobs)?;
    // As events, of a batch of its own, whose answers are stored by now, and of one whose are not.
    for first in [first, first + 100] {
        let token = twins.with.batch_token(&orders(twins, first));
        let replies = twins.send("POST", "/v1/batches", &[JOSE, EVENTS], token.as_bytes());
        let [with, without] = replies.each_ref().map(events);
        let (with, without) = (with?, without?);
        if with != without {
            return Err(format!("events: {with} and {without}"));
        }
    }
    twins.look_around_batch(&[])
}

pub fn attack() -> Result<(), String> {
    let twins = HttpTwins::new(&Setup { slot_ms: 100, ..Setup::default() });
    compare(&twins, 0)
}

#[test]
fn held() {
    check(attack, Weakness::FaultTold);
}
