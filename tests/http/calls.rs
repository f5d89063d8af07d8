//! Calls beside jobs: who may make which, and that a token serves once, for what it covers.

use std::fs;

use anshi::config::{CallerKind, caller_text};
use anshi::job::KeyFile;
use anshi::keys::{SigningKey, TokenKind};
use serde_json::Value;

use crate::support::{Served, TestHome, firm, guest_path};

#[test]
fn anyone_gets_what_verifies_receipts_and_nothing_else() {
    let served = Served::new();
    let reply = served.submit(&served.home.token(0, 1));
    let get = |path: &str| served.send("GET", path, &[], b"");
    let paths = served.home.paths();
    assert_eq!(get("/.well-known/jwks.json").body, fs::read(paths.jwks()).unwrap());
    assert_eq!(get("/log/key").body, fs::read(paths.log_key()).unwrap());
    assert_eq!(get("/log/checkpoint").body, fs::read(paths.log().join("checkpoint")).unwrap());
    let tile = get("/log/tile/0/000.p/4");
    assert!(tile.status == 200 && tile.body.len() % 32 == 0 || tile.status == 404, "{}", tile.status);
    anshi::receipt::verify_bundle(reply.text(), get("/.well-known/jwks.json").text(), get("/log/key").text()).unwrap();
    assert_eq!(get("/healthz").status, 200);
    assert_eq!(get("/readyz").json()["ready"], true);
    assert_eq!(get("/openapi.json").json()["openapi"].as_str().unwrap().get(..3), Some("3.1"));
    for path in ["/v1/policies", "/v1/budgets", "/metrics", "/v1/guests/sha256:00", "/v1/jobs/00"] {
        let reply = get(path);
        assert_eq!((reply.status, reply.problem().as_str()), (401, "unauthenticated"), "{path}");
    }
    for path in
        ["/log/tile/../checkpoint", "/log/tile/0/../../../ledger.sqlite", "/log/tile/0/%2e%2e/%2e%2e/keys/log.jwk"]
    {
        assert_eq!(get(path).status, 404, "{path}");
    }
}

#[test]
fn each_kind_of_caller_may_call_what_is_its_own() {
    let served = Served::new();
    let keys = [
        ("smart-finance", KeyFile::Client),
        ("development-operator", KeyFile::Operator),
        ("development-auditor", KeyFile::Auditor),
    ];
    let guest = format!("/v1/guests/{}", served.home.adversary);
    let rows: [(&str, &str, [u16; 3]); 5] = [
        ("GET", "/v1/policies", [200, 200, 200]),
        ("GET", "/v1/budgets", [200, 403, 403]),
        ("GET", "/metrics", [403, 200, 403]),
        ("POST", "/v1/admin/reload", [403, 200, 403]),
        ("GET", &guest, [200, 403, 200]),
    ];
    for (method, path, wanted) in rows {
        for ((id, file), status) in keys.iter().zip(wanted) {
            let reply = served.call((id, &served.key(*file)), method, path);
            assert_eq!(reply.status, status, "{id} {method} {path}: {}", reply.text());
        }
    }
    let authority = served.key(KeyFile::Authority);
    assert_eq!(served.call(("development-authority", &authority), "GET", "/v1/budgets").problem(), "forbidden");
    assert_eq!(served.ask_for("DELETE", "/v1/consents/x").problem(), "forbidden");
}

#[test]
fn a_token_serves_once_and_for_what_it_covers() {
    let served = Served::new();
    let who = ("smart-finance", &served.home.client);
    let show = |token: &str, method: &str, path: &str, body: &[u8]| {
        served.send(method, path, &[("authorization", &format!("JOSE {token}"))], body)
    };
    let token = served.call_token(who, TokenKind::Call, "GET", "/v1/policies", b"");
    assert_eq!(show(&token, "GET", "/v1/budgets", b"").problem(), "wrong-audience");
    assert_eq!(show(&token, "GET", "/v1/policies?x=1", b"").problem(), "wrong-audience");
    assert_eq!(show(&token, "GET", "/v1/policies", b"more").problem(), "wrong-audience");
    assert_eq!(show(&token, "GET", "/v1/policies", b"").status, 200);
    assert_eq!(show(&token, "GET", "/v1/policies", b"").problem(), "replayed-request");
    let job = served.home.token(0, 1);
    assert_eq!(show(&job, "GET", "/v1/policies", b"").problem(), "malformed-request");
    let foreign = SigningKey::from_seed([9; 32]);
    let token = served.call_token(("smart-finance", &foreign), TokenKind::Call, "GET", "/v1/policies", b"");
    assert_eq!(show(&token, "GET", "/v1/policies", b"").problem(), "unknown-client");
}

#[test]
fn a_budget_is_the_callers_own() {
    let served = Served::new();
    served.submit(&served.home.token(0, 1));
    let who = ("smart-finance", &served.home.client);
    let about = |party: u32| {
        let id = firm(party).to_string();
        let token = served.call_about(who, TokenKind::Call, ("GET", "/v1/budgets", b""), Some(&id));
        served.send("GET", "/v1/budgets", &[("authorization", &format!("JOSE {token}"))], b"").json()
    };
    let spent = |budgets: &Value| budgets[0]["window"]["spent"].clone();
    assert_eq!(spent(&about(1)), "2");
    assert_eq!(spent(&about(2)), "0");
    assert_eq!(spent(&served.ask_for("GET", "/v1/budgets").json()), Value::Null);
    let (stranger, key) = TestHome::stranger();
    assert_eq!(served.call((stranger, &key), "GET", "/v1/budgets").json(), serde_json::json!([]));
}

#[test]
fn an_authority_takes_back_its_consent() {
    let served = Served::new();
    let order = served.home.order(0, 1);
    let payload = order.consents[0].split('.').nth(1).unwrap();
    let payload: Value =
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
    let path = format!("/v1/consents/{}", payload["jti"].as_str().unwrap());
    let authority = served.key(KeyFile::Authority);
    for _ in 0..2 {
        let reply = served.call(("development-authority", &authority), "DELETE", &path);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(served.submit(&served.home.sign(&order)).problem(), "consent-used-up");
}

#[test]
fn a_developer_registers_a_guest_and_asks_nothing() {
    let mut served = Served::new();
    let key = SigningKey::from_seed([21; 32]);
    let text = caller_text("bank-developer", CallerKind::Developer, &[key.public().clone()]);
    fs::write(served.home.paths().caller("bank-developer"), text).unwrap();
    served.home.engine.reload().unwrap();
    let module = fs::read(guest_path("yardstick")).unwrap();
    let register = |served: &Served, token: &str, module: &[u8]| {
        served.send("POST", "/v1/guests", &[("authorization", &format!("JOSE {token}"))], module)
    };
    let who = ("bank-developer", &key);
    let token = served.call_token(who, TokenKind::Guest, "POST", "/v1/guests", &module);
    // Another module under this token is not taken.
    assert_eq!(register(&served, &token, b"\0asm").problem(), "wrong-audience");
    let reply = register(&served, &token, &module);
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.json()["world"], "verifier");
    let junk = served.call_token(who, TokenKind::Guest, "POST", "/v1/guests", b"\0asm....");
    let refused = register(&served, &junk, b"\0asm....");
    assert_eq!((refused.status, refused.problem().as_str()), (422, "guest-unacceptable"), "{}", refused.text());
    let mut order = served.home.order(0, 1);
    order.client = "bank-developer".to_owned();
    let token = anshi::job::compose_job(&order, &key, served.home.engine.clock().now(), &anshi::env::Entropy).unwrap();
    assert_eq!(served.submit(&token).problem(), "unknown-client");
    served.stop();
}
