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

/// What an engine says of itself to anyone, so that a client can address it.
#[derive(Serialize, ToSchema)]
pub(super) struct DiscoveryView {
    /// The ledger's id: the `aud` of requests, the `iss` of receipts.
    issuer: String,
    /// What `htu` begins with.
    public_url: String,
    jwks_uri: String,
    log_key_uri: String,
    checkpoint_uri: String,
    /// Whether the data are invented.
    synthetic: bool,
    version: &'static str,
}

/// How to address this engine
#[utoipa::path(get, path = "/.well-known/anshi", operation_id = "discovery", tag = "service", responses((status = 200, description = "Its ids and addresses", body = DiscoveryView)))]
pub(super) async fn discovery(State(app): State<App>) -> Json<DiscoveryView> {
    let config = app.engine.config();
    let at = |path: &str| format!("{}{path}", config.public_url);
    Json(DiscoveryView {
        issuer: config.ledger.clone(),
        jwks_uri: at("/.well-known/jwks.json"),
        log_key_uri: at("/log/key"),
        checkpoint_uri: at("/log/checkpoint"),
        public_url: config.public_url.clone(),
        synthetic: config.is_synthetic(),
        version: env!("CARGO_PKG_VERSION"),
    })
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
