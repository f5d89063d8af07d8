//! Budgets: what the caller has left of its own quotas. Never what others have.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::call::Call;
use super::problem::Problem;
use crate::config::CallerKind;
use crate::model::{AccountKind, Detail, Refusal, RefusalCode, UnitId};
use crate::policy::everyone;

/// One account of the caller.
#[derive(Serialize, ToSchema)]
pub(super) struct BudgetView {
    /// `label.enterprise`, `table.person`, ….
    account: &'static str,
    /// What it counts in: `bits`, or `epsilon`.
    unit: &'static str,
    /// Since so many days, and ever.
    window: AmountView,
    lifetime: AmountView,
    window_days: u32,
}

/// Amounts as exact decimals.
#[derive(Serialize, ToSchema)]
struct AmountView {
    quota: String,
    /// None for an account of labels where no party is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<String>,
}

/// The caller's own budgets
///
/// Accounts of labels count for each party: name one as `sub` in the `call+jwt`, where no log of addresses sees it.
#[utoipa::path(
    get,
    path = "/v1/budgets",
    operation_id = "show_budgets",
    tag = "budgets",
    security(("call" = [])),
    responses(
        (status = 200, description = "The caller's quotas and what it spent of them", body = Vec<BudgetView>),
    )
)]
pub(super) async fn show(State(app): State<App>, call: Call) -> Result<Json<Vec<BudgetView>>, Problem> {
    let called = call.of(&[CallerKind::Platform])?;
    let party = called.subject.as_deref().map(party).transpose()?;
    let today = app.engine.clock().now().day();
    let policies = app.engine.policies();
    let mut views = Vec::new();
    for (account, quota) in policies.accounts().quotas_of(&called.id) {
        let counted = match account {
            AccountKind::Table(unit) => Some(everyone(unit)),
            AccountKind::Label(unit) => party.as_ref().filter(|p| p.kind() == unit).map(|p| app.engine.pseudonym(p)),
        };
        let spent = counted.map(|party| app.engine.reader().spent(account, party, &called.id, &quota, today));
        let spent = spent.transpose()?;
        let amount = |quota: u64, spent: Option<u64>| AmountView {
            quota: account.shown(quota),
            spent: spent.map(|spent| account.shown(spent)),
        };
        views.push(BudgetView {
            account: account.word(),
            unit: match account {
                AccountKind::Label(_) => "bits",
                AccountKind::Table(_) => "epsilon",
            },
            window: amount(quota.window, spent.as_ref().map(|spent| spent.window)),
            lifetime: amount(quota.lifetime, spent.as_ref().map(|spent| spent.lifetime)),
            window_days: quota.window_days,
        });
    }
    Ok(Json(views))
}

/// The unit that a token names as its subject.
pub(super) fn party(id: &str) -> Result<UnitId, Problem> {
    UnitId::parse_any(id)
        .map_err(|error| Refusal::about(RefusalCode::Parties, Detail::PartyId("sub".to_owned(), error)).into())
}
