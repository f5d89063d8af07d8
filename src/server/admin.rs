//! The operator's call: take what is on disk now.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::call::Call;
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;
use crate::job::{Engine, ReloadError, Standing};

/// What the engine stands on now.
#[derive(Serialize, ToSchema)]
pub(super) struct StandingView {
    /// The snapshot's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<String>,
    /// The day that its data are of.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    /// Policies in force: id and version.
    policies: Vec<String>,
    /// Who may speak to the engine.
    callers: Vec<String>,
}

/// Take configuration, clients, catalog, policies and snapshot anew
///
/// All of it is taken, or nothing; jobs in flight keep what they were admitted on. `SIGHUP` does the same.
#[utoipa::path(
    post,
    path = "/v1/admin/reload",
    operation_id = "reload",
    tag = "service",
    security(("call" = [])),
    responses(
        (status = 200, description = "What the engine stands on now", body = StandingView),
    )
)]
pub(super) async fn reload(State(app): State<App>, call: Call) -> Result<Json<StandingView>, Problem> {
    call.of(&[CallerKind::Operator])?;
    let engine = std::sync::Arc::clone(&app.engine);
    let reloaded = tokio::task::spawn_blocking(move || take_anew(&engine)).await;
    let standing = reloaded.map_err(|_| ProblemKind::Internal)?;
    let standing = standing.map_err(|error| Problem::about(ProblemKind::Reload, &error))?;
    Ok(Json(view(&standing)))
}

/// Reloads, and says so in the log.
pub(super) fn take_anew(engine: &Engine) -> Result<std::sync::Arc<Standing>, ReloadError> {
    let reloaded = engine.reload();
    match &reloaded {
        Ok(standing) => tracing::info!(policies = standing.policies.policies().count(), "reloaded"),
        Err(error) => tracing::error!(%error, "not reloaded: everything stays as it was"),
    }
    reloaded
}

fn view(standing: &Standing) -> StandingView {
    let policies = standing.policies.policies().map(|policy| format!("{} {}", policy.id, policy.version_text()));
    StandingView {
        snapshot: standing.snapshot.as_ref().map(|snapshot| snapshot.name().to_string()),
        as_of: standing.snapshot.as_ref().map(|snapshot| snapshot.as_of().to_string()),
        policies: policies.collect(),
        callers: standing.config.callers.iter().map(|(id, caller)| format!("{id} ({})", caller.kind.word())).collect(),
    }
}
