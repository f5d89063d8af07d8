//! Guests: registered by a signed upload, compiled in a child that can be killed, and shown with what their manifest says.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::call::{Call, Segment, let_in};
use super::problem::{Problem, ProblemKind};
use crate::config::CallerKind;
use crate::guest::GUEST_BYTES_MAX;
use crate::job::Standing;
use crate::keys::TokenKind;
use crate::model::{Chinese, Digest, Manifest, TableRead, World};
use crate::policy::fit;

/// A registered guest.
#[derive(Serialize, ToSchema)]
pub(super) struct GuestView {
    /// SHA-256 of the uploaded module.
    #[schema(example = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    guest: String,
    /// `verifier` or `contributor`.
    world: &'static str,
    /// The parameters that it wants.
    parameters: Vec<GuestParameterView>,
    /// What it reads.
    reads: Vec<ReadView>,
    /// The labels of a verifier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    /// The dimensions of a contributor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dimensions: Vec<GuestDimensionView>,
    /// The measures of a contributor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    measures: Vec<String>,
    /// Each policy in force, and why it does not accept the guest.
    policies: Vec<FitView>,
}

#[derive(Serialize, ToSchema)]
struct GuestParameterView {
    name: String,
    kind: &'static str,
}

#[derive(Serialize, ToSchema)]
struct ReadView {
    /// The role; none in a contributor.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    dataset: String,
    columns: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct GuestDimensionView {
    name: String,
    labels: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct FitView {
    policy: String,
    accepts: bool,
    /// In English and Chinese.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    misfits: Vec<MisfitView>,
}

#[derive(Serialize, ToSchema)]
struct MisfitView {
    en: String,
    zh: String,
}

/// Register a guest
///
/// The body is the WebAssembly module; the token is of `typ` `guest+jwt` and covers its SHA-256. Compiling takes up to 30 s;
/// the same module again costs nothing.
#[utoipa::path(
    post,
    path = "/v1/guests",
    operation_id = "register_guest",
    tag = "guests",
    security(("guest" = [])),
    request_body(content = Vec<u8>, content_type = "application/wasm"),
    responses(
        (status = 201, description = "It is registered", body = GuestView),
    )
)]
pub(super) async fn register(
    State(app): State<App>,
    request: Request,
) -> Result<(StatusCode, Json<GuestView>), Problem> {
    // The token is read before the megabytes; whom it belongs to is only known with them.
    let (_, module) = let_in(&app, request, TokenKind::Guest, GUEST_BYTES_MAX).await?;
    let turn = app.registering.try_acquire().map_err(|_| Problem::bare(ProblemKind::Overloaded))?;
    let digest = app.engine.register(&module).await?;
    drop(turn);
    Ok((StatusCode::CREATED, Json(view(&app, digest)?)))
}

/// Look at a guest
#[utoipa::path(
    get,
    path = "/v1/guests/{digest}",
    operation_id = "show_guest",
    tag = "guests",
    security(("call" = [])),
    params(("digest" = String, Path, description = "The guest, `sha256:…`")),
    responses(
        (status = 200, description = "What it says of itself, and which policies accept it", body = GuestView),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    Segment(digest): Segment,
    call: Call,
) -> Result<Json<GuestView>, Problem> {
    call.of(&[CallerKind::Platform, CallerKind::Developer, CallerKind::Auditor])?;
    let digest = digest.parse().map_err(|error| Problem::about(ProblemKind::Query, &error))?;
    view(&app, digest).map(Json)
}

fn view(app: &App, digest: Digest) -> Result<GuestView, Problem> {
    let guest = app.engine.guest(digest)?.ok_or(ProblemKind::NotFound)?;
    let manifest = guest.manifest();
    let parameters = manifest.parameters.iter();
    let mut view = GuestView {
        guest: digest.to_string(),
        world: manifest.world.word(),
        parameters: parameters.map(|p| GuestParameterView { name: p.name.clone(), kind: p.kind.word() }).collect(),
        reads: Vec::new(),
        labels: Vec::new(),
        dimensions: Vec::new(),
        measures: Vec::new(),
        policies: fits(&app.engine.standing(), manifest),
    };
    match &manifest.world {
        World::Verifier { roles, labels } => {
            let tables = roles.iter().flat_map(|role| role.tables.iter().map(|table| (Some(&role.name), table)));
            view.reads = tables.map(|(role, table)| read_view(role.cloned(), table)).collect();
            view.labels.clone_from(labels);
        }
        World::Contributor { tables, dimensions, measures } => {
            view.reads = tables.iter().map(|table| read_view(None, table)).collect();
            let views =
                dimensions.iter().map(|d| GuestDimensionView { name: d.name.clone(), labels: d.labels.clone() });
            view.dimensions = views.collect();
            view.measures.clone_from(measures);
        }
    }
    Ok(view)
}

fn read_view(role: Option<String>, table: &TableRead) -> ReadView {
    let columns = table.reads.iter().map(|read| read.column.clone()).collect();
    ReadView { role, dataset: table.dataset.clone(), columns }
}

fn fits(standing: &Standing, manifest: &Manifest) -> Vec<FitView> {
    let fits = standing.policies.policies().map(|policy| {
        let misfits = fit(policy, manifest, &standing.catalog).err().unwrap_or_default();
        FitView {
            policy: policy.id.clone(),
            accepts: misfits.is_empty(),
            misfits: misfits.iter().map(|m| MisfitView { en: m.to_string(), zh: m.chinese() }).collect(),
        }
    });
    fits.collect()
}
