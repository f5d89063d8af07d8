//! Jobs: submitted as signed requests, answered at their ticks, asked for and cancelled.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::admission::Class;
use super::app::App;
use super::body::{JOB_BYTES_MAX, admit, read_token};
use super::call::{Call, Segment};
use super::problem::{Problem, ProblemKind};
use crate::job::{Asking, Failure, JobState, Underway, begin, cancel as cancel_job, state};
use crate::model::Digest;
use crate::receipt::Bundle;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What may be known of a job that is not answered.
#[derive(Serialize, ToSchema)]
pub(super) struct JobView {
    /// The job's id.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    job: String,
    /// `admitted`, `running`, `answered` or `abandoned`.
    state: &'static str,
    /// The tick of a table that runs, in milliseconds since 1970: its answer comes then, not earlier and not later.
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<i64>,
    /// The bundle, once it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<Bundle>,
}

/// Ask a question
///
/// The body is a `job+jwt` that the client signed. A label job is answered at its tick; a table job is admitted with 202
/// and a place to ask, unless `Prefer: wait` is sent. The same request again gives the same bundle, free.
#[utoipa::path(
    post,
    path = "/v1/jobs",
    operation_id = "submit_job",
    tag = "jobs",
    request_body(content = String, content_type = "application/jose", description = "A compact JWS of `typ` `job+jwt`, at most 1 MiB"),
    params(("Prefer" = Option<String>, Header, description = "`wait`: a table is waited for")),
    responses(
        (status = 200, description = "The bundle: receipt, log records, proofs", body = Bundle),
        (status = 202, description = "A table, admitted and charged", body = JobView),
    )
)]
pub(super) async fn submit(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    // In a box of its own: what it takes to come so far is given back before the wait for the tick, which is most of the time.
    let Submitted { underway, unawaited } = Box::pin(submitted(&app, request)).await?;
    let job = underway.job();
    if let Some(client) = unawaited {
        let view = view(&app, &client, job)?;
        if view.bundle.is_none() {
            return Ok((StatusCode::ACCEPTED, [(header::LOCATION, location(job)?)], Json(view)).into_response());
        }
    }
    let answered = underway.answer().await?;
    app.metrics.job_answered();
    let headers = [(header::LOCATION, location(job)?), (header::CONTENT_TYPE, JSON)];
    Ok((headers, answered.json).into_response())
}

/// A job under way.
struct Submitted {
    underway: Underway,
    /// Whose table it is, where nobody waits for it.
    unawaited: Option<String>,
}

async fn submitted(app: &App, request: Request) -> Result<Submitted, Problem> {
    let (parts, body) = request.into_parts();
    let token = read_token(&parts, body, JOB_BYTES_MAX).await?;
    let asking = Asking::read(&app.engine, token)?;
    admit(&parts);
    let class = if asking.is_table() { Class::Long } else { Class::Label };
    let client = asking.request().client.clone();
    let ticket = app.admission.enter(&client, class).await;
    let ticket = ticket.map_err(|_| Problem::bare(ProblemKind::Overloaded))?;
    let underway = begin(&app.engine, asking, ticket).await?;
    let is_unawaited = class == Class::Long && !prefers_wait(&parts.headers);
    Ok(Submitted { underway, unawaited: is_unawaited.then_some(client) })
}

/// Look at a job
///
/// What may be known of it: public facts alone, then the bundle.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}",
    operation_id = "show_job",
    tag = "jobs",
    security(("call" = [])),
    params(("id" = String, Path, description = "The job's id, the receipt's `jti`")),
    responses(
        (status = 200, description = "Its state", body = JobView),
    )
)]
pub(super) async fn show(State(app): State<App>, Segment(id): Segment, call: Call) -> Result<Json<JobView>, Problem> {
    let job: Digest = Digest::from_hex(&id).map_err(|error| Problem::about(ProblemKind::Query, &error))?;
    view(&app, &call.0.id, job).map(Json)
}

/// What may be known of `client`'s job.
fn view(app: &App, client: &str, job: Digest) -> Result<JobView, Problem> {
    let found = state(&app.engine, client, job)?.ok_or(ProblemKind::NotFound)?;
    let (state, tick, bundle) = match found {
        JobState::Admitted => ("admitted", None, None),
        JobState::Running { tick } => ("running", Some(tick.0), None),
        JobState::Ended(answered) => ("answered", None, Some(answered.bundle().map_err(Failure::from)?)),
        JobState::Abandoned => ("abandoned", None, None),
    };
    Ok(JobView { job: job.hex(), state, tick, bundle })
}

/// Cancel a table
///
/// The charge stays, and the tick: the receipt then says that there is no table.
#[utoipa::path(
    delete,
    path = "/v1/jobs/{id}",
    operation_id = "cancel_job",
    tag = "jobs",
    security(("call" = [])),
    params(("id" = String, Path, description = "The job's id, the receipt's `jti`")),
    responses(
        (status = 202, description = "It ends without a table", body = JobView),
    )
)]
pub(super) async fn cancel(
    State(app): State<App>,
    Segment(id): Segment,
    call: Call,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let job: Digest = Digest::from_hex(&id).map_err(|error| Problem::about(ProblemKind::Query, &error))?;
    let view = view(&app, &call.0.id, job)?;
    match cancel_job(&app.engine, &call.0.id, job) {
        true => Ok((StatusCode::ACCEPTED, Json(view))),
        false => Err(ProblemKind::NotUnderWay.into()),
    }
}

fn location(job: Digest) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(["/v1/jobs/", &job.hex()].concat()).map_err(|_| ProblemKind::Internal.into())
}

/// RFC 7240.
fn prefers_wait(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(',')).map(|preference| preference.trim());
    preferences.any(|preference| preference == "wait" || preference.starts_with("wait="))
}
