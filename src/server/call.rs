//! Calls beside jobs: the token of `Authorization: JOSE …`, checked against method, address and body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;

use super::app::App;
use super::body::{SMALL_BYTES_MAX, read};
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;
use crate::job::{CallTarget, Called};
use crate::keys::{TokenKind, sha256};

/// The scheme of `Authorization`.
const SCHEME: &str = "JOSE ";

/// A call whose token is right. Its body, if any, was read.
pub(super) struct Call(pub Called);

impl Call {
    /// The caller, where it is of one of `kinds`.
    pub fn of(self, kinds: &[CallerKind]) -> Result<Called, Problem> {
        if kinds.contains(&self.0.kind) { Ok(self.0) } else { Err(ProblemKind::Forbidden.into()) }
    }
}

impl FromRequest<App> for Call {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let_in(app, request, TokenKind::Call, SMALL_BYTES_MAX).await.map(|(called, _)| Self(called))
    }
}

/// Lets a caller in by a token of `kind`; gives the body, of at most `bytes_max`.
pub(super) async fn let_in(
    app: &App,
    request: Request,
    kind: TokenKind,
    bytes_max: usize,
) -> Result<(Called, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix(SCHEME));
    // Asked before the body is read: who shows no token sends no megabytes.
    let token = token.ok_or(ProblemKind::Unauthenticated)?;
    let body = read(&parts.headers, body, bytes_max).await?;
    let target = CallTarget {
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        body: sha256(&body),
    };
    Ok((app.engine.let_in(token, kind, &target)?, body))
}
