//! The specification: what the routes say of themselves, and what holds for all of them, in one document. Owns no route.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::answers::{all, header_components, problems_of, responses, urn};
use super::body::JOB_BYTES_MAX;
use super::problem::ProblemDetails;
use super::{admin, batches, budgets, consents, guests, health, jobs, log, metrics, policies, subjects};
use crate::guest::GUEST_BYTES_MAX;

/// What the routes say.
#[derive(OpenApi)]
#[openapi(
    info(title = "Anshi"),
    tags(
        (name = "jobs", description = "Questions: signed, charged, answered at their ticks"),
        (name = "guests", description = "The programs that answer"),
        (name = "policies", description = "What may be asked"),
        (name = "budgets", description = "What the caller has left"),
        (name = "subjects", description = "For consent authorities, on behalf of those whom the data are about"),
        (name = "log", description = "What verifies receipts, for anyone"),
        (name = "service", description = "For whoever runs the engine"),
    ),
    paths(
        jobs::submit,
        jobs::show,
        jobs::cancel,
        batches::submit,
        guests::register,
        guests::show,
        policies::list,
        policies::show,
        budgets::show,
        subjects::access,
        consents::revoke,
        admin::reload,
        log::checkpoint,
        log::tile,
        log::keys,
        log::log_key,
        health::discovery,
        health::alive,
        health::ready,
        metrics::show,
        specification,
    ),
    components(schemas(ProblemDetails, batches::AdmittedView, batches::ProgressView))
)]
struct Specification;

/// The payloads that clients sign. They are written down here and not derived: they are a contract, and a test compares
/// them with what the engine itself signs.
const CLAIMS: &str = include_str!("claims.json");

/// How a signed job begins.
const EXAMPLE: &str = "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoicXpPMGxvNEs3OUd1NnZ0NXZ6RzgwWmE3blVzczN3aU96VEhIeG9mQjN6TSIsInR5cCI6ImpvYitqd3QifQ.eyJpc3MiOiJzbWFydC1maW5hbmNlIn0.c2lnbmF0dXJl";

const DESCRIPTION: &str = "\
Questions about government data that never leaves the room: one label or a noisy table comes out, signed.

**Signing.** Clients sign compact JWS (RFC 7515) with the key that is registered for them, Ed25519 or ES256. A job is a \
`job+jwt` (`JobClaims`) and is its own proof; every other call carries `Authorization: JOSE <call+jwt>` (`CallClaims`); an \
upload carries a `guest+jwt` of the same form. `TokenHeader` is the header of all of them. Tokens serve once and live for a \
minute, jobs for five.

**Problems.** Errors are RFC 9457 problems of a closed list: `type` is a stable word, `title` says what to do, in Chinese where \
`Accept-Language` names it first. An address that is not here answers 404 `not-found`, a method that an address does not take \
405 `method-not-allowed` with `Allow`. What is no HTTP at all, or a head of more than 32 KiB or 100 fields, gets a bare 400 or 431.

**Limits.** A job is at most 1 MiB, a guest 64 MiB, any other body 16 KiB; a body comes within 30 s, a head within 10 s. A \
connection on which nothing is asked may be closed when places are short: first those that have shown no valid token. Overload \
answers 503 before anything is charged.";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let document = document().unwrap_or_default();
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
});

/// The OpenAPI document, as it is served: one copy, however many ask and do not take it.
pub fn openapi() -> &'static str {
    DOCUMENT.as_str()
}

/// The service's specification
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    operation_id = "specification",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"))
)]
pub(super) async fn specification() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}

/// `None` only where the derived document has not the form that OpenAPI gives it.
fn document() -> Option<Value> {
    let mut document = serde_json::to_value(Specification::openapi()).ok()?;
    *document.pointer_mut("/info")?.as_object_mut()?.entry("description").or_insert(Value::Null) = json!(DESCRIPTION);
    for operations in document.pointer_mut("/paths")?.as_object_mut()?.values_mut() {
        for operation in operations.as_object_mut()?.values_mut() {
            complete(operation.as_object_mut()?)?;
        }
    }
    let components = document.pointer_mut("/components")?.as_object_mut()?;
    components.insert("headers".to_owned(), header_components());
    components.insert("securitySchemes".to_owned(), security());
    let schemas = components.get_mut("schemas")?.as_object_mut()?;
    let kinds: Vec<String> = all().map(urn).collect();
    let kind = schemas.get_mut("ProblemDetails")?.pointer_mut("/properties/type")?.as_object_mut()?;
    kind.insert("enum".to_owned(), json!(kinds));
    for (schema, member, words) in WORDS {
        let member = schemas.get_mut(*schema)?.get_mut("properties")?.get_mut(*member)?.as_object_mut()?;
        member.insert("enum".to_owned(), json!(words));
    }
    let claims: Map<String, Value> = serde_json::from_str(CLAIMS).ok()?;
    schemas.extend(claims);
    Some(document)
}

/// Words of a closed list, which Rust writes as text.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("JobView", "state", &["admitted", "running", "answered", "abandoned"]),
    ("GuestView", "world", &["verifier", "contributor"]),
    ("GuestParameterView", "kind", &["integer", "date", "text", "identifier"]),
    ("ParameterView", "kind", &["integer", "date", "text", "identifier"]),
    ("RoleView", "unit", &["enterprise", "person"]),
    ("BudgetView", "unit", &["bits", "epsilon"]),
    ("BudgetView", "account", &["label.enterprise", "label.person", "table.enterprise", "table.person"]),
];

/// What is sent and got that is no JSON: the schema of a signed job, of a module, of a tile.
fn bodies(id: &str, operation: &mut Map<String, Value>) -> Option<()> {
    let (pointer, schema) = match id {
        "submit_job" => {
            let schema = json!({
                "type": "string",
                "maxLength": JOB_BYTES_MAX,
                "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
                "contentMediaType": "application/jose",
                "contentSchema": { "type": "array", "prefixItems": [
                    { "$ref": "#/components/schemas/TokenHeader" },
                    { "$ref": "#/components/schemas/JobClaims" },
                ] },
                "example": EXAMPLE,
            });
            (["requestBody", "content", "application/jose"], schema)
        }
        "register_guest" => {
            let schema = json!({ "maxLength": GUEST_BYTES_MAX, "contentMediaType": "application/wasm" });
            (["requestBody", "content", "application/wasm"], schema)
        }
        "log_tile" => {
            let tile = operation.get_mut("responses")?.get_mut("200")?.pointer_mut("/content")?;
            let schema = json!({ "schema": { "contentMediaType": "application/octet-stream" } });
            tile.as_object_mut()?.insert("application/octet-stream".to_owned(), schema);
            return Some(());
        }
        _ => return Some(()),
    };
    let [body, content, media_type] = pointer;
    let content = operation.get_mut(body)?.get_mut(content)?.get_mut(media_type)?;
    content.as_object_mut()?.insert("schema".to_owned(), schema);
    Some(())
}

/// Adds to an operation what no route has to say of itself: its problems, and the headers of its answers.
fn complete(operation: &mut Map<String, Value>) -> Option<()> {
    let id = operation.get("operationId")?.as_str()?.to_owned();
    bodies(&id, operation)?;
    let answers = operation.get_mut("responses")?.as_object_mut()?;
    for answer in answers.values_mut() {
        let headers = answer.as_object_mut()?.entry("headers").or_insert_with(|| json!({})).as_object_mut()?;
        headers.insert("X-Request-Id".to_owned(), json!({ "$ref": "#/components/headers/RequestId" }));
        if id == "submit_job" {
            headers.insert("Location".to_owned(), json!({ "$ref": "#/components/headers/Location" }));
        }
    }
    for (status, problem) in responses(&problems_of(&id)) {
        match answers.get_mut(&status) {
            None => drop(answers.insert(status, problem)),
            // The route has an answer of its own with this status: the problem is another media type of it.
            Some(own) => {
                let content = problem.get("content")?.as_object()?.clone();
                own.get_mut("content")?.as_object_mut()?.extend(content);
            }
        }
    }
    Some(())
}

fn security() -> Value {
    let scheme = |typ: &str| {
        json!({
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": format!(
                "`JOSE <token>`: a compact JWS of `typ` `{typ}` over `CallClaims`. The scheme's case does not matter."
            ),
        })
    };
    json!({ "call": scheme("call+jwt"), "guest": scheme("guest+jwt") })
}
