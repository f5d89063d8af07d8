//! Attack 41 over HTTP: every token at every route, by everybody, for what it does not cover, and a second time.

use anshi::config::{CallerKind, caller_text};
use anshi::env::weaken::Weakness;
use anshi::job::{JobOrder, KeyFile};
use anshi::keys::{SigningKey, TokenKind};
use serde_json::{Value, json};

use super::run::check;
use crate::support::{Reply, Served, Setup, TestHome, firm, guest_path, signed_again};

const DEVELOPER: &str = "bank-developer";
/// A token that was refused; any other answer means that it was taken.
const REFUSED: [&str; 8] = [
    "unauthenticated",
    "forbidden",
    "malformed-request",
    "bad-signature",
    "unknown-client",
    "wrong-audience",
    "stale-request",
    "replayed-request",
];

/// A route, the kind of token that it wants, and whose.
struct Route {
    method: &'static str,
    path: String,
    kind: TokenKind,
    body: Vec<u8>,
    callers: &'static [CallerKind],
}

fn routes(served: &Served, job: &str) -> Vec<Route> {
    use CallerKind::{Auditor, Authority, Developer, Operator, Platform};
    const CALLERS: &[CallerKind] = &[Platform, Developer, Operator, Auditor, Authority];
    let call = |method, path: &str, callers| Route {
        method,
        path: path.to_owned(),
        kind: TokenKind::Call,
        body: Vec::new(),
        callers,
    };
    let mut routes = vec![
        call("GET", "/v1/policies", CALLERS),
        call("GET", "/v1/policies/adversary", CALLERS),
        call("GET", job, CALLERS),
        call("DELETE", job, CALLERS),
        call("GET", "/v1/budgets", &[Platform]),
        call("GET", &format!("/v1/guests/{}", served.home.adversary), &[Platform, Developer, Auditor]),
        call("POST", "/v1/admin/reload", &[Operator]),
        call("GET", "/metrics", &[Operator]),
    ];
    routes.push(Route { kind: TokenKind::Access, ..call("GET", "/v1/subjects/access", &[Authority]) });
    let body = std::fs::read(guest_path("adversary")).unwrap();
    routes.push(Route { kind: TokenKind::Guest, body, ..call("POST", "/v1/guests", &[Platform, Developer]) });
    routes
}

/// Everybody who has a key.
fn people(served: &Served) -> Vec<(&'static str, SigningKey, Option<CallerKind>)> {
    use CallerKind::{Auditor, Authority, Developer, Operator, Platform};
    let (stranger, strangers) = TestHome::stranger();
    vec![
        ("smart-finance", served.key(KeyFile::Client), Some(Platform)),
        (stranger, strangers, Some(Platform)),
        (DEVELOPER, developer(), Some(Developer)),
        ("development-operator", served.key(KeyFile::Operator), Some(Operator)),
        ("development-auditor", served.key(KeyFile::Auditor), Some(Auditor)),
        ("development-authority", served.key(KeyFile::Authority), Some(Authority)),
        // Keys of the engine itself open nothing, in whoever's name.
        ("smart-finance", served.key(KeyFile::Receipt), None),
        ("smart-finance", served.key(KeyFile::Log), None),
    ]
}

fn developer() -> SigningKey {
    SigningKey::from_seed([21; 32])
}

fn show(served: &Served, route: &Route, token: &str) -> Reply {
    served.send(route.method, &route.path, &[("authorization", &format!("JOSE {token}"))], &route.body)
}

fn is_taken(reply: &Reply) -> bool {
    !REFUSED.contains(&reply.problem().as_str())
}

fn token(served: &Served, (id, key): (&str, &SigningKey), kind: TokenKind, route: &Route) -> String {
    let subject = firm(1).to_string();
    served.call_about((id, key), kind, (route.method, &route.path, &route.body), Some(&subject))
}

/// Every key signs every kind of token for every route.
fn everybody_everywhere(served: &Served, routes: &[Route]) -> Result<(), String> {
    for (id, key, caller) in people(served) {
        for route in routes {
            for kind in TokenKind::ALL {
                let may = kind == route.kind && caller.is_some_and(|caller| route.callers.contains(&caller));
                let reply = show(served, route, &token(served, (id, &key), kind, route));
                if is_taken(&reply) != may {
                    let (method, path, typ) = (route.method, &route.path, kind.typ());
                    let said = reply.text().chars().take(200).collect::<String>();
                    return Err(format!("a `{typ}` of {id} at {method} {path}: {} {said}", reply.status));
                }
            }
        }
    }
    Ok(())
}

/// A good token: for another route, with another body, changed, and again.
fn once_and_where_it_belongs(served: &Served, routes: &[Route]) -> Result<(), String> {
    let people = people(served);
    for route in routes {
        let (id, key, _) =
            people.iter().find(|(.., kind)| kind.is_some_and(|kind| route.callers.contains(&kind))).unwrap();
        let told = |what: &str, reply: &Reply| {
            let said = reply.text().chars().take(200).collect::<String>();
            format!("{} {}: a token {what} is taken: {} {said}", route.method, route.path, reply.status)
        };
        let good = token(served, (id, key), route.kind, route);
        for other in routes.iter().filter(|other| (other.method, &other.path) != (route.method, &route.path)) {
            let reply = show(served, other, &good);
            if is_taken(&reply) {
                return Err(told(&format!("shown at {} {}", other.method, other.path), &reply));
            }
        }
        let longer = Route { body: [route.body.as_slice(), b" "].concat(), path: route.path.clone(), ..*route };
        let reply = show(served, &longer, &good);
        if is_taken(&reply) {
            return Err(told("with another body", &reply));
        }
        let query = Route { body: route.body.clone(), path: format!("{}?before=9", route.path), ..*route };
        let reply = show(served, &query, &good);
        if is_taken(&reply) {
            return Err(told("with a query", &reply));
        }
        for (what, changed) in changed(served, &good, route.kind, key) {
            let reply = show(served, route, &changed);
            if is_taken(&reply) {
                return Err(told(what, &reply));
            }
        }
        // What was refused has not used it up.
        let reply = show(served, route, &good);
        if !is_taken(&reply) {
            return Err(format!("{} {}: the token itself: {}", route.method, route.path, reply.text()));
        }
        let reply = show(served, route, &good);
        if reply.problem() != "replayed-request" {
            return Err(told("shown again", &reply));
        }
    }
    Ok(())
}

/// What its own key has signed, and does not serve.
fn changed(served: &Served, good: &str, kind: TokenKind, key: &SigningKey) -> Vec<(&'static str, String)> {
    let now = served.home.engine.clock().now().seconds();
    let changes: [(&'static str, &dyn Fn(&mut Value)); 9] = [
        ("to another engine", &|call| call["aud"] = json!("anshi-test/another-city")),
        ("to another place", &|call| call["htu"] = json!("http://other.example/v1/policies")),
        ("of another method", &|call| call["htm"] = json!("PUT")),
        ("in another's name", &|call| call["iss"] = json!("somebody")),
        ("of yesterday", &|call| (call["iat"], call["exp"]) = (json!(now - 86_400), json!(now - 86_350))),
        ("of tomorrow", &|call| (call["iat"], call["exp"]) = (json!(now + 86_400), json!(now + 86_450))),
        ("for a day", &|call| call["exp"] = json!(now + 86_400)),
        ("under a number that can be guessed", &|call| call["jti"] = json!("1")),
        ("without a body's digest", &|call| call["body"] = json!("")),
    ];
    changes.iter().map(|(what, change)| (*what, signed_again(good, kind, key, change))).collect()
}

/// Everything that was ever signed, as a job and as a batch.
fn bodies(served: &Served, routes: &[Route]) -> Result<(), String> {
    let home = &served.home;
    let order = home.order(100, 8);
    let used = served.submit(&home.token(0, 8));
    let batch = served.batch_token(&[home.order(101, 8)]);
    let batched = served.submit_batch(&served.batch_token(&[home.order(102, 8)]));
    let mut things = vec![
        ("a job", home.sign(&order)),
        ("a batch", batch),
        ("a consent", order.consents[0].clone()),
        ("a receipt", used.json()["receipt"].as_str().unwrap().to_owned()),
        ("a batch's result", batched.json()["result"].as_str().unwrap().to_owned()),
    ];
    let client = ("smart-finance", &home.client);
    for (what, kind) in [("a call", TokenKind::Call), ("an upload", TokenKind::Guest)] {
        things.push((what, token(served, client, kind, &routes[0])));
    }
    let before = home.totals();
    for (what, thing) in &things {
        for (own, reply) in [("a job", served.submit(thing)), ("a batch", served.submit_batch(thing))] {
            if *what != own && !REFUSED.contains(&reply.problem().as_str()) {
                return Err(format!("{what} is taken as {own}: {}", reply.text()));
            }
        }
    }
    // The one job and the one batch.
    if home.totals() != (before.0 + 4, before.1 + 2) {
        return Err(format!("{:?} entries and charges became {:?}", before, home.totals()));
    }
    numbers(served)
}

/// A batch under a number that was used: its old jobs are refused, its new one is charged and answered; and nobody signs a
/// job alone under the number of a batch's job.
fn numbers(served: &Served) -> Result<(), String> {
    let home = &served.home;
    let orders: Vec<JobOrder> = (110..112).map(|behaviour| home.order(behaviour, 9)).collect();
    let first = served.batch_token(&orders);
    served.submit_batch(&first);
    let more: Vec<JobOrder> = (113..116).map(|behaviour| home.order(behaviour, 9)).collect();
    let jti = |token: &str| {
        let payload = data_encoding::BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&payload).unwrap()["jti"].clone()
    };
    let again =
        signed_again(&served.batch_token(&more), TokenKind::Batch, &home.client, |batch| batch["jti"] = jti(&first));
    let reply = served.submit_batch(&again);
    if reply.status != 200 {
        return Err(format!("a batch with one new job under a number that was used: {}", reply.text()));
    }
    let claims = reply.payload_of("result");
    let codes: Vec<&str> = claims["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["refused"]["code"].as_str().unwrap_or("-"))
        .collect();
    let (entries, charges) = home.totals();
    if codes != ["replayed-request", "replayed-request", "-"] || entries != 2 * charges {
        return Err(format!("a batch under a number that was used: {codes:?}, {charges} charges, {entries} entries"));
    }
    let member = format!("{}.0", jti(&first).as_str().unwrap());
    let alone = signed_again(&home.token(117, 9), TokenKind::Job, &home.client, |job| job["jti"] = json!(member));
    let reply = served.submit(&alone);
    if reply.problem() != "malformed-request" {
        return Err(format!("a job under the number of a batch's job: {}", reply.text()));
    }
    Ok(())
}

pub fn attack() -> Result<(), String> {
    let file = caller_text(DEVELOPER, CallerKind::Developer, &[developer().public().clone()]);
    let files = vec![(format!("clients.d/{DEVELOPER}.toml"), file)];
    let served = Served::with(&Setup { slot_ms: 40, files, ..Setup::default() });
    let job = served.submit(&served.home.token(0, 7)).header("location").unwrap().to_owned();
    let routes = routes(&served, &job);
    once_and_where_it_belongs(&served, &routes)?;
    everybody_everywhere(&served, &routes)?;
    bodies(&served, &routes)
}

#[test]
fn held() {
    check(attack, Weakness::CallReplayed);
    #[cfg(feature = "weaken")]
    super::run::check_weakened(attack, Weakness::CallBodyIgnored);
}
