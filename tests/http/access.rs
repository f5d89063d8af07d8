//! Subject access: who asked about me, with proofs; for a consent authority alone.

use anshi::job::KeyFile;
use anshi::keys::TokenKind;
use anshi::log::{EntryKind, InclusionProof, LogVerifier, entry_bytes};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::support::{Reply, Served, TestHome, firm};

const PATH: &str = "/v1/subjects/access";

fn access(served: &Served, subject: Option<&str>, path: &str) -> Reply {
    let key = served.key(KeyFile::Authority);
    let who = ("development-authority", &key);
    let token = served.call_about(who, TokenKind::Access, ("GET", path, b""), subject);
    served.send("GET", path, &[("authorization", &format!("JOSE {token}"))], b"")
}

#[test]
fn a_subject_learns_who_asked_and_can_prove_it() {
    let served = Served::new();
    let (first, second) = (served.home.token(0, 1), served.home.token(1, 1));
    for token in [&first, &second, &served.home.token(0, 2)] {
        assert_eq!(served.submit(token).status, 200);
    }
    // The same question again costs nothing, and is an access all the same.
    assert_eq!(served.submit(&served.home.token(0, 1)).status, 200);
    let reply = access(&served, Some(&firm(1).to_string()), PATH);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let lines = reply.json()["accesses"].as_array().unwrap().clone();
    assert_eq!(lines.len(), 3);
    let verifier = LogVerifier::new(std::fs::read_to_string(served.home.paths().log_key()).unwrap().trim()).unwrap();
    let decode = |value: &Value| BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap();
    for line in &lines {
        assert_eq!((line["client"].as_str(), line["purpose"].as_str()), (Some("smart-finance"), Some("testing")));
        assert_eq!(line["roles"], serde_json::json!(["enterprise"]));
        let (record, salt) = (decode(&line["intent"]["record"]), decode(&line["intent"]["salt"]));
        let proof = InclusionProof::from_text(line["intent"]["proof"].as_str().unwrap()).unwrap();
        proof.verify(&entry_bytes(EntryKind::Intent, &salt.try_into().unwrap(), &record), &verifier).unwrap();
        assert!(String::from_utf8(record).unwrap().contains(reply.json()["pseudonym"].as_str().unwrap()));
        // What was answered is not the subject's to learn here.
        assert!(line.get("label").is_none() && line.get("result").is_none());
    }
    let older = format!("{PATH}?before={}", lines[0]["index"]);
    assert_eq!(access(&served, Some(&firm(1).to_string()), &older).json()["accesses"].as_array().unwrap().len(), 2);
    assert_eq!(access(&served, Some(&firm(9).to_string()), PATH).json()["accesses"], serde_json::json!([]));
}

#[test]
fn only_an_authority_asks_and_only_about_somebody() {
    let served = Served::new();
    assert_eq!(access(&served, None, PATH).problem(), "malformed-request");
    assert_eq!(access(&served, Some("nobody"), PATH).problem(), "bad-parties");
    assert_eq!(access(&served, Some(&firm(1).to_string()), &format!("{PATH}?before=x")).problem(), "bad-query");
    let id = firm(1).to_string();
    let (stranger, key) = TestHome::stranger();
    for (who, kind) in [
        (("smart-finance", &served.home.client), TokenKind::Access),
        (("smart-finance", &served.home.client), TokenKind::Call),
        ((stranger, &key), TokenKind::Access),
    ] {
        let token = served.call_about(who, kind, ("GET", PATH, b""), Some(&id));
        let reply = served.send("GET", PATH, &[("authorization", &format!("JOSE {token}"))], b"");
        assert!([400, 401].contains(&reply.status), "{}", reply.text());
    }
}
