//! Metrics for the operator. Every series counts requests, problems or queues; none knows an answer, fuel, memory or how
//! long a guest ran: what is measured ends at a tick.

use std::sync::Mutex;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::app::App;
use super::call::Call;
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
    problem: &'static str,
}

/// What is counted.
pub(super) struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    jobs: Counter,
    active: Gauge,
    waiting: Gauge,
}

/// Upper bounds of the times of answers, in seconds; slots are 0.05 s and tables 40 s.
const SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0];

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("anshi");
        let metrics = Self {
            requests: Family::default(),
            seconds: Histogram::new(SECONDS),
            jobs: Counter::default(),
            active: Gauge::default(),
            waiting: Gauge::default(),
            registry: Mutex::new(Registry::default()),
        };
        registry.register("requests", "Requests by route, status and problem", metrics.requests.clone());
        registry.register("answer_seconds", "Time to the answer, slots included", metrics.seconds.clone());
        registry.register("jobs_answered", "Jobs whose bundle was handed out", metrics.jobs.clone());
        registry.register("label_jobs_active", "Label jobs charged and not answered", metrics.active.clone());
        registry.register("label_jobs_waiting", "Label jobs that wait to be charged", metrics.waiting.clone());
        Self { registry: Mutex::new(registry), ..metrics }
    }

    /// A request was answered.
    pub fn answered(
        &self,
        method: &'static str,
        route: &'static str,
        status: u16,
        problem: &'static str,
        elapsed: Duration,
    ) {
        let labels = RequestLabels { method, route, status, problem };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(elapsed.as_secs_f64());
    }

    /// A job's bundle was handed out.
    pub fn job_answered(&self) {
        self.jobs.inc();
    }

    fn text(&self, (active, waiting): (u32, u32)) -> Result<String, std::fmt::Error> {
        self.active.set(i64::from(active));
        self.waiting.set(i64::from(waiting));
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// Metrics for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "service",
    security(("call" = [])),
    responses(
        (status = 200, description = "OpenMetrics", body = String, content_type = "application/openmetrics-text"),
    )
)]
pub(super) async fn show(State(app): State<App>, call: Call) -> Result<Response, Problem> {
    call.of(&[CallerKind::Operator])?;
    let text = app.metrics.text(app.admission.load()).map_err(|_| ProblemKind::Internal)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
