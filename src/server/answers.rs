//! What each route can answer beside its success: the problems that it knows, as the specification states them. The tests
//! against the served specification find a route that answers anything else.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::problem::{ProblemKind, RETRY_AFTER_SECONDS, RETRY_RATE_SECONDS};
use crate::model::{Lang, RefusalCode};

use ProblemKind as P;
use RefusalCode as R;

/// What any route may answer: there is no place for the connection, the engine is stopping, the address is none.
const ANY: &[ProblemKind] = &[P::Overloaded, P::Stopping, P::Query];
/// What a route that files are read for may answer.
const FILES: &[ProblemKind] = &[P::NotFound, P::Internal];
/// What any route may answer that wants a token.
const TOKEN: &[ProblemKind] = &[
    P::Unauthenticated,
    P::Refused(R::Malformed),
    P::Refused(R::Signature),
    P::Refused(R::Client),
    P::Refused(R::Audience),
    P::Refused(R::Stale),
    P::Refused(R::Replay),
    P::Body,
    P::TooLarge,
];

/// The problems of the route with this `operationId`.
pub(super) fn problems_of(operation: &str) -> Vec<ProblemKind> {
    match operation {
        "submit_job" => {
            let own = [P::MediaType, P::TooLarge, P::Body, P::NoData, P::TooManyUnits, P::Abandoned, P::Internal];
            RefusalCode::ALL.iter().map(|code| P::Refused(*code)).chain(of(&[ANY, &own])).collect()
        }
        "submit_batch" => {
            let refused = [R::Malformed, R::Signature, R::Client, R::Audience, R::Stale, R::Replay].map(P::Refused);
            of(&[ANY, &refused, &[P::MediaType, P::TooLarge, P::Body, P::NoData, P::Internal]])
        }
        "subject_access" => of(&[ANY, TOKEN, &[P::Query, P::Refused(R::Parties), P::Internal]]),
        "revoke_consent" => of(&[ANY, TOKEN, &[P::Forbidden, P::Query]]),
        "show_job" => of(&[ANY, TOKEN, &[P::NotFound, P::Internal]]),
        "cancel_job" => of(&[ANY, TOKEN, &[P::NotFound, P::NotUnderWay, P::Internal]]),
        "register_guest" => of(&[ANY, TOKEN, &[P::Guest, P::Internal]]),
        "show_guest" => of(&[ANY, TOKEN, &[P::Forbidden, P::NotFound, P::Internal]]),
        "list_policies" => of(&[ANY, TOKEN]),
        "show_policy" => of(&[ANY, TOKEN, &[P::NotFound]]),
        "show_budgets" => of(&[ANY, TOKEN, &[P::Forbidden, P::Refused(R::Parties), P::Internal]]),
        "reload" => of(&[ANY, TOKEN, &[P::Forbidden, P::Reload, P::Internal]]),
        "metrics" => of(&[ANY, TOKEN, &[P::Forbidden, P::Internal]]),
        "log_checkpoint" | "log_tile" | "log_key" | "signing_keys" => of(&[ANY, FILES]),
        _ => of(&[ANY]),
    }
}

fn of(groups: &[&[ProblemKind]]) -> Vec<ProblemKind> {
    groups.concat()
}

/// The `responses` of these problems: one for each status, with every word that it can carry.
pub(super) fn responses(problems: &[ProblemKind]) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for problem in problems {
        let same = by_status.entry(problem.status().as_u16()).or_default();
        if !same.contains(problem) {
            same.push(*problem);
        }
    }
    by_status.into_iter().map(|(status, problems)| (status.to_string(), response(status, &problems))).collect()
}

/// The problem's kind as it stands in an answer.
pub(super) fn urn(kind: ProblemKind) -> String {
    format!("urn:anshi:problem:{}", kind.word())
}

/// Every problem there is.
pub(super) fn all() -> impl Iterator<Item = ProblemKind> {
    RefusalCode::ALL.iter().map(|code| P::Refused(*code)).chain(P::OWN)
}

fn response(status: u16, problems: &[ProblemKind]) -> Value {
    let lines = problems.iter().map(|kind| format!("- `{}`: {}\n", kind.word(), kind.title(Lang::En)));
    let urns: Vec<String> = problems.iter().map(|kind| urn(*kind)).collect();
    let examples: Map<String, Value> = problems
        .iter()
        .map(|kind| {
            let value = json!({ "type": urn(*kind), "title": kind.title(Lang::En), "status": status });
            (kind.word().to_owned(), json!({ "value": value }))
        })
        .collect();
    json!({
        "description": lines.collect::<String>(),
        "headers": headers(status),
        "content": { "application/problem+json": {
            "schema": { "allOf": [
                { "$ref": "#/components/schemas/ProblemDetails" },
                { "type": "object", "properties": { "type": { "enum": urns }, "status": { "const": status } } },
            ] },
            "examples": examples,
        } },
    })
}

fn headers(status: u16) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers =
        json!({ "X-Request-Id": reference("RequestId"), "Content-Language": reference("ContentLanguage") });
    if let Some(headers) = headers.as_object_mut() {
        match status {
            401 => drop(headers.insert("WWW-Authenticate".to_owned(), reference("WwwAuthenticate"))),
            429 | 503 => drop(headers.insert("Retry-After".to_owned(), reference("RetryAfter"))),
            _ => {}
        }
    }
    headers
}

/// The headers that answers refer to.
pub(super) fn header_components() -> Value {
    json!({
        "RequestId": {
            "description": "The request's id in the operator's log; not there when the connection itself found no place.",
            "schema": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
        },
        "ContentLanguage": {
            "description": "The language of `title` and `detail`: Chinese where `Accept-Language` names it first.",
            "schema": { "type": "string", "enum": ["en", "zh"] },
        },
        "WwwAuthenticate": { "description": "The scheme.", "schema": { "type": "string", "const": "JOSE" } },
        "RetryAfter": {
            "description": "Come again after so many seconds.",
            "schema": { "type": "integer", "enum": [RETRY_AFTER_SECONDS, RETRY_RATE_SECONDS] },
        },
        "Location": {
            "description": "Where the job can be asked for: `/v1/jobs/{id}`.",
            "schema": { "type": "string", "pattern": "^/v1/jobs/[0-9a-f]{64}$" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: [&str; 17] = [
        "submit_job",
        "show_job",
        "cancel_job",
        "register_guest",
        "show_guest",
        "list_policies",
        "show_policy",
        "show_budgets",
        "reload",
        "metrics",
        "log_checkpoint",
        "log_tile",
        "log_key",
        "signing_keys",
        "alive",
        "ready",
        "specification",
    ];

    #[test]
    fn every_problem_but_a_wrong_method_is_some_routes() {
        let known: Vec<ProblemKind> = OPERATIONS.iter().flat_map(|operation| problems_of(operation)).collect();
        for problem in all().filter(|problem| *problem != P::Method) {
            assert!(known.contains(&problem), "{}", problem.word());
        }
    }

    #[test]
    fn words_are_unique() {
        let mut words: Vec<&str> = all().map(ProblemKind::word).collect();
        words.sort_unstable();
        let many = words.len();
        words.dedup();
        assert_eq!(words.len(), many);
    }

    #[test]
    fn one_answer_stands_for_each_status_with_all_its_words() {
        let answers = responses(&problems_of("submit_job"));
        let unauthorised = answers["401"]["content"]["application/problem+json"]["examples"].as_object().unwrap();
        assert!(unauthorised.contains_key("bad-signature") && unauthorised.contains_key("stale-request"));
        assert!(answers["429"]["headers"].get("Retry-After").is_some());
        assert!(answers.contains_key("410") && answers.contains_key("413") && answers.contains_key("415"));
    }
}
