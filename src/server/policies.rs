//! Policies in force, as their clients need them: what may be asked, about whom, with which parameters, at which cost.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::call::{Call, Segment};
use super::problem::{Problem, ProblemKind};
use crate::catalog::Column;
use crate::config::CallerKind;
use crate::policy::{AnswerRule, ClientDataset, Guests, Policy};
use crate::review::{Context, Section, Sentence, explain};

/// A policy in force.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyView {
    id: String,
    version: String,
    /// SHA-256 of the checked policy.
    sha256: String,
    title: TitleView,
    purpose: String,
    basis: Vec<String>,
    /// First and last day.
    valid: ValidView,
    /// Whether the caller may ask under it.
    open_to_caller: bool,
    /// `any`, or the digests of those that may answer.
    guests: Vec<String>,
    roles: Vec<RoleView>,
    grants: Vec<GrantView>,
    /// The datasets whose rows the client sends along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    client_datasets: Vec<ClientDatasetView>,
    parameters: Vec<ParameterView>,
    answer: AnswerView,
    limits: LimitsView,
    /// In plain sentences; of one policy alone, not of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Vec<SectionView>>,
}

#[derive(Serialize, ToSchema)]
struct SectionView {
    /// What the sentences are about.
    heading: &'static str,
    sentences: Vec<SentenceView>,
}

#[derive(Serialize, ToSchema)]
struct SentenceView {
    /// Its name: the same promise has the same name in every policy.
    id: &'static str,
    zh: String,
    en: String,
}

#[derive(Serialize, ToSchema)]
struct TitleView {
    zh: String,
    en: String,
}

#[derive(Serialize, ToSchema)]
struct ValidView {
    from: String,
    until: String,
}

#[derive(Serialize, ToSchema)]
struct RoleView {
    name: String,
    /// `enterprise` or `person`.
    unit: &'static str,
    min: u32,
    max: u32,
    consent_required: bool,
}

#[derive(Serialize, ToSchema)]
struct GrantView {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    dataset: String,
    columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_months: Option<u32>,
    rows_max: u32,
}

#[derive(Serialize, ToSchema)]
struct ClientDatasetView {
    name: String,
    /// Whom its rows are about.
    role: String,
    columns: Vec<ColumnView>,
    rows_max: u32,
}

#[derive(Serialize, ToSchema)]
struct ColumnView {
    name: String,
    /// `boolean`, `integer`, `date`, `timestamp`, `text` or `identifier`.
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize, ToSchema)]
struct ParameterView {
    name: String,
    kind: &'static str,
    /// What it may be.
    allowed: String,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum AnswerView {
    /// One of the labels, or `undetermined`.
    Label { labels: Vec<String>, bits_per_party: u64 },
    /// A table with noise.
    Table { unit: &'static str, dimensions: Vec<DimensionView>, measures: Vec<String>, epsilon: String },
}

#[derive(Serialize, ToSchema)]
struct DimensionView {
    name: String,
    labels: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct LimitsView {
    fuel: u64,
    memory_bytes: u64,
    slot_ms: u32,
    jobs_per_minute: u32,
}

/// The policies in force
#[utoipa::path(
    get,
    path = "/v1/policies",
    operation_id = "list_policies",
    tag = "policies",
    security(("call" = [])),
    responses(
        (status = 200, description = "All of them", body = Vec<PolicyView>),
    )
)]
pub(super) async fn list(State(app): State<App>, call: Call) -> Json<Vec<PolicyView>> {
    let (policies, now) = (app.engine.policies(), app.engine.clock().now());
    let in_force = policies.policies().filter(|policy| policies.approvals(&policy.id, now).is_some());
    Json(in_force.map(|policy| view(policy, &call.0.id)).collect())
}

/// One policy in force
#[utoipa::path(
    get,
    path = "/v1/policies/{id}",
    operation_id = "show_policy",
    tag = "policies",
    security(("call" = [])),
    params(("id" = String, Path, description = "The policy's id")),
    responses(
        (status = 200, description = "The policy", body = PolicyView),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    Segment(id): Segment,
    call: Call,
) -> Result<Json<PolicyView>, Problem> {
    let (standing, now) = (app.engine.standing(), app.engine.clock().now());
    let found = standing.policies.policy(&id).ok_or(ProblemKind::NotFound)?;
    standing.policies.approvals(&id, now).ok_or(ProblemKind::NotFound)?;
    let sees_all = [CallerKind::Auditor, CallerKind::Operator].contains(&call.0.kind);
    let context = Context {
        accounts: standing.policies.accounts(),
        policies: standing.policies.policies().map(AsRef::as_ref).collect(),
        reader: (!sees_all).then(|| call.0.id.clone()),
    };
    let explanation = explain(found, &standing.catalog, &context);
    let sections = explanation.sections.into_iter().map(section).collect();
    Ok(Json(PolicyView { explanation: Some(sections), ..view(found, &call.0.id) }))
}

fn section(section: Section) -> SectionView {
    let sentence = |Sentence { id, words }| SentenceView { id: id.word(), zh: words.zh, en: words.en };
    SectionView { heading: section.heading.word(), sentences: section.sentences.into_iter().map(sentence).collect() }
}

fn view(policy: &Policy, caller: &str) -> PolicyView {
    let role = |(name, rule): (&String, &crate::policy::RoleRule)| RoleView {
        name: name.clone(),
        unit: rule.unit.word(),
        min: rule.min,
        max: rule.max,
        consent_required: rule.consent_required,
    };
    let grant = |grant: &crate::policy::Grant| GrantView {
        role: grant.role.clone(),
        dataset: grant.dataset.clone(),
        columns: grant.columns.iter().cloned().collect(),
        history_months: grant.history_months,
        rows_max: grant.rows_max,
    };
    let parameter = |rule: &crate::policy::ParameterRule| ParameterView {
        name: rule.name.clone(),
        kind: rule.kind().word(),
        allowed: rule.allowed.text(),
    };
    PolicyView {
        id: policy.id.clone(),
        version: policy.version_text(),
        sha256: policy.sha256.to_string(),
        title: TitleView { zh: policy.title.zh.clone(), en: policy.title.en.clone() },
        purpose: policy.purpose.clone(),
        basis: policy.basis.clone(),
        valid: ValidView { from: policy.valid_from.to_string(), until: policy.valid_until.to_string() },
        open_to_caller: policy.clients.contains(caller),
        guests: match &policy.guests {
            Guests::Any => vec!["any".to_owned()],
            Guests::Listed(digests) => digests.iter().map(ToString::to_string).collect(),
        },
        roles: policy.roles.iter().map(role).collect(),
        grants: policy.grants.iter().map(grant).collect(),
        client_datasets: policy.client_datasets.iter().map(client_dataset).collect(),
        parameters: policy.parameters.iter().map(parameter).collect(),
        answer: answer(policy),
        limits: LimitsView {
            fuel: policy.limits.fuel,
            memory_bytes: policy.limits.memory_bytes,
            slot_ms: policy.limits.slot_ms,
            jobs_per_minute: policy.limits.jobs_per_minute,
        },
        explanation: None,
    }
}

fn client_dataset(dataset: &ClientDataset) -> ClientDatasetView {
    let column = |column: &Column| ColumnView { name: column.name.clone(), kind: column.kind.word() };
    ClientDatasetView {
        name: dataset.name.clone(),
        role: dataset.role.clone(),
        columns: dataset.columns.iter().map(column).collect(),
        rows_max: dataset.rows_max,
    }
}

fn answer(policy: &Policy) -> AnswerView {
    match &policy.answer {
        AnswerRule::Label(labels) => AnswerView::Label { labels: labels.clone(), bits_per_party: policy.cost() },
        AnswerRule::Table(table) => AnswerView::Table {
            unit: table.unit.word(),
            dimensions: table
                .dimensions
                .iter()
                .map(|dimension| DimensionView { name: dimension.name.clone(), labels: dimension.labels.clone() })
                .collect(),
            measures: table.measures.iter().map(|measure| measure.name.clone()).collect(),
            epsilon: table.epsilon.to_string(),
        },
    }
}
