//! Subject access: a consent authority, which knows who somebody is, asks for that subject's own record.

use axum::Json;
use axum::extract::{Query, Request, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::body::SMALL_BYTES_MAX;
use super::budgets::party;
use super::call::let_in;
use super::problem::{Problem, ProblemKind};
use crate::job::{ACCESSES_MAX, accesses};
use crate::keys::TokenKind;
use crate::receipt::OpenedRecord;

/// A subject's access record.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessView {
    /// How the ledger calls the subject: what `intent.record` names it by.
    pseudonym: String,
    /// The newest first.
    accesses: Vec<LineView>,
    /// Where older ones begin: the `before` of the next call. None where there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct LineView {
    /// The intent's leaf in the log.
    index: u64,
    job: String,
    client: String,
    /// Milliseconds since 1970.
    admitted_ms: i64,
    policy: String,
    version: String,
    /// None of a job that has no answer yet, or was abandoned in a crash.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    /// In which roles the subject was asked about.
    roles: Vec<String>,
    /// The consents of the job, as `issuer jti`.
    consents: Vec<String>,
    /// The intent's record, salt and proof: with the log's key it shows that the log has this entry.
    intent: OpenedRecord,
}

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AccessQuery {
    /// Only jobs before this leaf of the log
    before: Option<u64>,
}

/// Who asked about a subject
///
/// The token is an `access+jwt` of a consent authority; its `sub` is the subject, so that no log of addresses sees it.
#[utoipa::path(
    get,
    path = "/v1/subjects/access",
    operation_id = "subject_access",
    tag = "subjects",
    security(("call" = [])),
    params(AccessQuery),
    responses(
        (status = 200, description = "Who asked, when, under which policy and consent, with the log's proofs; never what was answered", body = AccessView),
    )
)]
pub(super) async fn access(State(app): State<App>, request: Request) -> Result<Json<AccessView>, Problem> {
    let query = Query::<AccessQuery>::try_from_uri(request.uri()).map_err(|_| Problem::bare(ProblemKind::Query));
    let (called, _) = let_in(&app, request, TokenKind::Access, SMALL_BYTES_MAX).await?;
    let subject = party(called.subject.as_deref().unwrap_or_default())?;
    let lines = accesses(&app.engine, &subject, query?.0.before)?;
    let before = lines.last().map(|line| line.index);
    let is_full = u32::try_from(lines.len()).is_ok_and(|count| count >= ACCESSES_MAX);
    tracing::info!(authority = %called.id, entries = lines.len(), "a subject's access record was handed out");
    let view = |line: crate::job::AccessLine| LineView {
        index: line.index,
        job: line.job,
        client: line.client,
        admitted_ms: line.admitted_ms,
        policy: line.policy.0,
        version: line.policy.1,
        purpose: line.purpose,
        roles: line.roles,
        consents: line.consents,
        intent: line.intent,
    };
    Ok(Json(AccessView {
        pseudonym: app.engine.pseudonym(&subject).to_string(),
        accesses: lines.into_iter().map(view).collect(),
        before: before.filter(|_| is_full),
    }))
}
