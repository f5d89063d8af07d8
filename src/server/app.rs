//! The routes, and what stands before them all.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use tokio::sync::Semaphore;

use super::admission::Admission;
use super::metrics::Metrics;
use super::places::Seat;
use super::problem::{Problem, ProblemKind};
use super::{admin, batches, budgets, consents, guests, health, jobs, log, openapi, policies, subjects};
use crate::env::{Entropy, Stopwatch};
use crate::job::Engine;
use crate::model::Lang;

/// So many guests are being uploaded at a time; they are up to 64 MiB each.
const UPLOADS_MAX: usize = 4;

/// What every route may use. Routes are cloned for every request, and it with them.
#[derive(Clone)]
pub(super) struct App(Arc<Shared>);

pub(super) struct Shared {
    pub engine: Arc<Engine>,
    pub admission: Admission,
    pub metrics: Metrics,
    /// Guests are compiled one at a time.
    pub registering: Arc<Semaphore>,
    /// Guests are large: so many come at a time.
    pub uploads: Arc<Semaphore>,
    pub entropy: Entropy,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub fn new(engine: Arc<Engine>) -> Self {
        let admission = Admission::new(&engine.config().server);
        let (registering, uploads) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(UPLOADS_MAX)));
        Self(Arc::new(Shared { engine, admission, metrics: Metrics::new(), registering, uploads, entropy: Entropy }))
    }
}

/// The whole service.
pub(super) fn router(app: App) -> Router {
    Router::new()
        .route("/v1/jobs", post(jobs::submit))
        .route("/v1/jobs/{id}", get(jobs::show).delete(jobs::cancel))
        .route("/v1/batches", post(batches::submit))
        .route("/v1/guests", post(guests::register))
        .route("/v1/guests/{digest}", get(guests::show))
        .route("/v1/policies", get(policies::list))
        .route("/v1/policies/{id}", get(policies::show))
        .route("/v1/budgets", get(budgets::show))
        .route("/v1/subjects/access", get(subjects::access))
        .route("/v1/consents/{jti}", delete(consents::revoke))
        .route("/v1/admin/reload", post(admin::reload))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/tile/{*path}", get(log::tile))
        .route("/log/key", get(log::log_key))
        .route("/.well-known/jwks.json", get(log::keys))
        .route("/.well-known/anshi", get(health::discovery))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(super::metrics::show))
        .route("/openapi.json", get(openapi::specification))
        .fallback(async || Problem::bare(ProblemKind::NotFound))
        .method_not_allowed_fallback(async || Problem::bare(ProblemKind::Method))
        .layer(from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// The target of the lines in the log that requests have, one each.
pub const REQUESTS: &str = module_path!();
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request is answered by then: the longest slot of a table, and a queue before it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(900);

/// Around every request: its id, one line in the log, the counters, the caller's language, headers that hold for all.
async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::new();
    let id = app.entropy.salt::<8>().map(|bytes| data_encoding::HEXLOWER.encode(&bytes)).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = method_word(request.method());
    let lang = wanted_lang(request.headers());
    // Lives as long as the request does: a connection whose caller was let in keeps its place until then.
    let presence = request.extensions().get::<Seat>().map(|seat| Arc::new(seat.request()));
    if let Some(presence) = &presence {
        request.extensions_mut().insert(Arc::clone(presence));
    }
    // The address is logged as its route: what stands in it may name a job or a guest.
    let names_its_host = names_its_host(&request);
    let answering = async move {
        match names_its_host {
            true => next.run(request).await,
            false => Problem::bare(ProblemKind::Query).into_response(),
        }
    };
    let answering = tokio::time::timeout(ANSWER_TIMEOUT, answering);
    let mut response = answering.await.unwrap_or_else(|_| Problem::bare(ProblemKind::Stopping).into_response());
    drop(presence);
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem
        && lang == Lang::Zh
    {
        response = problem.response(lang);
    }
    let status = response.status().as_u16();
    let word = problem.as_ref().map_or("", |problem| problem.kind().word());
    let elapsed = stopwatch.elapsed();
    app.metrics.answered(method, &route, status, word, elapsed);
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, method, route, status, problem = word, millis, "answered");
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A request names its host once (RFC 9112, section 3.2), though nothing here depends on which: what stands between must not
/// read another one than we do.
fn names_its_host(request: &Request) -> bool {
    request.version() != Version::HTTP_11 || request.headers().get_all(header::HOST).iter().count() == 1
}

/// A method that nobody defined makes no series of its own.
fn method_word(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

/// Chinese where `Accept-Language` names it first.
fn wanted_lang(headers: &HeaderMap) -> Lang {
    let first = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    if first.is_some_and(|languages| languages.trim_start().to_ascii_lowercase().starts_with("zh")) {
        Lang::Zh
    } else {
        Lang::En
    }
}
