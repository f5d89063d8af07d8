//! The log and the keys, for anyone: what is needed to verify receipts. Files that the ledger has published, as they are.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::call::Segment;
use super::problem::{Problem, ProblemKind};
use crate::env::{FileError, read};
use crate::job::HomePaths;

/// The largest file of the log: a full tile has 256 hashes, a bundle of entries 256 entries.
const TILE_BYTES_MAX: u64 = 1 << 20;

/// The latest checkpoint
#[utoipa::path(get, path = "/log/checkpoint", operation_id = "log_checkpoint", tag = "log", responses(
    (status = 200, description = "A C2SP signed note", body = String, content_type = "text/plain"),
))]
pub(super) async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let path = paths(&app).log().join("checkpoint");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], contents(&path)?).into_response())
}

/// A tile of the log
#[utoipa::path(get, path = "/log/tile/{path}", operation_id = "log_tile", tag = "log",
    params(("path" = String, Path, description = "`<level>/<index>` or `<level>/<index>.p/<width>` (C2SP tlog-tiles)")),
    responses(
        (status = 200, description = "Hashes", body = Vec<u8>, content_type = "application/octet-stream"),
))]
pub(super) async fn tile(State(app): State<App>, Segment(path): Segment) -> Result<Response, Problem> {
    if !is_tile(&path) {
        return Err(ProblemKind::NotFound.into());
    }
    let bytes = contents(&paths(&app).log().join("tile").join(&path))?;
    let kind = (header::CONTENT_TYPE, "application/octet-stream");
    // What a tile says never changes.
    Ok(([kind, (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], bytes).into_response())
}

/// The keys that sign receipts
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "signing_keys", tag = "log", responses(
    (status = 200, description = "A JWK set", body = Object, content_type = "application/jwk-set+json"),
))]
pub(super) async fn keys(State(app): State<App>) -> Result<Response, Problem> {
    let kind = (header::CONTENT_TYPE, "application/jwk-set+json");
    Ok(([kind], contents(&paths(&app).jwks())?).into_response())
}

/// The key that signs checkpoints
#[utoipa::path(get, path = "/log/key", operation_id = "log_key", tag = "log", responses(
    (status = 200, description = "A verifier key (C2SP signed-note)", body = String, content_type = "text/plain"),
))]
pub(super) async fn log_key(State(app): State<App>) -> Result<Response, Problem> {
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(([kind], contents(&paths(&app).log_key())?).into_response())
}

fn paths(app: &App) -> HomePaths {
    HomePaths::new(&app.engine.config().home)
}

fn contents(path: &std::path::Path) -> Result<Vec<u8>, Problem> {
    read(path, TILE_BYTES_MAX).map_err(|error: FileError| match error.is_absent() {
        true => ProblemKind::NotFound.into(),
        false => {
            tracing::error!(%error, "a public file");
            Problem::bare(ProblemKind::Internal)
        }
    })
}

/// Whether these are a level, groups of three digits, and at most a width: nothing that leaves the folder.
fn is_tile(path: &str) -> bool {
    let (name, width) = path.split_once(".p/").map_or((path, None), |(name, width)| (name, Some(width)));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.split('/');
    let level = parts.next().is_some_and(|level| level == "entries" || digits(level, 2));
    let groups: Vec<&str> = parts.collect();
    let three = |group: &str| group.len() == 3 && digits(group, 3);
    let whole = match groups.split_last() {
        Some((last, before)) => {
            three(last) && before.iter().all(|group| group.strip_prefix('x').is_some_and(three)) && before.len() < 6
        }
        None => false,
    };
    level && whole && width.is_none_or(|width| digits(width, 3))
}

#[cfg(test)]
mod tests {
    use super::is_tile;

    #[test]
    fn only_tiles_are_tiles() {
        for path in ["0/000", "0/x001/234", "63/x001/x002/003.p/255", "entries/000", "0/000.p/1"] {
            assert!(is_tile(path), "{path}");
        }
        for path in [
            "",
            "0",
            "0/",
            "/0/000",
            "0/../000",
            "0/000/..",
            "../0/000",
            "0/001/234",
            "0/x001",
            "0/000.p/",
            "0/000.p/../1",
            "a/000",
            "0/0000",
        ] {
            assert!(!is_tile(path), "{path}");
        }
    }
}
