//! Bodies: read whole, within a size and a time. Owns what a slow or endless body can take.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body_util::BodyExt;

use super::places::Presence;
use super::problem::{Problem, ProblemKind};
use crate::keys::TOKEN_BYTES_MAX;
use crate::model::{Detail, Refusal, RefusalCode};

/// A body that takes longer than this does not come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest body of a call that needs none.
pub(super) const SMALL_BYTES_MAX: usize = 16 << 10;
/// The media type of a signed request.
const JOSE: &str = "application/jose";

/// The body, of at most `bytes_max`, of a caller that is known.
pub(super) async fn read(parts: &Parts, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    read_within(parts, body, bytes_max, None).await
}

/// The body, of at most `bytes_max`, of whoever it may be.
async fn read_unknown(parts: &Parts, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    read_within(parts, body, bytes_max, parts.extensions.get::<Arc<Presence>>()).await
}

async fn read_within(
    parts: &Parts,
    body: Body,
    bytes_max: usize,
    presence: Option<&Arc<Presence>>,
) -> Result<Bytes, Problem> {
    let length = parts.headers.get(header::CONTENT_LENGTH);
    let announced = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // Refused before a byte of it is read.
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(ProblemKind::TooLarge.into());
    }
    let gathered = tokio::time::timeout(BODY_TIMEOUT, gather(body, bytes_max, presence)).await;
    gathered.unwrap_or_else(|_| Err(ProblemKind::Body.into()))
}

async fn gather(mut body: Body, bytes_max: usize, presence: Option<&Arc<Presence>>) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    // Room is given back when the body has come whole: what is done with it then is bounded elsewhere.
    let mut rooms = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ProblemKind::Body)?;
        // Trailers say nothing here.
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > bytes_max - bytes.len() {
            return Err(ProblemKind::TooLarge.into());
        }
        if let Some(presence) = presence {
            rooms.push(presence.room(data.len()).await.ok_or(ProblemKind::Overloaded)?);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Whether this names `application/jose`, with whatever parameters a library adds to it.
fn is_jose(media_type: &str) -> bool {
    media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JOSE))
}

/// A signed request: a compact JWS as `application/jose`.
pub(super) async fn read_token(parts: &Parts, body: Body, bytes_max: usize) -> Result<String, Problem> {
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok());
    if !media_type.is_some_and(is_jose) {
        return Err(ProblemKind::MediaType.into());
    }
    let bytes = read_unknown(parts, body, bytes_max).await?;
    let text = String::from_utf8(bytes.into());
    text.map_err(|_| Refusal::about(RefusalCode::Malformed, Detail::NotText).into())
}

/// The caller's token is right: its connection keeps its place until the answer.
pub(super) fn admit(parts: &Parts) {
    if let Some(presence) = parts.extensions.get::<Arc<Presence>>() {
        presence.admit();
    }
}

/// The largest signed request that is not a batch.
pub(super) const JOB_BYTES_MAX: usize = TOKEN_BYTES_MAX;

#[cfg(test)]
mod tests {
    use super::is_jose;

    #[test]
    fn a_media_type_may_have_parameters() {
        for media_type in
            ["application/jose", "Application/JOSE", "application/jose; charset=utf-8", "application/jose ;q=1"]
        {
            assert!(is_jose(media_type), "{media_type}");
        }
        for media_type in ["", "application/json", "application/jose+json", ";application/jose"] {
            assert!(!is_jose(media_type), "{media_type}");
        }
    }
}
