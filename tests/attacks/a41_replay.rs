//! Attack 41: replay. Requests, consents, approvals, receipts, bundles and checkpoints, each shown at every place where
//! one of them is taken: as it is, to another engine, too late, again with other contents, and signed by every key as
//! every kind of token.

use std::path::Path;

use anshi::env::weaken::Weakness;
use anshi::job::{Engine, JobOrder, KeyFile, load_key};
use anshi::keys::{PublicKey, SigningKey, TokenKind, TrustedKey, sha256, sign};
use anshi::model::{Millis, RefusalCode};
use anshi::policy::{ApprovalStatement, ApprovalTrust};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::run::check;
use crate::support::{Setup, TestHome, engine_options, refusal, seen, signed_again};

const OTHER_ENGINE: &str = "anshi-test/another-city";
const KINDS: [TokenKind; 4] = [TokenKind::Job, TokenKind::Consent, TokenKind::Approval, TokenKind::VerificationResult];

fn payload(token: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap()
}

/// A request that must be refused with `code`.
fn refused(home: &TestHome, what: &str, token: &str, codes: &[RefusalCode]) -> Result<(), String> {
    let answer = home.ask(token);
    match refusal(&answer) {
        Some(code) if codes.contains(&code) => Ok(()),
        _ => Err(format!("{what}: {:?}", answer.map(|answered| seen(&answered).label))),
    }
}

/// The request itself: to another engine, another place, at another time, under a number that was used.
fn requests(home: &TestHome) -> Result<(), String> {
    use RefusalCode::{Audience, Client, Replay, Stale};
    let own = |change: &dyn Fn(&mut Value)| signed_again(&home.token(0, 1), TokenKind::Job, &home.client, change);
    let now = home.engine.clock().now().seconds();
    let elsewhere: [(&str, &dyn Fn(&mut Value), RefusalCode); 8] = [
        ("a request to another engine", &|job| job["aud"] = json!(OTHER_ENGINE), Audience),
        ("a request to two engines", &|job| job["aud"] = json!(format!("{} {OTHER_ENGINE}", job["aud"])), Audience),
        ("a request to another place", &|job| job["htu"] = json!("http://other.example/v1/jobs"), Audience),
        ("a request of another method", &|job| job["htm"] = json!("GET"), Audience),
        ("a request in another's name", &|job| job["iss"] = json!(TestHome::stranger().0), Client),
        ("a request of yesterday", &|job| (job["iat"], job["exp"]) = (json!(now - 86_400), json!(now - 86_280)), Stale),
        ("a request of tomorrow", &|job| (job["iat"], job["exp"]) = (json!(now + 86_400), json!(now + 86_520)), Stale),
        ("a request for a year", &|job| job["exp"] = json!(now + 31_536_000), Stale),
    ];
    for (what, change, code) in elsewhere {
        refused(home, what, &own(change), &[code])?;
    }
    let token = home.token(0, 2);
    let first = seen(&home.answered(&token)).text;
    let charged = home.bits_charged();
    if seen(&home.answered(&token)).text != first || home.bits_charged() != charged {
        return Err("the same request again is another job".to_owned());
    }
    let changed = signed_again(&token, TokenKind::Job, &home.client, |job| job["parameters"] = json!({"behaviour": 9}));
    refused(home, "another request under a number that was used", &changed, &[Replay])
}

/// Consents: used up, of another engine, client, purpose, policy, role, time.
fn consents(home: &TestHome) -> Result<(), String> {
    use RefusalCode::{ConsentInvalid, ConsentMissing, ConsentTime, ConsentUsed};
    let with = |consent: String| home.sign(&JobOrder { consents: vec![consent], ..home.order(0, 3) });
    let used = home.consent(&home.consent_order(3));
    home.answered(&with(used.clone()));
    let again = JobOrder { consents: vec![used.clone()], ..home.order(100, 3) };
    refused(home, "a consent that was used up", &home.sign(&again), &[ConsentUsed])?;
    let twice = JobOrder { consents: vec![used.clone(), used.clone()], ..home.order(101, 3) };
    refused(home, "one consent twice", &home.sign(&twice), &[ConsentInvalid])?;
    let change = |change: &dyn Fn(&mut Value)| signed_again(&used, TokenKind::Consent, &home.authority, change);
    let details = |name: &str, value: Value| {
        change(&|consent: &mut Value| consent["authorization_details"][0][name] = value.clone())
    };
    let now = home.engine.clock().now().seconds();
    let foreign = [
        ("of another engine", change(&|consent| consent["aud"] = json!(OTHER_ENGINE))),
        ("to another client", change(&|consent| consent["client_id"] = json!(TestHome::stranger().0))),
        ("in another authority's name", change(&|consent| consent["iss"] = json!("another-authority"))),
        ("about another party", change(&|consent| consent["sub"] = json!("91371400MA0000001X"))),
        ("that has ended", change(&|consent| consent["exp"] = json!(now - 1))),
        ("that has not begun", change(&|consent| consent["nbf"] = json!(now + 3_600))),
        ("for another purpose", details("purpose", json!("curiosity"))),
        ("under another policy", details("policy", json!("sme-credit-check"))),
        ("in another role", details("role", json!("guarantor"))),
        ("for later versions", details("version_min", json!("1.0.1"))),
        ("for earlier versions", details("version_below", json!("1.0.0"))),
        ("of another type", details("type", json!("payment_initiation"))),
    ];
    for (what, consent) in foreign {
        refused(home, &format!("a consent {what}"), &with(consent), &[ConsentInvalid, ConsentMissing, ConsentTime])?;
    }
    Ok(())
}

/// Every key signs what a place wants as every kind of token: one key and one kind are taken there.
fn keys_and_kinds(home: &TestHome) -> Result<(), String> {
    use RefusalCode::{Client, ConsentInvalid, Malformed};
    let keys: [(&str, SigningKey); 5] = [
        ("client", load_key(&home.paths().key(KeyFile::Client)).unwrap()),
        ("authority", load_key(&home.paths().key(KeyFile::Authority)).unwrap()),
        ("receipt", load_key(&home.paths().key(KeyFile::Receipt)).unwrap()),
        ("log", load_key(&home.paths().key(KeyFile::Log)).unwrap()),
        ("another client", TestHome::stranger().1),
    ];
    for (who, key) in &keys {
        for kind in KINDS {
            let what = format!("a `{}` signed by the {who} key", kind.typ());
            if !(*who == "client" && kind == TokenKind::Job) {
                let job = sign(key, kind, &payload(&home.token(0, 4)));
                refused(home, &format!("{what} as a request"), &job, &[Client, Malformed])?;
            }
            if !(*who == "authority" && kind == TokenKind::Consent) {
                let consent = sign(key, kind, &payload(&home.consent(&home.consent_order(4))));
                let order = JobOrder { consents: vec![consent], ..home.order(0, 4) };
                refused(home, &format!("{what} as a consent"), &home.sign(&order), &[ConsentInvalid])?;
            }
            let statement = ApprovalStatement::Approves { sha256: sha256(b"policy"), iat: 0, exp: 1 };
            let approval = sign(key, kind, &statement.payload().unwrap());
            if approved(&approval, keys[0].1.public())? != (*who == "client" && kind == TokenKind::Approval) {
                return Err(format!("{what} as an approval"));
            }
        }
    }
    Ok(())
}

/// Whether the token approves the policy, where `auditor` is the key of the one auditor.
fn approved(token: &str, auditor: &PublicKey) -> Result<bool, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.jws"), token).unwrap();
    let owner = "auditor".to_owned();
    let auditors = vec![TrustedKey { owner, key: auditor.clone(), kinds: vec![TokenKind::Approval] }];
    let trust = ApprovalTrust { needed: 1, auditors, now: Millis(0) };
    let approvals = trust.approvals(folder.path(), sha256(b"policy")).map_err(|error| error.to_string())?;
    Ok(approvals.at(trust.now).is_some())
}

/// Everything that the engine has signed or taken, at every place that takes something.
fn everything_everywhere(home: TestHome) -> Result<(), String> {
    let token = home.token(0, 5);
    let answered = home.answered(&token);
    let bundle = answered.json.clone();
    let order = home.order(0, 6);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let things = [
        ("a request", home.sign(&order)),
        ("a consent", order.consents[0].clone()),
        ("a receipt", answered.bundle().unwrap().receipt.clone()),
        ("a bundle", bundle.clone()),
        ("a checkpoint", read(&home.paths().log().join("checkpoint"))),
        ("the log's key", read(&home.paths().log_key())),
        ("the receipts' keys", read(&home.paths().jwks())),
    ];
    home.verify(&bundle).map_err(|error| format!("the bundle itself: {error}"))?;
    let before = home.totals();
    for (name, thing) in &things {
        if *name != "a request" && refusal(&home.ask(thing)).is_none() {
            return Err(format!("{name} is taken as a request"));
        }
        let with = JobOrder { consents: vec![thing.clone()], ..home.order(0, 6) };
        if *name != "a consent" && refusal(&home.ask(&home.sign(&with))) != Some(RefusalCode::ConsentInvalid) {
            return Err(format!("{name} is taken as a consent"));
        }
        if *name != "a bundle" && home.verify(thing).is_ok() {
            return Err(format!("{name} is taken as a bundle"));
        }
        let mut other: Value = serde_json::from_str(&bundle).unwrap();
        other["receipt"] = json!(thing);
        if *name != "a receipt" && home.verify(&other.to_string()).is_ok() {
            return Err(format!("{name} is taken as a receipt"));
        }
        if approved(thing, home.client.public())? {
            return Err(format!("{name} is taken as an approval"));
        }
    }
    if home.totals() != before {
        return Err("what was refused left charges or entries".to_owned());
    }
    bundles_of_others(&home, &bundle)?;
    let path = home.path.clone();
    drop(home.engine);
    for (name, thing) in &things {
        let mirror = path.with_extension("mirror");
        let kept = ["checkpoint.0", "checkpoint.1"].map(|file| (mirror.join(file), read(&mirror.join(file))));
        kept.iter().for_each(|(file, _)| std::fs::write(file, thing).unwrap());
        if *name != "a checkpoint" && Engine::open(&path, engine_options()).is_ok() {
            return Err(format!("{name} is taken as the mirror's checkpoint"));
        }
        kept.iter().for_each(|(file, text)| std::fs::write(file, text).unwrap());
    }
    Ok(())
}

/// A bundle that is mixed of two, and one under another engine's keys.
fn bundles_of_others(home: &TestHome, bundle: &str) -> Result<(), String> {
    let second = serde_json::to_value(home.answered(&home.token(0, 7)).bundle().unwrap()).unwrap();
    for member in ["receipt", "intent", "outcome", "parties"] {
        let mut mixed: Value = serde_json::from_str(bundle).unwrap();
        mixed[member] = second[member].clone();
        if home.verify(&mixed.to_string()).is_ok() {
            return Err(format!("a bundle with the `{member}` of another job verifies"));
        }
    }
    let key = |seed| SigningKey::from_seed([seed; 32]);
    let jwks = json!({ "keys": [key(9).public().to_jwk()] }).to_string();
    let log_key = std::fs::read_to_string(home.paths().log_key()).unwrap();
    match anshi::receipt::verify_bundle(bundle, &jwks, &log_key) {
        Err(_) => Ok(()),
        Ok(_) => Err("a bundle verifies under another engine's keys".to_owned()),
    }
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::with(&Setup { slot_ms: 60, ..Setup::default() });
    requests(&home)?;
    consents(&home)?;
    keys_and_kinds(&home)?;
    everything_everywhere(home)
}

#[test]
fn held() {
    check(attack, Weakness::AudienceIgnored);
}
