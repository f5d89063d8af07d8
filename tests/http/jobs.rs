//! Jobs over HTTP.

use anshi::model::RefusalCode;

use crate::support::{Served, TableHome, TableSetup, TestHome, spread};

#[test]
fn a_signed_job_is_answered_and_its_bundle_verifies() {
    let served = Served::new();
    let token = served.home.token(0, 1);
    let reply = served.submit(&token);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let verified = served.home.verify(reply.text()).unwrap();
    assert_eq!(reply.header("location").unwrap(), format!("/v1/jobs/{}", verified.claims.jti));
    // The same request again: the same bytes, nothing charged.
    let totals = served.home.totals();
    let again = served.submit(&token);
    assert_eq!((again.status, &again.body), (200, &reply.body));
    assert_eq!(served.home.totals(), totals);
    // Its client may look at it; others do not even learn that it is there.
    let path = reply.header("location").unwrap();
    let seen = served.ask_for("GET", path);
    assert_eq!(seen.json()["state"], "answered");
    assert_eq!(seen.json()["bundle"], reply.json());
    let (stranger, key) = TestHome::stranger();
    assert_eq!(served.call((stranger, &key), "GET", path).problem(), "not-found");
}

#[test]
fn a_refusal_is_a_problem_in_the_callers_language() {
    let served = Served::new();
    let mut order = served.home.order(0, 1);
    order.purpose = "curiosity".to_owned();
    let token = served.home.sign(&order);
    let reply = served.submit(&token);
    assert_eq!((reply.status, reply.problem()), (403, RefusalCode::Purpose.word().to_owned()));
    let headers = [("content-type", "application/jose"), ("accept-language", "zh-CN,zh;q=0.9")];
    let zh = served.send("POST", "/v1/jobs", &headers, token.as_bytes());
    assert!(zh.json()["title"].as_str().unwrap().contains("用途"), "{}", zh.text());
    assert_eq!(zh.header("content-language"), Some("zh"));
    assert_eq!(served.home.totals(), (0, 0));
}

#[test]
fn what_is_no_job_is_refused_with_a_problem() {
    let served = Served::new();
    let token = served.home.token(0, 1);
    let jose = [("content-type", "application/jose")];
    let cases: [(&[(&str, &str)], &[u8], u16, &str); 4] = [
        (&[], token.as_bytes(), 415, "wrong-media-type"),
        (&[("content-type", "application/json")], token.as_bytes(), 415, "wrong-media-type"),
        (&jose, b"not a token", 400, "malformed-request"),
        (&jose, &[0xff, 0xfe], 400, "malformed-request"),
    ];
    for (headers, body, status, problem) in cases {
        let reply = served.send("POST", "/v1/jobs", headers, body);
        assert_eq!((reply.status, reply.problem().as_str()), (status, problem), "{}", reply.text());
    }
    assert_eq!(served.send("GET", "/v1/jobs", &[], b"").problem(), "method-not-allowed");
    assert_eq!(served.send("GET", "/v2", &[], b"").problem(), "not-found");
    // Percent signs that make no text, and a media type as some libraries write it.
    for path in ["/v1/jobs/%ff", "/v1/guests/%ff", "/v1/policies/%ff", "/log/tile/%ff"] {
        assert_eq!(served.send("GET", path, &[], b"").problem(), "bad-query", "{path}");
    }
    let spelled = [("content-type", "application/jose; charset=utf-8")];
    assert_eq!(served.send("POST", "/v1/jobs", &spelled, b"no").problem(), "malformed-request");
    assert_eq!(served.home.totals(), (0, 0));
}

#[test]
fn a_table_is_admitted_then_answered_or_cancelled() {
    let table = TableHome::with(&TableSetup::noisy(spread(1, 2, |_| 500)));
    let [request, second, third, fourth] = [0, 1, 2, 3].map(|behaviour| table.token(behaviour));
    let served = Served::home(table.0);
    let jose = [("content-type", "application/jose")];
    let admitted = served.send("POST", "/v1/jobs", &jose, request.as_bytes());
    assert_eq!(admitted.status, 202, "{}", admitted.text());
    assert!(["admitted", "running"].contains(&admitted.json()["state"].as_str().unwrap()));
    let path = admitted.header("location").unwrap().to_owned();
    // Waited for, when the client prefers that.
    let waited = [jose[0], ("prefer", "respond-async, wait=100")];
    let reply = served.send("POST", "/v1/jobs", &waited, second.as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(served.home.verify(reply.text()).unwrap().claims.result.table.is_some());
    let seen = served.ask_for("GET", &path).json();
    assert_eq!(seen["state"], "answered");
    assert_eq!(served.ask_for("DELETE", &path).problem(), "not-under-way");
    // The same request again, by now: the bundle.
    let again = served.send("POST", "/v1/jobs", &jose, request.as_bytes());
    assert_eq!((again.status, again.json()), (200, seen["bundle"].clone()));
    // Cancelled: the charge stays, the receipt says that there is no table.
    let admitted = served.send("POST", "/v1/jobs", &jose, third.as_bytes());
    let path = admitted.header("location").unwrap().to_owned();
    // Its place in the queue is no protection: one that waits is cancelled as well.
    let waiting = served.send("POST", "/v1/jobs", &jose, fourth.as_bytes()).header("location").unwrap().to_owned();
    assert_eq!(served.ask_for("DELETE", &waiting).status, 202);
    let charges = served.home.totals().1;
    while served.ask_for("GET", &path).json()["state"] == "admitted" {}
    let cancelled = served.ask_for("DELETE", &path);
    assert_eq!(cancelled.status, 202, "{}", cancelled.text());
    for path in [path, waiting] {
        let bundle = loop {
            let seen = served.ask_for("GET", &path).json();
            if seen["state"] == "answered" {
                break seen["bundle"].to_string();
            }
        };
        assert!(served.home.verify(&bundle).unwrap().claims.result.table.is_none());
    }
    assert_eq!(served.home.totals().1, charges);
}
