//! Attack 43 over HTTP: bits in headers, in bodies, and in the results of batches. The test predicts every header and every
//! byte that is signed. One header is random by design: `x-request-id`, by which the operator finds a request in the engine's
//! log; it is drawn from the operating system before the request is read, and nothing of a job decides it.

use anshi::env::weaken::Weakness;
use anshi::job::KeyFile;
use anshi::keys::{DigestKind, TokenKind, canonical_json, digest_parts, sha256, sign};
use serde_json::{Value, json};

use super::a43_covert::{FIRM, position, predicted};
use super::run::check;
use crate::support::{Reply, Served, bundle_of};

const RANDOM: &str = "x-request-id";
const BATCH: u32 = 5;

/// The headers of an answer, in their order, but for the moment and the random number; both have one form.
fn headers(reply: &Reply, location: Option<&str>) -> Result<(), String> {
    let length = reply.body.len().to_string();
    let mut wanted = vec![
        ("cache-control", "no-store"),
        ("connection", "close"),
        ("content-length", length.as_str()),
        ("content-type", "application/json"),
        ("x-content-type-options", "nosniff"),
    ];
    wanted.extend(location.map(|location| ("location", location)));
    wanted.sort_unstable();
    let own = |name: &str| !["date", RANDOM].contains(&name);
    let all = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut found: Vec<(&str, &str)> = all.filter(|(name, _)| own(name)).collect();
    found.sort_unstable();
    if found != wanted {
        return Err(format!("headers that nothing explains: {found:?}"));
    }
    let random = reply.header(RANDOM).unwrap_or_default();
    let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_date = reply.header("date").is_some_and(|date| date.len() == "Thu, 01 Jan 1970 00:00:00 GMT".len());
    if is_random && is_date { Ok(()) } else { Err(format!("`{random}`, {:?}", reply.header("date"))) }
}

fn job(served: &Served) -> Result<(), String> {
    let token = served.home.token(0, FIRM);
    let reply = served.submit(&token);
    let claims = predicted(&served.home, &token, "yes");
    let key = served.key(KeyFile::Receipt);
    let receipt = sign(&key, TokenKind::VerificationResult, &canonical_json(&claims).unwrap());
    let bundle = bundle_of(&reply)?;
    if bundle.receipt != receipt {
        return Err(format!("nothing explains the receipt {}", reply.payload_of("receipt")));
    }
    // Nothing stands in the body but the bundle, and that is written in one way.
    if reply.body != serde_json::to_vec(&bundle).unwrap() {
        return Err("the body is not the bundle alone".to_owned());
    }
    headers(&reply, Some(&format!("/v1/jobs/{}", claims["jti"].as_str().unwrap())))
}

fn batch(served: &Served) -> Result<(), String> {
    let home = &served.home;
    let before = served.settled();
    let token = served.batch_token(&(10..10 + BATCH).map(|party| home.order(0, party)).collect::<Vec<_>>());
    let reply = served.submit_batch(&token);
    if reply.status != 200 {
        return Err(reply.text().to_owned());
    }
    let (input, _) = token.rsplit_once('.').unwrap();
    let payload = data_encoding::BASE64URL_NOPAD.decode(input.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let request: Value = serde_json::from_slice(&payload).unwrap();
    let text = |name: &str| request[name].as_str().unwrap().to_owned();
    let job = |jti: String| {
        digest_parts(DigestKind::Job, &[text("iss"), text("aud"), jti].each_ref().map(|part| part.as_bytes()))
    };
    let claims = reply.payload_of("result");
    // Where the log has them: jobs of one batch are charged side by side, and take the next places in any order.
    let places: Vec<u64> =
        claims["results"].as_array().unwrap().iter().map(|line| line["index"].as_u64().unwrap_or(u64::MAX)).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    if sorted != (before..before + u64::from(BATCH)).collect::<Vec<_>>() {
        return Err(format!("places in the log: {places:?}, behind {before} entries"));
    }
    let line = |(member, place): (u32, &u64)| {
        let label = if member % 2 == 1 { "yes" } else { "no" };
        let job = job(format!("{}.{member}", text("jti"))).hex();
        json!({ "job": job, "label": label, "cost": { "bits": 2 }, "index": place })
    };
    let results: Vec<Value> = (0..BATCH).zip(&places).map(line).collect();
    let predicted = json!({
        "iss": home.engine.config().ledger,
        "aud": "smart-finance",
        "jti": job(text("jti")).hex(),
        "iat": position(home).1.div_euclid(1_000),
        "req": sha256(input.as_bytes()).to_string(),
        "results": results,
    });
    let key = served.key(KeyFile::Receipt);
    let result = sign(&key, TokenKind::BatchResult, &canonical_json(&predicted).unwrap());
    if reply.body != serde_json::to_vec(&json!({ "result": result })).unwrap() {
        return Err(format!("nothing explains the result {claims}"));
    }
    headers(&reply, None)
}

pub fn attack() -> Result<(), String> {
    let served = Served::new();
    job(&served)?;
    batch(&served)
}

#[test]
fn held() {
    check(attack, Weakness::CovertBits);
}
