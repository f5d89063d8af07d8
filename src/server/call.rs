//! Calls beside jobs: the token of `Authorization: JOSE …`, checked against method, address and body.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header;
use axum::http::request::Parts;

use super::app::App;
use super::body::{SMALL_BYTES_MAX, admit, read};
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;
use crate::job::Called;
use crate::keys::{TokenKind, sha256};

/// The scheme of `Authorization`.
const SCHEME: &str = "JOSE";

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

/// What stands in the address, decoded.
pub(super) struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        // Percent signs that make no UTF-8.
        found.map(|Path(segment)| Self(segment)).map_err(|_| ProblemKind::Query.into())
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
    let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(token_of).ok_or(ProblemKind::Unauthenticated)?;
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    // Who shows no token that is right sends no megabytes: all but the body's digest is checked before the body is read.
    let caller = app.engine.recognise(token, kind, parts.method.as_str(), &path)?;
    let upload = match kind {
        TokenKind::Guest => Some(app.uploads.try_acquire().map_err(|_| ProblemKind::Overloaded)?),
        _ => None,
    };
    let body = read(&parts, body, bytes_max).await?;
    drop(upload);
    let called = app.engine.let_in(caller, sha256(&body))?;
    admit(&parts);
    Ok((called, body))
}

/// What stands behind the scheme, whose case does not matter (RFC 9110, section 11.1).
fn token_of(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case(SCHEME).then_some(token)
}
