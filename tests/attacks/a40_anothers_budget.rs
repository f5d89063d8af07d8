//! Attack 40: use up another's budget, or see what another does. Two services that differ in nothing but what another client
//! asked of them: all that it may, and much that it may not. What the usual client is told is the same, but for the log's
//! length, which is public.

use anshi::env::Entropy;
use anshi::env::weaken::Weakness;
use anshi::job::{ConsentOrder, JobOrder, compose_batch, compose_job};
use anshi::keys::{SigningKey, TokenKind};
use serde_json::{Value, json};

use super::run::check;
use crate::support::{
    HttpTwins, Reply, Served, Setup, TestHome, bundle_of, difference, firm, masked, seen_bundle, unplaced,
};

/// Three answers for each client about each firm.
const BITS: u32 = 6;
const ANSWERS: usize = 3;
const PARTY: u32 = 1;
const CLIENTS: &[&str] = &["smart-finance", "housing-fund"];

/// What another client does in one of the homes: it spends all that it has about the firm, asks on, sends what is refused,
/// replays, and fills its places.
struct Other<'a> {
    served: &'a Served,
    name: &'static str,
    key: SigningKey,
}

impl Other<'_> {
    fn order(&self, behaviour: i64) -> JobOrder {
        let home = &self.served.home;
        let consent = ConsentOrder { client: self.name.to_owned(), ..home.consent_order(PARTY) };
        JobOrder {
            client: self.name.to_owned(),
            consents: vec![home.consent(&consent)],
            ..home.order(behaviour, PARTY)
        }
    }

    fn token(&self, behaviour: i64) -> String {
        compose_job(&self.order(behaviour), &self.key, self.served.home.engine.clock().now(), &Entropy).unwrap()
    }

    /// Gives a job of its own, for the usual client to look at.
    fn act(&self) -> Result<String, String> {
        // The very questions that the usual client will ask, so that answers are there already.
        let tokens: Vec<String> = (0..40).map(|behaviour| self.token(behaviour)).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let asked: Vec<_> = tokens.iter().map(|token| scope.spawn(|| self.served.submit(token).status)).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        let answered = statuses.iter().filter(|status| **status == 200).count();
        if answered != ANSWERS {
            return Err(format!("another client has {answered} answers instead of {ANSWERS}: {statuses:?}"));
        }
        let orders: Vec<JobOrder> = (0..20).map(|behaviour| self.order(behaviour)).collect();
        let now = self.served.home.engine.clock().now();
        self.served.submit_batch(&compose_batch(&orders, &self.key, now, &Entropy).unwrap());
        for path in ["/v1/budgets", "/v1/policies", "/v1/jobs/00", "/metrics"] {
            let token = self.served.call_token((self.name, &self.key), TokenKind::Call, "GET", path, b"");
            for _ in 0..3 {
                self.served.send("GET", path, &[("authorization", &format!("JOSE {token}"))], b"");
            }
        }
        let place = statuses.iter().position(|status| *status == 200).unwrap();
        Ok(self.served.submit(&tokens[place]).header("location").unwrap().to_owned())
    }
}

/// Status, names of headers and, where it is an answer, the bundle but for where the log has it.
fn view(reply: &Reply) -> Value {
    let names: Vec<&String> = reply.headers.iter().map(|(name, _)| name).collect();
    let Ok(bundle) = bundle_of(reply) else { return json!([reply.status, names, reply.text()]) };
    let seen = seen_bundle(&bundle);
    json!([reply.status, names, seen.label.clone(), unplaced(seen)])
}

fn state(reply: &Reply) -> Value {
    let Ok(Value::Object(mut state)) = serde_json::from_slice(&reply.body) else { return view(reply) };
    let bundle = state.remove("bundle").unwrap_or_default();
    let Ok(bundle) = serde_json::from_value(bundle) else { return view(reply) };
    json!([reply.status, state, seen_bundle(&bundle).label])
}

fn batch(reply: &Reply) -> Value {
    if reply.status != 200 {
        return view(reply);
    }
    let mut claims = reply.payload_of("result");
    for line in claims["results"].as_array_mut().unwrap() {
        *line = masked(line, &["/index"]);
    }
    masked(&claims, &["/iat"])
}

/// The usual client's calls, in both homes with the same tokens.
fn compare(twins: &HttpTwins, others_job: &str) -> Result<(), String> {
    let home = &twins.with.home;
    let same = |what: &str, look: fn(&Reply) -> Value, replies: [Reply; 2]| {
        let [with, without] = replies.each_ref().map(look);
        if with == without { Ok(()) } else { Err(format!("{what}: {}", difference(&with, &without))) }
    };
    let jose = [("content-type", "application/jose")];
    let client = ("smart-finance", anshi::job::KeyFile::Client);
    let (id, guest) = (firm(PARTY).to_string(), format!("/v1/guests/{}", home.adversary));
    let look = |path: &str| twins.call(client, TokenKind::Call, path, Some(&id));
    same("budgets", view, look("/v1/budgets"))?;
    let mut answered = 0;
    for behaviour in 0..5 {
        let token = home.token(behaviour, PARTY);
        let replies = twins.send("POST", "/v1/jobs", &jose, token.as_bytes());
        answered += usize::from(replies[0].status == 200);
        let path = replies[0].header("location").map(str::to_owned);
        same(&format!("job {behaviour}"), view, replies)?;
        if let Some(path) = path {
            same("a job's state", state, look(&path))?;
        }
        same("budgets", view, look("/v1/budgets"))?;
    }
    if answered != ANSWERS {
        return Err(format!("{answered} answers instead of {ANSWERS}"));
    }
    let orders: Vec<JobOrder> = [2, 3, PARTY].map(|party| home.order(0, party)).to_vec();
    let token = twins.with.batch_token(&orders);
    same("a batch", batch, twins.send("POST", "/v1/batches", &jose, token.as_bytes()))?;
    for path in ["/v1/policies", guest.as_str(), "/v1/budgets", others_job, "/metrics"] {
        same(path, state, look(path))?;
    }
    same("another's job", view, {
        let key = twins.with.key(anshi::job::KeyFile::Client);
        let token = twins.with.call_token((client.0, &key), TokenKind::Call, "DELETE", others_job, b"");
        twins.send("DELETE", others_job, &[("authorization", &format!("JOSE {token}"))], b"")
    })
}

pub fn attack() -> Result<(), String> {
    let setup = Setup { bits: BITS, slot_ms: 60, clients: CLIENTS, ..Setup::default() };
    let twins = HttpTwins::of([TestHome::with(&setup), TestHome::with(&setup)]);
    let (name, key) = TestHome::stranger();
    let other = Other { served: &twins.with, name, key };
    let others_job = other.act()?;
    compare(&twins, &others_job)
}

#[test]
fn held() {
    check(attack, Weakness::QuotasShared);
}
