//! Asking: requests, consents and their variants, one at a time or many at once.

use std::sync::Arc;

use anshi::env::Entropy;
use anshi::job::{Answered, ConsentOrder, Failure, JobOrder, answer, compose_consent, compose_job};
use anshi::keys::{SigningKey, TokenKind, sign};
use anshi::model::{Digest, RawParameter, RawRows, RefusalCode};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::home::{TestHome, block_on, block_on_all};
use super::rows::firm;
use super::seen::seen;

const DAY_MS: i64 = 86_400_000;

impl TestHome {
    /// A good consent of `party` to one job under the test's policy.
    pub fn consent_order(&self, party: u32) -> ConsentOrder {
        let now = self.engine.clock().now();
        ConsentOrder {
            issuer: "development-authority".to_owned(),
            audience: self.engine.config().ledger.clone(),
            subject: firm(party),
            client: "smart-finance".to_owned(),
            purpose: "testing".to_owned(),
            policy: "adversary".to_owned(),
            versions: ("1.0.0".to_owned(), "2.0.0".to_owned()),
            role: "enterprise".to_owned(),
            max_uses: 1,
            valid: (now.plus(-DAY_MS), now.plus(DAY_MS)),
        }
    }

    /// Signs a consent as the home's authority.
    pub fn consent(&self, order: &ConsentOrder) -> String {
        compose_consent(order, &self.authority, &Entropy).unwrap()
    }

    /// A consent of whoever is called so, from an authority that signs whatever it is given.
    pub fn careless_consent(&self, policy: &str, subject: &str) -> String {
        let order = ConsentOrder { policy: policy.to_owned(), ..self.consent_order(1) };
        signed_again(&self.consent(&order), TokenKind::Consent, &self.authority, |payload| {
            payload["sub"] = Value::from(subject);
        })
    }

    /// A good order: the adversary guest with this behaviour about this firm.
    pub fn order(&self, behaviour: i64, party: u32) -> JobOrder {
        JobOrder {
            client: "smart-finance".to_owned(),
            audience: self.engine.config().ledger.clone(),
            public_url: self.engine.config().public_url.clone(),
            policy: ("adversary".to_owned(), "1.0.0".to_owned()),
            guest: self.adversary,
            parameters: vec![("behaviour".to_owned(), RawParameter::Integer(behaviour))],
            parties: vec![("enterprise".to_owned(), firm(party).to_string())],
            consents: vec![self.consent(&self.consent_order(party))],
            rows: RawRows::default(),
            purpose: "testing".to_owned(),
        }
    }

    /// An order under another policy of the test's, with these parameters and another guest.
    pub fn order_under(
        &self,
        policy: &str,
        guest: Digest,
        party: u32,
        parameters: &[(&str, RawParameter)],
    ) -> JobOrder {
        let consent = ConsentOrder { policy: policy.to_owned(), ..self.consent_order(party) };
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let consents = vec![self.consent(&consent)];
        JobOrder {
            policy: (policy.to_owned(), "1.0.0".to_owned()),
            guest,
            parameters,
            consents,
            ..self.order(0, party)
        }
    }

    /// Signs an order as the home's client.
    pub fn sign(&self, order: &JobOrder) -> String {
        compose_job(order, &self.client, self.engine.clock().now(), &Entropy).unwrap()
    }

    /// A good signed request.
    pub fn token(&self, behaviour: i64, party: u32) -> String {
        self.sign(&self.order(behaviour, party))
    }

    /// Asks and waits.
    pub fn ask(&self, token: &str) -> Result<Answered, Failure> {
        block_on(answer(&self.engine, token))
    }

    /// Asks, and expects an answer.
    pub fn answered(&self, token: &str) -> Answered {
        self.ask(token).unwrap()
    }

    /// Asks everything at once; answers in the order of the tokens.
    pub fn ask_all(&self, tokens: Vec<String>) -> Vec<Result<Answered, Failure>> {
        block_on_all(tokens.into_iter().map(|token| {
            let engine = Arc::clone(&self.engine);
            async move { answer(&engine, &token).await }
        }))
    }

    /// Registers a module.
    pub fn register(&self, module: &[u8]) -> Result<Digest, String> {
        block_on(self.engine.register(module)).map_err(|error| error.to_string())
    }
}

/// The label of an answer.
pub fn label(answered: &Answered) -> String {
    seen(answered).label
}

/// Why there is no answer.
pub fn refusal(result: &Result<Answered, Failure>) -> Option<RefusalCode> {
    match result {
        Err(Failure::Refused(refusal)) => Some(refusal.code),
        _ => None,
    }
}

/// The payload of `token` after `change`, signed again by `key`.
pub fn signed_again(token: &str, kind: TokenKind, key: &SigningKey, change: impl FnOnce(&mut Value)) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let mut payload: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
    change(&mut payload);
    sign(key, kind, &serde_json::to_vec(&payload).unwrap())
}

/// The payload of `token` under another header, signed again by `signature`.
pub fn reseal(token: &str, header: &str, signature: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let input = format!("{}.{payload}", BASE64URL_NOPAD.encode(header.as_bytes()));
    let signature = signature(input.as_bytes());
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}
