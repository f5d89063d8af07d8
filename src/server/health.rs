//! Whether the engine lives, and whether it is ready.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;

/// Whether the engine can answer.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadyView {
    ready: bool,
    /// There is a snapshot, and it fits the catalog.
    snapshot: bool,
    /// A policy is in force.
    policies: bool,
    /// Ledger, log and mirror are written.
    ledger: bool,
}

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", operation_id = "alive", tag = "service", responses((status = 200, description = "It does", body = String, content_type = "text/plain")))]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the engine can answer
///
/// An engine starts only when manifest, policies, ledger, log and mirror are right; this says whether that still holds.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "service", responses(
    (status = 200, description = "It can", body = ReadyView),
    (status = 503, description = "It cannot", body = ReadyView),
))]
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Json<ReadyView>) {
    let standing = app.engine.standing();
    let snapshot = standing.snapshot.is_some();
    let policies = standing.policies.policies().next().is_some();
    let ledger = app.engine.ledger().check_running().is_ok();
    let ready = snapshot && policies && ledger;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ReadyView { ready, snapshot, policies, ledger }))
}
