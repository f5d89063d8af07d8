//! Bodies: read whole, within a size and a time. Owns what a slow or endless body can take.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};

use super::problem::{Problem, ProblemKind};
use crate::keys::TOKEN_BYTES_MAX;
use crate::model::{Detail, Refusal, RefusalCode};

/// A body that takes longer than this does not come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest body of a call that needs none.
pub(super) const SMALL_BYTES_MAX: usize = 16 << 10;
/// The media type of a signed request.
const JOSE: &str = "application/jose";

/// The body, of at most `bytes_max`.
pub(super) async fn read(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // Refused before a byte of it is read.
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(ProblemKind::TooLarge.into());
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(ProblemKind::TooLarge.into()),
        Ok(Err(_)) | Err(_) => Err(ProblemKind::Body.into()),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// A signed request: a compact JWS as `application/jose`.
pub(super) async fn read_token(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<String, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case(JOSE)) {
        return Err(ProblemKind::MediaType.into());
    }
    let bytes = read(headers, body, bytes_max).await?;
    let text = String::from_utf8(bytes.into());
    text.map_err(|_| Refusal::about(RefusalCode::Malformed, Detail::NotText).into())
}

/// The largest signed request that is not a batch.
pub(super) const JOB_BYTES_MAX: usize = TOKEN_BYTES_MAX;
