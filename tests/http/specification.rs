//! The specification: what is served is what is kept in `docs/openapi.json`, and the payloads that it describes are those
//! that the engine itself signs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anshi::env::Entropy;
use anshi::job::compose_batch;
use anshi::keys::TokenKind;
use serde_json::Value;

use crate::support::{Served, firm};

/// The payload of a compact JWS.
fn payload(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// That the schema knows every member, and wants those that are always there.
fn check_claims(specification: &Value, schema: &str, claims: &Value, optional: &[&str]) {
    let schema = &specification["components"]["schemas"][schema];
    let mut all = names(&schema["properties"]);
    assert!(names(claims).is_subset(&all), "{claims}");
    let required: BTreeSet<String> =
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    all.retain(|name| !optional.contains(&name.as_str()));
    assert_eq!(required, all);
    assert!(required.is_subset(&names(claims)), "{claims}");
}

/// `ANSHI_WRITE_GOLDEN=1` writes the file anew.
#[test]
fn what_is_served_is_what_is_kept() {
    let served = Served::new();
    let reply = served.send("GET", "/openapi.json", &[], b"");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.text(), anshi::server::openapi());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("ANSHI_WRITE_GOLDEN").is_some() {
        fs::write(&kept, reply.text()).unwrap();
    }
    assert_eq!(
        reply.text(),
        fs::read_to_string(&kept).unwrap(),
        "run with ANSHI_WRITE_GOLDEN=1 and look at the difference"
    );
}

#[test]
fn the_payloads_described_are_those_that_are_signed() {
    let served = Served::new();
    let specification: Value = serde_json::from_str(anshi::server::openapi()).unwrap();
    let job = payload(&served.home.token(0, 1));
    check_claims(&specification, "JobClaims", &job, &["rows"]);
    let job_schema = &specification["components"]["schemas"]["JobClaims"]["properties"];
    assert_eq!(names(&job_schema["policy"]["properties"]), names(&job["policy"]));
    assert_eq!(names(&job_schema["parties"]["items"]["properties"]), names(&job["parties"][0]));
    let now = served.home.engine.clock().now();
    let batch = compose_batch(&[served.home.order(0, 1)], &served.home.client, now, &Entropy).unwrap();
    let batch = payload(&batch);
    check_claims(&specification, "BatchClaims", &batch, &[]);
    let member = &specification["components"]["schemas"]["BatchClaims"]["properties"]["jobs"]["items"];
    assert!(names(&batch["jobs"][0]).is_subset(&names(&member["properties"])), "{batch}");
    let consent = payload(job["consents"][0].as_str().unwrap());
    check_claims(&specification, "ConsentClaims", &consent, &[]);
    let details =
        &specification["components"]["schemas"]["ConsentClaims"]["properties"]["authorization_details"]["items"];
    assert_eq!(names(&details["properties"]), names(&consent["authorization_details"][0]));
    let who = ("smart-finance", &served.home.client);
    let subject = firm(1).to_string();
    let call = served.call_about(who, TokenKind::Call, ("GET", "/v1/budgets", b""), Some(&subject));
    check_claims(&specification, "CallClaims", &payload(&call), &["sub"]);
}

#[test]
fn every_operation_has_its_own_name_and_states_its_answers() {
    let specification: Value = serde_json::from_str(anshi::server::openapi()).unwrap();
    let mut ids = BTreeSet::new();
    for (path, operations) in specification["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(!answers.contains_key("default") && answers.contains_key("503"), "{path}");
            let signed = operation.get("security").is_some();
            assert_eq!(
                signed || ["/v1/jobs", "/v1/batches"].contains(&path.as_str()),
                answers.contains_key("401"),
                "{path}"
            );
        }
    }
    assert_eq!(ids.len(), 21);
    let kinds =
        specification["components"]["schemas"]["ProblemDetails"]["properties"]["type"]["enum"].as_array().unwrap();
    assert_eq!(kinds.len(), 39);
}
