//! Consents: an authority takes back one of its own.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::call::{Call, Segment};
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;

/// The longest `jti` of a consent.
const JTI_CHARS_MAX: usize = 256;

/// A consent that serves no job any more.
#[derive(Serialize, ToSchema)]
pub(super) struct RevokedView {
    issuer: String,
    jti: String,
}

/// Revoke a consent
///
/// Durable, and an entry of the log; jobs that were admitted before keep their answers. One that is revoked stays so.
#[utoipa::path(
    delete,
    path = "/v1/consents/{jti}",
    operation_id = "revoke_consent",
    tag = "subjects",
    security(("call" = [])),
    params(("jti" = String, Path, description = "The consent's `jti`; its issuer is the caller")),
    responses(
        (status = 200, description = "It serves no job any more", body = RevokedView),
    )
)]
pub(super) async fn revoke(
    State(app): State<App>,
    Segment(jti): Segment,
    call: Call,
) -> Result<Json<RevokedView>, Problem> {
    let called = call.of(&[CallerKind::Authority])?;
    if jti.is_empty() || jti.len() > JTI_CHARS_MAX || jti.chars().any(char::is_control) {
        return Err(ProblemKind::Query.into());
    }
    app.engine.ledger().revoke_consent(called.id.clone(), jti.clone()).await?;
    Ok(Json(RevokedView { issuer: called.id, jti }))
}
