//! Batches: many label jobs under one signature, answered at one tick; their progress is the time that has passed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Serialize;
use tokio::task::JoinHandle;
use utoipa::ToSchema;

use super::admission::Class;
use super::app::App;
use super::body::{admit, read_token};
use super::problem::{Problem, ProblemKind};
use crate::env::Clock;
use crate::job::{Batch, BatchAdmitted, Failure, begin_batch};
use crate::keys::BATCH_BYTES_MAX;
use crate::model::Lang;

/// A batch's answers.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchView {
    /// A `batch-result+jwt`: the claims `iss`, `aud`, `jti`, `iat` (the tick), `req` and `results`, one for each job in the
    /// request's order. A job's receipt is at `/v1/jobs/{job}`.
    result: String,
}

/// What is known of a batch from its start on.
#[derive(Serialize, ToSchema)]
pub(super) struct AdmittedView {
    /// Jobs that were charged, or had been answered before.
    admitted: usize,
    /// Jobs that were refused, at no cost.
    refused: usize,
    /// In how many slots of the policy all answers come.
    slots: u64,
    /// The tick, in milliseconds since 1970.
    tick: i64,
}

/// How far a batch is: public time, and nothing of how many guests have run.
#[derive(Serialize, ToSchema)]
pub(super) struct ProgressView {
    elapsed: u64,
    slots: u64,
}

/// Ask many questions under one signature
///
/// The body is a `batch+jwt` of 1 to 10,000 label jobs. Each is charged and refused alone; all answers come at one tick.
/// With `Accept: text/event-stream` the answer is a stream of the events `admitted` and `progress`, then `result` or
/// `problem`. The same request again gives the same answers, free.
#[utoipa::path(
    post,
    path = "/v1/batches",
    operation_id = "submit_batch",
    tag = "jobs",
    request_body(content = String, content_type = "application/jose", description = "A compact JWS of `typ` `batch+jwt`, at most 32 MiB"),
    params(("Accept" = Option<String>, Header, description = "`text/event-stream`: progress, then the result")),
    responses(
        (status = 200, description = "The answers", content((BatchView = "application/json"), (String = "text/event-stream"))),
    )
)]
pub(super) async fn submit(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let token = read_token(&parts, body, BATCH_BYTES_MAX).await?;
    // Megabytes of JSON and ten thousand consents are not read where others wait for a thread.
    let engine = Arc::clone(&app.engine);
    let reading = tokio::task::spawn_blocking(move || Batch::read(&engine, &token)).await;
    let batch = reading.map_err(|_| Problem::bare(ProblemKind::Internal))??;
    admit(&parts);
    let ticket = app.admission.enter(batch.client(), Class::Long).await;
    let ticket = ticket.map_err(|_| Problem::bare(ProblemKind::Overloaded))?;
    let engine = Arc::clone(&app.engine);
    // The place is given back at the batch's end, whether or not somebody waits for it.
    let starting = tokio::spawn(async move {
        let underway = begin_batch(&engine, batch).await?;
        let admitted = underway.admitted;
        let ending = tokio::spawn(async move {
            let ended = underway.result().await;
            drop(ticket);
            ended
        });
        Ok((admitted, ending))
    });
    let (admitted, ending) = starting.await.unwrap_or(Err(Failure::Stopping))?;
    if wants_events(&parts.headers) {
        let clock = app.engine.clock().clone();
        return Ok(Sse::new(events(admitted, ending, clock)).keep_alive(KeepAlive::default()).into_response());
    }
    let result = ending.await.unwrap_or(Err(Failure::Stopping))?;
    Ok(Json(BatchView { result }).into_response())
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

fn slots(admitted: &BatchAdmitted, until: i64) -> u64 {
    let elapsed = until.saturating_sub(admitted.began.0).max(0);
    u64::try_from(elapsed).unwrap_or(0) / u64::from(admitted.slot_ms.max(1))
}

fn event(name: &str, view: &impl Serialize) -> Event {
    Event::default().event(name).json_data(view).unwrap_or_default()
}

/// `admitted`, then `progress` as slots pass, then `result` or `problem`.
fn events(
    admitted: BatchAdmitted,
    ending: JoinHandle<Result<String, Failure>>,
    clock: Clock,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let whole = slots(&admitted, admitted.tick.0);
    let view =
        AdmittedView { admitted: admitted.admitted, refused: admitted.refused, slots: whole, tick: admitted.tick.0 };
    let first = stream::once(std::future::ready(event("admitted", &view)));
    // At most a hundred events, and at most one a slot.
    let step = Duration::from_millis(u64::from(admitted.slot_ms) * (whole / 100).max(1));
    let progress = stream::unfold(clock, move |clock| async move {
        if clock.now() >= admitted.tick {
            return None;
        }
        tokio::time::sleep(step.min(clock.until(admitted.tick))).await;
        let elapsed = slots(&admitted, clock.now().0).min(whole);
        Some((event("progress", &ProgressView { elapsed, slots: whole }), clock))
    });
    let last = stream::once(async move { last(ending.await.unwrap_or(Err(Failure::Stopping))) });
    first.chain(progress).chain(last).map(Ok)
}

fn last(ended: Result<String, Failure>) -> Event {
    match ended {
        Ok(result) => event("result", &BatchView { result }),
        Err(failure) => event("problem", &Problem::from(failure).details(Lang::En)),
    }
}
