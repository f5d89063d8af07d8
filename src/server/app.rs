//! The routes, and what stands before them all.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use hyper::body::Incoming;
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

/// The address of each route, and what its methods do.
fn routes() -> [(&'static str, MethodRouter<App>); 20] {
    [
        ("/v1/jobs", post(jobs::submit)),
        ("/v1/jobs/{id}", get(jobs::show).delete(jobs::cancel)),
        ("/v1/batches", post(batches::submit)),
        ("/v1/guests", post(guests::register)),
        ("/v1/guests/{digest}", get(guests::show)),
        ("/v1/policies", get(policies::list)),
        ("/v1/policies/{id}", get(policies::show)),
        ("/v1/budgets", get(budgets::show)),
        ("/v1/subjects/access", get(subjects::access)),
        ("/v1/consents/{jti}", delete(consents::revoke)),
        ("/v1/admin/reload", post(admin::reload)),
        ("/log/checkpoint", get(log::checkpoint)),
        ("/log/tile/{*path}", get(log::tile)),
        ("/log/key", get(log::log_key)),
        ("/.well-known/jwks.json", get(log::keys)),
        ("/.well-known/anshi", get(health::discovery)),
        ("/healthz", get(health::alive)),
        ("/readyz", get(health::ready)),
        ("/metrics", get(super::metrics::show)),
        ("/openapi.json", get(openapi::specification)),
    ]
}

/// Which route an address has, by the rules of the routes' own crate: lines and series name it so.
fn names() -> matchit::Router<&'static str> {
    let mut names = matchit::Router::new();
    for (address, _) in routes() {
        // None stands in another one's way: `axum` would say so at every start.
        let _ = names.insert(address, address);
    }
    names
}

/// The address as its route: what stands in it may name a job or a guest.
fn name(names: &matchit::Router<&'static str>, path: &str) -> &'static str {
    names.at(path).map_or("none", |found| *found.value)
}

/// The target of the lines in the log that requests have, one each.
pub const REQUESTS: &str = module_path!();
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request is answered by then: the longest slot of a table, and a queue before it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(900);

/// The whole service: its routes, and what stands before them all. That is no layer of theirs, each of which would put every
/// request into boxes of its own.
pub(super) struct Service {
    app: App,
    routes: Router,
    names: matchit::Router<&'static str>,
}

impl Service {
    pub fn new(app: App) -> Self {
        let router =
            routes().into_iter().fold(Router::new(), |router, (address, methods)| router.route(address, methods));
        let routes = router
            .fallback(async || Problem::bare(ProblemKind::NotFound))
            .method_not_allowed_fallback(async || Problem::bare(ProblemKind::Method))
            .with_state(app.clone());
        Self { app, routes, names: names() }
    }

    /// Around every request: its id, one line in the log, the counters, the caller's language, headers that hold for all.
    pub async fn answer(&self, seat: &Seat, request: hyper::Request<Incoming>) -> Response {
        let stopwatch = Stopwatch::new();
        let id = self.app.entropy.salt::<8>().map(|bytes| data_encoding::HEXLOWER.encode(&bytes)).unwrap_or_default();
        let route = name(&self.names, request.uri().path());
        let method = method_word(request.method());
        let lang = wanted_lang(request.headers());
        let answering = tokio::time::timeout(ANSWER_TIMEOUT, self.routed(seat, request));
        let mut response = answering.await.unwrap_or_else(|_| Problem::bare(ProblemKind::Stopping).into_response());
        let problem = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = &problem
            && lang == Lang::Zh
        {
            response = problem.response(lang);
        }
        let status = response.status().as_u16();
        let word = problem.as_ref().map_or("", |problem| problem.kind().word());
        let elapsed = stopwatch.elapsed();
        self.app.metrics.answered(method, route, status, word, elapsed);
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(request = id, method, route, status, problem = word, millis, "answered");
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::try_from(id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }

    async fn routed(&self, seat: &Seat, mut request: hyper::Request<Incoming>) -> Response {
        if !names_its_host(&request) {
            return Problem::bare(ProblemKind::Query).into_response();
        }
        // Lives as long as the request does: a connection whose caller was let in keeps its place until then.
        let presence = Arc::new(seat.request());
        request.extensions_mut().insert(Arc::clone(&presence));
        // Routes are ready at any time.
        let Ok(response) = tower::Service::call(&mut self.routes.clone(), request).await;
        drop(presence);
        response
    }
}

/// A request names its host once (RFC 9112, section 3.2), though nothing here depends on which: what stands between must not
/// read another one than we do.
fn names_its_host<B>(request: &hyper::Request<B>) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_named_as_its_route_and_tells_nothing_of_what_stands_in_it() {
        let names = names();
        for (address, _) in routes() {
            let asked: Vec<&str> =
                address.split('/').map(|part| if part.starts_with('{') { "2c26b4" } else { part }).collect();
            assert_eq!(name(&names, &asked.join("/")), address);
        }
        assert_eq!(name(&names, "/log/tile/0/x001/067.p/3"), "/log/tile/{*path}");
        for other in ["", "/", "*", "/v1/jobs/", "/v1/jobs/a/b", "/v1/Jobs", "/log/tile/", "//v1/jobs"] {
            assert_eq!(name(&names, other), "none", "{other}");
        }
    }
}
