//! Reloading: all of what is on disk, or nothing; jobs in flight keep what they were admitted on.

use std::fs;

use anshi::job::KeyFile;

use crate::support::{Served, Setup, send_to, take_delivery};

#[test]
fn a_reload_takes_policies_clients_and_data_and_keeps_jobs_in_flight() {
    let served = Served::with(&Setup { slot_ms: 400, ..Setup::default() });
    let home = &served.home;
    let operator = served.key(KeyFile::Operator);
    let reload = || served.call(("development-operator", &operator), "POST", "/v1/admin/reload");
    let before = home.engine.snapshot().unwrap().name().to_string();
    let token = home.token(0, 1);
    let (address, body) = (served.address, token.clone());
    let in_flight = std::thread::spawn(move || {
        send_to(address, "POST", "/v1/jobs", &[("content-type", "application/jose")], body.as_bytes())
    });
    while home.totals().1 == 0 {}
    take_delivery(&home.path, &Setup { paid_fen: 7, ..Setup::default() });
    let policy = home.path.join("policies/adversary/policy.toml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("version = \"1.0.0\"", "version = \"1.1.0\"")).unwrap();
    let reloaded = reload();
    assert_eq!(reloaded.status, 200, "{}", reloaded.text());
    assert_eq!(reloaded.json()["policies"], serde_json::json!(["adversary 1.1.0"]));
    let after = reloaded.json()["snapshot"].as_str().unwrap().to_owned();
    assert_ne!(after, before);
    let reply = in_flight.join().unwrap();
    let claims = home.verify(reply.text()).unwrap().claims;
    assert_eq!((claims.snapshot.sha256, claims.policy.version.as_str()), (before, "1.0.0"));
    assert_eq!(served.submit(&home.token(0, 2)).problem(), "unknown-policy");
    let mut order = home.order(0, 2);
    order.policy.1 = "1.1.0".to_owned();
    let claims = home.verify(served.submit(&home.sign(&order)).text()).unwrap().claims;
    assert_eq!(claims.snapshot.sha256, after);
}

#[test]
fn what_is_wrong_on_disk_changes_nothing() {
    let served = Served::new();
    let operator = served.key(KeyFile::Operator);
    let reload = || served.call(("development-operator", &operator), "POST", "/v1/admin/reload");
    let policy = served.home.path.join("policies/adversary/policy.toml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("purpose", "porpoise")).unwrap();
    let refused = reload();
    assert_eq!((refused.status, refused.problem().as_str()), (409, "reload-failed"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("porpoise"), "{}", refused.text());
    assert_eq!(served.submit(&served.home.token(0, 1)).status, 200);
    fs::write(&policy, text).unwrap();
    // What is for good, or was opened with, stays.
    let config = served.home.path.join("anshi.toml");
    let good = fs::read_to_string(&config).unwrap();
    for (from, to) in [("kind = \"synthetic\"", "kind = \"production\""), ("localhost:7700", "localhost:7701")] {
        fs::write(&config, good.replace(from, to)).unwrap();
        assert_eq!(reload().problem(), "reload-failed", "{to}");
    }
    fs::write(&config, good).unwrap();
    // A client that is taken away asks no more.
    fs::remove_file(served.home.paths().caller("smart-finance")).unwrap();
    assert_eq!(reload().status, 200);
    assert_eq!(served.submit(&served.home.token(0, 1)).problem(), "unknown-client");
}
